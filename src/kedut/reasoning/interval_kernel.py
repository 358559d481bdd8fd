"""The chance of each cause to be at work in one draw of the figures, compiled (see `intervals`)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.compiled import compiled
from kedut.reasoning.exact_cause import gate_on, gate_on_back
from kedut.reasoning.exact_moves import (
    blend_and_dots,
    blend_into,
    copy,
    copy_twice,
    move,
    move_back,
)

Floats = NDArray[np.float64]


class Drawn(NamedTuple):
    """Plain findings in every draw, causes in order, the leading ones first.

    explain : (D, C, K); leak : (D, K); weight, prior : (D, C)
    """

    explain: Floats
    leak: Floats
    weight: Floats
    prior: Floats


class DrawnGate(NamedTuple):
    """The gate in every draw: emit, weight (D, C), explain, miss (D, C, A), the start (D, G)."""

    gated: bool
    emit: Floats
    weight: Floats
    explain: Floats
    miss: Floats
    start: Floats


class DrawnSums(NamedTuple):
    """Filled, added up over the ways: total (D,), and for each cause (D, C).

    working : likelihood of all seen with the cause at work (leading: times its prior)
    with_it : the same with the cause there
    lone : (2, D, C) for a rare cause, by how much it raises the chance of the findings that no
        leading cause brings, and its chance to bring none of them
    """

    total: Floats
    working: Floats
    with_it: Floats
    lone: Floats


class Sets(NamedTuple):
    """Scratch: sets of findings and their shares, as many as there are sets."""

    share: Floats
    left: NDArray[np.int64]


@compiled
def draw_sums(drawn: Drawn, gate: DrawnGate, leading: int, sums: DrawnSums) -> None:
    """Add one way to the sums of every draw."""
    draws, _, bits = drawn.explain.shape
    size = gate.start.shape[1] << bits
    tables, spare = np.empty(leading * size), np.empty((3, size))
    sets = Sets(np.empty(1 << bits), np.empty(1 << bits, np.int64))
    for d in range(draws):
        now = spare[0]
        _start(now, drawn, gate, d)
        _leading(now, spare[1], spare[2], tables, drawn, gate, d, leading, sums, sets)


@compiled
def _start(now: Floats, drawn: Drawn, gate: DrawnGate, d: int) -> None:
    """Fill the table before any cause: what the background explains by itself."""
    bits = drawn.leak.shape[1]
    now[:] = 0.0
    for g in range(gate.start.shape[1]):
        now[g << bits] = gate.start[d, g]
    for k in range(bits):
        move(now, len(now), k, drawn.leak[d, k], 1 - drawn.leak[d, k])


@compiled
def _leading(  # noqa: PLR0913, PLR0917 - arrays of one draw; a tuple would cost more
    now: Floats,
    on: Floats,
    moved: Floats,
    tables: Floats,
    drawn: Drawn,
    gate: DrawnGate,
    d: int,
    leading: int,
    sums: DrawnSums,
    sets: Sets,
) -> None:
    """Reckon the leading causes together; then each rare one beside them."""
    size, bits = len(now), drawn.leak.shape[1]
    explain, weight, prior = drawn.explain[d], drawn.weight[d], drawn.prior[d]
    for c in range(leading):
        copy_twice(now, tables, c * size, on, size)
        for k in range(bits):
            if explain[c, k] > 0:
                move(on, size, k, explain[c, k], 1 - explain[c, k])
        if gate.gated and gate.emit[d, c] > 0:
            gate_on(
                on,
                moved,
                bits,
                gate.emit[d, c],
                gate.weight[d, c],
                gate.explain[d, c],
                gate.miss[d, c],
            )
        blend_into(now, on, size, 1 - prior[c], prior[c] * weight[c])
    total = now[size - 1]
    sums.total[d] += total
    for c in range(leading, len(prior)):
        there, idle = _rare(now, drawn, gate, d, c, sets)
        there *= sums.lone[0, d, c]
        sums.with_it[d, c] += there
        sums.working[d, c] += there - idle * total * sums.lone[1, d, c]
    now[:] = 0.0
    now[size - 1] = 1.0
    for c in range(leading - 1, -1, -1):
        copy(now, on, size)
        idle = 1.0
        if gate.gated and gate.emit[d, c] > 0:
            idle = 1 - gate.emit[d, c]
            gate_on_back(
                on,
                moved,
                bits,
                gate.emit[d, c],
                gate.weight[d, c],
                gate.explain[d, c],
                gate.miss[d, c],
            )
        for k in range(bits):
            if explain[c, k] > 0:
                move_back(on, size, k, explain[c, k], 1 - explain[c, k])
                idle *= 1 - explain[c, k]
        off, there = 1 - prior[c], prior[c] * weight[c]
        without, with_it = blend_and_dots(now, on, tables, c * size, size, off, there)
        sums.with_it[d, c] += there * with_it
        sums.working[d, c] += there * (with_it - idle * without)


@compiled
def _rare(
    table: Floats, drawn: Drawn, gate: DrawnGate, d: int, c: int, sets: Sets
) -> tuple[float, float]:
    """Give the likelihood of all seen with one more certain cause, and its chance to be idle."""
    bits = drawn.leak.shape[1]
    states = gate.start.shape[1]
    weight = drawn.weight[d, c]
    idle = weight
    for k in range(bits):
        idle *= 1 - drawn.explain[d, c, k]
    count = _needed(drawn.explain[d, c], sets)
    here = _reach(table, (states - 1) << bits, sets, count)
    if not (gate.gated and gate.emit[d, c] > 0):
        return weight * here, idle
    emit, attributes = gate.emit[d, c], gate.explain.shape[2]
    moved = 0.0
    for u in range(states - 1):
        share = 1.0
        for a in range(attributes):
            share *= gate.explain[d, c, a] + (gate.miss[d, c, a] if u >> a & 1 else 0.0)
        moved += share * _reach(table, (1 + u) << bits, sets, count)
        if u == 0:
            moved += share * _reach(table, 0, sets, count)
    return weight * ((1 - emit) * here + emit * gate.weight[d, c] * moved), idle * (1 - emit)


@compiled
def _needed(explain: Floats, sets: Sets) -> int:
    """Fill every set of findings that must be explained before, one cause explaining the rest.

    Gives how many sets there are.
    """
    count = 1
    sets.share[0], sets.left[0] = 1.0, (1 << len(explain)) - 1
    for k in range(len(explain)):
        if explain[k] > 0:
            for n in range(count):
                sets.share[count + n] = sets.share[n] * explain[k]
                sets.left[count + n] = sets.left[n] & ~(1 << k)
            count *= 2
    return count


@compiled
def _reach(table: Floats, base: int, sets: Sets, count: int) -> float:
    """Give the weight that reaches all findings from some sets."""
    total = 0.0
    for n in range(count):
        total += sets.share[n] * table[base + sets.left[n]]
    return total
