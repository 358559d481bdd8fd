"""A network and one person's evidence as the quick version takes them; the moving calf's part."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.compiled import compiled
from kedut.reasoning.exact_cause import Emission, Plain
from kedut.reasoning.exact_small import FEW_ATTRIBUTES, gate_moves

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Numbers(NamedTuple):
    """A network for one draw, findings first.

    link, stay : (F, C), P(cause alone brings the finding), and 1 - that; leak (F,)
    gate : (C,) and gate_leak; attribute (A, C), attribute_leak (A,)
    state : (S, C), the states of all variables below each other; state_leak (S,)
    """

    link: Floats
    stay: Floats
    leak: Floats
    gate: Floats
    gate_leak: float
    attribute: Floats
    attribute_leak: Floats
    state: Floats
    state_leak: Floats


class Seen(NamedTuple):
    """Evidence by place: findings and attributes; `moves` 1 the calf moves, 0 not, -1 unknown.

    ways : (W, V, 3), for each way and variable its lowest state, and its run's first and last
    """

    present: Ints
    absent: Ints
    moves: int
    shown: Ints
    hidden: Ints
    ways: Ints


@compiled
def emission(causes: int, numbers: Numbers, seen: Seen, way: Ints) -> Emission:
    """Give what a movement of the calf does with attributes and exclusive variables.

    Each variable lies in one run of states. A run that starts at the lowest state needs no bit: the
    greatest state of several emissions lies in it when each does.
    """
    bits = len(seen.shown)
    for v in range(len(way)):
        bits += way[v, 0] < way[v, 1]
    here = Plain(
        np.empty((causes, bits)),
        np.empty((causes, bits)),
        np.empty(bits),
        np.empty(bits),
        np.ones(causes),
    )
    leak_weight = _attributes(here, numbers, seen) * _runs(here, numbers, way, len(seen.shown))
    start = np.empty(1 + (1 << bits))
    start[0], start[1] = 1 - numbers.gate_leak, numbers.gate_leak * leak_weight
    for a in range(bits):
        size = 1 << a
        for u in range(size):
            start[1 + size + u] = start[1 + u] * here.leak_explain[a]
            start[1 + u] *= here.leak_miss[a]
    moves = np.empty((0, 1, 1))
    if bits <= FEW_ATTRIBUTES:
        moves = gate_moves(here.explain, here.miss, numbers.gate, here.weight)
    return Emission(True, numbers.gate, here.explain, here.miss, here.weight, start, moves)


@compiled
def _attributes(here: Plain, numbers: Numbers, seen: Seen) -> float:
    """Fill what an emission does with attributes; give the background's weight."""
    leak_weight = 1.0
    for a in range(len(seen.shown)):
        f = seen.shown[a]
        here.leak_explain[a] = numbers.attribute_leak[f]
        here.leak_miss[a] = 1 - numbers.attribute_leak[f]
        for c in range(len(here.weight)):
            here.explain[c, a] = numbers.attribute[f, c]
            here.miss[c, a] = 1 - numbers.attribute[f, c]
    for f in seen.hidden:
        leak_weight *= 1 - numbers.attribute_leak[f]
        for c in range(len(here.weight)):
            here.weight[c] *= 1 - numbers.attribute[f, c]
    return leak_weight


@compiled
def _runs(here: Plain, numbers: Numbers, way: Ints, at: int) -> float:
    """Fill what an emission does with the variables' runs; give the background's weight."""
    leak_weight = 1.0
    for v in range(len(way)):
        lowest, first, last = way[v, 0], way[v, 1], way[v, 2]
        if lowest == first:
            leak_weight *= numbers.state_leak[first : last + 1].sum()
            for c in range(len(here.weight)):
                here.weight[c] *= numbers.state[first : last + 1, c].sum()
            continue
        here.leak_explain[at] = numbers.state_leak[first : last + 1].sum()
        here.leak_miss[at] = numbers.state_leak[lowest:first].sum()
        for c in range(len(here.weight)):
            here.explain[c, at] = numbers.state[first : last + 1, c].sum()
            here.miss[c, at] = numbers.state[lowest:first, c].sum()
        at += 1
    return leak_weight
