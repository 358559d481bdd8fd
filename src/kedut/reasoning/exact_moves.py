"""How one cause moves weight in the table of the quick version; the loops that must be fast.

A table is a flat array of `size` = G * 2^n: G states of the gate (1 without one), n findings begun.
`explain` and `miss` are one cause's for the finding at position `place`. The loops over blocks step
by bit operations that the compiler cannot see through: else it tests once for all blocks whether
their halves overlap, finds that the blocks as a whole do, and gives up vector instructions (a
factor of eight).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.compiled import compiled

Floats = NDArray[np.float64]


@compiled
def move(table: Floats, size: int, place: int, explain: float, miss: float) -> None:
    """Let one cause explain the finding at `place`, or leave it to others; in place."""
    both = explain + miss
    if place == 0:
        pairs = table[:size].reshape(-1, 2)
        for b in range(pairs.shape[0]):
            x = pairs[b, 0]
            pairs[b, 1] = pairs[b, 1] * both + x * explain
            pairs[b, 0] = x * miss
        return
    if place == 1:
        fours = table[:size].reshape(-1, 4)
        for b in range(fours.shape[0]):
            x, y = fours[b, 0], fours[b, 1]
            fours[b, 2] = fours[b, 2] * both + x * explain
            fours[b, 3] = fours[b, 3] * both + y * explain
            fours[b, 0] = x * miss
            fours[b, 1] = y * miss
        return
    half, base = 1 << place, 0
    while base < size:
        low, high = table[base : base + half], table[base + half : base + 2 * half]
        for i in range(half):
            x = low[i]
            high[i] = high[i] * both + x * explain
            low[i] = x * miss
        base = (base | half | (half - 1)) + 1


@compiled
def move_back(table: Floats, size: int, place: int, explain: float, miss: float) -> None:
    """Give the adjoint of `move`, in place."""
    both = explain + miss
    if place == 0:
        pairs = table[:size].reshape(-1, 2)
        for b in range(pairs.shape[0]):
            x = pairs[b, 1]
            pairs[b, 0] = pairs[b, 0] * miss + x * explain
            pairs[b, 1] = x * both
        return
    if place == 1:
        fours = table[:size].reshape(-1, 4)
        for b in range(fours.shape[0]):
            x, y = fours[b, 2], fours[b, 3]
            fours[b, 0] = fours[b, 0] * miss + x * explain
            fours[b, 1] = fours[b, 1] * miss + y * explain
            fours[b, 2] = x * both
            fours[b, 3] = y * both
        return
    half, base = 1 << place, 0
    while base < size:
        low, high = table[base : base + half], table[base + half : base + 2 * half]
        for i in range(half):
            x = high[i]
            low[i] = low[i] * miss + x * explain
            high[i] = x * both
        base = (base | half | (half - 1)) + 1


@compiled
def copy(source: Floats, target: Floats, size: int) -> None:
    """Copy a table."""
    for i in range(size):
        target[i] = source[i]


@compiled
def copy_twice(source: Floats, kept: Floats, start: int, target: Floats, size: int) -> None:
    """Copy a table to a place in the store and to another table."""
    for i in range(size):
        x = source[i]
        kept[start + i] = x
        target[i] = x


@compiled
def blend_into(off: Floats, on: Floats, size: int, stays: float, there: float) -> None:
    """Give the table with the cause off or there, in place of `off`."""
    for i in range(size):
        off[i] = stays * off[i] + there * on[i]


@compiled
def blend_and_dots(
    now: Floats, on: Floats, kept: Floats, start: int, size: int, stays: float, there: float
) -> tuple[float, float]:
    """Give the sums of products of two adjoints with a kept table; blend them into `now`."""
    first, second = 0.0, 0.0
    for i in range(size):
        x, b, c = kept[start + i], now[i], on[i]
        first += b * x
        second += c * x
        now[i] = stays * b + there * c
    return first, second


@compiled
def begin(source: Floats, target: Floats, size: int, place: int) -> None:
    """Add a finding at `place`, explained by nothing yet; size is that before it."""
    half = 1 << place
    for b in range(size // half):
        for i in range(half):
            target[2 * b * half + i] = source[b * half + i]
            target[(2 * b + 1) * half + i] = 0.0


@compiled
def begin_back(table: Floats, size: int, place: int) -> None:
    """Give the adjoint of `begin`, in place; size is that with the finding."""
    half = 1 << place
    for b in range(1, size // (2 * half)):
        for i in range(half):
            table[b * half + i] = table[2 * b * half + i]


@compiled
def finish(table: Floats, size: int, place: int, explain: float, miss: float) -> None:
    """Finish a finding in place: some cause has explained it, or the background does now."""
    half = 1 << place
    both = explain + miss
    for b in range(size // (2 * half)):
        for i in range(half):
            at = 2 * b * half + i
            table[b * half + i] = table[at + half] * both + table[at] * explain


@compiled
def finish_back(
    source: Floats, target: Floats, size: int, place: int, explain: float, miss: float
) -> None:
    """Give the adjoint of `finish`; size is that with the finding."""
    half = 1 << place
    both = explain + miss
    for b in range(size // (2 * half)):
        for i in range(half):
            at = 2 * b * half + i
            target[at + half] = source[b * half + i] * both
            target[at] = source[b * half + i] * explain
