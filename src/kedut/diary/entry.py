"""One entry of the diary: seconds to write, most of it left open."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache


class Said(StrEnum):
    """How much it twitched that day, in the person's own measure."""

    NONE = "none"
    SOME = "some"
    A_LOT = "a_lot"


class Alcohol(StrEnum):
    """What was drunk of alcohol that day."""

    NONE = "none"
    SOME = "some"
    MUCH = "much"


class Amount(StrEnum):
    """How much there was of something that day."""

    LITTLE = "little"
    USUAL = "usual"
    MUCH = "much"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Twitches counted while looking for so many minutes."""

    twitches: int
    minutes: float

    def __post_init__(self) -> None:
        if not (0 <= self.twitches <= _MOST_TWITCHES and 0 < self.minutes <= _DAY_MINUTES):
            raise ValueError(
                f"a count needs 0 to {_MOST_TWITCHES} twitches and minutes in (0, {_DAY_MINUTES}], "
                f"got twitches={self.twitches}, minutes={self.minutes}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRate:
    """Twitches per minute in a recording, with its interval; `modality` as the recording has it."""

    rate_per_min: float
    low: float
    high: float
    modality: str
    recording: str = ""

    def __post_init__(self) -> None:
        figures = (self.low, self.rate_per_min, self.high)
        if not all(map(math.isfinite, figures)) or not 0 <= self.low <= figures[1] <= self.high:
            raise ValueError(
                "need 0 <= low <= rate_per_min <= high, "
                f"got low={self.low}, rate_per_min={self.rate_per_min}, high={self.high}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the day was like; nothing said is unknown, never no.

    remedies : identifiers of what was taken or done against the twitch
    no_remedy : said to have taken none; with both open it is unknown
    """

    exercise: Amount | None = None
    sleep_hours: float | None = None
    stress: Amount | None = None
    caffeine_cups: float | None = None
    alcohol: Alcohol | None = None
    drinking: Amount | None = None
    remedies: tuple[str, ...] = ()
    no_remedy: bool = False

    def __post_init__(self) -> None:
        if self.sleep_hours is not None and not 0 <= self.sleep_hours <= 24:
            raise ValueError(f"sleep_hours must be 0 to 24, got {self.sleep_hours}")
        if self.caffeine_cups is not None and not 0 <= self.caffeine_cups <= 50:
            raise ValueError(f"caffeine_cups must be 0 to 50, got {self.caffeine_cups}")
        if self.no_remedy and self.remedies:
            raise ValueError(
                f"no_remedy contradicts remedies {', '.join(self.remedies)}; leave one of them out"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What the person can do, which counts before how often it twitches; none is unknown."""

    ten_heel_raises_left: bool | None = None
    ten_heel_raises_right: bool | None = None
    tripped: bool | None = None
    speech_changed: bool | None = None


# The answer that is the bad one: heel raises cannot be done, the others happened.
BAD_ANSWERS = {
    "ten_heel_raises_left": False,
    "ten_heel_raises_right": False,
    "tripped": True,
    "speech_changed": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry; `day` is the date on the clock where the person was.

    at : with time zone; kept with the offset of that moment, so that neither a clock change nor
        a journey moves an entry to another day
    said, count, measured : how much it twitched, each may be open
    where : sites; new_symptoms : identifiers of findings, not looked into here
    """

    id: str
    at: datetime
    said: Said | None = None
    count: Count | None = None
    measured: MeasuredRate | None = None
    where: tuple[str, ...] = ()
    new_symptoms: tuple[str, ...] = ()
    context: Context = field(default_factory=Context)
    function: Function = field(default_factory=Function)
    note: str = ""
    day: date = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        offset = self.at.utcoffset()
        if offset is None:
            raise ValueError(f"entry {self.id!r} has no time zone at {self.at.isoformat()}")
        if not self.id:
            raise ValueError(f"the entry at {self.at.isoformat()} needs an id")
        # Two times of one named zone are compared by the clock on the wall, wrong when it is set
        # back; of fixed offsets, by the moment.
        object.__setattr__(self, "at", self.at.replace(tzinfo=_fixed(offset)))
        object.__setattr__(self, "day", self.at.date())


_DAY_MINUTES = 24 * 60
_MOST_TWITCHES = 100_000  # more than one a second all day


@lru_cache(maxsize=256)
def _fixed(offset: timedelta) -> timezone:
    """Give the zone of an offset to the minute: old ones have seconds, which no format carries."""
    return timezone(timedelta(minutes=round(offset / timedelta(minutes=1))))
