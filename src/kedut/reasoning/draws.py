"""Every figure drawn from its own uncertainty, once per knowledge base and seed."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kedut.knowledge.entities import CALF_MOVEMENT, Risk
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.parse_rows import ODDS_MEASURES
from kedut.quantity.beta import beta_shapes
from kedut.quantity.sourced import Sourced
from kedut.reasoning.bedside import Evidence, OwnStates, Tables
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
_NOBODY = ""  # stands for the background among causes
_SMALLEST = 1e-9  # constant: no figure is impossible, none certain


def _stream(name: str) -> int:
    """Give the number of a stream; the same on every machine."""
    return zlib.crc32(name.encode())


class Draws:
    """Draws of links, backgrounds, priors and odds ratios; the same for the same seed.

    Figures are drawn independently; where a finding inherits the figure of a wider one, both share
    its draws. Each finding, and the prior of each cause, has a stream of its own and is drawn when
    first asked for: a new row moves no other finding's draws, and few are needed for one person.
    """

    def __init__(self, knowledge: Knowledge, count: int = DRAWS, seed: int = SEED) -> None:
        self.knowledge = knowledge
        self.network: Network = network_of(knowledge)
        self.priors: Priors = priors_of(knowledge)
        self.count, self.seed = count, seed
        self._figures: dict[str, dict[str, Sourced]] = {}
        for link in knowledge.links:
            if link.role in ("finding", "measured"):
                name = link.finding
                if name != CALF_MOVEMENT:
                    name = knowledge.resolve(name)
                self._figures.setdefault(name, {}).setdefault(link.cause, link.p)
        for name, row in knowledge.background.items():
            self._figures.setdefault(name, {})[_NOBODY] = row.p
        self._drawn: dict[str, dict[str, Floats]] = {}
        self._drawn_priors: dict[str, dict[int, Floats]] = {}
        self._drawn_ratios: dict[tuple[str, str], Floats] = {}
        self._risk_rows: dict[tuple[str, str], Risk] = {}
        for risk in knowledge.risks:
            self._risk_rows.setdefault((risk.cause, knowledge.resolve(risk.factor)), risk)
        self._risks = self._draw_risks(np.random.default_rng([seed, _stream("risks")]))

    def _of(self, finding: str) -> dict[str, Floats]:
        """Give the draws of all figures about a finding, by cause."""
        if finding not in self._drawn:
            figures = self._figures.get(finding, {})
            names = sorted(figures)
            drawn = self._draw([figures[name] for name in names], f"finding {finding}")
            self._drawn[finding] = dict(zip(names, drawn, strict=True))
        return self._drawn[finding]

    def _prior(self, cause: str, chance: Sourced) -> Floats | None:
        """Give the draws of a cause's prior in one stratum; nothing where no row states it."""
        if cause not in self._drawn_priors:
            chances = [row.chance for row in self.priors.rows[cause]]
            drawn = self._draw(chances, f"prior {cause}")
            self._drawn_priors[cause] = {id(c): row for c, row in zip(chances, drawn, strict=True)}
        return self._drawn_priors[cause].get(id(chance))

    def _draw(self, figures: list[Sourced], stream: str) -> Floats:
        """Draw figures (N, D) from the Beta of each."""
        if not figures:
            return np.zeros((0, self.count))
        a, b = beta_shapes(
            [f.value for f in figures], [f.low for f in figures], [f.high for f in figures]
        )
        generator = np.random.default_rng([self.seed, _stream(stream)])
        drawn = generator.beta(a[:, None], b[:, None], (len(figures), self.count))
        return np.clip(drawn, _SMALLEST, 1 - _SMALLEST)

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
        return self._of(finding)[cause]

    def background(self, finding: str) -> Floats:
        """Give the draws of a background."""
        drawn = self._of(finding).get(_NOBODY)
        if drawn is None:
            return np.full(self.count, self.network.leak[self.network.finding_index[finding]])
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
                    p = self.figure(*figure.key) * figure.share
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
            drawn = self._of(name)
            leaks[column] = drawn[_NOBODY]
            for row, cause in enumerate(rows):
                table[row, column] = drawn.get(network.causes[cause], leaks[column])
        return table, leaks

    def states(self, causes: Iterable[int], variable: str) -> tuple[Floats, Floats]:
        """Give the states of a variable (C, S, D) of some causes, and of the background (S, D)."""
        network, rows = self.network, list(causes)
        members = self.knowledge.variables[variable]
        single = {s[0] - 1: f for f, s in members.items() if len(s) == 1}
        leak = network.variable_leak[variable]
        drawn_leak = self._scatter(leak, {p: (_NOBODY, f) for p, f in single.items()})
        table = np.empty((len(rows), len(leak), self.count))
        for row, cause in enumerate(rows):
            name = network.causes[cause]
            own = {p: (name, f) for p, f in single.items() if name in self._figures.get(f, {})}
            table[row] = self._scatter(network.variables[variable][cause], own)
        return table, drawn_leak

    def _scatter(self, row: Floats, own: dict[int, tuple[str, str]]) -> Floats:
        """Give draws (S, D) of a distribution whose states have figures of their own."""
        drawn = np.repeat(row[:, None], self.count, axis=1)
        for place, key in own.items():
            drawn[place] *= self._ratios(*key)
        normal: Floats = drawn / drawn.sum(axis=0)
        return normal

    def _ratios(self, cause: str, finding: str) -> Floats:
        """Give the draws of a figure beside their mean."""
        key = cause, finding
        if key not in self._drawn_ratios:
            drawn = self.figure(*key)
            self._drawn_ratios[key] = drawn / drawn.mean()
        return self._drawn_ratios[key]

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
            own = self._prior(cause, chance)
            if own is not None:
                p = own * (base[row] / chance.value)
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
        risk = self._risk_rows[figure]
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
        own = evidence.own
        states = {
            name: self._own(causes, own)
            if own and own.variable == name
            else self.states(causes, name)
            for name, _ in evidence.states
        }
        leaks = [self.background(name) for name in evidence.present]
        still = self._of(CALF_MOVEMENT).get(_NOBODY)
        return Tables(
            link_present=self.links(causes, evidence.present),
            leak_present=np.array(leaks).reshape(len(leaks), self.count),
            link_absent=self.links(causes, evidence.absent),
            gate=self.gates(causes),
            gate_leak=np.full(self.count, self.network.gate_leak) if still is None else still,
            shown=shown,
            shown_leak=shown_leak,
            not_shown=hidden,
            not_shown_leak=hidden_leak,
            states={name: table for name, (table, _) in states.items()},
            states_leak={name: leak for name, (_, leak) in states.items()},
        )

    def _own(self, causes: list[int], own: OwnStates) -> tuple[Floats, Floats]:
        """Give what is told finer for one person; its uncertainty is in the figures already."""
        wide = np.ones(self.count)
        return own.table[causes][..., None] * wide, own.leak[:, None] * wide


@lru_cache(maxsize=4)
def draws_of(knowledge: Knowledge) -> Draws:
    """Give the draws of a knowledge base with the fixed seed, made once."""
    return Draws(knowledge)
