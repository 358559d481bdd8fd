"""How each likely cause is expected to go: the share resolved by each day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from kedut.knowledge.entities import CoursePoint
from kedut.knowledge.knowledge_base import Knowledge
from kedut.quantity.sourced import Grade, Sourced, weakest

SHOWN_DAYS = (1, 3, 7, 14, 28, 90, 180, 365)
_EARLIEST_DAYS = 0.01  # constant: a quarter of an hour, where the logarithm of time may start


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The expected course of one cause: resolved by day, with range, grade and sources."""

    cause: str
    resolved: tuple[tuple[int, Sourced], ...]
    grade: Grade
    sources: tuple[str, ...]


@lru_cache(maxsize=4096)
def course_of(knowledge: Knowledge, cause: str) -> Course | None:
    """Give the expected course of a cause, or nothing where no figure is known.

    Between published days the share is interpolated in the logarithm of time on the logit scale,
    which keeps it rising; outside them it keeps the last slope, never leaving (0, 1).
    """
    points = knowledge.course.get(cause, ())
    if not points:
        return None
    resolved = tuple((day, _at(points, day)) for day in SHOWN_DAYS)
    return Course(
        cause=cause,
        resolved=resolved,
        grade=weakest(p.resolved.grade for p in points),
        sources=tuple(dict.fromkeys(s for p in points for s in p.resolved.sources)),
    )


def resolved_by(knowledge: Knowledge, cause: str, day: float) -> Sourced | None:
    """Give the share in whom a cause has resolved by any day, or nothing where none is known."""
    points = knowledge.course.get(cause, ())
    return _at(points, max(day, _EARLIEST_DAYS)) if points else None


def _at(points: tuple[CoursePoint, ...], day: float) -> Sourced:
    low, value, high = (
        _interpolate([(p.day, pick(p.resolved)) for p in points], day)
        for pick in (_low, _value, _high)
    )
    return Sourced(value=value, low=min(low, value), high=max(high, value), grade=Grade.JUDGEMENT)


def _low(figure: Sourced) -> float:
    return figure.low


def _value(figure: Sourced) -> float:
    return figure.value


def _high(figure: Sourced) -> float:
    return figure.high


def _interpolate(points: list[tuple[float, float]], day: float) -> float:
    known = [(math.log(max(d, 1e-6)), _logit(p)) for d, p in points]
    at = math.log(day)
    if len(known) == 1:
        return _share(known[0][1])
    place = 0
    while place < len(known) - 2 and at > known[place + 1][0]:
        place += 1
    (x0, y0), (x1, y1) = known[place], known[place + 1]
    slope = max(0.0, (y1 - y0) / (x1 - x0)) if x1 > x0 else 0.0
    return _share(y0 + slope * (at - x0))


def _logit(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def _share(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))
