"""The chance that each cause is at work in the episode somebody comes to ask about.

The tables give the chance in people at large. Those who ask are others: nearly everybody with an
acute dangerous cause asks within the month, few of those with an everyday twitch or an old ailment
do. The chance among those who ask is the one at large times the share who ask, scaled so that an
asking person has a stated number of causes at work on average (ADR 2).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kedut.knowledge.entities import Prior
from kedut.knowledge.knowledge_base import Knowledge
from kedut.quantity.sourced import Grade, Sourced
from kedut.reasoning.network import Factor, network_of

Floats = NDArray[np.float64]

# Ages over which an unknown age is averaged, in years: adults, evenly.
_TYPICAL_YEARS = range(18, 81, 3)
_SEXES = ("female", "male")
# Without any prior row a cause is as rare as the rarest listed; `check` reports it.
_SILENT = Sourced(value=1e-6, low=0, high=1e-5, grade=Grade.JUDGEMENT)
_MOST_BEFORE = 0.6  # constant: before anything is told, no cause is likelier than this
_MOST = 0.95  # constant: no factor makes a cause certain before a symptom is heard


class Priors:
    """Prior rows by cause, the most specific first."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.network = network_of(knowledge)
        rows: dict[str, list[Prior]] = {cause: [] for cause in self.network.causes}
        for prior in knowledge.priors:
            if prior.cause in rows:
                rows[prior.cause].append(prior)
        for of_one in rows.values():
            of_one.sort(key=lambda row: (row.age_to - row.age_from, not row.sex))
        self.rows = rows
        self._shifts = {name: self._shift(own) for name, own in self.network.factors.items()}
        self.asking = np.array([self._asks(cause, knowledge) for cause in self.network.causes])
        self._memory: dict[tuple[int | None, str | None], Floats] = {}
        self._averages: dict[tuple[int | None, str | None], Floats] = {}
        everybody = self._average(None, None) * self.asking
        self._causes_per_person = knowledge.decisions["ask.causes_per_person"]
        self.scale = self._causes_per_person / float(everybody.sum())

    def _shift(self, factors: Iterable[Factor]) -> tuple[Floats, Floats]:
        """Give how one factor shifts the log-odds of each cause (C,), present and absent."""
        present, absent = np.zeros(len(self.rows)), np.zeros(len(self.rows))
        for factor in factors:
            present[factor.cause] += factor.present
            absent[factor.cause] += factor.absent
        return present, absent

    def _asks(self, cause: str, knowledge: Knowledge) -> float:
        """Give the share of people with a cause who come to ask about it within the month.

        A new illness (a prior from an incidence) is asked about by how soon it needs care; a
        standing state is there every month and asked about in few.
        """
        own = knowledge.decisions.get(f"ask.cause.{cause}")
        if own is not None:
            return own
        share = knowledge.decisions[f"ask.{knowledge.causes[cause].harm_level}"]
        if any(row.measure == "incidence" for row in self.rows[cause]):
            return share
        return min(share, knowledge.decisions["ask.standing"])

    def figure(self, cause: str, age: float, sex: str) -> Sourced:
        """Give the prior row that holds for one person."""
        for row in self.rows[cause]:
            if row.age_from <= age < row.age_to + 1 and row.sex in ("", sex):
                return row.chance
        return _SILENT

    def chances(self, age: float | None, sex: str | None) -> Floats:
        """Give the chance of each cause (C,); an unknown age or sex is averaged over adults."""
        key = (None if age is None else int(age), sex)
        if key not in self._memory:
            asked = self._average(age, sex) * self.asking * self.scale
            self._memory[key] = np.minimum(asked, _MOST_BEFORE)
        return self._memory[key]

    def were(self, row: Prior, value: float, age: float | None, sex: str | None) -> Floats:
        """Give the chance of each cause (C,) as `chances` does, were one row's figure another.

        All move a little: an asking person keeps the stated number of causes.
        """
        place = self.network.cause_index[row.cause]
        more = value - row.chance.value
        average = self._average(age, sex).copy()
        average[place] += more * self._share(row, age, sex)
        all_before = 1 / self.scale
        all_after = all_before + (
            more
            * self._share(row, None, None)
            * float(self.asking[place])
            / self._causes_per_person
        )
        asked: Floats = np.minimum(average * self.asking / all_after, _MOST_BEFORE)
        return asked

    def _share(self, row: Prior, age: float | None, sex: str | None) -> float:
        """Give the share of people of an age and sex for whom a row holds."""
        people = _people(age, sex)
        return sum(self.figure(row.cause, a, s) is row.chance for a, s in people) / len(people)

    def _average(self, age: float | None, sex: str | None) -> Floats:
        key = (None if age is None else int(age), sex)
        if key not in self._averages:
            people = _people(age, sex)
            self._averages[key] = np.array(
                [
                    sum([self.figure(cause, a, s).value for a, s in people]) / len(people)
                    for cause in self.network.causes
                ]
            )
        return self._averages[key]

    def shifted(self, chances: Floats, present: frozenset[str], absent: frozenset[str]) -> Floats:
        """Give the chances after known factors; an unknown factor leaves them as they are."""
        shift = np.zeros_like(chances)
        for name in sorted(present):  # in one order, so that each process finds the same to the bit
            if name in self._shifts:
                shift += self._shifts[name][0]
        for name in sorted(absent):
            if name in self._shifts:
                shift += self._shifts[name][1]
        odds = chances / (1 - chances) * np.exp(shift)
        limited: Floats = np.minimum(odds / (1 + odds), np.maximum(_MOST, chances))
        return limited


def _people(age: float | None, sex: str | None) -> list[tuple[float, str]]:
    """Give the ages and sexes over which an unknown one is averaged."""
    ages = list(_TYPICAL_YEARS) if age is None else [age]
    sexes = _SEXES if sex is None else (sex,)
    return [(a, s) for a in ages for s in sexes]


@lru_cache(maxsize=8)
def priors_of(knowledge: Knowledge) -> Priors:
    """Give the priors of a knowledge base, built once."""
    return Priors(knowledge)
