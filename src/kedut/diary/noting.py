"""How often a person notes; more than a day needs is a sign of worry, not of illness."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kedut.diary.entry import Entry

_WEEK_DAYS = 7
_ENOUGH_A_WEEK = 7  # one a day


def noted_often(entries: Iterable[Entry], today: date) -> bool:
    """Tell whether more than one entry a day was noted over the last week, on average.

    Entries are counted by the day they are of, today among them; a correction is no entry more.
    """
    days = ((today - entry.day).days for entry in entries)
    return sum(0 <= ago < _WEEK_DAYS for ago in days) > _ENOUGH_A_WEEK
