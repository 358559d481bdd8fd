"""What the person can do, followed by itself: it counts before how often it twitches.

Each sign is a small chain of its own: as before, not since the start of the diary (an old knee, or
a weakness older than it), or lost since. A single answer may be a slip or a sore leg; a loss is
named when it is likely. It never holds back what was said: a new weakness goes on as a finding
whatever the chain makes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from kedut.diary.days import by_day
from kedut.diary.entry import Entry, Function

Shares = tuple[float, float, float]

_AS_BEFORE, _NEVER, _LOST = range(3)
_START = (0.93, 0.07, 0.0)
_LOSS_A_DAY = 1 / 120
_REGAIN_A_DAY = 1 / 20
# The chance that an answer says "cannot", by state: slips, sore days; and good days of the weak.
_SAYS_CANNOT = (0.015, 0.99, 0.80)
WORSE_FROM = 0.85
_ASK_FROM = 0.10
_SIGNS_AT_ONCE = 2  # bad for the last time asked: slips seldom come together
# The answer that is the bad one: heel raises cannot be done, the others happened.
_BAD = {
    "ten_heel_raises_left": False,
    "ten_heel_raises_right": False,
    "tripped": True,
    "speech_changed": True,
}


class Ability(StrEnum):
    """How a sign of function stands."""

    AS_BEFORE = "as_before"
    FROM_THE_START = "cannot_from_the_start"
    ASK_AGAIN = "ask_again"
    LOST = "lost"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One sign of function, today.

    lost : chance that it could be done and cannot any more
    cannot : chance that it cannot be done today, since whenever
    last_bad : the last day the bad answer was given; first_bad the first of those in a row with it
    """

    name: str
    ability: Ability
    lost: float
    cannot: float
    answers: int
    last_answer: bool | None
    first_bad: date | None
    last_bad: date | None

    @property
    def bad_last(self) -> bool:
        """Tell whether the last answer was the bad one."""
        return self.last_answer is _BAD[self.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionTrend:
    """All signs of function, today.

    lost : chance that at least one is lost; worse : whether that is named
    """

    signs: tuple[Sign, ...]
    lost: float
    worse: bool

    @property
    def ask_again(self) -> tuple[str, ...]:
        """Give the signs to try again soon: one answer may be a slip, and may not."""
        return tuple(sign.name for sign in self.signs if sign.ability is Ability.ASK_AGAIN)


def function_trend(entries: Sequence[Entry], today: date) -> FunctionTrend:
    """Give how function stands today; what was never asked is unknown, not as before."""
    days = [day for day in by_day(entries) if day.day <= today]
    signs = tuple(_sign(part.name, days) for part in fields(Function))
    kept = 1.0
    for sign in signs:
        kept *= 1 - sign.lost
    doubtful = sum(sign.ability is Ability.ASK_AGAIN and sign.bad_last for sign in signs)
    lost = any(sign.ability is Ability.LOST for sign in signs)
    worse = lost or 1 - kept >= WORSE_FROM or doubtful >= _SIGNS_AT_ONCE
    return FunctionTrend(signs=signs, lost=1 - kept, worse=worse)


def _sign(name: str, days: Sequence[Entry]) -> Sign:
    said = [(day.day, getattr(day.function, name)) for day in days]
    answers = [(day, answer is _BAD[name]) for day, answer in said if answer is not None]
    if not answers:
        return Sign(
            name=name,
            ability=Ability.UNKNOWN,
            lost=0.0,
            cannot=0.0,
            answers=0,
            last_answer=None,
            first_bad=None,
            last_bad=None,
        )
    now, at = _START, answers[0][0]
    for day, bad in answers:
        now, at = _told(_passed(now, (day - at).days), bad=bad), day
    lost = now[_LOST]
    worst = [day for day, bad in answers if bad]
    return Sign(
        name=name,
        ability=_ability(now, bad_last=answers[-1][1]),
        lost=lost,
        cannot=lost + now[_NEVER],
        answers=len(answers),
        last_answer=answers[-1][1] is _BAD[name],
        first_bad=_first_in_a_row(answers),
        last_bad=worst[-1] if worst else None,
    )


def _passed(now: Shares, days: int) -> Shares:
    """Give the shares so many days later: between as before and lost it goes to and fro."""
    kept = (1 - _LOSS_A_DAY - _REGAIN_A_DAY) ** days
    moving = now[_AS_BEFORE] + now[_LOST]
    lost_in_the_end = moving * _LOSS_A_DAY / (_LOSS_A_DAY + _REGAIN_A_DAY)
    lost = lost_in_the_end + kept * (now[_LOST] - lost_in_the_end)
    return moving - lost, now[_NEVER], lost


def _told(now: Shares, *, bad: bool) -> Shares:
    """Give the shares after an answer."""
    as_before, never, lost = (
        share * (says if bad else 1 - says) for share, says in zip(now, _SAYS_CANNOT, strict=True)
    )
    total = as_before + never + lost
    return as_before / total, never / total, lost / total


def _ability(now: Shares, *, bad_last: bool) -> Ability:
    if now[_NEVER] >= 0.5:
        return Ability.FROM_THE_START
    if now[_NEVER] + now[_LOST] >= WORSE_FROM:
        return Ability.LOST
    if bad_last or now[_LOST] >= _ASK_FROM:
        return Ability.ASK_AGAIN
    return Ability.AS_BEFORE


def _first_in_a_row(answers: Sequence[tuple[date, bool]]) -> date | None:
    first = None
    for day, bad in reversed(answers):
        if not bad:
            break
        first = day
    return first
