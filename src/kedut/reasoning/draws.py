"""Every figure drawn from its own uncertainty, once per knowledge base and seed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kedut.knowledge.entities import CALF_MOVEMENT
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.parse_rows import ODDS_MEASURES
from kedut.quantity.beta import beta_shapes
from kedut.quantity.sourced import Sourced
from kedut.reasoning.bedside import Evidence, Tables
from kedut.reasoning.network import (
    Network,
    frequency_shift,
    network_of,
    odds_shift,
)
from kedut.reasoning.priors import Priors, priors_of

Floats = NDArray[np.float64]

DRAWS = 400
SEED = 20261101
_STANDARD_ERRORS_WIDE = 2 * 1.96  # constant: a published range is a central 95 % interval


class Draws:
    """Draws of links, backgrounds, priors and odds ratios; the same for the same seed.

    Figures are drawn independently; where a finding inherits the figure of a wider one, both share
    its draws.
    """

    def __init__(self, knowledge: Knowledge, count: int = DRAWS, seed: int = SEED) -> None:
        self.knowledge = knowledge
        self.network: Network = network_of(knowledge)
        self.priors: Priors = priors_of(knowledge)
        self.count = count
        self._places: dict[tuple[str, str], int] = {}
        figures: list[Sourced] = []
        for link in knowledge.links:
            if link.role in ("finding", "measured"):
                name = link.finding
                if name != CALF_MOVEMENT:
                    name = knowledge.resolve(name)
                if (link.cause, name) not in self._places:
                    self._places[link.cause, name] = len(figures)
                    figures.append(link.p)
        for name, row in knowledge.background.items():
            self._places["", name] = len(figures)
            figures.append(row.p)
        self._prior_places: dict[int, int] = {}
        for rows in self.priors.rows.values():
            for prior in rows:
                self._prior_places[id(prior.chance)] = len(figures)
                figures.append(prior.chance)
        a, b = beta_shapes(
            [f.value for f in figures], [f.low for f in figures], [f.high for f in figures]
        )
        generator = np.random.default_rng(seed)
        self._drawn: Floats = generator.beta(a[:, None], b[:, None], (len(figures), count))
        smallest = 1e-9
        np.clip(self._drawn, smallest, 1 - smallest, out=self._drawn)
        self._risks = self._draw_risks(generator)

    def _draw_risks(self, generator: np.random.Generator) -> dict[tuple[str, str], Floats]:
        """Give for each (factor, cause) its value in each draw."""
        drawn: dict[tuple[str, str], Floats] = {}
        for risk in self.knowledge.risks:
            if risk.role not in ("risk", "amplifier"):
                continue
            key = (self.knowledge.resolve(risk.factor), risk.cause)
            normal = generator.standard_normal(self.count)
            if risk.measure in ODDS_MEASURES:
                low, high = max(risk.low, 1e-3), max(risk.high, 2e-3)  # constant: guards log of 0
                spread = max(np.log(high / low), 0.0) / _STANDARD_ERRORS_WIDE
                drawn.setdefault(key, risk.value * np.exp(spread * normal))
            else:
                spread = max(risk.high - risk.low, 0.0) / _STANDARD_ERRORS_WIDE
                value = np.clip(risk.value + spread * normal, 1e-3, 0.999)  # constant: a fraction
                drawn.setdefault(key, value)
        return drawn

    def figure(self, cause: str, finding: str) -> Floats:
        """Give the draws of P(finding | cause) as a table states it, own row only."""
        drawn: Floats = self._drawn[self._places[cause, finding]]
        return drawn

    def background(self, finding: str) -> Floats:
        """Give the draws of a background."""
        place = self._places.get(("", finding))
        if place is None:
            return np.full(self.count, self.network.leak[self.network.finding_index[finding]])
        drawn: Floats = self._drawn[place]
        return drawn

    def links(self, causes: Iterable[int], findings: Iterable[str]) -> Floats:
        """Give links (C, K, D) of some causes and plain findings."""
        network, names = self.network, list(findings)
        rows = list(causes)
        links = np.zeros((len(rows), len(names), self.count))
        for column, finding in enumerate(names):
            leak = self.background(finding)
            place = network.finding_index[finding]
            for row, cause in enumerate(rows):
                if network.link[cause, place] > 0:
                    figure = network.total[network.causes[cause], finding]
                    p = self._drawn[self._places[figure.key]] * figure.share
                    links[row, column] = np.maximum(0, (p - leak) / (1 - leak))
        return links

    def gates(self, causes: Iterable[int]) -> Floats:
        """Give P(calf moves | cause) (C, D)."""
        network, rows = self.network, list(causes)
        gates = np.zeros((len(rows), self.count))
        for row, cause in enumerate(rows):
            if network.gate[cause] > 0:
                gates[row] = self.figure(network.causes[cause], CALF_MOVEMENT)
        return gates

    def attributes(self, causes: Iterable[int], names: Iterable[str]) -> tuple[Floats, Floats]:
        """Give attributes (C, A, D) of some causes, and of the background (A, D)."""
        network, columns, rows = self.network, list(names), list(causes)
        table = np.zeros((len(rows), len(columns), self.count))
        leaks = np.zeros((len(columns), self.count))
        for column, name in enumerate(columns):
            leaks[column] = self._drawn[self._places["", name]]
            for row, cause in enumerate(rows):
                own = self._places.get((network.causes[cause], name))
                table[row, column] = leaks[column] if own is None else self._drawn[own]
        return table, leaks

    def states(self, causes: Iterable[int], variable: str) -> tuple[Floats, Floats]:
        """Give the states of a variable (C, S, D) of some causes, and of the background (S, D)."""
        network, rows = self.network, list(causes)
        members = self.knowledge.variables[variable]
        single = {s[0] - 1: f for f, s in members.items() if len(s) == 1}
        leak = network.variable_leak[variable]
        drawn_leak = self._scatter(leak, {p: ("", f) for p, f in single.items()})
        table = np.empty((len(rows), len(leak), self.count))
        for row, cause in enumerate(rows):
            name = network.causes[cause]
            own = {p: (name, f) for p, f in single.items() if (name, f) in self._places}
            table[row] = self._scatter(network.variables[variable][cause], own)
        return table, drawn_leak

    def _scatter(self, row: Floats, own: dict[int, tuple[str, str]]) -> Floats:
        """Give draws (S, D) of a distribution whose states have figures of their own."""
        drawn = np.repeat(row[:, None], self.count, axis=1)
        for place, key in own.items():
            at = self._places[key]
            drawn[place] *= self._drawn[at] / self._drawn[at].mean()
        normal: Floats = drawn / drawn.sum(axis=0)
        return normal

    def prior(
        self,
        age: float | None,
        sex: str | None,
        present: frozenset[str],
        absent: frozenset[str],
        point: Floats,
    ) -> Floats:
        """Give the prior (C, D) of each cause; `point` (C,) is the prior from the figures."""
        network, priors = self.network, self.priors
        base = priors.chances(age, sex)
        drawn = np.repeat(point[:, None], self.count, axis=1)
        odds = drawn / (1 - drawn)
        typical_age = 45.0 if age is None else age  # constant: only the spread is taken from it
        for row, cause in enumerate(network.causes):
            chance = priors.figure(cause, typical_age, sex or "female")
            place = self._prior_places.get(id(chance))
            if place is not None:
                p = self._drawn[place] * (base[row] / chance.value)
                odds[row] *= p / base[row]
        for names, there in ((present, True), (absent, False)):
            for name in names:
                frequency = float(np.clip(self.background(name).mean(), 1e-6, 0.99))  # constant: f
                for factor in network.factors.get(name, ()):
                    values = self._risks.get((name, network.causes[factor.cause]))
                    if values is None:
                        continue
                    odds[factor.cause] *= self._shift_ratio(
                        factor.figure, values, frequency, there=there
                    )
        result: Floats = np.clip(odds / (1 + odds), 1e-12, 1 - 1e-9)
        return result

    def _shift_ratio(
        self, figure: tuple[str, str], values: Floats, frequency: float, *, there: bool
    ) -> Floats:
        """Give how far each draw of a factor moves the odds beyond the figure itself."""
        risk = next(
            r
            for r in self.knowledge.risks
            if r.cause == figure[0] and self.knowledge.resolve(r.factor) == figure[1]
        )
        place = 0 if there else 1
        if risk.measure in ODDS_MEASURES:
            base = 1 / (1 - frequency + frequency * values)
            drawn = values * base if there else base
            point = odds_shift(risk.value, frequency)[place]
        else:
            drawn = values / frequency if there else (1 - values) / (1 - frequency)
            point = frequency_shift(risk.value, frequency)[place]
        ratio: Floats = drawn / np.exp(point)
        return ratio

    def tables(self, evidence: Evidence, causes: list[int]) -> Tables:
        """Give the drawn numbers behind some evidence, for some causes."""
        shown, shown_leak = self.attributes(causes, evidence.shown)
        hidden, hidden_leak = self.attributes(causes, evidence.not_shown)
        states = {name: self.states(causes, name) for name, _ in evidence.states}
        leaks = [self.background(name) for name in evidence.present]
        gate_place = self._places.get(("", CALF_MOVEMENT))
        return Tables(
            link_present=self.links(causes, evidence.present),
            leak_present=np.array(leaks).reshape(len(leaks), self.count),
            link_absent=self.links(causes, evidence.absent),
            gate=self.gates(causes),
            gate_leak=np.full(self.count, self.network.gate_leak)
            if gate_place is None
            else self._drawn[gate_place],
            shown=shown,
            shown_leak=shown_leak,
            not_shown=hidden,
            not_shown_leak=hidden_leak,
            states={name: table for name, (table, _) in states.items()},
            states_leak={name: leak for name, (_, leak) in states.items()},
        )


@lru_cache(maxsize=4)
def draws_of(knowledge: Knowledge) -> Draws:
    """Give the draws of a knowledge base with the fixed seed, made once."""
    return Draws(knowledge)
