"""Complaints noted in a diary, as findings: there for a stretch of days, then open or lasting.

A complaint is noted on a day, and nobody notes the day it went. So for a stretch it counts as it
was noted; after that one of a day is no longer *new*, and whether it is there is unknown; one that
lasts by its nature counts until it is said to have gone: the questions answered again, or, for heel
raises and speech, good answers in the diary. It is never taken to have been absent by silence.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kedut.case.followed_finding import FollowedFinding, Why, finding_of
from kedut.diary.noticed import Noticed
from kedut.knowledge.errors import UnknownIdentifier
from kedut.knowledge.knowledge_base import Knowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """What was said not to be there when the questions were answered, and on which day.

    after_days : a denial so many days after it was last there is taken at its word
    """

    names: Collection[str]
    on: date
    after_days: int

    def since(self, name: str, last: date) -> bool:
        """Tell whether it was denied on a later day than it was last there."""
        return name in self.names and self.on > last

    def holds(self, name: str, last: date) -> bool:
        """Tell whether it was denied so much later that it is over."""
        return self.since(name, last + timedelta(days=self.after_days))


def known(
    noted: Sequence[Noticed], knowledge: Knowledge, ignored: list[str]
) -> list[tuple[str, Noticed]]:
    """Give each complaint with its finding; those not known are added to `ignored`."""
    named = []
    for one in noted:
        try:
            name = knowledge.resolve(one.id)
        except UnknownIdentifier:
            name = ""
        if name in knowledge.findings:
            named.append((name, one))
        else:
            ignored.append(one.id)
    return named


def complaints_there(
    named: Sequence[tuple[str, Noticed]],
    today: date,
    knowledge: Knowledge,
    denied: Denied,
    well: Collection[str],
) -> tuple[list[FollowedFinding], list[FollowedFinding]]:
    """Give the complaints that are there, and those of which it is not known any more.

    Parameters
    ----------
    denied : by the questions answered; well : findings that answers in the diary say are not there
    """
    there: list[FollowedFinding] = []
    open_now: list[FollowedFinding] = []
    last_of: dict[str, date] = {}
    for name, one in named:
        last_of[name] = max(one.last, last_of.get(name, one.last))
    for name, one in named:
        last = last_of[name]
        stays = last >= today - timedelta(days=denied.after_days)
        if not stays and (name in well or denied.holds(name, last)):
            continue
        lasts = name in knowledge.lasting and not denied.since(name, last)
        told = there if stays or lasts else open_now
        why = Why.SAID if stays or not lasts else Why.LASTING
        told.append(finding_of(name, why, one.id, one.first, one.last, present=told is there))
    return there, open_now
