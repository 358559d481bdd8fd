"""The quick version's two passes over the causes, for one way the exclusive states can be."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.compiled import compiled
from kedut.reasoning.exact_moves import (
    begin,
    begin_back,
    blend_into,
    copy,
    copy_twice,
    dots,
    finish,
    finish_back,
    move,
    move_back,
)
from kedut.reasoning.exact_order import ones
from kedut.reasoning.exact_small import SMALL, back_one, step_one

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
    """

    gated: bool
    emit: Floats
    explain: Floats
    miss: Floats
    weight: Floats
    start: Floats


class Plan(NamedTuple):
    """The steps of the passes: (C,) each; `starts` says where each step's table is kept."""

    steps: int
    order: Ints
    enters: Ints
    leaves: Ints
    starts: Ints


class Room(NamedTuple):
    """Memory: one flat store of tables, and three tables of the largest size."""

    tables: Floats
    spare: Floats


class Sums(NamedTuple):
    """Likelihood (C,) of all that is seen without, and with, each cause; added up over the ways.

    Times (1 - prior), and prior, they sum to the likelihood.
    """

    without: Floats
    with_it: Floats


@compiled
def room_for(plan: Plan, states: int) -> tuple[int, int]:
    """Give the room all tables need, and the largest one; fill where each starts."""
    width, at, largest = 0, 0, states
    for step in range(plan.steps):
        width += ones(plan.enters[step])
        size = states << width
        plan.starts[step] = at
        at += size
        largest = max(largest, size)
        width -= ones(plan.leaves[step])
    return at, largest


@compiled
def gate_on(
    table: Floats, moved: Floats, width: int, emit: float, gate: Emission, cause: int
) -> None:
    """Let a cause at work move the calf or not, in place; `moved` is scratch."""
    still = 1 << width
    size = still << gate.explain.shape[1]
    for i in range(size):
        moved[i] = table[still + i]
    for i in range(still):
        moved[i] += table[i]
    for a in range(gate.explain.shape[1]):
        move(moved, size, width + a, gate.explain[cause, a], gate.miss[cause, a])
    for i in range(still):
        table[i] *= 1 - emit
    blend_into(table[still:], moved, size, 1 - emit, emit * gate.weight[cause])


@compiled
def gate_on_back(
    table: Floats, moved: Floats, width: int, emit: float, gate: Emission, cause: int
) -> None:
    """Give the adjoint of `gate_on`, in place; `moved` is scratch."""
    still = 1 << width
    size = still << gate.explain.shape[1]
    for i in range(size):
        moved[i] = table[still + i]
    for a in range(gate.explain.shape[1]):
        move_back(moved, size, width + a, gate.explain[cause, a], gate.miss[cause, a])
    blend_into(table, moved, still, 1 - emit, emit * gate.weight[cause])
    blend_into(table[still:], moved, size, 1 - emit, emit * gate.weight[cause])


@compiled
def passes(
    prior: Floats,
    plain: Plain,
    gate: Emission,
    plan: Plan,
    room: Room,
    sums: Sums,
    marginals: bool,
) -> float:
    """Give the likelihood of all that is seen; with marginals, fill that of each cause too."""
    bits = len(plain.leak_explain)
    kept = np.empty((plan.steps, bits), np.int64)
    widths = np.empty(plan.steps, np.int64)
    total = _forward(prior, plain, gate, plan, room, kept, widths)
    if marginals:
        _backward(prior, plain, gate, plan, room, kept, widths, sums)
    return total


@compiled
def _forward(
    prior: Floats, plain: Plain, gate: Emission, plan: Plan, room: Room, kept: Ints, widths: Ints
) -> float:
    """Take in cause after cause, keeping the table before each; give the likelihood of all seen.

    kept, widths : (steps, K), (steps,), filled: the findings begun at a step, by place
    """
    states, bits = len(gate.start), len(plain.leak_explain)
    rarity = _rarity(plain)
    stack = np.empty(bits, np.int64)
    now, on, moved = room.spare[0], room.spare[1], room.spare[2]
    now[:states] = gate.start
    width = 0
    for step in range(plan.steps):
        c = plan.order[step]
        for k in range(bits):
            if plan.enters[step] >> k & 1:
                begin(now, on, states << width, _insert(stack, width, k, rarity))
                now, on = on, now
                width += 1
        widths[step] = width
        size = states << width
        kept[step, :width] = stack[:width]
        emits = gate.gated and gate.emit[c] > 0
        only = -1 if emits or size > SMALL else _only(plain.explain[c], stack, width)
        off, there = 1 - prior[c], prior[c] * plain.weight[c]
        if only >= 0:
            k = stack[only]
            own = (plain.explain[c, k], plain.miss[c, k])
            step_one(now, room.tables, plan.starts[step], size, only, (off, there), own)
        else:
            copy_twice(now, room.tables, plan.starts[step], on, size)
            for n in range(width):
                k = stack[n]
                if plain.explain[c, k] > 0:
                    move(on, size, n, plain.explain[c, k], plain.miss[c, k])
            if emits:
                gate_on(on, moved, width, gate.emit[c], gate, c)
            blend_into(now, on, size, off, there)
        for n in range(width - 1, -1, -1):
            k = stack[n]
            if plan.leaves[step] >> k & 1:
                finish(now, states << width, n, plain.leak_explain[k], plain.leak_miss[k])
                stack[n : width - 1] = stack[n + 1 : width].copy()
                width -= 1
    return float(now[states - 1])


@compiled
def _rarity(plain: Plain) -> Ints:
    """Count for each finding the causes that can bring it."""
    causes, bits = plain.explain.shape
    rarity = np.zeros(bits, np.int64)
    for c in range(causes):
        for k in range(bits):
            rarity[k] += plain.explain[c, k] > 0
    return rarity


@compiled
def _only(explain: Floats, stack: Ints, width: int) -> int:
    """Give the place of the only finding a cause touches; -1 if there are several or none."""
    only = -1
    for n in range(width):
        if explain[stack[n]] > 0:
            if only >= 0:
                return -1
            only = n
    return only


@compiled
def _insert(stack: Ints, width: int, bit: int, rarity: Ints) -> int:
    """Put a finding on the stack, the rarest lowest: low places cost most; give its place."""
    at = width
    while at and rarity[stack[at - 1]] > rarity[bit]:
        stack[at] = stack[at - 1]
        at -= 1
    stack[at] = bit
    return at


@compiled
def _backward(
    prior: Floats,
    plain: Plain,
    gate: Emission,
    plan: Plan,
    room: Room,
    kept: Ints,
    widths: Ints,
    sums: Sums,
) -> None:
    """Go back from the last cause with the adjoint, and fill the sums of each."""
    states = len(gate.start)
    now, on, moved = room.spare[0], room.spare[1], room.spare[2]
    now[:states] = 0.0
    now[states - 1] = 1.0
    width = 0
    for step in range(plan.steps - 1, -1, -1):
        c = plan.order[step]
        for n in range(widths[step]):
            k = kept[step, n]
            if plan.leaves[step] >> k & 1:
                width += 1
                finish_back(now, on, states << width, n, plain.leak_explain[k], plain.leak_miss[k])
                now, on = on, now
        size = states << width
        emits = gate.gated and gate.emit[c] > 0
        only = -1 if emits or size > SMALL else _only(plain.explain[c], kept[step], width)
        off, there = 1 - prior[c], prior[c] * plain.weight[c]
        if only >= 0:
            k = kept[step, only]
            own = (plain.explain[c, k], plain.miss[c, k])
            first, second = back_one(
                now, room.tables, plan.starts[step], size, only, (off, there), own
            )
        else:
            copy(now, on, size)
            if emits:
                gate_on_back(on, moved, width, gate.emit[c], gate, c)
            for n in range(width):
                k = kept[step, n]
                if plain.explain[c, k] > 0:
                    move_back(on, size, n, plain.explain[c, k], plain.miss[c, k])
            first, second = dots(now, on, room.tables, plan.starts[step], size)
            blend_into(now, on, size, off, there)
        sums.without[c] += first
        sums.with_it[c] += plain.weight[c] * second
        for n in range(width - 1, -1, -1):
            if plan.enters[step] >> kept[step, n] & 1:
                begin_back(now, states << width, n)
                width -= 1
