"""Published follow-ups, lived through by invented people and read from their diaries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kedut.diary.trend import RateTrend, rate_trend
from kedut.knowledge.knowledge_base import Knowledge
from kedut.outlook.course import course_of
from kedut.simulate.courses import (
    Floats,
    draw_habits,
    tied_noise,
    write_diary,
)

_YEAR_DAYS = 365
_NOTED_DAYS = 14  # at the start and at the end of the year


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A published share with its interval."""

    value: float
    low: float
    high: float

    def told(self, title: str, lived: float, read: float) -> str:
        """Give the line: published, lived through, and read from the diaries."""
        inside = [
            f"{100 * share:.1f} % ({'inside' if self.low <= share <= self.high else 'OUTSIDE'})"
            for share in (lived, read)
        ]
        return (
            f"{title}: published {100 * self.value:.1f} % "
            f"({100 * self.low:.1f}-{100 * self.high:.1f}), "
            f"simulated {inside[0]}, as read {inside[1]}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What became of one person, and what the diary says of it."""

    resolved: bool
    improved: bool
    worse: bool
    trend: RateTrend


def published_lines(knowledge: Knowledge, people: int, seed: int) -> Iterator[str]:
    """Give each published figure beside the simulated one and the one read from diaries."""
    improved = _row(knowledge, "benign_fasciculation", "fraction improved")
    worse = _row(knowledge, "benign_fasciculation", "fraction worse")
    rng = np.random.default_rng([seed, 8])
    clinic = [
        _live(
            knowledge, "benign_fasciculation", rng, drawn, _YEAR_DAYS, improved.value, worse.value
        )
        for drawn in _spread(rng, people)
    ]
    still = _row(knowledge, "benign_fasciculation", "fraction still twitching at 12 months")
    read = _mean([one.trend.since_start.resolved <= 0.5 for one in clinic])
    title = "benign fasciculation, clinic: still twitching at 12 months"
    yield still.told(title, _mean([not one.resolved for one in clinic]), read)
    read = _mean(
        [c.resolved + c.resolving > 0.5 for c in (one.trend.since_start for one in clinic)]
    )
    title = "benign fasciculation, clinic: improved"
    yield improved.told(title, _mean([one.improved for one in clinic]), read)
    read = _mean([one.trend.since_start.more > 0.5 for one in clinic])
    title = "benign fasciculation, clinic: worse"
    yield worse.told(title, _mean([one.worse for one in clinic]), read)
    days = 7
    after = [
        _live(knowledge, "post_exercise_twitching", rng, drawn, days)
        for drawn in _spread(rng, people)
    ]
    gone = _row(knowledge, "post_exercise_twitching", "fraction resolved at 7 days")
    title = "after exercise: resolved at 7 days"
    read = _mean([one.trend.chances.resolved > 0.5 for one in after])
    yield gone.told(title, _mean([one.resolved for one in after]), read)
    disc = [
        _live(knowledge, "lumbar_disc_herniation", rng, drawn, _YEAR_DAYS)
        for drawn in _spread(rng, people)
    ]
    better = _row(
        knowledge,
        "lumbar_disc_herniation",
        "fraction improved at 12 months (disability down 30 percent or more)",
    )
    title = "disc herniation: improved at 12 months, taken as resolved"
    read = _mean([one.trend.since_start.resolved > 0.5 for one in disc])
    yield better.told(title, _mean([one.resolved for one in disc]), read)


def _live(
    knowledge: Knowledge,
    cause: str,
    rng: np.random.Generator,
    drawn: tuple[float, float],
    days: int,
    improved: float = 0.0,
    worse: float = 0.0,
) -> Lived:
    """Give one person's time with a cause: resolved by its expected course, else changed or not."""
    habits = draw_habits(rng)
    ends = _resolves_on(knowledge, cause, drawn[0])
    resolved = ends <= days
    other = drawn[1]
    left = max(0.0, improved - _resolved_by(knowledge, cause, days)) if improved else 0.0
    better, worsened = other < left, left <= other < left + worse
    change = -rng.uniform(1.1, 2.2) if better else rng.uniform(1.1, 2.2) if worsened else 0.0
    middle = (habits.some_from + habits.a_lot_from) / 2
    start = habits.a_lot_from + 0.3 if better else habits.some_from + 0.5 if worsened else middle
    day = np.arange(days + 1, dtype=np.float64)
    level: Floats = (
        start + change * np.minimum(1.0, day / (days / 2)) + tied_noise(rng, days + 1, 0.12, 0.9)
    )
    level[day >= ends] = -np.inf
    kept = (day < _NOTED_DAYS) | (day > days - _NOTED_DAYS)
    kept &= rng.random(days + 1) < 0.8
    kept[[0, -1]] = True
    entries = write_diary(rng, habits, level, kept)
    trend = rate_trend(entries, entries[-1].day)
    if trend is None:
        raise ValueError("a diary without a word on the twitching")
    return Lived(
        resolved=resolved,
        improved=resolved or better,
        worse=worsened and not resolved,
        trend=trend,
    )


def _resolves_on(knowledge: Knowledge, cause: str, drawn: float) -> float:
    """Give the day it resolves on in that share of people; infinite if not within a year."""
    course = course_of(knowledge, cause)
    if course is None:
        raise LookupError(f"no course is known of {cause}")
    days = np.array([0.0, *(day for day, _ in course.resolved)])
    shares = np.array([0.0, *(share.value for _, share in course.resolved)])
    return float(np.interp(drawn, shares, days)) if drawn <= shares[-1] else np.inf


def _resolved_by(knowledge: Knowledge, cause: str, day: int) -> float:
    course = course_of(knowledge, cause)
    return 0.0 if course is None else dict(course.resolved)[day].value


def _spread(rng: np.random.Generator, people: int) -> list[tuple[float, float]]:
    """Give two chances a person, each spread evenly, so that few people do for many."""
    even = (np.arange(people) + 0.5) / people
    return [(float(a), float(b)) for a, b in zip(even, rng.permutation(even), strict=True)]


def _row(knowledge: Knowledge, cause: str, measure: str) -> Figure:
    for row in knowledge.tables["course"]:
        if row["cause"] == cause and row["measure"] == measure:
            return Figure(value=float(row["value"]), low=float(row["low"]), high=float(row["high"]))
    raise LookupError(f"the course table has no row {measure!r} of {cause}")


def _mean(shares: list[float] | list[bool]) -> float:
    return float(np.mean(shares))
