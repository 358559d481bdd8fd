"""What the person can do, followed by itself: it counts before how often it twitches.

One chain over the four signs together: each is as before, not since the start of the diary (an old
knee, or a weakness older than it), or lost since. A weak leg also trips more, so that signs bear
each other out. A single answer may be a slip or a sore leg, whatever the silence before it: it is
asked again, and a loss is named when a second answer or a second sign bears it out. The chain never
holds back what was said: a new weakness goes on as a finding whatever it makes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kedut.diary.days import by_day
from kedut.diary.entry import Entry, Function

Floats = NDArray[np.float64]
Answers = tuple[bool | None, ...]  # by sign: the bad one, the good one, not answered

# The answer that is the bad one: heel raises cannot be done, the others happened.
_BAD = {
    "ten_heel_raises_left": False,
    "ten_heel_raises_right": False,
    "tripped": True,
    "speech_changed": True,
}
_NAMES = tuple(_BAD)
_LEFT, _RIGHT, _TRIPPED, _ = range(len(_NAMES))
_AS_BEFORE, _NEVER, _LOST = range(3)
_STATES: NDArray[np.int8] = np.array(list(product(range(3), repeat=len(_NAMES))), np.int8)
_ANY_LOST = (_STATES == _LOST).any(axis=1)
_WEAK_LEG = (_STATES[:, [_LEFT, _RIGHT]] == _LOST).any(axis=1)

# All set on invented courses of other seeds than those evaluated.
_NEVER_FROM_START = 0.07
_LOSS_A_DAY = 1 / 80
_LOST_FIRST = (0.42, 0.42, 0.10, 0.06)  # which sign a loss begins with
_BOTH_LEGS = 0.10  # of the losses of the left leg, as many again take both at once
_NEXT_IS_LIKELIER = 3.0  # once something is lost
_REGAIN_A_DAY = 1 / 40
# A silence says no more than this many days: else one answer after it would be taken for a loss.
_SILENCE_DAYS = 7
# The chance that an answer is the bad one: slips and sore days, by sign; and of who cannot, since
# whenever: the same, so that one more bad answer never turns a loss into an old weakness.
_SLIPS = (0.015, 0.015, 0.012, 0.006)
_CANNOT_SAYS = 0.85
_TRIPS_WITH_A_WEAK_LEG = 0.35
WORSE_FROM = 0.80
_ASK_FROM = 0.10


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
    said = [(day.day, _answers(day.function)) for day in days]
    said = [(day, answers) for day, answers in said if any(a is not None for a in answers)]
    shares = _shares(said)
    lost = float(shares[_ANY_LOST].sum())
    signs = tuple(_sign(place, said, shares) for place in range(len(_NAMES)))
    worse = lost >= WORSE_FROM or any(sign.ability is Ability.LOST for sign in signs)
    return FunctionTrend(signs=signs, lost=lost, worse=worse)


def _answers(function: Function) -> Answers:
    """Give by sign whether its answer is the bad one."""
    said = (getattr(function, name) for name in _NAMES)
    return tuple(
        None if answer is None else answer is bad
        for answer, bad in zip(said, _BAD.values(), strict=True)
    )


def _shares(said: Sequence[tuple[date, Answers]]) -> Floats:
    """Give the chance of each state after all answers.

    Who could do it the first time asked is not weak from the start.
    """
    now, at = _start(), said[0][0] if said else None
    asked = [False] * len(_NAMES)
    for day, answers in said:
        silence = (day - at).days if at is not None else 0
        if silence:
            now = now @ _passed(min(silence, _SILENCE_DAYS))
        now = now * _told(answers)
        for place, bad in enumerate(answers):
            if bad is False and not asked[place]:
                now = now * (_STATES[:, place] != _NEVER)
            asked[place] |= bad is not None
        now /= now.sum()
        at = day
    return now


def _sign(place: int, said: Sequence[tuple[date, Answers]], shares: Floats) -> Sign:
    answers = [(day, bad) for day, every in said if (bad := every[place]) is not None]
    name = _NAMES[place]
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
    gone = _STATES[:, place] == _LOST
    if place == _TRIPPED and answers[-1][1]:
        gone = gone | _WEAK_LEG & (_STATES[:, place] == _AS_BEFORE)
    lost, never = float(shares[gone].sum()), float(shares[_STATES[:, place] == _NEVER].sum())
    worst = [day for day, bad in answers if bad]
    return Sign(
        name=name,
        ability=_ability(never, lost, bad_last=answers[-1][1]),
        lost=lost,
        cannot=lost + never,
        answers=len(answers),
        last_answer=answers[-1][1] is _BAD[name],
        first_bad=_first_in_a_row(answers),
        last_bad=worst[-1] if worst else None,
    )


@cache
def _start() -> Floats:
    by_state = np.array([1 - _NEVER_FROM_START, _NEVER_FROM_START, 0.0])
    start: Floats = by_state[_STATES].prod(axis=1)
    return start


@cache
def _passed(days: int) -> Floats:
    """Give from (row) to (column) so many days later."""
    places = {tuple(state): place for place, state in enumerate(_STATES.tolist())}
    day = np.zeros((len(places), len(places)))
    for state, row in places.items():
        likelier = _NEXT_IS_LIKELIER if _LOST in state else 1.0
        for place in range(len(_NAMES)):
            if state[place] == _AS_BEFORE:
                lost = places[(*state[:place], _LOST, *state[place + 1 :])]
                day[row, lost] += _LOSS_A_DAY * _LOST_FIRST[place] * likelier
            elif state[place] == _LOST:
                regained = places[(*state[:place], _AS_BEFORE, *state[place + 1 :])]
                day[row, regained] += _REGAIN_A_DAY
        if state[_LEFT] == state[_RIGHT] == _AS_BEFORE:
            both = places[(_LOST, _LOST, *state[_RIGHT + 1 :])]
            day[row, both] += _LOSS_A_DAY * _LOST_FIRST[_LEFT] * _BOTH_LEGS
        day[row, row] = 1 - day[row].sum()
    return np.linalg.matrix_power(day, days)


@cache
def _told(answers: Answers) -> Floats:
    """Give how likely such answers are in each state."""
    likely = np.ones(len(_STATES))
    for place, bad in enumerate(answers):
        if bad is None:
            continue
        slips = np.full(len(_STATES), _SLIPS[place])
        if place == _TRIPPED:
            slips[_WEAK_LEG] = _TRIPS_WITH_A_WEAK_LEG
        says = np.where(_STATES[:, place] == _AS_BEFORE, slips, _CANNOT_SAYS)
        likely *= says if bad else 1 - says
    return likely


def _ability(never: float, lost: float, *, bad_last: bool) -> Ability:
    if never > lost and (never >= 0.5 or never + lost >= WORSE_FROM):
        return Ability.FROM_THE_START
    if never + lost >= WORSE_FROM:
        return Ability.LOST
    if bad_last or lost >= _ASK_FROM:
        return Ability.ASK_AGAIN
    return Ability.AS_BEFORE


def _first_in_a_row(answers: Sequence[tuple[date, bool]]) -> date | None:
    first = None
    for day, bad in reversed(answers):
        if not bad:
            break
        first = day
    return first
