"""The form of one entry: what was typed becomes an entry, and an entry fills the form again."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from kedut.case.bodymap import offered
from kedut.diary.entry import (
    Alcohol,
    Amount,
    Context,
    Count,
    Entry,
    Function,
    MeasuredRate,
    Said,
)
from kedut.knowledge.knowledge_base import Knowledge
from kedut.web.answers import Posted
from kedut.web.zones import NoZone, likely, zone_of

REMEDIES = ("stretching", "massage", "warmth", "magnesium", "other")
SIGNS = tuple(part.name for part in fields(Function))
AMOUNTS = ("exercise", "stress", "drinking")
LONGEST_NOTE = 2000
_FIRST_YEAR = 1970
_LONGEST_NAME = 120
_LONGEST_MEASURED = 60_000
_ID = re.compile(r"[0-9a-f]{32}")
_KNOWN_ID = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_SENSATION = "twitches"
_Choice = TypeVar("_Choice", bound=StrEnum)


class NotSaid(ValueError):
    """What was typed is no entry; `faults` are keys of the sentences that say why."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__(", ".join(faults))


@dataclass(slots=True)
class _Reading:
    """A form as it is read, and what is wrong with it so far."""

    form: Posted
    faults: list[str]

    def fault(self, key: str) -> None:
        if key not in self.faults:
            self.faults.append(key)

    def number(self, name: str) -> float | None:
        text = self.form.one(name).strip().replace(",", ".")
        if not text:
            return None
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            self.fault(name)
            return None
        return found

    def choice(self, kind: type[_Choice], name: str) -> _Choice | None:
        try:
            return kind(self.form.one(name))
        except ValueError:
            return None

    def yes_no(self, name: str) -> bool | None:
        return {"yes": True, "no": False}.get(self.form.one(name))


def is_fresh_id(text: str) -> bool:
    """Tell whether an entry's id is one that our forms give."""
    return bool(_ID.fullmatch(text))


def is_id(text: str) -> bool:
    """Tell whether a text can be an entry's id at all."""
    return bool(_KNOWN_ID.fullmatch(text))


def entry_of(
    form: Posted,
    entry_id: str,
    now: datetime,
    knowledge: Knowledge,
    before: Entry | None = None,
) -> Entry:
    """Give the entry that a form says.

    Parameters
    ----------
    now : the moment it was sent; gives the hour, the form only the day
    before : the entry that it corrects; keeps its time on the same day, and what no form offers

    Raises
    ------
    NotSaid
    """
    read = _Reading(form, [])
    at = _moment(read, now, before)
    count = _count(read)
    measured = _measured(read)
    context = _context(read, before.context.remedies if before else ())
    note = form.one("note").replace("\r\n", "\n").strip()
    if len(note) > LONGEST_NOTE:
        read.fault("note")
    function = Function(**{name: read.yes_no(name) for name in SIGNS})
    said = read.choice(Said, "said")
    where = _listed(form.all("where"), places(knowledge), before.where if before else ())
    new = _listed(form.all("new"), symptoms(knowledge), before.new_symptoms if before else ())
    nothing = not any((said, count, measured, where, new, note))
    if not read.faults and nothing and function == Function() and context == Context():
        read.fault("nothing")
    if read.faults or at is None:
        raise NotSaid(tuple(read.faults))
    return Entry(
        id=entry_id,
        at=at,
        said=said,
        count=count,
        measured=measured,
        where=where,
        new_symptoms=new,
        context=context,
        function=function,
        note=note,
    )


def typed_from(entry: Entry) -> Posted:
    """Give the form that says an entry."""
    context = entry.context
    told: dict[str, list[str]] = {
        "day": [entry.day.isoformat()],
        "zone": [likely(entry.at)],
        "said": [entry.said or ""],
        "where": list(entry.where),
        "new": list(entry.new_symptoms),
        "remedy": list(context.remedies),
        "alcohol": [context.alcohol or ""],
        "sleep": [_text(context.sleep_hours)],
        "caffeine": [_text(context.caffeine_cups)],
        "note": [entry.note],
    }
    told |= {name: [getattr(context, name) or ""] for name in AMOUNTS}
    told |= {name: [_yes_no(getattr(entry.function, name))] for name in SIGNS}
    if context.no_remedy:
        told["no_remedy"] = ["yes"]
    if entry.count is not None:
        told |= {"count": [str(entry.count.twitches)], "minutes": [_text(entry.count.minutes)]}
    if entry.measured is not None:
        told["measured"] = [json.dumps(measured_shape(entry.measured))]
    return Posted(told)


def places(knowledge: Knowledge) -> tuple[str, ...]:
    """Give the places of the body map where it can twitch: `calf:left`."""
    marks = offered(knowledge)[_SENSATION]
    ordered = sorted(marks, key=lambda mark: mark.region != "calf")
    return tuple(f"{mark.region}:{mark.side}" for mark in ordered)


def symptoms(knowledge: Knowledge) -> tuple[str, ...]:
    """Give the complaints of the interview that may come up from one day to the next."""
    return tuple(name for _, names in symptom_groups(knowledge) for name in names)


def symptom_groups(knowledge: Knowledge) -> list[tuple[str, tuple[str, ...]]]:
    """Give them as the interview has them: danger signs by list, then other complaints."""
    lists = {**knowledge.screen, "complaint": knowledge.opening.get("complaint", ())}
    return list(lists.items())


def measured_shape(rate: MeasuredRate) -> dict[str, Any]:
    """Give a measured rate as the form carries it; it reads the same as `kedut measure` gives."""
    return {
        "rate_per_min": {"value": rate.rate_per_min, "low": rate.low, "high": rate.high},
        "modality": rate.modality,
        "file": rate.recording,
    }


def _moment(read: _Reading, now: datetime, before: Entry | None) -> datetime | None:
    """Give the moment: on another day than today, its hour is that of now, or the one it had."""
    try:
        here = now.astimezone(zone_of(read.form.one("zone")))
    except NoZone:
        read.fault("zone")
        return None
    try:
        day = date.fromisoformat(read.form.one("day").strip())
    except ValueError:
        read.fault("day")
        return None
    if day > here.date():
        read.fault("future")
        return None
    if day.year < _FIRST_YEAR:
        read.fault("day")
        return None
    if before is not None and day == before.day:
        return before.at
    if day == here.date():
        return here.replace(microsecond=0)
    # The zone's own offset of that day is taken: clocks may have been set since.
    hour = (before.at if before else here).time()
    return datetime.combine(day, hour.replace(microsecond=0, tzinfo=None), here.tzinfo)


def _count(read: _Reading) -> Count | None:
    twitches, minutes = read.number("count"), read.number("minutes")
    if twitches is None and minutes is None:
        return None
    if twitches is None or minutes is None or twitches != twitches // 1:
        read.fault("count")
        return None
    try:
        return Count(twitches=int(twitches), minutes=minutes)
    except ValueError:
        read.fault("count")
        return None


def _measured(read: _Reading) -> MeasuredRate | None:
    """Read what `kedut measure --format json` printed, one object."""
    text = read.form.one("measured").strip()
    if not text:
        return None
    try:
        if len(text) > _LONGEST_MEASURED:
            raise ValueError("too long")
        told = json.loads(text.splitlines()[0] if "\n{" in text else text)
        rate = told["rate_per_min"]
        quality = told.get("quality") or {}
        if quality.get("usable") is False:
            read.fault("measured_unusable")
            return None
        return MeasuredRate(
            rate_per_min=float(rate["value"]),
            low=float(rate["low"]),
            high=float(rate["high"]),
            modality=str(told.get("modality") or "")[:_LONGEST_NAME],
            recording=_name_alone(str(told.get("file") or "")),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        read.fault("measured")
        return None


def _context(read: _Reading, before: tuple[str, ...]) -> Context:
    form = read.form
    remedies = _listed(form.all("remedy"), REMEDIES, before)
    sleep, caffeine = read.number("sleep"), read.number("caffeine")
    try:
        return Context(
            **{name: read.choice(Amount, name) for name in AMOUNTS},
            sleep_hours=sleep,
            caffeine_cups=caffeine,
            alcohol=read.choice(Alcohol, "alcohol"),
            remedies=remedies,
            no_remedy=form.one("no_remedy") == "yes",
        )
    except ValueError:
        if remedies and form.one("no_remedy") == "yes":
            read.fault("remedy")
        if sleep is not None and not 0 <= sleep <= 24:
            read.fault("sleep")
        if caffeine is not None and not 0 <= caffeine <= 50:
            read.fault("caffeine")
        return Context()


def _listed(values: list[str], known: tuple[str, ...], before: tuple[str, ...]) -> tuple[str, ...]:
    """Give what was ticked, and what was noted before and stands in no list to be ticked."""
    given = set(values)
    others = tuple(name for name in before if name not in known)
    return (*(name for name in known if name in given), *others)


def _name_alone(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2][:_LONGEST_NAME]


def _text(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


def _yes_no(answer: bool | None) -> str:
    return "" if answer is None else "yes" if answer else "no"
