"""Invented persons who do not come from the model that judges them.

They differ from it on purpose: figures from other draws, findings that hang together through how
severe the illness is and how readily the person reports, wrong answers, and much left unanswered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.case.case import Case
from kedut.case.finding_space import finding_space
from kedut.knowledge.entities import Kind
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.draws import Draws
from kedut.reasoning.network import network_of
from kedut.reasoning.priors import priors_of

Floats = NDArray[np.float64]

_FIGURE_DRAWS = 64
_LEAST_COMMON = 1e-6
_SMALL = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """How persons differ from the model; all shares in [0, 1].

    severity, readiness : standard deviation, in log-odds, of what a person's findings share
    wrong : share of true findings that are denied; of what is not there, this share of the
        background rate is affirmed
    unknown : share of findings not answered
    """

    severity: float = 0.7
    readiness: float = 0.5
    wrong: float = 0.05
    unknown: float = 0.3
    tests_done: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is true of a person, and what they answer.

    at_work : the causes that are there and brought at least one finding
    truth : every finding that is really there
    case : what was answered
    """

    at_work: tuple[str, ...]
    causes: tuple[str, ...]
    truth: frozenset[str]
    case: Case


class Simulator:
    """Makes persons from figures drawn with a seed of their own."""

    def __init__(self, knowledge: Knowledge, seed: int, world: World | None = None) -> None:
        self.knowledge = knowledge
        self.world = world or World()
        self.network = network_of(knowledge)
        self.priors = priors_of(knowledge)
        self.space = finding_space(knowledge)
        self.random = np.random.default_rng(seed)
        self.draws = Draws(knowledge, count=_FIGURE_DRAWS, seed=seed + 1)
        everything = range(len(self.network.causes))
        self._links = self.draws.links(everything, self.network.findings)
        self._leaks = np.array([self.draws.background(f) for f in self.network.findings])
        self._gates = self.draws.gates(everything)
        self._attributes, self._attribute_leak = self.draws.attributes(
            everything, tuple(self.network.attributes)
        )
        self._states = {
            name: self.draws.states(everything, name) for name in self.network.variables
        }

    def person(
        self,
        causes: tuple[str, ...] | None = None,
        age: float | None = None,
        *,
        alone: bool = False,
    ) -> Person:
        """Make a person; with `causes` given, these are there for certain, `alone` no others."""
        random = self.random
        age = float(random.integers(18, 81)) if age is None else age
        sex = ("female", "male")[random.integers(2)]
        draw = int(random.integers(_FIGURE_DRAWS))
        factors = self._factors()
        chance = self.priors.shifted(
            self.priors.chances(age, sex),
            frozenset(f for f, there in factors.items() if there),
            frozenset(f for f, there in factors.items() if not there),
        )
        there = random.random(len(chance)) < (0.0 if alone else chance)
        if causes is not None:
            there[[self.network.cause_index[c] for c in causes]] = True
        working = [int(c) for c in np.flatnonzero(there)]
        truth, brought = self._findings(working, draw)
        truth |= {f for f, present in factors.items() if present}
        truth = self._close(truth)
        return Person(
            at_work=tuple(self.network.causes[c] for c in working if brought[c]),
            causes=tuple(self.network.causes[c] for c in working),
            truth=frozenset(truth),
            case=self._told(truth, age, sex),
        )

    def _factors(self) -> dict[str, bool]:
        found = {}
        for name in self.network.factors:
            row = self.knowledge.background.get(name)
            share = row.p.value if row else _LEAST_COMMON
            found[name] = bool(self.random.random() < share)
        return found

    def _findings(self, working: list[int], draw: int) -> tuple[set[str], dict[int, bool]]:
        random, world = self.random, self.world
        ready = random.normal(0, world.readiness)
        truth: set[str] = set()
        leak = _shift(self._leaks[:, draw], ready)
        for place in np.flatnonzero(random.random(len(leak)) < leak):
            truth.add(self.network.findings[place])
        brought: dict[int, bool] = {}
        emitting: list[int | None] = []
        if random.random() < self.network.gate_leak:
            emitting.append(None)
        for cause in working:
            severe = random.normal(0, world.severity)
            link = _shift(self._links[cause, :, draw], severe)
            hit = np.flatnonzero(random.random(len(link)) < link)
            truth |= {self.network.findings[f] for f in hit}
            moves = random.random() < _shift(self._gates[[cause], draw], severe)[0]
            if moves:
                emitting.append(cause)
            brought[cause] = bool(len(hit)) or bool(moves)
        if emitting:
            truth |= self._movement(emitting, draw)
        return truth, brought

    def _movement(self, emitting: list[int | None], draw: int) -> set[str]:
        random = self.random
        truth: set[str] = set()
        for name, place in self.network.attributes.items():
            for cause in emitting:
                p = (
                    self._attribute_leak[place, draw]
                    if cause is None
                    else self._attributes[cause, place, draw]
                )
                if random.random() < p:
                    truth.add(name)
        for variable, (table, leak) in self._states.items():
            state = 0
            for cause in emitting:
                row = leak[:, draw] if cause is None else table[cause, :, draw]
                state = max(state, 1 + int(random.choice(len(row), p=row / row.sum())))
            truth |= {
                f for f, states in self.knowledge.variables[variable].items() if states == (state,)
            }
        return truth

    def _close(self, truth: set[str]) -> set[str]:
        mask = 0
        for name in truth:
            mask |= self.space.implied_up(name)
        return set(self.space.names(mask))

    def _told(self, truth: set[str], age: float, sex: str) -> Case:
        """Give what the person answers of what could be asked."""
        random, world = self.random, self.world
        present: list[str] = []
        absent: list[str] = []
        for name, finding in self.knowledge.findings.items():
            if finding.kind in (Kind.DEMOGRAPHIC, Kind.COMPOSITE) or finding.variable:
                continue
            answered = 1 - world.unknown if finding.asked else world.tests_done
            if random.random() >= answered:
                continue
            there = name in truth
            if random.random() < world.wrong * (1.0 if there else self._common(name)):
                there = not there
            (present if there else absent).append(name)
        for members in self.knowledge.variables.values():
            if random.random() >= world.unknown:
                present += [f for f in members if f in truth and len(members[f]) == 1]
        taken = set(present)
        return Case(
            id="simulated",
            age=age,
            sex=sex,
            present=tuple(present),
            absent=tuple(name for name in absent if name not in taken),
        )

    def _common(self, name: str) -> float:
        """Give how common a finding is: nobody affirms a fit or a snake bite by mistake."""
        row = self.knowledge.background.get(name)
        return row.p.value if row is not None else 0.0


def _shift(p: Floats, by: float) -> Floats:
    """Give chances moved by some log-odds; what never happens still does not."""
    odds = np.clip(p, _SMALL, 1 - _SMALL)
    moved = odds / (1 - odds) * np.exp(by)
    result: Floats = np.where(p > 0, moved / (1 + moved), 0.0)
    return result
