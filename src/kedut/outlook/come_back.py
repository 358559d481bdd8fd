"""When to look again, and what would bring it forward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kedut.knowledge.knowledge_base import Knowledge
from kedut.outlook.course import course_of

# What changes function is what matters; the same signs for everybody (review section 8).
FUNCTION_SIGNS = ("heel_raise_weakness", "falls", "slurred_speech")
_MOSTLY_RESOLVED = 0.75  # constant: three in four better is when looking again tells something
_LATEST_DAYS = 28
_COUNTED_FROM = 0.01  # constant: a cause less likely than this does not move the date


@dataclass(frozen=True, slots=True, kw_only=True)
class ComeBack:
    """Look again after so many days, sooner if one of the signs appears."""

    after_days: int
    signs: tuple[str, ...]


def come_back(
    knowledge: Knowledge,
    at_work: Mapping[str, float],
    *,
    within_days: int,
    twitch_days: float | None,
    signs: Sequence[str] = FUNCTION_SIGNS,
) -> ComeBack:
    """Give when to look again: when most should have resolved, never after the urgency's date.

    Parameters
    ----------
    within_days : the urgency's own date, days
    twitch_days : how long it has twitched; the calm clock ends at `screen.calm_days`
    """
    expected = _mostly_resolved(knowledge, at_work)
    latest = within_days
    if twitch_days is not None:
        left = knowledge.decisions["screen.calm_days"] + 1 - twitch_days
        if left >= 1:
            latest = min(latest, int(left))
    return ComeBack(after_days=max(0, min(expected, latest)), signs=tuple(signs))


def _mostly_resolved(knowledge: Knowledge, at_work: Mapping[str, float]) -> int:
    """Give the first shown day by which the leading causes have mostly resolved."""
    curves = [
        (p, course_of(knowledge, cause)) for cause, p in at_work.items() if p >= _COUNTED_FROM
    ]
    weighed = [(p, course) for p, course in curves if course is not None]
    total = sum(p for p, _ in weighed)
    if not total:
        return _LATEST_DAYS
    days = [day for day, _ in weighed[0][1].resolved]
    for place, day in enumerate(days):
        share = sum(p * course.resolved[place][1].value for p, course in weighed) / total
        if share >= _MOSTLY_RESOLVED:
            return day
    return _LATEST_DAYS
