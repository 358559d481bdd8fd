"""The quick version for one draw: one person's findings in, probabilities out, all compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.compiled import compiled
from kedut.reasoning.exact import LEAST_SHARE
from kedut.reasoning.exact_cause import Emission, Plain
from kedut.reasoning.exact_emission import Numbers, Seen, emission
from kedut.reasoning.exact_order import plan_steps
from kedut.reasoning.exact_steps import Plan, Room, Sums, passes, room_for

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Found(NamedTuple):
    """Filled by `infer`: the posterior (C,) of each cause."""

    prevalent: Floats
    at_work: Floats


@compiled
def room_wanted(numbers: Numbers, seen: Seen) -> int:
    """Give how many numbers the tables would hold."""
    causes = len(numbers.gate)
    masks, is_step = np.zeros(causes, np.int64), np.zeros(causes, np.int64)
    plain, _ = _plain(causes, numbers, seen)
    plan = _plan(plain, seen.moves == 1, numbers.gate, masks, is_step)
    wanted, _ = room_for(plan, _most_states(seen))
    return int(wanted)


@compiled
def _most_states(seen: Seen) -> int:
    """Give the states of the gate, for the way that needs most."""
    states = 1
    if seen.moves == 1:
        states += 1 << (len(seen.shown) + seen.ways.shape[1])
    return states


@compiled
def infer(
    prior: Floats, numbers: Numbers, seen: Seen, room: Room, found: Found, marginals: bool
) -> tuple[int, int, float]:
    """Fill the posterior of every cause; give the room wanted (0, 0 when it sufficed) and nats.

    marginals : if not, the nats alone are given
    """
    causes = len(prior)
    gated = seen.moves == 1
    plain, idle = _plain(causes, numbers, seen)
    if seen.moves == 0:
        for c in range(causes):
            plain.weight[c] *= 1 - numbers.gate[c]
    masks, is_step = np.zeros(causes, np.int64), np.zeros(causes, np.int64)
    plan = _plan(plain, gated, numbers.gate, masks, is_step)
    wanted, largest = room_for(plan, _most_states(seen))
    if wanted > len(room.tables) or largest > room.spare.shape[1]:
        return wanted, largest, 0.0
    sums, total = Sums(np.zeros(causes), np.zeros(causes)), 0.0
    if gated:
        for c in range(causes):
            idle[c] *= 1 - numbers.gate[c]
        for way in range(seen.ways.shape[0]):
            gate = emission(causes, numbers, seen, seen.ways[way])
            room_for(plan, len(gate.start))
            total += passes(prior, plain, gate, plan, room, sums, marginals)
    else:
        none = np.empty((causes, 0))
        still = Emission(
            False, numbers.gate, none, none, plain.weight, np.ones(1), np.empty((0, 1, 1))
        )
        total = passes(prior, plain, still, plan, room, sums, marginals)
    nats = np.log(total)
    touched = 0
    for c in range(causes):
        touched |= masks[c]
        if is_step[c]:
            _fill(found, c, prior[c], plain.weight[c] * idle[c], total, sums)
        else:
            scale = 1 - prior[c] + prior[c] * plain.weight[c]
            found.prevalent[c] = prior[c] * plain.weight[c] / scale
            found.at_work[c] = 0.0
            nats += np.log(scale)
    for k in range(len(seen.present)):
        if not touched >> k & 1:  # no cause brings it: the background alone did
            nats += np.log(plain.leak_explain[k])
    return 0, 0, nats


@compiled
def _fill(found: Found, c: int, prior: float, idle: float, total: float, sums: Sums) -> None:
    """Fill the probabilities of one cause from its likelihoods; the same sums as in `exact`."""
    there = prior * sums.with_it[c] / total
    working = there - prior * idle * sums.without[c] / total
    found.prevalent[c] = min(there, 1.0)
    found.at_work[c] = 0.0
    if working >= LEAST_SHARE * there:
        found.at_work[c] = min(working, found.prevalent[c])


@compiled
def _plain(causes: int, numbers: Numbers, seen: Seen) -> tuple[Plain, Floats]:
    """Give what each cause does with the plain findings, and its chance (C,) to explain none."""
    bits = len(seen.present)
    weight, idle = np.ones(causes), np.ones(causes)
    for f in seen.absent:
        for c in range(causes):
            weight[c] *= numbers.stay[f, c]
    explain, miss = np.empty((causes, bits)), np.empty((causes, bits))
    leak_explain, leak_miss = np.empty(bits), np.empty(bits)
    for k in range(bits):
        f = seen.present[k]
        leak_explain[k], leak_miss[k] = numbers.leak[f], 1 - numbers.leak[f]
        for c in range(causes):
            explain[c, k], miss[c, k] = numbers.link[f, c], numbers.stay[f, c]
            idle[c] *= numbers.stay[f, c]
    return Plain(explain, miss, leak_explain, leak_miss, weight), idle


@compiled
def _plan(plain: Plain, gated: bool, emit: Floats, masks: Ints, is_step: Ints) -> Plan:
    """Plan the passes; causes that can explain nothing here are no step."""
    causes, bits = plain.explain.shape
    own, count = np.empty(causes, np.int64), 0
    for c in range(causes):
        mask = 0
        for k in range(bits):
            if plain.explain[c, k] > 0:
                mask |= 1 << k
        masks[c] = mask
        if mask or (gated and emit[c] > 0):
            own[count] = c
            count += 1
            is_step[c] = 1
    order, enters = np.empty(count, np.int64), np.empty(count, np.int64)
    leaves, starts = np.empty(count, np.int64), np.empty(count, np.int64)
    plan_steps(masks, own[:count], order, enters, leaves)
    return Plan(count, order, enters, leaves, starts)
