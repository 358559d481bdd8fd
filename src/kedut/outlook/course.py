"""How each likely cause is expected to go: the share resolved by each day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from kedut.knowledge.knowledge_base import Knowledge
from kedut.quantity.sourced import Grade, Sourced, weakest

Curve = tuple[tuple[float, float], ...]

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
    curves = _curves(knowledge, cause)
    resolved = tuple((day, _at(curves, day)) for day in SHOWN_DAYS)
    return Course(
        cause=cause,
        resolved=resolved,
        grade=weakest(p.resolved.grade for p in points),
        sources=tuple(dict.fromkeys(s for p in points for s in p.resolved.sources)),
    )


def resolved_by(knowledge: Knowledge, cause: str, day: float) -> Sourced | None:
    """Give the share in whom a cause has resolved by any day, or nothing where none is known."""
    if not knowledge.course.get(cause, ()):
        return None
    return _at(_curves(knowledge, cause), max(day, _EARLIEST_DAYS))


@lru_cache(maxsize=4096)
def _curves(knowledge: Knowledge, cause: str) -> tuple[Curve, Curve, Curve]:
    """Give the low, middle and high curve as points of log of time and logit of the share."""
    points = knowledge.course[cause]
    days = [math.log(max(p.day, 1e-6)) for p in points]  # constant: the log needs a time
    figures = [(p.resolved.low, p.resolved.value, p.resolved.high) for p in points]
    low, middle, high = (
        tuple(zip(days, map(_logit, shares), strict=True)) for shares in zip(*figures, strict=True)
    )
    return low, middle, high


def _at(curves: tuple[Curve, Curve, Curve], day: float) -> Sourced:
    low, value, high = (_interpolate(curve, day) for curve in curves)
    return Sourced(value=value, low=min(low, value), high=max(high, value), grade=Grade.JUDGEMENT)


def _interpolate(known: Curve, day: float) -> float:
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
