"""What came up in a diary besides how often it twitches: new sites, new complaints, by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kedut.diary.days import by_day
from kedut.diary.entry import Entry

_SETTLING_DAYS = 3  # in the first days people still find out where it twitches


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """A site or a complaint: on which days it was noted.

    id : as noted, not looked into here
    """

    id: str
    first: date
    last: date
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatCameUp:
    """All that was noticed; `new_sites` are those first named after the first noted days."""

    sites: tuple[Noticed, ...]
    new_sites: tuple[Noticed, ...]
    new_symptoms: tuple[Noticed, ...]


def what_came_up(entries: Sequence[Entry], today: date) -> WhatCameUp:
    """Give sites and complaints noted up to today, by the day they were first noted."""
    days = [day for day in by_day(entries) if day.day <= today]
    sites = _noticed((day.day, day.where) for day in days)
    settled = sites[0].first + timedelta(days=_SETTLING_DAYS) if sites else today
    return WhatCameUp(
        sites=sites,
        new_sites=tuple(site for site in sites if site.first >= settled),
        new_symptoms=_noticed((day.day, day.new_symptoms) for day in days),
    )


def _noticed(days: Iterable[tuple[date, tuple[str, ...]]]) -> tuple[Noticed, ...]:
    found: dict[str, list[date]] = {}
    for day, names in days:
        for name in dict.fromkeys(names):
            found.setdefault(name, []).append(day)
    every = (
        Noticed(id=name, first=noted[0], last=noted[-1], days=len(noted))
        for name, noted in found.items()
    )
    return tuple(sorted(every, key=lambda one: (one.first, one.id)))
