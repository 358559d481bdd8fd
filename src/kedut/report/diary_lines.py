"""What a diary's picture shows, as numbers: how it went, and how it was expected to go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kedut.assess.assessment import Assessment
from kedut.case.followed import Followed
from kedut.diary.entry import Entry, Said
from kedut.diary.trend import twitch_seen
from kedut.knowledge.knowledge_base import Knowledge
from kedut.outlook.course import resolved_by

MOST_CAUSES = 3
_FEWEST_DAYS, _BEYOND = 14, 1.25  # an axis at least so long, and a quarter beyond today
_POINTS = 48
_FIRST_DAYS = 3  # what the rate at the start is taken from
_NARROW = 1 / 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The course one cause is expected to run: share gone by a day, with its range."""

    cause: str
    points: tuple[tuple[float, float, float, float], ...]  # day, low, share, high


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The rate on a day against the start, 1 is as then; median and 90 % band; chance it is gone.

    low, high : none below a sixteenth
    """

    day: int
    rate: float
    low: float
    high: float
    gone: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """All lines of the picture; days count from `began`, day 0.

    known : whether it is known when it began; if not, `began` is the first day noted
    rates : none where nothing was counted or measured: grades alone tell a direction, no rate
    yours : (day, share gone): nothing up to the last day it twitched, then the chance
    """

    began: date
    known: bool
    today: int
    first_noted: int
    last_day: int
    rates: tuple[Rate, ...]
    noted: tuple[tuple[int, Said], ...]
    yours: tuple[tuple[int, float], ...]
    expected: tuple[Expected, ...]


def lines_of(
    days: Sequence[Entry],
    told: Followed,
    now: Assessment,
    today: date,
    knowledge: Knowledge,
    *,
    asked_on: date | None = None,
) -> Lines | None:
    """Give the lines; none where nothing is noted of the twitching.

    Parameters
    ----------
    days : one entry a day, in order; asked_on : the day the answers were given
    """
    if told.rate is None or not days:
        return None
    asked = asked_on or days[0].day
    before = now.observed.asked_low_days if now.observed else 0.0
    known = now.observed is not None and before == now.observed.asked_high_days
    began = date.fromordinal(asked.toordinal() - (round(before) if known else 0))
    at = (today - began).days
    last = max(_FEWEST_DAYS, round(at * _BEYOND))
    return Lines(
        began=began,
        known=known,
        today=at,
        first_noted=(days[0].day - began).days,
        last_day=last,
        rates=tuple(_rates(told, began)) if told.rate.in_numbers else (),
        noted=tuple(_noted(days, began)),
        yours=tuple(_yours(told, began)),
        expected=tuple(
            Expected(cause=course.cause, points=_points(knowledge, course.cause, last))
            for course in now.course[:MOST_CAUSES]
        ),
    )


def _rates(told: Followed, began: date) -> Iterable[Rate]:
    if told.rate is None:
        return
    first = [one.rate_per_min for one in told.rate.rates[:_FIRST_DAYS]]
    start = max([*first, told.rate.rates[0].high]) if not any(first) else max(first)
    for one in told.rate.rates:
        if start <= 0:
            return
        yield Rate(
            day=(one.day - began).days,
            rate=max(one.rate_per_min / start, 0.0),
            low=max(one.low / start, _NARROW if one.low > 0 else 0.0),
            high=one.high / start,
            gone=one.gone,
        )


def _noted(days: Sequence[Entry], began: date) -> Iterable[tuple[int, Said]]:
    for day in days:
        at = (day.day - began).days
        if day.said is not None:
            yield at, day.said
        elif day.count is not None or day.measured is not None:
            yield at, Said.SOME if twitch_seen(day) else Said.NONE


def _yours(told: Followed, began: date) -> Iterable[tuple[int, float]]:
    rate = told.rate
    if rate is None:
        return
    yield (rate.rates[0].day - began).days, 0.0
    seen = rate.last_seen or rate.rates[0].day
    yield (seen - began).days, 0.0
    for one in rate.rates:
        if seen < one.day <= rate.last_noted:
            yield (one.day - began).days, one.gone


def _points(
    knowledge: Knowledge, cause: str, last: int
) -> tuple[tuple[float, float, float, float], ...]:
    points = [(0.0, 0.0, 0.0, 0.0)]
    for place in range(1, _POINTS + 1):
        day = last * place / _POINTS
        share = resolved_by(knowledge, cause, day)
        if share is not None:
            points.append((day, share.low, share.value, share.high))
    return tuple(points)
