"""The log of a diary: what was added, corrected and taken back, nothing ever overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from kedut.diary.days import by_day
from kedut.diary.entry import Entry

_MOMENT = timedelta(microseconds=1)


class Kind(StrEnum):
    """What an event does to an entry."""

    ADD = "add"
    CORRECT = "correct"
    RETRACT = "retract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the log.

    recorded : when it was written, with time zone; not when it happened
    entry : the whole entry as it should stand; none only when one is taken back
    """

    kind: Kind
    entry_id: str
    recorded: datetime
    entry: Entry | None = None

    def __post_init__(self) -> None:
        if self.recorded.utcoffset() is None:
            raise ValueError(f"the event on entry {self.entry_id!r} was recorded without time zone")
        object.__setattr__(self, "recorded", self.recorded.astimezone(UTC))
        if (self.entry is None) != (self.kind is Kind.RETRACT):
            raise ValueError(f"an event that is to {self.kind} an entry needs the entry, no other")
        if self.entry is not None and self.entry.id != self.entry_id:
            raise ValueError(
                f"the event is on entry {self.entry_id!r}, the entry in it is {self.entry.id!r}"
            )


def added(entry: Entry, recorded: datetime) -> Event:
    """Give the event that adds an entry."""
    return Event(kind=Kind.ADD, entry_id=entry.id, recorded=recorded, entry=entry)


def corrected(entry: Entry, recorded: datetime) -> Event:
    """Give the event that puts an entry in place of the one with its id."""
    return Event(kind=Kind.CORRECT, entry_id=entry.id, recorded=recorded, entry=entry)


def retracted(entry_id: str, recorded: datetime) -> Event:
    """Give the event that takes an entry back."""
    return Event(kind=Kind.RETRACT, entry_id=entry_id, recorded=recorded)


def moment_after(history: Iterable[Event], now: datetime) -> datetime:
    """Give the moment at which to record what is done to an entry: now, after all before it.

    What is done last counts, also where the clock was set back since.
    """
    last = max((event.recorded for event in history), default=None)
    return now if last is None else max(now, last + _MOMENT)


class Journal:
    """The events of one person's diary; a new journal for every change.

    For each entry the last correction or withdrawal counts, by when it was recorded; without
    one, the last that added it. So the events may arrive in any order and any number of times,
    and the original imported again does not undo its correction.
    """

    __slots__ = ("_by_entry",)

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._by_entry: dict[str, tuple[Event, ...]] = {}
        for event in events:
            self._take(event)

    def also(self, *events: Event) -> Journal:
        """Give the journal with these events too; those it has already change nothing."""
        wider = Journal()
        wider._by_entry = dict(self._by_entry)
        for event in events:
            wider._take(event)
        return wider

    @property
    def events(self) -> tuple[Event, ...]:
        """Give all events, in the order they were recorded."""
        every = (event for events in self._by_entry.values() for event in events)
        return tuple(sorted(every, key=_order))

    def history(self, entry_id: str) -> tuple[Event, ...]:
        """Give what happened to one entry, in the order it was recorded."""
        return tuple(sorted(self._by_entry.get(entry_id, ()), key=_order))

    def entry(self, entry_id: str) -> Entry | None:
        """Give one entry as it stands; none if it was taken back, or never there."""
        events = self._by_entry.get(entry_id, ())
        return _counts(events).entry if events else None

    def entries(self) -> tuple[Entry, ...]:
        """Give the entries as they stand, by time; several a day are all given."""
        standing = (_counts(events).entry for events in self._by_entry.values())
        return tuple(
            sorted(
                (entry for entry in standing if entry is not None),
                key=lambda entry: (entry.at, entry.id),
            )
        )

    def days(self) -> tuple[Entry, ...]:
        """Give one entry a day, by day."""
        return by_day(self.entries())

    def _take(self, event: Event) -> None:
        had = self._by_entry.get(event.entry_id, ())
        if event not in had:
            self._by_entry[event.entry_id] = (*had, event)


def _counts(events: tuple[Event, ...]) -> Event:
    """Give the event of an entry that counts; nearly always it is the only one."""
    return events[0] if len(events) == 1 else max(events, key=_weight)


def _weight(event: Event) -> tuple[bool, datetime, str, str]:
    """Give what decides which event of an entry counts; the text only to break a tie."""
    return event.kind is not Kind.ADD, event.recorded, event.kind, repr(event.entry)


def _order(event: Event) -> tuple[datetime, str, str, str]:
    return event.recorded, event.entry_id, event.kind, repr(event.entry)
