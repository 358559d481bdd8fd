"""What a diary says of the findings: function first, complaints as told, the twitching last."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kedut.case.case import Case, CourseSeen
from kedut.case.complaints_found import Denied, complaints_there, known
from kedut.case.course_seen import course_seen
from kedut.case.followed_finding import FollowedFinding, Why, finding_of
from kedut.case.function_found import GETTING_WORSE, function_open, function_there, function_well
from kedut.case.values import findings_from_values
from kedut.diary.days import by_day
from kedut.diary.entry import Entry
from kedut.diary.function import FunctionTrend, Stand, Stretch, function_trends
from kedut.diary.noticed import Noticed, what_came_up
from kedut.diary.trend import Direction, RateTrend, rate_trend, twitch_seen
from kedut.knowledge.bodymap import MIDDLE
from kedut.knowledge.knowledge_base import Knowledge

_LESS, _MORE = "twitch_improving", "twitch_worsening"
_DURATION, _DURATION_DAYS = "twitch_duration", "twitch_duration_days"
_CALF, _CALF_TWITCHES = "calf", "twitch_leg_unspecified"
_TWITCHES, _LEFT, _RIGHT = "twitches", "left", "right"
_TWICE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What a diary says up to a day.

    function, rate : the trends it rests on; rate is none where nothing is said of twitching
    open : what was there and is not known to be gone: no longer present, and not absent
    ask_again : signs of function to try again soon, and what is open, as it was noted
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
    open: tuple[FollowedFinding, ...] = ()
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
        """Give the signs of function to try again soon, and what is open."""
        noted = (name for one in self.open for name in one.noted.split(", "))
        return tuple(dict.fromkeys((*self.function.ask_again, *noted)))

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
    denied: Collection[str] = (),
    function_read: Sequence[Stand] | None = None,
) -> Followed:
    """Give what the diary says of the findings up to today, whatever the order of its entries.

    A weakness or a change of speech counts from the first time it is noted, and for a stretch of
    days after it was last there, whatever is answered since; then it is open until good answers on
    several days end it. Tripping once does not count, tripping again does. More twitches alone make
    no finding, and fewer make none while something cannot be done: where motor units die the rate
    falls too.

    Parameters
    ----------
    began : since when it twitches, where that is known to be before the diary
    asked_on : the day the answers of the case were given; the first day noted if left out
    denied : what was said then not to be there
    function_read : where it was read already, of these entries or of these and later ones
        (`kedut.diary.function.function_read`)
    """
    days = [day for day in by_day(entries) if day.day <= today]
    stretch = stretch_of(knowledge)
    trends, rate = function_trends(days, today, stretch, function_read), rate_trend(days, today)
    function = trends[-1]
    came = what_came_up(days, today)
    ignored: list[str] = []
    first = asked_on or (days[0].day if days else today)
    said_not = Denied(names=denied, on=first, after_days=stretch.days)
    named = known(came.new_symptoms, knowledge, ignored)
    weak = function_there(trends, today, stretch)
    well = list(function_well(function, today, {n: one.last for n, one in named}, stretch))
    told, no_longer = complaints_there(named, today, knowledge, said_not, {one.id for one in well})
    all_found = [
        *weak,
        *well,
        *told,
        *_of_places(came.sites, {site.id for site in came.new_sites}, knowledge, ignored),
    ]
    cannot = bool(weak) or any(sign.bad_last for sign in function.signs)
    worse = function.worse or any(one.id == GETTING_WORSE for one in weak)
    all_found += _of_rate(rate, today, cannot=cannot, worse=worse)
    seen = [day.day for day in days if twitch_seen(day)]
    twitch_days = None
    if seen:
        since = min(seen[0], began or seen[0])
        twitch_days = (seen[-1] - since).days
        all_found += _of_duration(since, seen[-1], knowledge)
    course = course_seen(rate, first, cannot=cannot or worse)
    if course is not None and began is not None:
        course = replace(course, asked_days=float(max(0, (first - began).days)))
    stated = {one.id for one in all_found if one.present}
    no_longer += function_open(function, stated)
    return Followed(
        findings=tuple(one for one in all_found if one.present or one.id not in stated),
        open=tuple(
            one
            for one in no_longer
            if one.id not in stated and not said_not.holds(one.id, one.last)
        ),
        function=function,
        rate=rate,
        twitch_days=twitch_days,
        course=course,
        ignored=tuple(dict.fromkeys(ignored)),
    )


def stretch_of(knowledge: Knowledge) -> Stretch:
    """Give how long what was bad stays a finding (`diary.stays_days`, `diary.good_answers`)."""
    return Stretch(
        days=int(knowledge.decisions["diary.stays_days"]),
        good_answers=int(knowledge.decisions["diary.good_answers"]),
    )


def add_followed(case: Case, told: Followed, knowledge: Knowledge) -> Case:
    """Give the case with what the diary says since.

    What is there now wins over what was said not to be, and what was there since is no longer
    denied by it; what was said to be there stays, but for
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
    not_denied = {*present, *(one.id for one in told.open)}
    absent = dict.fromkeys(n for n in [*case.absent, *told.absent] if n not in not_denied)
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
        found += [
            finding_of(knowledge.resolve(n), why, site.id, site.first, site.last) for n in names
        ]
    for region, sides in on.items():
        rule = "both" if len(sides) == _TWICE else "one"
        first, last = min(s.first for s in sides.values()), max(s.last for s in sides.values())
        found += [
            finding_of(knowledge.resolve(place.finding), Why.PLACE, ", ".join(sides), first, last)
            for place in knowledge.places
            if (place.region, place.sensation, place.sides) == (region, _TWITCHES, rule)
            and place.finding
        ]
    return found


def _of_rate(
    rate: RateTrend | None, today: date, *, cannot: bool, worse: bool
) -> list[FollowedFinding]:
    if rate is None:
        return []
    fewer = rate.direction in {Direction.RESOLVED, Direction.RESOLVING}
    if fewer and not cannot and not worse:
        return [finding_of(_LESS, Why.RATE, rate.direction, rate.compared_with, today)]
    if rate.direction is Direction.MORE and worse:
        return [finding_of(_MORE, Why.FUNCTION_WORSE, rate.direction, rate.compared_with, today)]
    return []


def _of_duration(since: date, last: date, knowledge: Knowledge) -> list[FollowedFinding]:
    """Give how long it has twitched at least; one day alone says nothing of the days before."""
    length = (last - since).days
    if not length:
        return []
    present, _ = findings_from_values({_DURATION_DAYS: length}, set(), set(), knowledge, "diary")
    return [finding_of(name, Why.DURATION, f"{length} days", since, last) for name in present]
