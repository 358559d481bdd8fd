"""What a diary says of the findings: function first, complaints as told, the twitching last."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from kedut.case.case import Case, CourseSeen
from kedut.case.course_seen import course_seen
from kedut.case.values import findings_from_values
from kedut.diary.days import by_day
from kedut.diary.entry import Entry
from kedut.diary.function import Ability, FunctionTrend, Sign, function_trend
from kedut.diary.noticed import Noticed, what_came_up
from kedut.diary.trend import Direction, RateTrend, rate_trend, twitch_seen
from kedut.knowledge.bodymap import MIDDLE
from kedut.knowledge.errors import UnknownIdentifier
from kedut.knowledge.knowledge_base import Knowledge

_HEEL_RAISES = ("ten_heel_raises_left", "ten_heel_raises_right")
_FINDING_OF_SIGN = {
    "ten_heel_raises_left": "heel_raise_weakness",
    "ten_heel_raises_right": "heel_raise_weakness",
    "tripped": "falls",
    "speech_changed": "slurred_speech",
}
_WEAK = "heel_raise_weakness"
_SLURRED = "slurred_speech"
_GETTING_WORSE = "symptom_worsening"
_BOTH_WEAK = "weakness_both_sides"
_LESS, _MORE = "twitch_improving", "twitch_worsening"
_DURATION, _DURATION_DAYS = "twitch_duration", "twitch_duration_days"
_CALF, _CALF_TWITCHES = "calf", "twitch_leg_unspecified"
_TWITCHES, _LEFT, _RIGHT = "twitches", "left", "right"
_GOOD_FOR_DAYS = 7  # an answer that all is well is not carried further than a week
_TWICE = 2


class Why(StrEnum):
    """What in the diary makes a finding."""

    SAID = "said"
    NEW_PLACE = "new_place"
    PLACE = "place"
    LOST = "lost"
    FROM_THE_START = "from_the_start"
    SAID_ONCE = "said_once"
    AS_BEFORE = "as_before"
    FUNCTION_WORSE = "function_worse"
    RATE = "rate"
    DURATION = "duration"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedFinding:
    """One finding and what in the diary makes it; `noted` are sign, place or complaint."""

    id: str
    present: bool
    why: Why
    noted: str
    first: date
    last: date

    @property
    def because(self) -> str:
        """Give the reason as one line, for programs."""
        span = f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"
        return f"{self.why}: {self.noted}, {span}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What a diary says up to a day.

    function, rate : the trends it rests on; rate is none where nothing is said of twitching
    ask_again : signs of function to try again soon
    more_twitches : told, and never a finding by itself
    twitch_days : from the first day it twitched to the last
    course : how it went on after the day the answers were given
    ignored : what was noted and is not known
    """

    findings: tuple[FollowedFinding, ...]
    function: FunctionTrend
    rate: RateTrend | None
    twitch_days: int | None
    course: CourseSeen | None = None
    ignored: tuple[str, ...] = ()

    @property
    def present(self) -> tuple[str, ...]:
        """Give the findings that are there, each once."""
        return tuple(dict.fromkeys(found.id for found in self.findings if found.present))

    @property
    def absent(self) -> tuple[str, ...]:
        """Give the findings that are not."""
        return tuple(dict.fromkeys(found.id for found in self.findings if not found.present))

    @property
    def ask_again(self) -> tuple[str, ...]:
        """Give the signs of function to try again soon."""
        return self.function.ask_again

    @property
    def more_twitches(self) -> bool:
        """Tell whether there are more twitches, which alone are no worsening."""
        return self.rate is not None and self.rate.direction is Direction.MORE

    @property
    def resolved(self) -> bool:
        """Tell whether the twitching is gone."""
        return self.rate is not None and self.rate.direction is Direction.RESOLVED


def followed(
    entries: Sequence[Entry],
    today: date,
    knowledge: Knowledge,
    *,
    began: date | None = None,
    asked_on: date | None = None,
) -> Followed:
    """Give what the diary says of the findings up to today, whatever the order of its entries.

    A weakness or a change of speech counts from the first time it is noted; tripping once does
    not, tripping again does. More twitches alone make no finding, and fewer make none while
    something cannot be done: where motor units die the rate falls too.

    Parameters
    ----------
    began : since when it twitches, where that is known to be before the diary
    asked_on : the day the answers of the case were given; the first day noted if left out
    """
    days = [day for day in by_day(entries) if day.day <= today]
    function, rate = function_trend(days, today), rate_trend(days, today)
    came = what_came_up(days, today)
    ignored: list[str] = []
    weak = _of_function(days, function, today)
    found = [
        *weak,
        *_of_complaints(came.new_symptoms, knowledge, ignored),
        *_of_places(came.sites, {site.id for site in came.new_sites}, knowledge, ignored),
    ]
    cannot = any(one.present for one in weak) or any(sign.bad_last for sign in function.signs)
    found += _of_rate(rate, function, today, cannot=cannot)
    seen = [day.day for day in days if twitch_seen(day)]
    twitch_days = None
    if seen:
        since = min(seen[0], began or seen[0])
        twitch_days = (seen[-1] - since).days
        found += _of_duration(since, seen[-1], knowledge)
    first = asked_on or (days[0].day if days else today)
    course = course_seen(rate, first, cannot=cannot or function.worse)
    if course is not None and began is not None:
        course = replace(course, asked_days=float(max(0, (first - began).days)))
    stated = {one.id for one in found if one.present}
    return Followed(
        findings=tuple(one for one in found if one.present or one.id not in stated),
        function=function,
        rate=rate,
        twitch_days=twitch_days,
        course=course,
        ignored=tuple(dict.fromkeys(ignored)),
    )


def add_followed(case: Case, told: Followed, knowledge: Knowledge) -> Case:
    """Give the case with what the diary says since.

    What is there now wins over what was said not to be; what was said to be there stays, but for
    how long it twitches, where the longer counts, and for fewer or more twitches, where the
    diary's word counts.
    """
    spans = knowledge.variables.get(_DURATION, {})
    course, lasted = _since_asked(case, told, spans)
    by_now = findings_from_values({_DURATION_DAYS: lasted}, set(), set(), knowledge, "diary")[0]
    now = [*case.present, *told.present, *(by_now if lasted else ())]
    longest = max((name for name in now if name in spans), key=lambda n: spans[n], default=None)
    over = {name for name in spans if name != longest} if longest else set()
    for one, other in ((_LESS, _MORE), (_MORE, _LESS)):
        if one in told.present:
            over.add(other)
    present = tuple(dict.fromkeys(name for name in now if name not in over))
    absent = dict.fromkeys(n for n in [*case.absent, *told.absent] if n not in present)
    values = dict(case.values)
    if told.twitch_days is not None:
        values[_DURATION_DAYS] = max(values.get(_DURATION_DAYS, 0), told.twitch_days, lasted)
    return replace(
        case,
        course=course,
        present=present,
        absent=tuple(absent),
        values=values,
        ignored=tuple(dict.fromkeys([*case.ignored, *told.ignored])),
    )


def _since_asked(
    case: Case, told: Followed, spans: Collection[str]
) -> tuple[CourseSeen | None, float]:
    """Give the course from the day asked on, with how long it had lasted then, and lasts by now."""
    if told.course is None:
        return None, 0.0
    asked = told.course.asked_days
    if asked is None:
        asked = case.values.get(_DURATION_DAYS)
    names = tuple(name for name in case.present if name in spans)
    lasted = 0.0 if asked is None else asked + told.course.seen_days
    return replace(told.course, asked_days=asked, asked=names), lasted


def _of_function(
    days: Sequence[Entry], function: FunctionTrend, today: date
) -> list[FollowedFinding]:
    found = []
    for sign in function.signs:
        why = _why_cannot(sign, worse=function.worse)
        if why is not None and sign.last_bad is not None:
            first = sign.first_bad or sign.last_bad
            found.append(_told(_FINDING_OF_SIGN[sign.name], why, sign.name, first, sign.last_bad))
    now_bad = {sign.name: sign for sign in function.signs if sign.bad_last}
    if all(name in now_bad for name in _HEEL_RAISES):
        firsts = [now_bad[name].first_bad for name in _HEEL_RAISES]
        since = max(first for first in firsts if first is not None)
        found.append(_told(_BOTH_WEAK, Why.SAID, " and ".join(_HEEL_RAISES), since, today))
    bad = [sign for sign in function.signs if sign.last_bad is not None]
    named = [sign for sign in bad if sign.bad_last or sign.ability is Ability.LOST] or bad
    worse = named if function.worse else [sign for sign in bad if _was_good(sign, days)]
    if worse:
        firsts = [sign.first_bad or sign.last_bad for sign in worse]
        since = min(first for first in firsts if first is not None)
        names = ", ".join(sign.name for sign in worse)
        found.append(_told(_GETTING_WORSE, Why.FUNCTION_WORSE, names, since, today))
    return found + _well(days, function, today)


def _why_cannot(sign: Sign, *, worse: bool) -> Why | None:
    """Give why a sign makes a finding; tripping once makes none, anybody may trip."""
    if sign.name == "tripped" and not worse and sign.answers < _TWICE:
        return None
    if sign.ability is Ability.LOST:
        return Why.LOST
    if sign.ability is Ability.FROM_THE_START:
        return Why.FROM_THE_START
    if not sign.bad_last or (sign.name == "tripped" and not worse):
        return None
    return Why.SAID_ONCE


def _was_good(sign: Sign, days: Sequence[Entry]) -> bool:
    """Tell whether it could be done on some day, and the last two times it could not."""
    said = [getattr(day.function, sign.name) for day in days]
    answers = [answer for answer in said if answer is not None]
    twice = len(answers) > _TWICE and set(answers[-_TWICE:]) == {answers[-1]}
    return sign.bad_last and twice and len(set(answers)) > 1


def _well(days: Sequence[Entry], function: FunctionTrend, today: date) -> list[FollowedFinding]:
    """Give what is not there by an answer of the last days: both legs, and speech."""
    found = []
    for finding, names in ((_WEAK, _HEEL_RAISES), (_SLURRED, ("speech_changed",))):
        signs = [sign for sign in function.signs if sign.name in names]
        if any(sign.ability is not Ability.AS_BEFORE for sign in signs):
            continue
        last = min(
            next(day.day for day in reversed(days) if getattr(day.function, name) is not None)
            for name in names
        )
        if last >= today - timedelta(days=_GOOD_FOR_DAYS):
            noted = " and ".join(names)
            found.append(_told(finding, Why.AS_BEFORE, noted, last, last, present=False))
    return found


def _of_complaints(
    noted: Sequence[Noticed], knowledge: Knowledge, ignored: list[str]
) -> list[FollowedFinding]:
    found = []
    for one in noted:
        try:
            name = knowledge.resolve(one.id)
        except UnknownIdentifier:
            name = ""
        if name in knowledge.findings:
            found.append(_told(name, Why.SAID, one.id, one.first, one.last))
        else:
            ignored.append(one.id)
    return found


def _of_places(
    sites: Sequence[Noticed], new: set[str], knowledge: Knowledge, ignored: list[str]
) -> list[FollowedFinding]:
    """Give the findings of the places where it twitches, as the body map reads them.

    A place is a region, a region with a side (`calf:left`), or a finding.
    """
    found = []
    on: dict[str, dict[str, Noticed]] = {}
    for site in sites:
        why = Why.NEW_PLACE if site.id in new else Why.PLACE
        region, _, rest = site.id.partition(":")
        side = rest.partition(":")[0]
        rows = [p for p in knowledge.places if p.region == region and p.sensation == _TWITCHES]
        names = [p.finding for p in rows if p.finding and p.sides in {"any", MIDDLE}]
        if side in {_LEFT, _RIGHT}:
            on.setdefault(region, {})[side] = site
        elif region == _CALF:
            names.append(_CALF_TWITCHES)
        if not rows and site.id in knowledge.findings:
            names.append(site.id)
        if not rows and not names:
            ignored.append(site.id)
        found += [_told(knowledge.resolve(n), why, site.id, site.first, site.last) for n in names]
    for region, sides in on.items():
        rule = "both" if len(sides) == _TWICE else "one"
        first, last = min(s.first for s in sides.values()), max(s.last for s in sides.values())
        found += [
            _told(knowledge.resolve(place.finding), Why.PLACE, ", ".join(sides), first, last)
            for place in knowledge.places
            if (place.region, place.sensation, place.sides) == (region, _TWITCHES, rule)
            and place.finding
        ]
    return found


def _of_rate(
    rate: RateTrend | None, function: FunctionTrend, today: date, *, cannot: bool
) -> list[FollowedFinding]:
    if rate is None:
        return []
    fewer = rate.direction in {Direction.RESOLVED, Direction.RESOLVING}
    if fewer and not cannot and not function.worse:
        return [_told(_LESS, Why.RATE, rate.direction, rate.compared_with, today)]
    if rate.direction is Direction.MORE and function.worse:
        return [_told(_MORE, Why.FUNCTION_WORSE, rate.direction, rate.compared_with, today)]
    return []


def _of_duration(since: date, last: date, knowledge: Knowledge) -> list[FollowedFinding]:
    """Give how long it has twitched at least; one day alone says nothing of the days before."""
    length = (last - since).days
    if not length:
        return []
    present, _ = findings_from_values({_DURATION_DAYS: length}, set(), set(), knowledge, "diary")
    return [_told(name, Why.DURATION, f"{length} days", since, last) for name in present]


def _told(
    name: str, why: Why, noted: str, first: date, last: date, *, present: bool = True
) -> FollowedFinding:
    return FollowedFinding(
        id=name, present=present, why=why, noted=str(noted), first=first, last=last
    )
