"""The course seen since the answers, beside the one each cause is expected to run.

A twitch that is still there speaks against what should have gone by now, one that has gone against
what lasts; how strongly is read from the course table, with its ranges and grades. Nothing counts
twice: which span it has lasted (days, weeks, months) is said by its finding, as in anybody who
asks; the course says how it went from there on, within the span and from the day of asking.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kedut.case.case import CourseSeen
from kedut.knowledge.entities import OTHER
from kedut.knowledge.knowledge_base import Knowledge
from kedut.outlook.course import course_of, resolved_by
from kedut.reasoning.bedside import OwnStates
from kedut.reasoning.network import network_of

Floats = NDArray[np.float64]

DURATION, DURATION_DAYS = "twitch_duration", "twitch_duration_days"
LESS = "twitch_improving"
# Low, middle and high curve for a range of 95 % (Pearson and Tukey 1965).
_CURVES = (0.185, 0.63, 0.185)  # constant: weights of three points
_WITHIN = (1 / 6, 1 / 2, 5 / 6)  # where in a span the day of asking may lie, in the log of time
_SHORTEST_DAYS, _LONGEST_DAYS = 0.25, 1500.0  # constant: spans of the table without an end
_LEAST = 1e-6  # constant: no course is impossible
_EVEN = 0.5  # constant: a chance that says neither
_TOLD_FROM = 0.05  # constant: causes as likely as those whose course is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What was seen since the answers, and what was to be expected.

    asked_days : how long it had lasted when the answers were given; low and high where it is not
        known to the day. seen_days, noted_days : from that day to the last day it twitched, and
        to the last day noted
    gone : chance that it has gone by the last day noted; easing : whether it gets less
    still_expected : of 1, how often it would still be there, by what was told at the start
    late : whether it should have gone and has not
    still_by_cause : the same for each likely cause by itself
    """

    asked_low_days: float
    asked_high_days: float
    seen_days: int
    noted_days: int
    gone: float
    still_expected: float
    late: bool
    comes_and_goes: bool
    easing: bool
    still_by_cause: tuple[tuple[str, float], ...] = ()


def own_states(knowledge: Knowledge, seen: CourseSeen, *, ended: bool = True) -> OwnStates | None:
    """Give how long the twitch has lasted, told finer than by its finding; none if nothing is told.

    Several causes at once: the twitch lasts as long as the longest of them.

    Parameters
    ----------
    ended : whether that it has gone counts too
    """
    if DURATION not in knowledge.variables or seen.comes_and_goes:
        return None
    seen = seen if ended else replace(seen, gone=0.0)
    less = frozenset({LESS}) if seen.gone > _EVEN else frozenset[str]()
    return _own(knowledge, seen, _by_now(knowledge, seen), less, doubted=True)


def then_and_since(knowledge: Knowledge, seen: CourseSeen) -> tuple[OwnStates, OwnStates] | None:
    """Give how long it had lasted when asked, and the same with that it was still there later.

    The chance of the second over that of the first is how often it would still be there.
    """
    if DURATION not in knowledge.variables or seen.comes_and_goes:
        return None
    still = replace(seen, gone=0.0)
    none = replace(still, seen_days=0, noted_days=0)
    then, since = (
        _own(knowledge, one, _asked(knowledge, one), frozenset(), doubted=False)
        for one in (none, still)
    )
    return then, since


def _own(
    knowledge: Knowledge,
    seen: CourseSeen,
    spells: Sequence[_Spell],
    instead_of: frozenset[str],
    *,
    doubted: bool,
) -> OwnStates:
    network = network_of(knowledge)
    rows = [
        _row(knowledge, cause, seen, spells, network.variables[DURATION][place], doubted=doubted)
        for cause, place in network.cause_index.items()
    ]
    leak = network.variable_leak[DURATION]
    nobody = _row(knowledge, OTHER, seen, spells, leak, doubted=False)
    return OwnStates(DURATION, np.array(rows), np.array(nobody), instead_of)


def observed(
    knowledge: Knowledge,
    seen: CourseSeen,
    at_work: Mapping[str, float],
    still_expected: float,
) -> Observed:
    """Give what was seen beside what was expected.

    Parameters
    ----------
    still_expected : the chance, by what was told at the start, that it would still be there
    """
    asked = _asked(knowledge, seen)
    return Observed(
        asked_low_days=min(spell.begins for spell in asked),
        asked_high_days=max(spell.begins for spell in asked),
        seen_days=seen.seen_days,
        noted_days=seen.noted_days,
        gone=seen.gone,
        still_expected=still_expected,
        late=is_late(knowledge, seen, still_expected),
        comes_and_goes=seen.comes_and_goes,
        easing=seen.easing,
        still_by_cause=tuple(
            (cause, float(np.mean([_chances(knowledge, cause, one, 0.0)[0] for one in asked])))
            for cause, p in sorted(at_work.items(), key=lambda one: (-one[1], one[0]))
            if p >= _TOLD_FROM and cause != OTHER and cause in knowledge.course
        ),
    )


def is_late(knowledge: Knowledge, seen: CourseSeen, still_expected: float) -> bool:
    """Tell whether it should have gone by now, has not, and does not get less either."""
    if not seen.seen_days or seen.comes_and_goes or seen.easing:
        return False
    return still_expected < knowledge.decisions["course.late_below"]


class _Spell(NamedTuple):
    """One way the duration may be: its state, from 0, and the days counted from, to, and beyond."""

    state: int
    begins: float
    seen: float
    noted: float


def _asked(knowledge: Knowledge, seen: CourseSeen) -> list[_Spell]:
    """Give the ways the duration may have been when asked, with days to stand for each span."""
    spans = _spans(knowledge)
    if seen.asked_days is not None:
        day = max(seen.asked_days, _SHORTEST_DAYS)
        days: dict[int, tuple[float, ...]] = {_state(spans, seen.asked_days): (day,)}
    else:
        members = knowledge.variables[DURATION]
        named = {state - 1 for name in seen.asked for state in members.get(name, ())}
        days = {s: _within(*span) for s, span in spans.items() if not named or s in named}
    return [
        _Spell(state, day, day + seen.seen_days, day + seen.noted_days)
        for state, some in days.items()
        for day in some
    ]


def _by_now(knowledge: Knowledge, seen: CourseSeen) -> list[_Spell]:
    """Give the same by the span it has lasted by now, counted from where that span begins.

    Where nobody said how long it had lasted, no finding says a span either.
    """
    asked = _asked(knowledge, seen)
    if seen.asked_days is None and not seen.asked:
        return asked
    spans = _spans(knowledge)
    now = [(_state(spans, one.seen), one) for one in asked]
    return [
        one._replace(state=state, begins=max(one.begins, spans[state][0])) for state, one in now
    ]


def _state(spans: Mapping[int, tuple[float, float]], days: float) -> int:
    return max((state for state, (low, _) in spans.items() if low <= days), default=min(spans))


def _within(low: float, high: float) -> tuple[float, ...]:
    start, end = max(low, _SHORTEST_DAYS), min(high, _LONGEST_DAYS)
    return tuple(start * (end / start) ** share for share in _WITHIN)


@lru_cache(maxsize=8)
def _spans(knowledge: Knowledge) -> dict[int, tuple[float, float]]:
    """Give for each state of the duration, from 0, the days it stands for."""
    single = {f: s[0] - 1 for f, s in knowledge.variables[DURATION].items() if len(s) == 1}
    spans: dict[int, tuple[float, float]] = {}
    for row in knowledge.thresholds:
        if row.value == DURATION_DAYS and row.op == "between" and row.finding in single:
            low, high = row.threshold.split("..")
            spans[single[row.finding]] = (float(low), float(high))
    return dict(sorted(spans.items()))


def _row(
    knowledge: Knowledge,
    cause: str,
    seen: CourseSeen,
    spells: Sequence[_Spell],
    shares: Floats,
    *,
    doubted: bool,
) -> tuple[float, float]:
    """Give the chances that a cause's twitch ended before what was seen, and that it is as seen."""
    doubt = _doubt(knowledge, cause) if doubted else 0.0
    times = Counter(spell.state for spell in spells)
    before = float(shares[: min(times)].sum())
    as_seen = 0.0
    for spell in spells:
        still, same = _chances(knowledge, cause, spell, seen.gone)
        if doubt:
            still_other, same_other = _chances(knowledge, OTHER, spell, seen.gone)
            still += doubt * (still_other - still)
            same += doubt * (same_other - same)
        share = float(shares[spell.state]) / times[spell.state]
        before += share * (1 - still)
        as_seen += share * same
    return before, max(as_seen, _LEAST)


@lru_cache(maxsize=1 << 10)
def _doubt(knowledge: Knowledge, cause: str) -> float:
    """Give in what share of people the course table is taken to say nothing, by its grade."""
    course = course_of(knowledge, cause)
    if course is None or cause == OTHER:
        return 0.0
    return knowledge.decisions[f"course.doubt.{course.grade.lower()}"]


@lru_cache(maxsize=1 << 15)
def _chances(knowledge: Knowledge, cause: str, spell: _Spell, gone: float) -> tuple[float, float]:
    """Give the chance that it is still there on the last day seen, and that it went as seen.

    Of people in whom it was still there where the spell begins; a cause of unknown course goes
    like the rest.
    """
    if cause not in knowledge.course:
        cause = OTHER
    there, still, beyond = (
        _left(knowledge, cause, day) for day in (spell.begins, spell.seen, spell.noted)
    )
    goes_on = still / there
    # How much less likely the notes are had it gone on beyond the last day noted.
    doubt = min(1.0, (1 - gone) / gone) if gone > _EVEN else 1.0
    return goes_on, max(goes_on - (1 - doubt) * beyond / there, 0.0)


@lru_cache(maxsize=1 << 14)
def _left(knowledge: Knowledge, cause: str, day: float) -> float:
    """Give the share in whom it is still there on a day, over the low, middle and high curve."""
    found = resolved_by(knowledge, cause, day)
    if found is None:  # nothing is known of anything: it may stay
        return 1.0
    curves = zip(_CURVES, (found.low, found.value, found.high), strict=True)
    return sum(weight * (1 - min(share, 1 - _LEAST)) for weight, share in curves)
