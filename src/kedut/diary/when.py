"""Times as spreadsheets write them: day and month in their own order, no zone, or a number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kedut.diary.errors import BadEntry

_PARTS = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?)?"
)
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_DAY_ZERO = datetime.combine(
    date(1899, 12, 30), time()
)  # of spreadsheets, which count 1900 as a leap year
_MONTHS = 12
_NOON = 12
_LIKE = "2026-03-01T20:00+07:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How a table writes its times.

    day_first : whether 3/4 is the third of April; None where the table does not show it
    zone : of times without one; None where nobody said
    """

    day_first: bool | None
    zone: ZoneInfo | None


def writing_of(cells: Iterable[str], zone: str | None) -> Writing:
    """Give how a table writes its times, by all of them together.

    Raises
    ------
    ValueError
        The zone is none.
    """
    found = [match for cell in cells if (match := _PARTS.match(cell.strip()))]
    first = any(int(match[1]) > _MONTHS for match in found)
    second = any(int(match[2]) > _MONTHS for match in found)
    try:
        place = ZoneInfo(zone) if zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"no zone {zone!r}; write it like Asia/Jakarta") from None
    return Writing(day_first=None if first == second else first, zone=place)


def read_time(text: str, writing: Writing) -> tuple[str, str]:
    """Give a time as ISO with its offset, and what ought to be looked at about it.

    A time that is ISO is left as it is. An hour that came twice is taken as the first of the two.

    Raises
    ------
    BadEntry
        Day and month cannot be told apart, no zone is known, or the clock skipped that time.
    """
    at, remark = _naive(text.strip(), writing)
    if at is None or at.tzinfo is not None:
        return text, remark
    if writing.zone is None:
        raise BadEntry(
            f"'at' has no time zone: {text!r}; write it like {_LIKE}, "
            "or import with --zone and where you were, as in --zone Asia/Jakarta"
        )
    there = at.replace(tzinfo=writing.zone)
    later = there.replace(fold=1)
    if there.utcoffset() != later.utcoffset():
        back = there.astimezone(ZoneInfo("UTC")).astimezone(writing.zone)
        if back.replace(tzinfo=None) != at:
            raise BadEntry(
                f"'at' {text!r} did not exist in {writing.zone.key}: the clock was set forward; "
                f"write the true time like {_LIKE}"
            )
        remark = "; ".join(
            filter(None, [remark, f"{text!r} came twice that day; taken as the first of the two"])
        )
    return there.isoformat(), remark


def _naive(text: str, writing: Writing) -> tuple[datetime | None, str]:
    """Give the time as on the clock, none where it is left to others, and a remark."""
    match = _PARTS.fullmatch(text)
    if match:
        if writing.day_first is None:
            raise BadEntry(f"'at' {text!r}: day or month first? Write it like {_LIKE}")
        day, month = (match[1], match[2]) if writing.day_first else (match[2], match[1])
        told = match[4] is not None
        try:
            at = datetime.combine(
                date(int(match[3]), int(month), int(day)),
                time(int(match[4] or _NOON), int(match[5] or 0), int(match[6] or 0)),
            )
        except ValueError:
            raise BadEntry(f"'at' is no time: {text!r}; write {_LIKE}") from None
        return at, "" if told else f"{text!r} has no hour; taken as noon"
    if _SERIAL.fullmatch(text):
        days = float(text.replace(",", "."))
        at = _DAY_ZERO + timedelta(minutes=round(days * 24 * 60))
        return at, f"{text!r} is a spreadsheet's number, read as {at:%Y-%m-%d %H:%M}"
    try:
        at = datetime.fromisoformat(text.split("[", 1)[0])
    except (ValueError, OverflowError):
        return None, ""
    bare = len(text) <= len("2026-03-01")
    return (at.replace(hour=_NOON), f"{text!r} has no hour; taken as noon") if bare else (at, "")
