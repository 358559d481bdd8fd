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
from kedut.diary.rate_states import LEVELS, STATES, WAYS

Floats = NDArray[np.float64]

# From what log-rate on a person says "some", how much more is "a lot"; weights of each.
_SOME_FROM = ((-3.6, 0.2), (-2.8, 0.32), (-2.0, 0.3), (-1.2, 0.18))
_A_LOT_ABOVE = ((1.2, 0.3), (2.2, 0.45), (3.4, 0.25))
_GRADE_BLUR = 0.3  # of the log-rate: days differ, memory too
_SLIP = 0.03  # any answer at all, whatever the rate
_GONE_SAID = {Said.NONE: 0.95, Said.SOME: 0.045, Said.A_LOT: 0.005}
# Shape of the gamma by which counts of one rate scatter: sd of the log-rate about 0.4 and 0.7.
_SCATTER = ((6.0, 0.6), (2.0, 0.4))
# How much more or less a sensor finds than is counted, in the log-rate.
_FOUND_MORE = ((-0.4, 0.25), (0.4, 0.45), (1.2, 0.3))
# Calf recordings of one person repeat poorly (intraclass correlation 0.44 to 0.62): sd of log-rate.
_BETWEEN_RECORDINGS = 0.6
_FOUND_IN_NOTHING_PER_MIN = 0.05
_COUNTED_IN_NOTHING_PER_MIN = 0.004
_QUANTILE_90 = 1.645


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One way to say things; what does not occur in the diary stays at its first value."""

    some_from: float = _SOME_FROM[0][0]
    a_lot_above: float = _A_LOT_ABOVE[0][0]
    scatter: float = _SCATTER[0][0]
    found_more: float = _FOUND_MORE[0][0]


def leading_modality(days: Iterable[Entry]) -> str | None:
    """Give the sensor most often used; others see other twitches and stay out of the trend."""
    used = Counter(day.measured.modality for day in days if day.measured is not None)
    return min(used, key=lambda one: (-used[one], one)) if used else None


def persons(days: Sequence[Entry]) -> tuple[tuple[Person, ...], Floats]:
    """Give the kinds of person to tell apart in this diary, and their weights before it."""
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
    weights = np.array([math.prod(weight for _, weight in kind) for kind in kinds])
    found = tuple(
        Person(some_from=a[0], a_lot_above=b[0], scatter=c[0], found_more=d[0])
        for a, b, c, d in kinds
    )
    return found, weights / weights.sum()


def likelihood(day: Entry, people: Sequence[Person], modality: str | None) -> Floats | None:
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
    log = np.sum(logs, axis=0)
    by_level = np.exp(log - log.max())
    whole = np.empty((len(people), STATES))
    whole[:, :-1] = np.tile(by_level[:, :-1], WAYS)
    whole[:, -1] = by_level[:, -1]
    return whole


def _of_grade(said: Said, people: Sequence[Person]) -> Floats:
    some_from = np.array([one.some_from for one in people])[:, None]
    a_lot_from = some_from + np.array([one.a_lot_above for one in people])[:, None]
    some = 1 / (1 + np.exp((some_from - LEVELS) / _GRADE_BLUR))
    a_lot = 1 / (1 + np.exp((a_lot_from - LEVELS) / _GRADE_BLUR))
    share = {Said.NONE: 1 - some, Said.SOME: some - a_lot, Said.A_LOT: a_lot}[said]
    share = _SLIP / len(Said) + (1 - _SLIP) * share
    return _with_gone(np.log(share), math.log(_GONE_SAID[said]))


def _of_count(count: Count, people: Sequence[Person]) -> Floats:
    shape = np.array([one.scatter for one in people])[:, None]
    n, expected = count.twitches, np.exp(LEVELS) * count.minutes
    ways = np.array([math.lgamma(n + k) - math.lgamma(k) for k in shape[:, 0]])[:, None]
    log = (
        ways
        - math.lgamma(n + 1)
        + shape * np.log(shape / (shape + expected))
        + n * np.log(expected / (shape + expected))
    )
    nothing = _COUNTED_IN_NOTHING_PER_MIN * count.minutes
    return _with_gone(log, n * math.log(nothing) - nothing - math.lgamma(n + 1))


def _of_measured(rate: MeasuredRate, people: Sequence[Person]) -> Floats:
    found = np.logaddexp(
        LEVELS + np.array([one.found_more for one in people])[:, None],
        math.log(_FOUND_IN_NOTHING_PER_MIN),
    )
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
