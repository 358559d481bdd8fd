"""Diary entries and events as JSON, one event a line; a bad line is told and the rest goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from kedut.diary.ahead import refuse_ahead
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
from kedut.diary.errors import BadEntry, LineFault
from kedut.diary.journal import Event, Kind, added

_MOMENT = timedelta(microseconds=1)
_SHOWN_OF_A_BAD_LINE = 200
_FIRST_YEAR, _LAST_YEAR = 1970, 2200  # beyond them it is a slip of the hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import gave: the events, and the lines that were left out.

    rows : those of the events that only say how an entry stands, as rows of a table do; what
        they do to a diary is in `taken_in`
    remarks : lines that were taken, but read in a way that ought to be looked at
    held : of each row the columns that were there, empty ones too; what is not among them the row
        says nothing of
    """

    events: tuple[Event, ...]
    faults: tuple[LineFault, ...]
    remarks: tuple[LineFault, ...] = ()
    rows: tuple[Event, ...] = ()
    held: Mapping[Event, frozenset[str]] = field(default_factory=dict)


class RowsOfOneId:
    """The rows of one file by id: two that say one entry otherwise are told, and one counts."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[int, Event]]] = {}

    def event(self, line: int, entry: Entry) -> tuple[Event, str]:
        """Give what a row adds, as of its own time, and what ought to be looked at about it.

        Of two rows the later time counts; of one time, the later line.
        """
        rows = self._rows.setdefault(entry.id, [])
        for before, one in rows:
            if one.entry is not None and alike(one.entry, entry):
                return one, f"says the same as line {before}"
        same = [before for before, one in rows if one.entry and one.entry.at == entry.at]
        event = added(entry, entry.at + len(same) * _MOMENT)
        remark = ""
        if same:
            remark = f"has the id and the time of line {same[-1]}; this line counts"
        elif rows:
            remark = f"has the id of line {rows[0][0]}; the later time counts"
        rows.append((line, event))
        return event, remark


def alike(one: Entry, other: Entry) -> bool:
    """Tell whether two entries are the same to the letter, the offset of their time too."""
    return one == other and one.at.utcoffset() == other.at.utcoffset()


def dump_events(events: Iterable[Event]) -> str:
    """Give the events as JSON lines."""
    return "".join(
        json.dumps(event_to_json(event), ensure_ascii=False, sort_keys=True) + "\n"
        for event in events
    )


def load_events(text: str, *, now: datetime | None = None) -> Imported:
    """Read JSON lines: events, or bare entries, each of which is added as of its own time.

    Parameters
    ----------
    now : the moment it is; entries of a day that has not begun are told as faults
    """
    events: list[Event] = []
    rows: list[Event] = []
    faults: list[LineFault] = []
    remarks: list[LineFault] = []
    held: dict[Event, frozenset[str]] = {}
    by_id = RowsOfOneId()
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        shown = line[:_SHOWN_OF_A_BAD_LINE]
        try:
            told = _parsed(line)
            event = event_from_json(told)
            if now is not None and event.entry is not None:
                refuse_ahead(event.entry, now)
        except ValueError as wrong:
            faults.append(LineFault(line=number, what=str(wrong), text=shown))
            continue
        if event.entry is not None and "event" not in told:
            event, remark = by_id.event(number, event.entry)
            rows.append(event)
            held[event] = held.get(event, frozenset()) | frozenset(_columns(told))
            if remark:
                remarks.append(LineFault(line=number, what=remark, text=shown))
        events.append(event)
    return Imported(
        events=tuple(events),
        faults=tuple(faults),
        remarks=tuple(remarks),
        rows=tuple(rows),
        held=held,
    )


def event_to_json(event: Event) -> dict[str, Any]:
    """Give an event in its outside shape."""
    told: dict[str, Any] = {
        "event": event.kind.value,
        "entry_id": event.entry_id,
        "recorded": event.recorded.isoformat(),
    }
    if event.entry is not None:
        told["entry"] = entry_to_json(event.entry)
    return told


def event_from_json(told: Mapping[str, Any]) -> Event:
    """Read an event, or a bare entry; raises BadEntry or another ValueError saying why not."""
    if "event" not in told:
        bare = entry_from_json(told)
        return added(bare, bare.at)
    kind = _choice(Kind, told["event"], "event")
    given = _object(told, "entry")
    entry = entry_from_json(given) if given else None
    entry_id = told.get("entry_id") or (None if entry is None else entry.id)
    if not isinstance(entry_id, str):
        raise BadEntry(f"an event that is to {kind} an entry needs 'entry_id'")
    return Event(
        kind=kind, entry_id=_whole_signs(entry_id), recorded=_time(told, "recorded"), entry=entry
    )


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """Give an entry in its outside shape; what is open is left out."""
    told: dict[str, Any] = {"id": entry.id, "at": entry.at.isoformat()}
    if entry.said is not None:
        told["said"] = entry.said.value
    if entry.count is not None:
        told["count"] = _plain(entry.count)
    if entry.measured is not None:
        told["measured"] = _plain(entry.measured)
    told |= {key: list(names) for key in _LISTS if (names := getattr(entry, key))}
    told |= {key: facts for key in _GROUPS if (facts := _plain(getattr(entry, key)))}
    if entry.note:
        told["note"] = entry.note
    return told


def entry_from_json(told: Mapping[str, Any]) -> Entry:
    """Read an entry; one without id gets one made of its content, the same each time."""
    at = _time(told, "at")
    given = told.get("id")
    if given is not None and not isinstance(given, str):
        raise BadEntry(f"'id' must be a text, got {given!r}")
    return Entry(
        id=_whole_signs(given) if given else _id_of(told),
        at=at,
        said=None if told.get("said") is None else _choice(Said, told["said"], "said"),
        count=_count(told),
        measured=_measured(told),
        where=_names(told, "where"),
        new_symptoms=_names(told, "new_symptoms"),
        context=_context(told),
        function=_function(told),
        note=_text(told, "note"),
    )


_SIGNS = tuple(part.name for part in fields(Function))
_LISTS = ("where", "new_symptoms")
_GROUPS = ("context", "function")


def _plain(facts: Any) -> dict[str, Any]:
    found = {part.name: getattr(facts, part.name) for part in fields(facts)}
    found = {name: list(v) if isinstance(v, tuple) else v for name, v in found.items()}
    if not found.get("no_remedy", True):
        del found["no_remedy"]
    return {name: value for name, value in found.items() if value not in (None, [], "")}


def _columns(told: Mapping[str, Any]) -> Iterator[str]:
    """Give the columns that a bare entry would fill, also where it says null there."""
    for key, value in told.items():
        if isinstance(value, dict):
            yield from (f"{key}.{part}" for part in value)
        else:
            yield key


def _parsed(line: str) -> Mapping[str, Any]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        raise BadEntry("this is not JSON; each line must be one whole object") from None
    if not isinstance(told, dict):
        raise BadEntry("each line must be one object in braces")
    return told


def _id_of(told: Mapping[str, Any]) -> str:
    content = json.dumps(dict(told), sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(content.encode(errors="surrogatepass"), digest_size=10).hexdigest()


def _time(told: Mapping[str, Any], key: str) -> datetime:
    text = told.get(key)
    if not isinstance(text, str):
        raise BadEntry(f"{key!r} is missing; write it like 2026-03-01T20:00+07:00")
    try:
        at = datetime.fromisoformat(text.split("[", 1)[0])  # RFC 9557 adds the zone's name
    except (ValueError, OverflowError):
        raise BadEntry(f"{key!r} is no time: {text!r}; write 2026-03-01T20:00+07:00") from None
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise BadEntry(f"{key!r} is in the year {at.year}; mend it: {text!r}")
    if at.tzinfo is None:
        raise BadEntry(f"{key!r} has no time zone: {text!r}; add it, as in {text}+07:00")
    return at


_Choice = TypeVar("_Choice", bound=StrEnum)


def _choice(kind: type[_Choice], value: object, key: str) -> _Choice:
    try:
        return kind(str(value))
    except ValueError:
        raise BadEntry(
            f"{key!r} must be one of {', '.join(one.value for one in kind)}; got {value!r}"
        ) from None


def _object(told: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = told.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadEntry(f"{key!r} must be an object in braces, got {value!r}")
    return value


def _names(told: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = told.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadEntry(f"{key!r} must be a list of identifiers, got {value!r}")
    return tuple(map(_whole_signs, value))


def _text(told: Mapping[str, Any], key: str) -> str:
    value = told.get(key)
    if value is not None and not isinstance(value, str):
        raise BadEntry(f"{key!r} must be a text, got {value!r}")
    return _whole_signs(value or "")


def _whole_signs(text: str) -> str:
    """Give a text with a sign in place of each half of one, which no file can hold."""
    if text.isascii():
        return text
    return text.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace")


def _number(told: Mapping[str, Any], key: str) -> float | None:
    value = told.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadEntry(f"{key!r} must be a number, got {value!r}")
    try:
        return float(value)
    except OverflowError:
        raise BadEntry(f"{key!r} is far too large") from None


def _needed(told: Mapping[str, Any], key: str) -> float:
    value = _number(told, key)
    if value is None:
        raise BadEntry(f"{key!r} is missing")
    return value


def _count(told: Mapping[str, Any]) -> Count | None:
    count = _object(told, "count")
    if not count:
        return None
    twitches = _needed(count, "twitches")
    if twitches != twitches // 1:
        raise BadEntry(f"'twitches' must be a whole number, got {twitches}")
    return Count(twitches=int(twitches), minutes=_needed(count, "minutes"))


def _measured(told: Mapping[str, Any]) -> MeasuredRate | None:
    rate = _object(told, "measured")
    if not rate:
        return None
    return MeasuredRate(
        rate_per_min=_needed(rate, "rate_per_min"),
        low=_needed(rate, "low"),
        high=_needed(rate, "high"),
        modality=_text(rate, "modality"),
        recording=_text(rate, "recording"),
    )


def _context(told: Mapping[str, Any]) -> Context:
    said = _object(told, "context")
    return Context(
        exercise=_amount(said, "exercise"),
        sleep_hours=_number(said, "sleep_hours"),
        stress=_amount(said, "stress"),
        caffeine_cups=_number(said, "caffeine_cups"),
        alcohol=None
        if said.get("alcohol") is None
        else _choice(Alcohol, said["alcohol"], "alcohol"),
        drinking=_amount(said, "drinking"),
        remedies=_names(said, "remedies"),
        no_remedy=_yes_or_no(said, "no_remedy") or False,
    )


def _amount(told: Mapping[str, Any], key: str) -> Amount | None:
    return None if told.get(key) is None else _choice(Amount, told[key], key)


def _yes_or_no(told: Mapping[str, Any], key: str) -> bool | None:
    value = told.get(key)
    if value is not None and not isinstance(value, bool):
        raise BadEntry(f"{key!r} must be true or false, got {value!r}")
    return value


def _function(told: Mapping[str, Any]) -> Function:
    said = _object(told, "function")
    return Function(**{name: _yes_or_no(said, name) for name in _SIGNS})
