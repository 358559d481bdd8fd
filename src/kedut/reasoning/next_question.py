"""What to ask next: the answer expected to save most, per second of the person's time.

Loss is a wrong leading cause (counted more for grave ones) and a wrong urgency. What an answer
would do to the causes is reckoned from the posterior taken as independent between causes: quick,
and only used to choose; the posterior itself stays exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kedut.case.finding_space import Findings, finding_space
from kedut.knowledge.entities import Kind
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.inference import Inference
from kedut.reasoning.network import network_of

Floats = NDArray[np.float64]

_GRAVE_COUNTS = 3.0
_SURE = 1e-9
_UNHEARD = 1e-3  # constant: chance of a finding that no figure tells of


@dataclass(frozen=True, slots=True)
class Raise:
    """A way the urgency would rise: what is still unknown of it, and by how many levels."""

    missing: int
    levels: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question and what its answer is expected to save."""

    finding: str
    value: float
    seconds: float
    chance: float

    @property
    def per_second(self) -> float:
        """Give the expected gain per second of the person's time."""
        return self.value / max(self.seconds, 1.0)


class Chooser:
    """Everything about the questions that does not depend on the person."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.space = finding_space(knowledge)
        network = network_of(knowledge)
        self.network = network
        self.weights = np.array(
            [_GRAVE_COUNTS if knowledge.causes[c].grave else 1.0 for c in network.causes]
        )
        self.state_of = {
            finding: (variable, states[0] - 1)
            for variable, members in knowledge.variables.items()
            for finding, states in members.items()
            if len(states) == 1
        }
        self.factor_names = tuple(network.factors)
        size = (len(network.causes), len(self.factor_names))
        self.shift_present, self.shift_absent = np.zeros(size), np.zeros(size)
        for column, name in enumerate(self.factor_names):
            for factor in network.factors[name]:
                self.shift_present[factor.cause, column] = factor.present
                self.shift_absent[factor.cause, column] = factor.absent
        self.factor_background = np.array(
            [
                knowledge.background[n].p.value if n in knowledge.background else 0.05
                for n in self.factor_names
            ]
        )

    def gains(self, inference: Inference, *, gate: bool) -> dict[str, tuple[float, float]]:
        """Give for every finding its expected gain about the causes, and its chance to be there."""
        network, prevalent = self.network, inference.prevalent
        gains: dict[str, tuple[float, float]] = {}
        self._add(gains, network.findings, network.link, network.leak, prevalent)
        if gate:
            emitting = np.where(network.gate > 0, inference.at_work, 0.0)
            self._add(
                gains,
                tuple(network.attributes),
                network.attribute,
                network.attribute_leak,
                emitting,
            )
            for finding, (variable, place) in self.state_of.items():
                self._add(
                    gains,
                    (finding,),
                    network.variables[variable][:, [place]],
                    network.variable_leak[variable][[place]],
                    emitting,
                )
        self._add_factors(gains, prevalent)
        return gains

    def _add(
        self,
        gains: dict[str, tuple[float, float]],
        names: Sequence[str],
        link: Floats,
        leak: Floats,
        chance: Floats,
    ) -> None:
        p = chance[:, None]
        stays_off = 1 - link * p
        nobody = (1 - leak) * np.prod(stays_off, axis=0)
        if_absent = p * (1 - link) / stays_off
        there = np.maximum(1 - nobody, _SURE)
        if_present = (p - if_absent * nobody) / there
        moved = there * (if_present - p) ** 2 + nobody * (if_absent - p) ** 2
        gain = self.weights @ moved
        for name, value, seen in zip(names, gain.tolist(), there.tolist(), strict=True):
            gains[name] = (value, seen)

    def _add_factors(self, gains: dict[str, tuple[float, float]], prevalent: Floats) -> None:
        p = prevalent[:, None]
        odds = p / np.maximum(1 - p, _SURE)
        there = self.factor_background * (1 + (p * np.expm1(self.shift_present)).sum(axis=0))
        there = np.clip(there, _SURE, 1 - _SURE)
        with_it = odds * np.exp(self.shift_present)
        without = odds * np.exp(self.shift_absent)
        moved = there * (with_it / (1 + with_it) - p) ** 2
        moved += (1 - there) * (without / (1 + without) - p) ** 2
        gain = self.weights @ moved
        for name, value, seen in zip(self.factor_names, gain.tolist(), there.tolist(), strict=True):
            old = gains.get(name, (0.0, seen))
            gains[name] = (old[0] + value, seen)

    def candidates(
        self,
        findings: Findings,
        inference: Inference,
        raises: Iterable[Raise],
        *,
        kinds: frozenset[Kind] = frozenset({Kind.SYMPTOM, Kind.SELF_SIGN, Kind.RISK_FACTOR}),
        only_asked: bool = True,
    ) -> list[Candidate]:
        """Give what can still be asked, best per second first.

        Parameters
        ----------
        raises : ways in which answers could raise the urgency
        only_asked : leave out what a lay person cannot be asked
        """
        decisions = self.knowledge.decisions
        known = findings.present | findings.absent
        gains = self.gains(inference, gate=bool(inference.evidence.gate))
        urgent = self._urgency_gains(raises, gains)
        found = []
        for name, finding in self.knowledge.findings.items():
            if finding.kind not in kinds or (only_asked and not finding.asked):
                continue
            if known & self.space.bit[name] or finding.replaced_by:
                continue
            if finding.only_after and not findings.present & self.space.bit[finding.only_after]:
                continue
            value, chance = gains.get(name, (0.0, 0.0))
            total = value * decisions["interview.weight_cause"]
            total += urgent.get(name, 0.0) * decisions["interview.weight_urgency"]
            if total > 0:
                found.append(Candidate(name, total, finding.seconds or 5.0, chance))
        return sorted(found, key=lambda c: (-c.per_second, c.finding))

    def _urgency_gains(
        self, raises: Iterable[Raise], gains: dict[str, tuple[float, float]]
    ) -> dict[str, float]:
        """Give for each finding the levels its answer is expected to correct."""
        levels: dict[int, int] = {}  # many rules miss the same
        for way in raises:
            levels[way.missing] = max(levels.get(way.missing, 0), way.levels)
        urgent: dict[str, float] = {}
        for missing, by in levels.items():
            names = list(self.space.names(missing))
            chance = 1.0
            for name in names:
                chance *= gains.get(name, (0.0, _UNHEARD))[1]
            for name in names:
                urgent[name] = max(urgent.get(name, 0.0), chance * by / len(names))
        return urgent


@lru_cache(maxsize=8)
def chooser_of(knowledge: Knowledge) -> Chooser:
    """Give the chooser of a knowledge base, built once."""
    return Chooser(knowledge)
