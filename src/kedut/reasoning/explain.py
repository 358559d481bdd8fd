"""What speaks for and against a cause: bits per finding, summing to its log-odds.

The weight of a finding depends on what is known before it. Shares are Shapley values over a fixed
set of orders, each taken with its reverse, so that findings pointing the same way share the weight;
every order telescopes, so the shares and the prior sum to the posterior log-odds exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kedut.case.finding_space import Findings, finding_space
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.bedside import (
    GATE_STEP,
    Evidence,
    lay_out,
    partly_known,
    point_tables,
)
from kedut.reasoning.exact import posterior
from kedut.reasoning.inference import Inference, Reasoner, bits, reasoner_of
from kedut.reasoning.network import Network, network_of
from kedut.reasoning.priors import priors_of

Floats = NDArray[np.float64]

ORDERS = 4
MOST_STEPS = 80
_SEED = 7
_FLOOR = 1e-300
# With the clear version all parts are reckoned in one pass, as draws, while the table is small.
_TOGETHER_UP_TO_BITS = 7


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one cause got its chance: log-odds in bits, prior plus findings = posterior."""

    cause: str
    prior_bits: float
    posterior_bits: float
    findings: tuple[tuple[str, float], ...]

    @property
    def speaks_for(self) -> tuple[tuple[str, float], ...]:
        """Give findings that raise the cause, strongest first."""
        return tuple(sorted((f for f in self.findings if f[1] > 0), key=lambda f: (-f[1], f[0])))

    @property
    def speaks_against(self) -> tuple[tuple[str, float], ...]:
        """Give findings that lower the cause, strongest first."""
        return tuple(sorted((f for f in self.findings if f[1] < 0), key=lambda f: (f[1], f[0])))


def explain(
    knowledge: Knowledge, findings: Findings, inference: Inference, causes: Sequence[str]
) -> tuple[Explanation, ...]:
    """Give the weight of each finding for some causes.

    Factors act on the prior alone and carry their shift; symptoms, signs and tests share theirs by
    Shapley's rule. Bits are of `prevalent`, the chance that the person has the cause.
    """
    network = network_of(knowledge)
    places = [network.cause_index[name] for name in causes]
    base = priors_of(knowledge).chances(findings.age, findings.sex)
    factors = _factor_bits(knowledge, findings, network)
    steps = _steps(inference.evidence)
    if len(steps) > MOST_STEPS:  # nobody reads so many weights, and they would take minutes
        return ()
    shares = _shapley(reasoner_of(knowledge), inference, places, steps)
    result = []
    for row, place in enumerate(places):
        prior_bits = _bits(base[place])
        with_factors = _bits(inference.prior[place])
        of_factors = factors.get(place, {})
        # A prior that met its ceiling: the factors share what was left to them.
        told = sum(of_factors.values())
        scale = (with_factors - prior_bits) / told if told else 0.0
        weights = {name: bits * scale for name, bits in of_factors.items()}
        for step, name in enumerate(steps):
            weights[name] = weights.get(name, 0.0) + float(shares[step, row])
        result.append(
            Explanation(
                network.causes[place],
                prior_bits,
                prior_bits + sum(weights.values()),
                tuple(sorted(weights.items())),
            )
        )
    return tuple(result)


def _bits(chance: float) -> float:
    return math.log2(max(chance, _FLOOR) / max(1 - chance, _FLOOR))


def _factor_bits(
    knowledge: Knowledge, findings: Findings, network: Network
) -> dict[int, dict[str, float]]:
    space = finding_space(knowledge)
    known = space.mask(network.factors)
    shifts: dict[int, dict[str, float]] = {}
    for mask, there in ((findings.present & known, True), (findings.absent & known, False)):
        for name in space.names(mask):
            for factor in network.factors[name]:
                bits = (factor.present if there else factor.absent) / math.log(2)
                shifts.setdefault(factor.cause, {})[name] = bits
    return shifts


def _steps(evidence: Evidence) -> list[str]:
    """Give what is taken in one at a time; the moving calf stands for its gate."""
    gate = [GATE_STEP] if evidence.gate is not None else []
    return [
        *evidence.present,
        *evidence.absent,
        *gate,
        *evidence.shown,
        *evidence.not_shown,
        *(name for name, _ in evidence.states),
    ]


def _orders(count: int) -> list[list[int]]:
    generator = np.random.default_rng(_SEED)
    orders: list[list[int]] = []
    for _ in range(ORDERS // 2):
        order = generator.permutation(count).tolist()
        orders += [order, order[::-1]]
    return orders


def _shapley(
    reasoner: Reasoner, inference: Inference, places: list[int], steps: list[str]
) -> Floats:
    """Give the mean gain in log-odds (steps, causes), in bits, over the orders."""
    shares = np.zeros((len(steps), len(places)))
    if not steps:
        return shares
    orders = _orders(len(steps))
    nothing: frozenset[str] = frozenset()
    parts = dict.fromkeys(
        frozenset(steps[step] for step in order[: count + 1])
        for order in orders
        for count in range(len(order))
    )
    memory = dict(zip(parts, _log_odds(reasoner, inference, list(parts), places), strict=True))
    memory[nothing] = np.array([_bits(inference.prior[place]) for place in places])
    for order in orders:
        known: set[str] = set()
        before = memory[nothing]
        for step in order:
            known.add(steps[step])
            after = memory[frozenset(known)]
            shares[step] += after - before
            before = after
    return shares / ORDERS


def _log_odds(
    reasoner: Reasoner, inference: Inference, parts: list[frozenset[str]], places: list[int]
) -> list[Floats]:
    """Give the log-odds in bits (causes,) when only some findings are known, for each part."""
    evidence, prior = inference.evidence, inference.prior
    if reasoner.fast is None and bits(evidence) <= _TOGETHER_UP_TO_BITS:
        tables = partly_known(point_tables(reasoner.network, evidence), evidence, parts)
        together = np.repeat(prior[:, None], len(parts), axis=1)
        prevalent = posterior(together, lay_out(evidence, tables)).prevalent[places].T
    else:
        reasoner.quicken()
        prevalent = np.array(
            [
                reasoner.posterior(prior, restrict(evidence, part)).prevalent[places, 0]
                for part in parts
            ]
        )
    return [np.array([_bits(float(chance)) for chance in row]) for row in prevalent]


def restrict(evidence: Evidence, known: frozenset[str]) -> Evidence:
    """Give the evidence with only some findings known; an attribute needs its moving calf."""
    gate = evidence.gate if GATE_STEP in known else None
    if not evidence.gate:
        return replace(
            evidence,
            present=tuple(f for f in evidence.present if f in known),
            absent=tuple(f for f in evidence.absent if f in known),
            gate=gate,
        )
    attributes = {*evidence.shown, *evidence.not_shown, *(name for name, _ in evidence.states)}
    return Evidence(
        tuple(f for f in evidence.present if f in known),
        tuple(f for f in evidence.absent if f in known),
        True if gate or attributes & known else None,
        tuple(f for f in evidence.shown if f in known),
        tuple(f for f in evidence.not_shown if f in known),
        tuple((name, runs) for name, runs in evidence.states if name in known),
        evidence.own,
    )
