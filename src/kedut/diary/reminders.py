"""Reminders as a calendar file (RFC 5545): nothing is sent, the person's own calendar reminds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

_LONGEST_LINE_OCTETS = 75  # RFC 5545, 3.1
_MOST_DAYS = 60  # reminders end by themselves; one who wants more asks again


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """A reminder on one day, or on every day for some days.

    title : stands on a locked screen; say nothing of health in it
    """

    first: date
    at: time
    title: str
    days: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.days <= _MOST_DAYS:
            raise ValueError(f"a reminder is for 1 to {_MOST_DAYS} days, got {self.days}")
        if self.at.tzinfo is not None:
            raise ValueError("the time of a reminder is by the clock where the person is")


def calendar(reminders: tuple[Reminder, ...], *, made: datetime, product: str) -> bytes:
    """Give the calendar file; times float, so that they hold wherever the person travels.

    Parameters
    ----------
    made : now, with time zone
    product : who made it, such as ``-//kedut//diary//EN``
    """
    if made.tzinfo is None:
        raise ValueError("made needs a time zone")
    stamp = made.astimezone(UTC)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_escaped(product)}"]
    for number, reminder in enumerate(reminders):
        start = datetime.combine(reminder.first, reminder.at)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{start:%Y%m%dT%H%M%S}-{number}-{stamp:%Y%m%dT%H%M%S}@kedut.invalid",
            f"DTSTAMP:{stamp:%Y%m%dT%H%M%S}Z",
            f"DTSTART:{start:%Y%m%dT%H%M%S}",
            "DURATION:PT5M",
            f"SUMMARY:{_escaped(reminder.title)}",
            "TRANSP:TRANSPARENT",
            "CLASS:PRIVATE",
        ]
        if reminder.days > 1:
            lines.append(f"RRULE:FREQ=DAILY;COUNT={reminder.days}")
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_escaped(reminder.title)}",
            "TRIGGER:PT0S",
            "END:VALARM",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _escaped(text: str) -> str:
    """Give a text value as RFC 5545, 3.3.11 has it."""
    plain = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)
    for sign in ("\\", ";", ","):
        plain = plain.replace(sign, "\\" + sign)
    return plain.replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """Give a line cut into lines of at most 75 octets, never inside a character."""
    parts, part = [], b""
    for sign in line:
        octets = sign.encode()
        if len(part) + len(octets) > _LONGEST_LINE_OCTETS:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part]) + b"\r\n"
