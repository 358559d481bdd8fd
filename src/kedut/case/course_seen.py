"""How the twitching went on after the answers were given, as the diary has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kedut.case.case import CourseSeen
from kedut.diary.trend import Direction, RateOn, RateTrend

_EVEN = 0.5  # constant: a chance that says neither
_APART_DAYS = 14  # gone for so long in between is another episode


def course_seen(rate: RateTrend | None, asked_on: date, *, cannot: bool) -> CourseSeen | None:
    """Give how it went on after the day asked; none where nothing is noted of the twitching since.

    Parameters
    ----------
    cannot : whether something cannot be done; then that it has gone is no good sign, and is left
        out: where motor units die it goes too
    """
    if rate is None or rate.last_noted <= asked_on:
        return None
    seen = max(0, (rate.last_seen - asked_on).days) if rate.last_seen else 0
    noted = (rate.last_noted - asked_on).days
    then = [one for one in rate.rates if one.day <= rate.last_noted]
    gone = then[-1].gone if then and seen < noted and not cannot else 0.0
    if not seen and gone <= _EVEN:
        return None
    return CourseSeen(
        seen_days=seen,
        noted_days=noted,
        gone=gone,
        easing=rate.direction in {Direction.RESOLVED, Direction.RESOLVING} and not cannot,
        comes_and_goes=_gone_between(rate.rates, asked_on, rate.last_seen),
    )


def _gone_between(rates: Sequence[RateOn], asked_on: date, last_seen: date | None) -> bool:
    """Tell whether it was gone for long, and came back."""
    first = None
    for one in rates:
        if last_seen is None or one.day > last_seen:
            return False
        if one.day < asked_on or one.gone < _EVEN:
            first = None
            continue
        first = first or one.day
        if (one.day - first).days >= _APART_DAYS:
            return True
    return False
