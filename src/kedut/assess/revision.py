"""The answer of a case revised by its diary, beside the one without the last day noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from kedut.assess.assessment import Assessment
from kedut.assess.not_over import not_below_open
from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.case.followed import Followed, add_followed, followed
from kedut.case.followed_finding import FollowedFinding
from kedut.diary.entry import Entry
from kedut.diary.function import function_read
from kedut.knowledge.knowledge_base import Knowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a diary makes of an answer, as of a day.

    days : one entry a day, none after today
    case : with what the diary says
    before : the answer without the last day noted, as of the same day; urgency and chances alone
    new : findings that came with the last day noted
    """

    today: date
    days: Sequence[Entry]
    case: Case
    told: Followed
    now: Assessment
    before: Assessment
    new: tuple[FollowedFinding, ...]

    @property
    def look_again(self) -> date:
        """Give the day to look again, counted from the last day noted, never before today."""
        again = self.now.come_back
        days = again.after_days if again else self.now.urgency.within_days
        since = self.days[-1].day if self.days else self.today
        return max(self.today, since + timedelta(days=days))


def revised(
    case: Case,
    entries: Sequence[Entry],
    today: date,
    knowledge: Knowledge,
    *,
    asked_on: date | None = None,
    language: str = "id",
) -> Revision:
    """Give the answer as the diary has it today; without an entry it is that of the case.

    Parameters
    ----------
    entries : one a day, in order (`kedut.diary.days.by_day`)
    asked_on : the day the answers of the case were given
    """
    days = [day for day in entries if day.day <= today]
    read = partial(
        followed,
        today=today,
        knowledge=knowledge,
        asked_on=asked_on,
        denied=case.absent,
        function_read=function_read(days),
    )
    # As of the same day: what differs is what the last day noted brought.
    told, earlier = read(days), read(days[:-1])
    wider, narrow = (
        not_below_open(add_followed(case, one, knowledge), one, knowledge)
        for one in (told, earlier)
    )
    known = {*case.present, *earlier.present}
    new = {one.id: one for one in told.findings if one.present and one.id not in known}
    return Revision(
        today=today,
        days=days,
        case=wider,
        told=told,
        now=assess(wider, knowledge, language=language),
        before=assess(narrow, knowledge, language=language, detail="brief"),
        new=tuple(new.values()),
    )
