"""How sure we are: 90 % credible intervals from the figures' own uncertainty.

The leading causes are reckoned together and exactly, in every draw. A rare cause changes the others
by less than its own chance, so each is added to that result alone; the error is below the summed
chance of the rare ones, far inside the intervals' own width (a test compares with the full
computation).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kedut.case.finding_space import Findings, finding_space
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.bedside import Bedside, Evidence, Gate, Tables, lay_out
from kedut.reasoning.draws import Draws, draws_of
from kedut.reasoning.exact import Layout, likelihoods
from kedut.reasoning.inference import Inference
from kedut.reasoning.network import network_of

Floats = NDArray[np.float64]

LOW, HIGH = 0.05, 0.95
_MOST_LEADING = 10
_FEWEST_LEADING = 5
_LEADING_FROM = 0.01  # constant: chance from which a cause is reckoned together with the others


def intervals(
    knowledge: Knowledge, findings: Findings, inference: Inference, draws: Draws | None = None
) -> tuple[Floats, Floats]:
    """Give the 5th and 95th percentile (C,) of each cause's chance to be at work."""
    if not inference.evidence.present and not inference.evidence.gate:
        nothing = np.zeros_like(inference.at_work)
        return nothing, nothing
    drawn = at_work_draws(knowledge, findings, inference, draws or draws_of(knowledge))
    low, high = np.quantile(drawn, (LOW, HIGH), axis=1)
    return np.minimum(low, inference.at_work), np.maximum(high, inference.at_work)


def at_work_draws(
    knowledge: Knowledge, findings: Findings, inference: Inference, draws: Draws
) -> Floats:
    """Give each cause's chance to be at work in each draw (C, D)."""
    evidence = inference.evidence
    prior = _prior_draws(knowledge, findings, inference, draws)
    order = inference.ranked()
    leading = [c for c in order[:_MOST_LEADING] if inference.at_work[c] >= _LEADING_FROM]
    leading += [c for c in order[:_FEWEST_LEADING] if c not in leading]
    rare = [c for c in order if c not in leading]
    network = network_of(knowledge)
    joint, lone = _split(evidence, network.link[leading], network.finding_index)
    all_tables = draws.tables(evidence, [*leading, *rare])
    bedside = lay_out(joint, _narrow(all_tables, evidence, joint, len(leading)))
    wide = lay_out(joint, _narrow(all_tables, evidence, joint, None))
    lone_columns = [evidence.present.index(name) for name in lone]
    result = np.zeros((len(inference.causes), draws.count))
    _fill(result, prior, leading, rare, bedside, wide, all_tables, lone_columns)
    return result


def _prior_draws(
    knowledge: Knowledge, findings: Findings, inference: Inference, draws: Draws
) -> Floats:
    space = finding_space(knowledge)
    known = space.mask(draws.network.factors)
    return draws.prior(
        findings.age,
        findings.sex,
        frozenset(space.names(findings.present & known)),
        frozenset(space.names(findings.absent & known)),
        inference.prior,
    )


def _split(
    evidence: Evidence, links: Floats, index: dict[str, int]
) -> tuple[Evidence, tuple[str, ...]]:
    """Part the positive findings that a leading cause can bring from those that none can."""
    shared = tuple(name for name in evidence.present if links[:, index[name]].any())
    lone = tuple(name for name in evidence.present if name not in shared)
    return replace(evidence, present=shared), lone


def _narrow(
    tables: Tables, evidence: Evidence, joint: Evidence, first_causes: int | None
) -> Tables:
    columns = [evidence.present.index(name) for name in joint.present]
    rows = slice(first_causes)
    return replace(
        tables,
        link_present=tables.link_present[rows][:, columns],
        leak_present=tables.leak_present[columns],
        link_absent=tables.link_absent[rows],
        gate=tables.gate[rows],
        shown=tables.shown[rows],
        not_shown=tables.not_shown[rows],
        states={name: table[rows] for name, table in tables.states.items()},
    )


def _fill(
    result: Floats,
    prior: Floats,
    leading: list[int],
    rare: list[int],
    bedside: Bedside,
    wide: Bedside,
    tables: Tables,
    lone: list[int],
) -> None:
    """Reckon the leading causes together and each rare one beside them."""
    draws = prior.shape[1]
    total = np.zeros(draws)
    off = np.zeros((len(leading), draws))
    idle = np.zeros_like(off)
    rare_on = np.zeros((len(rare), draws))
    rare_idle = np.zeros_like(rare_on)
    explain = tables.link_present[len(leading) :, lone]
    leak = tables.leak_present[lone]
    gain = np.prod((leak + (1 - leak) * explain) / leak, axis=1)
    miss = np.prod(1 - explain, axis=1)
    for gate, wide_gate in zip(bedside.gates, wide.gates, strict=True):
        found = likelihoods(prior[leading], bedside.plain, gate)
        total += found.total
        off += (1 - prior[leading]) * found.without
        idle += prior[leading] * found.idle * found.without
        layout = Layout(bedside.plain, gate)
        table = layout.start()
        for place, cause in enumerate(leading):
            table = layout.take_in(table, place, prior[cause])
        wide_idle = Layout(wide.plain, wide_gate).idle
        for place in range(len(rare)):
            row = len(leading) + place
            rare_on[place] += full_set(table, wide, wide_gate, row) * gain[place]
            rare_idle[place] += table[-1] * wide_idle[row] * miss[place]
    result[leading] = np.clip((total - off - idle) / total, 0, 1)
    p = prior[rare]
    odds_base = (1 - p) * total + p * rare_on
    result[rare] = np.clip(p * (rare_on - rare_idle) / odds_base, 0, 1)


def full_set(table: Floats, bedside: Bedside, gate: Gate | None, cause: int) -> Floats:
    """Give the weight (D,) of all findings explained after one more certain cause."""
    plain = bedside.plain
    touched = [
        (bit, plain.explain[cause, bit], plain.miss[cause, bit])
        for bit in range(plain.explain.shape[1])
        if plain.explain[cause, bit].any()
    ]
    last = len(table) - 1
    emit = gate.emit[cause] if gate is not None else None
    if gate is None or emit is None or not emit.any():
        return plain.weight[cause] * _reach(table, last, touched)
    first = plain.explain.shape[1]
    draws = table.shape[1]
    gated = [(first, np.ones(draws), np.zeros(draws))]
    for place in range(gate.bits.explain.shape[1]):
        gated.append(
            (first + 1 + place, gate.bits.explain[cause, place], gate.bits.miss[cause, place])
        )
    still = (1 - emit) * _reach(table, last, touched)
    moved = emit * gate.bits.weight[cause] * _reach(table, last, [*touched, *gated])
    result: Floats = plain.weight[cause] * (still + moved)
    return result


def _reach(table: Floats, at: int, bits: list[tuple[int, Floats, Floats]]) -> Floats:
    """Give the weight that reaches set `at` when a cause may explain these bits."""
    if not bits:
        return table[at]
    (bit, explain, miss), rest = bits[0], bits[1:]
    already = _reach(table, at, rest) * (explain + miss)
    newly = _reach(table, at & ~(1 << bit), rest) * explain
    result: Floats = already + newly
    return result
