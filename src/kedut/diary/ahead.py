"""What is noted of a day that has not begun: a slip of the year, or a place further east."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from kedut.diary.entry import Entry
from kedut.diary.errors import BadEntry


def is_ahead(entry: Entry, now: datetime) -> bool:
    """Tell whether an entry's day has not begun yet where it was noted.

    Later the same day is not ahead: a day without an hour is taken as its noon.
    """
    return entry.day > now.astimezone(entry.at.tzinfo).date()


def refuse_ahead(entry: Entry, now: datetime) -> None:
    """Do nothing, unless an entry is ahead.

    Raises
    ------
    BadEntry
        It is; says what day it is there.
    """
    if is_ahead(entry, now):
        raise BadEntry(
            f"'at' is in the future: {entry.at.isoformat()}; there it is "
            f"{now.astimezone(entry.at.tzinfo).date()} now; mend the day or the year"
        )


def today_of(entries: Iterable[Entry], now: datetime) -> date:
    """Give the day it is, by the clock of `now`.

    Where a day has begun further east, and something is noted of it there, it is that day.
    """
    today = now.date()
    tomorrow = today + timedelta(days=1)
    further = any(entry.day == tomorrow and not is_ahead(entry, now) for entry in entries)
    return tomorrow if further else today
