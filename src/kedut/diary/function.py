"""What the person can do, followed by itself: it counts before how often it twitches.

One chain over the four signs together: each is as before, not since the start of the diary (an old
knee, or a weakness older than it), or lost since. A weak leg also trips more, so that signs bear
each other out. A single answer may be a slip or a sore leg, whatever the silence before it: it is
asked again, and a loss is named when a second answer or a second sign bears it out. The chain never
holds back what was said: a new weakness goes on as a finding whatever it makes of it, and what was
bad is not as before by one good answer: for a stretch of days it has passed, no more.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from itertools import combinations, product
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kedut.diary.days import by_day
from kedut.diary.entry import BAD_ANSWERS, Entry, Function

Floats = NDArray[np.float64]
Answers = tuple[bool | None, ...]  # by sign: the bad one, the good one, not answered

_NAMES = tuple(BAD_ANSWERS)
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
    PASSED = "passed"
    FROM_THE_START = "cannot_from_the_start"
    ASK_AGAIN = "ask_again"
    LOST = "lost"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """How long what was bad is not as before again, though good answers follow.

    days : so many after it was last bad, whatever is answered
    good_answers : on so many days since, before it is over
    """

    days: int
    good_answers: int


class Answered(NamedTuple):
    """How one sign was answered so far.

    first_bad : the first of those in a row with the bad answer, none where the last was good
    good_since : days with the good answer after the last bad one, or since the start
    """

    answers: int = 0
    last_answer: bool | None = None
    last_asked: date | None = None
    first_bad: date | None = None
    last_bad: date | None = None
    bad_in_a_row: int = 0
    good_since: int = 0


class Stand(NamedTuple):
    """How function stands after a day: the chance of each state, and the answers by sign."""

    day: date
    shares: Floats
    answered: tuple[Answered, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One sign of function, today.

    lost : chance that it could be done and cannot any more
    cannot : chance that it cannot be done today, since whenever
    answered : the answers behind it
    """

    name: str
    ability: Ability
    lost: float
    cannot: float
    answered: Answered

    @property
    def answers(self) -> int:
        """Give on how many days it was answered."""
        return self.answered.answers

    @property
    def last_bad(self) -> date | None:
        """Give the last day the bad answer was given."""
        return self.answered.last_bad

    @property
    def first_bad(self) -> date | None:
        """Give the first of the days in a row with the bad answer; none if the last was good."""
        return self.answered.first_bad

    @property
    def bad_last(self) -> bool:
        """Tell whether the last answer was the bad one."""
        return self.answered.last_answer is BAD_ANSWERS[self.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionTrend:
    """All signs of function, today.

    lost : chance that at least one is lost
    worse : whether that is named: it is, where it would be with fewer of the last day's bad answers
    """

    signs: tuple[Sign, ...]
    lost: float
    worse: bool

    @property
    def ask_again(self) -> tuple[str, ...]:
        """Give the signs to try again soon: one answer may be a slip, and may not."""
        return tuple(sign.name for sign in self.signs if sign.ability is Ability.ASK_AGAIN)


def function_trend(
    entries: Sequence[Entry], today: date, stretch: Stretch | None = None
) -> FunctionTrend:
    """Give how function stands today; what was never asked is unknown, not as before.

    Parameters
    ----------
    stretch : how long what was bad has only passed; left out, the last answers alone count
    """
    return function_trends(entries, today, stretch)[-1]


def function_trends(
    entries: Sequence[Entry],
    today: date,
    stretch: Stretch | None = None,
    read: Sequence[Stand] | None = None,
) -> tuple[FunctionTrend, ...]:
    """Give how function stood on each day noted in the stretch, and as the last how it stands.

    Parameters
    ----------
    read : what `function_read` gave of these entries, or of these and later ones
    """
    days = [day.day for day in by_day(entries) if day.day <= today]
    stands = function_read(entries) if read is None else read
    since = today - timedelta(days=stretch.days) if stretch else today
    trends = []
    now, answered = _start(), (Answered(),) * len(_NAMES)
    for day, now, answered in (
        stands[: bisect_right(stands, days[-1], key=attrgetter("day"))] if days else ()
    ):
        if day >= since and stretch and any(a.last_bad and a.last_bad >= since for a in answered):
            trends.append(_trend(now, answered))
    last = _trend(now, answered)
    if stretch:
        signs = tuple(_passed_only(sign, today, stretch) for sign in last.signs)
        last = replace(last, signs=signs)
    return (*trends, last)


def function_read(entries: Sequence[Entry]) -> tuple[Stand, ...]:
    """Give how function stands after each day that says anything of it, whatever comes later."""
    days = [(day.day, _answers(day.function)) for day in by_day(entries)]
    return tuple(_read([(day, said) for day, said in days if any(a is not None for a in said)]))


def _trend(shares: Floats, answered: tuple[Answered, ...]) -> FunctionTrend:
    signs = _signs(shares, answered)
    return FunctionTrend(
        signs=signs,
        lost=float(shares[_ANY_LOST].sum()),
        worse=_worse(shares, signs)
        or any(_worse(*one) for one in _had_more_gone_well(shares, answered)),
    )


def _signs(shares: Floats, answered: Sequence[Answered]) -> tuple[Sign, ...]:
    return tuple(_sign(place, one, shares) for place, one in enumerate(answered))


def _worse(shares: Floats, signs: Sequence[Sign]) -> bool:
    lost = float(shares[_ANY_LOST].sum())
    return lost >= WORSE_FROM or any(sign.ability is Ability.LOST for sign in signs)


def _had_more_gone_well(
    shares: Floats, answered: Sequence[Answered]
) -> Iterator[tuple[Floats, tuple[Sign, ...]]]:
    """Give how it would stand with some of the last day's bad answers, or all, the good ones.

    Who trips may never have walked well, and then an old fall speaks less for a leg that is lost:
    so one more bad answer can make a loss less likely. It must not unsay it.
    """
    last = max((one.last_asked for one in answered if one.last_asked), default=None)
    bad = [
        place for place, one in enumerate(answered) if one.bad_in_a_row and one.last_asked == last
    ]
    for count in range(1, len(bad) + 1):
        for well in combinations(bad, count):
            instead, then = shares.copy(), list(answered)
            for place in well:
                instead *= _good_instead(place, first=answered[place].answers == 1)
                then[place] = answered[place]._replace(bad_in_a_row=0)
            instead /= instead.sum()
            yield instead, _signs(instead, then)


def _passed_only(sign: Sign, today: date, stretch: Stretch) -> Sign:
    """Give a sign that is as before as one that has passed, until the stretch is over."""
    bad = sign.last_bad
    if sign.ability is not Ability.AS_BEFORE or bad is None:
        return sign
    over = bad < today - timedelta(days=stretch.days)
    if over and sign.answered.good_since >= stretch.good_answers:
        return sign
    return replace(sign, ability=Ability.PASSED)


@cache
def _answers(function: Function) -> Answers:
    """Give by sign whether its answer is the bad one."""
    said = (getattr(function, name) for name in _NAMES)
    return tuple(
        None if answer is None else answer is bad
        for answer, bad in zip(said, BAD_ANSWERS.values(), strict=True)
    )


def _read(said: Sequence[tuple[date, Answers]]) -> Iterator[Stand]:
    """Give after each day the chance of each state, and how each sign was answered.

    Who could do it the first time asked is not weak from the start.
    """
    now, at = _start(), said[0][0] if said else None
    answered = (Answered(),) * len(_NAMES)
    for day, answers in said:
        silence = (day - at).days if at is not None else 0
        if silence:
            now = now @ _passed(min(silence, _SILENCE_DAYS))
        now = now * _told(answers)
        for place, bad in enumerate(answers):
            if bad is False and not answered[place].answers:
                now = now * (_STATES[:, place] != _NEVER)
        now /= now.sum()
        answered = tuple(
            one if bad is None else _also(one, day, name, bad=bad)
            for one, name, bad in zip(answered, _NAMES, answers, strict=True)
        )
        at = day
        yield Stand(day, now, answered)


def _also(before: Answered, day: date, name: str, *, bad: bool) -> Answered:
    answers, said = before.answers + 1, BAD_ANSWERS[name] is bad
    if bad:  # by place: a diary of years has tens of thousands of them
        first_bad, in_a_row = before.first_bad or day, before.bad_in_a_row + 1
        return Answered(answers, said, day, first_bad, day, in_a_row, 0)
    return Answered(answers, said, day, None, before.last_bad, 0, before.good_since + 1)


def _sign(place: int, answered: Answered, shares: Floats) -> Sign:
    name = _NAMES[place]
    if not answered.answers:
        return Sign(name=name, ability=Ability.UNKNOWN, lost=0.0, cannot=0.0, answered=answered)
    bad_last = answered.bad_in_a_row > 0
    gone = _STATES[:, place] == _LOST
    if place == _TRIPPED and bad_last:
        gone = gone | _WEAK_LEG & (_STATES[:, place] == _AS_BEFORE)
    lost, never = float(shares[gone].sum()), float(shares[_STATES[:, place] == _NEVER].sum())
    return Sign(
        name=name,
        ability=_ability(never, lost, bad_last=bad_last),
        lost=lost,
        cannot=lost + never,
        answered=answered,
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


@cache
def _good_instead(place: int, *, first: bool) -> Floats:
    """Give what turns the bad answer of one sign into the good one; see `_read`."""
    good, bad = (
        _told(tuple(said if other == place else None for other in range(len(_NAMES))))
        for said in (False, True)
    )
    turned: Floats = good / bad * (_STATES[:, place] != _NEVER) if first else good / bad
    return turned


def _ability(never: float, lost: float, *, bad_last: bool) -> Ability:
    if never > lost and (never >= 0.5 or never + lost >= WORSE_FROM):
        return Ability.FROM_THE_START
    if never + lost >= WORSE_FROM:
        return Ability.LOST
    if bad_last or lost >= _ASK_FROM:
        return Ability.ASK_AGAIN
    return Ability.AS_BEFORE
