"""Where on the clock a person is: time zones by name, with Indonesia's first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

HOME = "Asia/Jakarta"
# Where the zone's own file is missing on the server, the hours from UTC that do not change there.
_HOURS = {HOME: 7, "Asia/Makassar": 8, "Asia/Jayapura": 9, "UTC": 0}
OFFERED = (
    HOME,
    "Asia/Makassar",
    "Asia/Jayapura",
    "Asia/Kuala_Lumpur",
    "Asia/Hong_Kong",
    "Asia/Tokyo",
    "Asia/Riyadh",
    "Australia/Sydney",
    "Europe/Amsterdam",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "UTC",
)
_LONGEST_NAME = 64


class NoZone(ValueError):
    """A name that is no time zone."""


def zone_of(name: str) -> tzinfo:
    """Give the time zone of a name such as `Asia/Jakarta`.

    Raises
    ------
    NoZone
    """
    if len(name) > _LONGEST_NAME or not name.isascii():
        raise NoZone
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if name in _HOURS:
            return timezone(timedelta(hours=_HOURS[name]), name)
        raise NoZone from None


def likely(moment: datetime | None) -> str:
    """Give the first zone that is offered and whose clock agrees with a moment of somebody's."""
    if moment is not None:
        for name in OFFERED:
            if moment.astimezone(zone_of(name)).utcoffset() == moment.utcoffset():
                return name
    return HOME


def now() -> datetime:
    """Give the moment it is, in UTC."""
    return datetime.now(UTC)
