"""The most probable sets of causes at work together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.bedside import Gate, lay_out, point_tables
from kedut.reasoning.exact import Layout
from kedut.reasoning.inference import Inference, bits, limit_evidence
from kedut.reasoning.network import network_of

Floats = NDArray[np.float64]

_LEADING = 6
_LARGEST_SET = 3
_MOST_BITS = 14  # constant: sets of more findings would take seconds


def joint(
    knowledge: Knowledge, inference: Inference, count: int = 5
) -> list[tuple[tuple[str, ...], float]]:
    """Give the most probable sets of the leading causes at work, with their probability.

    A set is exact among the leading causes: those in it are at work, the other leading ones are
    not; all remaining causes are summed over. Of very many findings those that tell most are used.
    """
    evidence = inference.evidence
    if not evidence.present and not evidence.gate:
        return []
    network = network_of(knowledge)
    if bits(evidence) > _MOST_BITS:
        evidence, _ = limit_evidence(network, evidence, bits(evidence) - _MOST_BITS)
    bedside = lay_out(evidence, point_tables(network, evidence))
    leading = [c for c in inference.ranked()[:_LEADING] if inference.at_work[c] > 0]
    weights: dict[tuple[int, ...], float] = {}
    total = 0.0
    for gate in bedside.gates:
        layout = Layout(bedside.plain, gate)
        table = layout.start()
        for cause in range(len(inference.causes)):
            if cause not in leading:
                table = layout.take_in(table, cause, inference.prior[[cause]])
        total += _grow(layout, table, inference.prior, leading, (), weights, gate)
    sets = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    return [
        (tuple(inference.causes[c] for c in members), weight / total)
        for members, weight in sets[:count]
        if members
    ]


def _grow(
    layout: Layout,
    table: Floats,
    prior: Floats,
    left: list[int],
    members: tuple[int, ...],
    weights: dict[tuple[int, ...], float],
    gate: Gate | None,
) -> float:
    """Split on the next leading cause, at work or not; give the weight of all that follows."""
    if not left:
        weight = float(table[-1, 0])
        weights[members] = weights.get(members, 0.0) + weight
        return weight
    cause, rest = left[0], left[1:]
    p, idle = prior[cause], layout.idle[cause]
    quiet = table * (1 - p + p * idle)
    weight = _grow(layout, quiet, prior, rest, members, weights, gate)
    working = np.maximum(p * (layout.at_work(table, cause) - idle * table), 0)
    if len(members) < _LARGEST_SET:
        weight += _grow(layout, working, prior, rest, (*members, cause), weights, gate)
    else:
        weight += float(_rest(layout, working, prior, rest)[-1, 0])
    return weight


def _rest(layout: Layout, table: Floats, prior: Floats, left: list[int]) -> Floats:
    for cause in left:
        table = layout.take_in(table, cause, prior[[cause]])
    return table
