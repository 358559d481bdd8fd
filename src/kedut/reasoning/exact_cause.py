"""What a cause does in the quick version: its numbers, and the moving calf on large tables."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.compiled import compiled
from kedut.reasoning.exact_moves import blend_into, move, move_back

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Plain(NamedTuple):
    """The plain findings present, as in `Bits` with one draw: (C, K), (K,), and weight (C,)."""

    explain: Floats
    miss: Floats
    leak_explain: Floats
    leak_miss: Floats
    weight: Floats


class Emission(NamedTuple):
    """The gate for one way: emit, weight (C,), explain, miss (C, A), its table before any cause.

    start : (G,), [1] without a gate; else the calf still, then moved with each set of attributes
    moves : (C, G, G) as `gate_moves` gives, where the attributes are few; else empty
    """

    gated: bool
    emit: Floats
    explain: Floats
    miss: Floats
    weight: Floats
    start: Floats
    moves: Floats


@compiled
def only_one(explain: Floats, cause: int, stack: Ints, width: int) -> int:
    """Give the place of the only finding a cause touches; -1 if there are several or none."""
    only = -1
    for n in range(width):
        if explain[cause, stack[n]] > 0:
            if only >= 0:
                return -1
            only = n
    return only


@compiled
def gate_on(
    table: Floats,
    moved: Floats,
    width: int,
    emit: float,
    weight: float,
    explain: Floats,
    miss: Floats,
) -> None:
    """Let a cause at work move the calf or not, in place; `moved` is scratch."""
    still = 1 << width
    size = still << len(explain)
    for i in range(size):
        moved[i] = table[still + i]
    for i in range(still):
        moved[i] += table[i]
    for a in range(len(explain)):
        move(moved, size, width + a, explain[a], miss[a])
    for i in range(still):
        table[i] *= 1 - emit
    blend_into(table[still:], moved, size, 1 - emit, emit * weight)


@compiled
def gate_on_back(
    table: Floats,
    moved: Floats,
    width: int,
    emit: float,
    weight: float,
    explain: Floats,
    miss: Floats,
) -> None:
    """Give the adjoint of `gate_on`, in place; `moved` is scratch."""
    still = 1 << width
    size = still << len(explain)
    for i in range(size):
        moved[i] = table[still + i]
    for a in range(len(explain)):
        move_back(moved, size, width + a, explain[a], miss[a])
    blend_into(table, moved, still, 1 - emit, emit * weight)
    blend_into(table[still:], moved, size, 1 - emit, emit * weight)
