"""What the person can do, as findings: one bad answer counts, and one good one does not end it.

A speech change that has passed may have been a passing attack, and a leg that works again today may
fail tomorrow. So what was a finding stays one for a stretch of days after it was last bad; after
that it is unknown, until good answers on several days say that it is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from kedut.case.followed_finding import FollowedFinding, Why, finding_of
from kedut.diary.function import Ability, FunctionTrend, Sign, Stretch

WEAK, SLURRED, FALLS = "heel_raise_weakness", "slurred_speech", "falls"
GETTING_WORSE, BOTH_WEAK = "symptom_worsening", "weakness_both_sides"
_HEEL_RAISES = ("ten_heel_raises_left", "ten_heel_raises_right")
_TRIPPED, _SPEECH = "tripped", "speech_changed"
_FINDING_OF_SIGN = {
    **dict.fromkeys(_HEEL_RAISES, WEAK),
    _TRIPPED: FALLS,
    _SPEECH: SLURRED,
}
_GOOD_FOR_DAYS = 7  # an answer that all is well is not carried further than a week
_TWICE = 2


def function_there(
    trends: Sequence[FunctionTrend], today: date, stretch: Stretch
) -> list[FollowedFinding]:
    """Give what is there, or was in the stretch.

    Parameters
    ----------
    trends : as of each day noted in the stretch, the last as of today
    """
    there = list(_there(trends[-1]))
    named = {_key(one) for one in there}
    since = today - timedelta(days=stretch.days)
    for trend in reversed(trends[:-1]):
        for one in _there(trend):
            if one.last >= since and _key(one) not in named:
                named.add(_key(one))
                there.append(replace(one, why=Why.PASSED))
    return there


def function_open(trend: FunctionTrend, there: set[str]) -> Iterator[FollowedFinding]:
    """Give what was bad, is no finding now, and is not known to be over.

    Parameters
    ----------
    there : the findings that are there
    """
    bad = [(s, s.last_bad) for s in trend.signs if s.ability is not Ability.AS_BEFORE]
    days = {sign.name: last for sign, last in bad if last is not None}
    for name, last in days.items():
        if _FINDING_OF_SIGN[name] not in there:
            yield finding_of(_FINDING_OF_SIGN[name], Why.PASSED, name, last, last, present=False)
    # What a bad answer may have been part of is no longer denied by what was said before it.
    more = []
    if all(name in days for name in _HEEL_RAISES):
        more.append((BOTH_WEAK, max(days[name] for name in _HEEL_RAISES)))
    if days:
        more.append((GETTING_WORSE, max(days.values())))
    for finding, last in more:
        if finding not in there:
            yield finding_of(finding, Why.PASSED, ", ".join(days), last, last, present=False)


def function_well(
    trend: FunctionTrend, today: date, noted: Mapping[str, date], stretch: Stretch
) -> Iterator[FollowedFinding]:
    """Give what is not there by an answer of the last days: both legs, and speech.

    Parameters
    ----------
    noted : when each finding was last noted as a complaint
    """
    for finding, names in ((WEAK, _HEEL_RAISES), (SLURRED, (_SPEECH,))):
        signs = [sign.answered for sign in trend.signs if sign.name in names]
        abilities = [sign.ability for sign in trend.signs if sign.name in names]
        asked = [sign.last_asked for sign in signs if sign.last_asked is not None]
        if len(asked) < len(names) or any(a is not Ability.AS_BEFORE for a in abilities):
            continue
        last = min(asked)
        if last < today - timedelta(days=_GOOD_FOR_DAYS):
            continue
        said = noted.get(finding)
        if said is not None:
            often = min(sign.good_since for sign in signs) >= stretch.good_answers
            if not often or last <= said + timedelta(days=stretch.days):
                continue
        yield finding_of(finding, Why.AS_BEFORE, " and ".join(names), last, last, present=False)


def _there(trend: FunctionTrend) -> Iterator[FollowedFinding]:
    """Give what is there by the answers up to a day."""
    bad = {sign.name: sign.last_bad for sign in trend.signs if sign.last_bad is not None}
    for sign in trend.signs:
        why = _why_cannot(sign, worse=trend.worse)
        if why is not None and sign.name in bad:
            last = bad[sign.name]
            yield finding_of(
                _FINDING_OF_SIGN[sign.name], why, sign.name, sign.first_bad or last, last
            )
    firsts = [s.first_bad for s in trend.signs if s.name in _HEEL_RAISES and s.first_bad]
    if len(firsts) == len(_HEEL_RAISES):
        last = min(bad[name] for name in _HEEL_RAISES)
        names = " and ".join(_HEEL_RAISES)
        yield finding_of(BOTH_WEAK, Why.SAID, names, min(max(firsts), last), last)
    signs = [sign for sign in trend.signs if sign.name in bad]
    named = [sign for sign in signs if sign.bad_last or sign.ability is Ability.LOST] or signs
    worse = named if trend.worse else [sign for sign in signs if _was_good(sign)]
    if worse:
        since = min(sign.first_bad or bad[sign.name] for sign in worse)
        last = max(bad[sign.name] for sign in worse)
        names = ", ".join(sign.name for sign in worse)
        yield finding_of(GETTING_WORSE, Why.FUNCTION_WORSE, names, since, last)


def _key(one: FollowedFinding) -> tuple[str, str]:
    """Give what is told once: the legs apart, what several signs make together."""
    return (one.id, "" if one.id in {BOTH_WEAK, GETTING_WORSE} else one.noted)


def _why_cannot(sign: Sign, *, worse: bool) -> Why | None:
    """Give why a sign makes a finding; tripping once makes none, anybody may trip."""
    if sign.name == _TRIPPED and not worse and sign.answers < _TWICE:
        return None
    if sign.ability is Ability.LOST:
        return Why.LOST
    if sign.ability is Ability.FROM_THE_START:
        return Why.FROM_THE_START
    if not sign.bad_last or (sign.name == _TRIPPED and not worse):
        return None
    return Why.SAID_ONCE


def _was_good(sign: Sign) -> bool:
    """Tell whether it could be done on some day, and the last two times it could not."""
    said = sign.answered
    return said.bad_in_a_row >= _TWICE and said.answers > said.bad_in_a_row
