"""The quick version's two passes over the causes, for one way the exclusive states can be."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.compiled import compiled
from kedut.reasoning.exact_cause import Emission, Plain, gate_on, gate_on_back, only_one
from kedut.reasoning.exact_moves import (
    begin,
    begin_back,
    blend_and_dots,
    blend_into,
    copy,
    copy_twice,
    finish,
    finish_back,
    move,
    move_back,
)
from kedut.reasoning.exact_order import ones
from kedut.reasoning.exact_small import (
    FEW_STILL,
    SMALL,
    back_one,
    gate_small,
    gate_small_back,
    small_move,
    small_move_back,
    step_one,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
def _forward(  # noqa: C901, PLR0912 - passing so many arrays on costs more than the work
    prior: Floats, plain: Plain, gate: Emission, plan: Plan, room: Room, kept: Ints, widths: Ints
) -> float:
    """Take in cause after cause, keeping the table before each; give the likelihood of all seen.

    kept, widths : (steps, K), (steps,), filled: the findings begun at a step, by place
    """
    states, bits = len(gate.start), len(plain.leak_explain)
    explain, miss, tables = plain.explain, plain.miss, room.tables
    few = len(gate.moves) > 0
    rarity = _rarity(plain)
    stack = np.empty(bits, np.int64)
    now, on, moved = room.spare[0], room.spare[1], room.spare[2]
    now[:states] = gate.start
    width = 0
    for step in range(plan.steps):
        c = plan.order[step]
        if plan.enters[step]:
            for k in range(bits):
                if plan.enters[step] >> k & 1:
                    begin(now, on, states << width, _insert(stack, width, k, rarity))
                    now, on = on, now
                    width += 1
        widths[step] = width
        for n in range(width):
            kept[step, n] = stack[n]
        size, start = states << width, plan.starts[step]
        off, there = 1 - prior[c], prior[c] * plain.weight[c]
        emits = gate.gated and gate.emit[c] > 0
        only = -1 if emits or size > SMALL else only_one(explain, c, stack, width)
        if only >= 0:
            own = (explain[c, stack[only]], miss[c, stack[only]])
            step_one(now, tables, start, size, only, (off, there), own)
        else:
            copy_twice(now, tables, start, on, size)
            for n in range(width):
                k = stack[n]
                if explain[c, k] > 0:
                    if size > SMALL:
                        move(on, size, n, explain[c, k], miss[c, k])
                    else:
                        small_move(on, size, n, explain[c, k], miss[c, k])
            if emits and few and 1 << width <= FEW_STILL:
                gate_small(on, 1 << width, gate.moves, c)
            elif emits:
                gate_on(
                    on, moved, width, gate.emit[c], gate.weight[c], gate.explain[c], gate.miss[c]
                )
            blend_into(now, on, size, off, there)
        if plan.leaves[step]:
            for n in range(width - 1, -1, -1):
                k = stack[n]
                if plan.leaves[step] >> k & 1:
                    finish(now, states << width, n, plain.leak_explain[k], plain.leak_miss[k])
                    for later in range(n, width - 1):
                        stack[later] = stack[later + 1]
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
def _insert(stack: Ints, width: int, bit: int, rarity: Ints) -> int:
    """Put a finding on the stack, the rarest lowest: low places cost most; give its place."""
    at = width
    while at and rarity[stack[at - 1]] > rarity[bit]:
        stack[at] = stack[at - 1]
        at -= 1
    stack[at] = bit
    return at


@compiled
def _backward(  # noqa: C901, PLR0912 - as _forward
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
    explain, miss, tables = plain.explain, plain.miss, room.tables
    few = len(gate.moves) > 0
    now, on, moved = room.spare[0], room.spare[1], room.spare[2]
    now[:states] = 0.0
    now[states - 1] = 1.0
    width = 0
    for step in range(plan.steps - 1, -1, -1):
        c = plan.order[step]
        if plan.leaves[step]:
            for n in range(widths[step]):
                k = kept[step, n]
                if plan.leaves[step] >> k & 1:
                    width += 1
                    e, m = plain.leak_explain[k], plain.leak_miss[k]
                    finish_back(now, on, states << width, n, e, m)
                    now, on = on, now
        size, start = states << width, plan.starts[step]
        off, there = 1 - prior[c], prior[c] * plain.weight[c]
        emits = gate.gated and gate.emit[c] > 0
        only = -1 if emits or size > SMALL else only_one(explain, c, kept[step], width)
        if only >= 0:
            own = (explain[c, kept[step, only]], miss[c, kept[step, only]])
            first, second = back_one(now, tables, start, size, only, (off, there), own)
        else:
            copy(now, on, size)
            if emits and few and 1 << width <= FEW_STILL:
                gate_small_back(on, 1 << width, gate.moves, c)
            elif emits:
                gate_on_back(
                    on, moved, width, gate.emit[c], gate.weight[c], gate.explain[c], gate.miss[c]
                )
            for n in range(width):
                k = kept[step, n]
                if explain[c, k] > 0:
                    if size > SMALL:
                        move_back(on, size, n, explain[c, k], miss[c, k])
                    else:
                        small_move_back(on, size, n, explain[c, k], miss[c, k])
            first, second = blend_and_dots(now, on, tables, start, size, off, there)
        sums.without[c] += first
        sums.with_it[c] += plain.weight[c] * second
        if plan.enters[step]:
            for n in range(width - 1, -1, -1):
                if plan.enters[step] >> kept[step, n] & 1:
                    begin_back(now, states << width, n)
                    width -= 1
