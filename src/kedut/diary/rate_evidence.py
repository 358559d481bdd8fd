"""How likely what was noted on a day is, for each rate and each kind of person.

Persons differ in what they call some or a lot, in how much their counts scatter, and in how much
of what a sensor finds they feel. Each is a few values with a weight; the evidence decides.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.diary.entry import Count, Entry, MeasuredRate, Said
from kedut.diary.rate_states import LEVELS, PLACE_OF_STATE

Floats = NDArray[np.float64]

# From what log-rate on a person says "some", how much more is "a lot"; weights of each.
_SOME_FROM = ((-3.6, 0.15), (-2.8, 0.35), (-2.0, 0.35), (-1.2, 0.15))
_A_LOT_ABOVE = ((1.2, 0.25), (2.2, 0.50), (3.4, 0.25))
_GRADE_BLUR = 0.2  # of the log-rate: days differ, memory too
# What is said of what is meant (row): a slip is mostly to the grade beside it.
_GRADES = (Said.NONE, Said.SOME, Said.A_LOT)
_SAID_FOR = np.array([[0.975, 0.021, 0.004], [0.015, 0.970, 0.015], [0.004, 0.021, 0.975]])
_GONE_SAID = {Said.NONE: 0.945, Said.SOME: 0.050, Said.A_LOT: 0.005}
# Shape of the gamma by which counts of one rate scatter: sd of the log-rate about 0.3 and 0.7; low
# shapes also bring counts of nothing.
_SCATTER = ((9.0, 0.65), (2.0, 0.35))
# How much more or less a sensor finds than is counted, in the log-rate.
_FOUND_MORE = ((-0.4, 0.25), (0.4, 0.45), (1.2, 0.3))
# Calf recordings of one person repeat poorly (intraclass correlation 0.44 to 0.62): sd of log-rate.
_BETWEEN_RECORDINGS = 0.6
_FOUND_IN_NOTHING_PER_MIN = 0.05
_COUNTED_IN_NOTHING_PER_MIN = 0.002
_QUANTILE_90 = 1.645


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    """Kinds of person side by side.

    grades : (grades, people, LEVELS), the log of how likely each grade is at each level
    scatters : the shapes there are; scatter : (people,), the place of each one's
    found_more : (people,), of the log-rate
    """

    grades: Floats
    scatters: tuple[float, ...]
    scatter: NDArray[np.intp]
    found_more: Floats

    def __len__(self) -> int:
        """Give how many kinds there are."""
        return len(self.scatter)

    def only(self, places: NDArray[np.intp]) -> People:
        """Give some of them."""
        return People(
            grades=self.grades[:, places],
            scatters=self.scatters,
            scatter=self.scatter[places],
            found_more=self.found_more[places],
        )


def leading_modality(days: Iterable[Entry]) -> str | None:
    """Give the sensor most often used; others see other twitches and stay out of the trend."""
    used = Counter(day.measured.modality for day in days if day.measured is not None)
    return min(used, key=lambda one: (-used[one], one)) if used else None


def persons(days: Sequence[Entry]) -> tuple[People, Floats]:
    """Give the kinds of person to tell apart in this diary, and their weights before it.

    What does not occur in the diary is not told apart.
    """
    graded = any(day.said is not None for day in days)
    counted = any(day.count is not None for day in days)
    # Alone, the level itself can take up what a sensor finds more.
    measured = leading_modality(days) is not None and (graded or counted)
    kinds = list(
        itertools.product(
            _SOME_FROM if graded else ((_SOME_FROM[0][0], 1.0),),
            _A_LOT_ABOVE if graded else ((_A_LOT_ABOVE[0][0], 1.0),),
            _SCATTER if counted else ((_SCATTER[0][0], 1.0),),
            _FOUND_MORE if measured else ((0.0, 1.0),),
        )
    )
    figures, weights = np.array(kinds).transpose(2, 1, 0)
    some_from, a_lot_above, shapes, found_more = figures
    scatters, scatter = np.unique(shapes, return_inverse=True)
    people = People(
        grades=_grades(some_from, some_from + a_lot_above),
        scatters=tuple(scatters.tolist()),
        scatter=scatter,
        found_more=found_more,
    )
    before: Floats = weights.prod(axis=0)
    return people, before / before.sum()


def likelihood(day: Entry, people: People, modality: str | None) -> Floats | None:
    """Give how likely a day is, shape (people, STATES), highest 1; none if it says no rate."""
    logs = []
    if day.said is not None:
        logs.append(_of_grade(day.said, people))
    if day.count is not None:
        logs.append(_of_count(day.count, people))
    if day.measured is not None and day.measured.modality == modality:
        logs.append(_of_measured(day.measured, people))
    if not logs:
        return None
    log = np.sum(logs, axis=0) if len(logs) > 1 else logs[0]
    by_place = np.exp(log - log.max())
    whole: Floats = by_place[:, PLACE_OF_STATE]
    return whole


def _grades(some_from: Floats, a_lot_from: Floats) -> Floats:
    some = 1 / (1 + np.exp((some_from[:, None] - LEVELS) / _GRADE_BLUR))
    a_lot = 1 / (1 + np.exp((a_lot_from[:, None] - LEVELS) / _GRADE_BLUR))
    meant = np.stack([1 - some, some - a_lot, a_lot])
    likely: Floats = np.log(np.tensordot(_SAID_FOR.T, meant, 1))
    return likely


def _of_grade(said: Said, people: People) -> Floats:
    return _with_gone(people.grades[_GRADES.index(said)], math.log(_GONE_SAID[said]))


def _of_count(count: Count, people: People) -> Floats:
    n, expected = count.twitches, np.exp(LEVELS) * count.minutes
    shapes = np.array(people.scatters)[:, None]
    ways = [[math.lgamma(n + shape) - math.lgamma(shape)] for shape in people.scatters]
    by_shape = (
        np.array(ways)
        - math.lgamma(n + 1)
        + shapes * np.log(shapes)
        + n * np.log(expected)
        - (n + shapes) * np.log(shapes + expected)
    )
    nothing = _COUNTED_IN_NOTHING_PER_MIN * count.minutes
    gone = n * math.log(nothing) - nothing - math.lgamma(n + 1)
    return _with_gone(by_shape[people.scatter], gone)


def _of_measured(rate: MeasuredRate, people: People) -> Floats:
    found = np.logaddexp(LEVELS + people.found_more[:, None], math.log(_FOUND_IN_NOTHING_PER_MIN))
    low, seen, high = (
        math.log(figure + _FOUND_IN_NOTHING_PER_MIN)
        for figure in (rate.low, rate.rate_per_min, rate.high)
    )
    spread = math.hypot((high - low) / (2 * _QUANTILE_90), _BETWEEN_RECORDINGS)
    log = -(((found - seen) / spread) ** 2) / 2
    gone = -(((math.log(2 * _FOUND_IN_NOTHING_PER_MIN) - seen) / spread) ** 2) / 2
    return _with_gone(log, gone)


def _with_gone(log: Floats, gone: float) -> Floats:
    return np.concatenate([log, np.full((len(log), 1), gone)], axis=1)
