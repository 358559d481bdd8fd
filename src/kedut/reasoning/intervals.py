"""How sure we are: 90 % credible intervals from the figures' own uncertainty.

The leading causes are reckoned together and exactly, in every draw. A rare cause changes the others
by less than its own chance, so each is added to that result alone; the error is below the summed
chance of the rare ones, far inside the intervals' own width (a test compares with the full
computation).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kedut.case.finding_space import Findings, finding_space
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.bedside import Bedside, Evidence, Gate, Tables, lay_out
from kedut.reasoning.draws import Draws, draws_of
from kedut.reasoning.exact import LEAST_SHARE, Layout, likelihoods
from kedut.reasoning.inference import Inference, bits, limit_evidence, reasoner_of
from kedut.reasoning.network import network_of
from kedut.reasoning.turning import Turning, turning

Floats = NDArray[np.float64]

LOW, HIGH = 0.05, 0.95
_MOST_LEADING = 10
_FEWEST_LEADING = 5
_LEADING_FROM = 0.01  # constant: chance from which a cause is reckoned together with the others
_MOST_BITS = 14
_QUICK_FROM_BITS = 8
_NUMBERS_AT_ONCE = 1 << 18  # constant: a table of all draws at once would not fit the cache


@dataclass(frozen=True, slots=True)
class Spread:
    """Each cause's chance to be at work when the figures are drawn anew.

    low, high : (C,) 5th and 95th percentile, never narrower than the chance itself
    turning : the figures that decide which cause leads
    """

    low: Floats
    high: Floats
    turning: tuple[Turning, ...]


def spread_of(
    knowledge: Knowledge, findings: Findings, inference: Inference, draws: Draws | None = None
) -> Spread:
    """Give the intervals, and which figures would turn the answer."""
    if not inference.evidence.present and not inference.evidence.gate:
        nothing = np.zeros_like(inference.at_work)
        return Spread(nothing, nothing, ())
    draws = draws or draws_of(knowledge)
    prior = prior_draws(knowledge, findings, inference, draws)
    drawn = at_work_draws(knowledge, inference, draws, prior)
    low, high = (quantile(drawn, share) for share in (LOW, HIGH))
    return Spread(
        np.minimum(low, inference.at_work),
        np.maximum(high, inference.at_work),
        turning(inference, drawn, prior, draws),
    )


def intervals(
    knowledge: Knowledge, findings: Findings, inference: Inference, draws: Draws | None = None
) -> tuple[Floats, Floats]:
    """Give the 5th and 95th percentile (C,) of each cause's chance to be at work."""
    found = spread_of(knowledge, findings, inference, draws)
    return found.low, found.high


def quantile(drawn: Floats, share: float) -> Floats:
    """Give a quantile of each row (C,), interpolated between draws.

    As `numpy.quantile`, which takes as long to load as all of this to run.
    """
    ordered = np.sort(drawn, axis=1)
    at = share * (drawn.shape[1] - 1)
    below = int(at)
    above = min(below + 1, drawn.shape[1] - 1)
    between: Floats = ordered[:, below] + (at - below) * (ordered[:, above] - ordered[:, below])
    return between


def at_work_draws(
    knowledge: Knowledge, inference: Inference, draws: Draws, prior: Floats
) -> Floats:
    """Give each cause's chance to be at work in each draw (C, D), from its prior there (C, D)."""
    evidence = inference.evidence
    if bits(evidence) > _MOST_BITS:  # the rest hardly moves how wide an interval is
        evidence, _ = limit_evidence(draws.network, evidence, bits(evidence) - _MOST_BITS)
    order = inference.ranked()
    leading = [c for c in order[:_MOST_LEADING] if inference.at_work[c] >= _LEADING_FROM]
    leading += [c for c in order[:_FEWEST_LEADING] if c not in leading]
    rare = [c for c in order if c not in leading]
    network = network_of(knowledge)
    joint, lone = _split(evidence, network.link[leading], network.finding_index)
    all_tables = draws.tables(evidence, [*leading, *rare])
    wide = lay_out(joint, _narrow(all_tables, evidence, joint))
    lone_columns = [evidence.present.index(name) for name in lone]
    explain = all_tables.link_present[len(leading) :, lone_columns]
    leak = all_tables.leak_present[lone_columns]
    gain = np.prod((leak + (1 - leak) * explain) / leak, axis=1)
    miss = np.prod(1 - explain, axis=1)
    chances = prior[[*leading, *rare]]
    reasoner = reasoner_of(knowledge)
    if reasoner.fast is None and len(joint.present) > _QUICK_FROM_BITS:
        reasoner.quicken()
    reckon = _sums if reasoner.fast is None else _quick_sums
    total, working, there = reckon(wide, chances, len(leading), gain, miss)
    working[working < LEAST_SHARE * there] = 0
    result = np.zeros((len(inference.causes), draws.count))
    result[leading] = np.clip(working[: len(leading)] / total, 0, 1)
    p, there, working = chances[len(leading) :], there[len(leading) :], working[len(leading) :]
    result[rare] = np.clip(p * working / ((1 - p) * total + p * there), 0, 1)
    return result


def prior_draws(
    knowledge: Knowledge, findings: Findings, inference: Inference, draws: Draws
) -> Floats:
    """Give the prior of each cause in each draw (C, D)."""
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


def _narrow(tables: Tables, evidence: Evidence, joint: Evidence) -> Tables:
    columns = [evidence.present.index(name) for name in joint.present]
    return replace(
        tables,
        link_present=tables.link_present[:, columns],
        leak_present=tables.leak_present[columns],
    )


def _sums(
    wide: Bedside, prior: Floats, leading: int, gain: Floats, miss: Floats
) -> tuple[Floats, Floats, Floats]:
    """Reckon the leading causes together and each rare one beside them, a few draws at a time.

    Parameters
    ----------
    prior : (C, D), the leading causes first
    gain, miss : (C - leading, D), by how much a rare cause raises the chance of the findings that
        no leading cause brings, and its chance to bring none of them

    Returns
    -------
    total (D,); working (C, D), the part with the cause at work (of a rare one: were it there for
    certain); there (C, D), the same with the cause there
    """
    draws = prior.shape[1]
    total = np.zeros(draws)
    working, there = np.zeros_like(prior), np.zeros_like(prior)
    bits = wide.plain.explain.shape[1]
    bits += 0 if wide.gates[0] is None else 1 + wide.gates[0].bits.explain.shape[1]
    few = max(1, _NUMBERS_AT_ONCE >> bits)
    for start in range(0, draws, few):
        some = slice(start, start + few)
        plain, chance = wide.plain.draws(some), prior[:leading, some]
        ahead = plain.of(np.arange(leading))
        for gate in wide.gates:
            part = None if gate is None else gate.draws(some)
            first = None if part is None else part.of(np.arange(leading))
            found = likelihoods(chance, ahead, first)
            total[some] += found.total
            there[:leading, some] += chance * found.with_it
            working[:leading, some] += chance * (found.with_it - found.idle * found.without)
            layout = Layout(ahead, first)
            table = layout.start()
            for place in range(leading):
                table = layout.take_in(table, place, chance[place])
            idle = Layout(plain, part).idle
            for row in range(leading, len(prior)):
                on = full_set(table, Bedside(plain, ()), part, row) * gain[row - leading, some]
                there[row, some] += on
                working[row, some] += on - table[-1] * idle[row] * miss[row - leading, some]
    return total, working, there


def _quick_sums(
    wide: Bedside, prior: Floats, leading: int, gain: Floats, miss: Floats
) -> tuple[Floats, Floats, Floats]:
    """Give the same as `_sums`, compiled."""
    from kedut.reasoning import interval_kernel as kernel

    plain, (causes, draws) = wide.plain, prior.shape
    drawn = kernel.Drawn(
        _by_draw(plain.explain),
        _by_draw(plain.leak_explain),
        _by_draw(plain.weight),
        _by_draw(prior),
    )
    sums = kernel.DrawnSums(
        np.zeros(draws),
        np.zeros((draws, causes)),
        np.zeros((draws, causes)),
        np.ones((2, draws, causes)),
    )
    sums.lone[0, :, leading:], sums.lone[1, :, leading:] = gain.T, miss.T
    none = np.zeros((draws, causes, 0))
    for gate in wide.gates:
        if gate is None:
            off = kernel.DrawnGate(
                False, drawn.weight, drawn.weight, none, none, np.ones((draws, 1))
            )
            kernel.draw_sums(drawn, off, leading, sums)
            continue
        here = kernel.DrawnGate(
            True,
            _by_draw(gate.emit),
            _by_draw(gate.bits.weight),
            _by_draw(gate.bits.explain),
            _by_draw(gate.bits.miss),
            _by_draw(gate.start()),
        )
        kernel.draw_sums(drawn, here, leading, sums)
    return sums.total, sums.working.T, sums.with_it.T


def _by_draw(table: Floats) -> Floats:
    """Put the draws first: one draw's numbers lie together."""
    return np.ascontiguousarray(np.moveaxis(table, -1, 0))


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
        alone: Floats = plain.weight[cause] * _reach(table, last, touched)
        return alone
    first = plain.explain.shape[1]
    draws = table.shape[1]
    gated = [(first, np.ones(draws), np.zeros(draws))]
    gated += [
        (first + 1 + place, gate.bits.explain[cause, place], gate.bits.miss[cause, place])
        for place in range(gate.bits.explain.shape[1])
    ]
    still = (1 - emit) * _reach(table, last, touched)
    moved = emit * gate.bits.weight[cause] * _reach(table, last, [*touched, *gated])
    result: Floats = plain.weight[cause] * (still + moved)
    return result


def _reach(table: Floats, at: int, bits: list[tuple[int, Floats, Floats]]) -> Floats:
    """Give the weight that reaches set `at` when a cause may explain these bits."""
    if not bits:
        reached: Floats = table[at]
        return reached
    (bit, explain, miss), rest = bits[0], bits[1:]
    already = _reach(table, at, rest) * (explain + miss)
    newly = _reach(table, at & ~(1 << bit), rest) * explain
    result: Floats = already + newly
    return result
