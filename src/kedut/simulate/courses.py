"""Invented courses of a twitch whose truth is known, and the diary someone kept of them.

Told in continuous levels with noise of its own that hangs together from day to day, slips and runs
of missing days: on purpose not the chain by which `kedut.diary.trend` reads them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from kedut.diary.entry import Count, Entry, Function, MeasuredRate, Said

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FIRST_DAY = datetime(2026, 1, 1, 13, tzinfo=UTC)
GONE_BELOW = math.log(1 / 60)  # twitches per minute: fewer than one an hour
_CAN_DO_LEFT, _CAN_DO_RIGHT, _TRIPPED, _SPEECH = range(4)


class Kind(StrEnum):
    """How a course goes."""

    RESOLVING = "resolving"
    STEADY = "steady"
    WORSENING = "worsening"
    RELAPSING = "relapsing"


class Style(StrEnum):
    """How someone notes the twitching."""

    GRADES = "grades"
    COUNTS = "counts"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedCourse:
    """A course, its truth, and the diary of it.

    log_rate : by day, of twitches per minute; minus infinity once gone
    turns_on : the day it begins to worsen or to come back
    weak_from : the day from which something cannot be done any more
    missing : the share of days meant to be left out
    """

    kind: Kind
    style: Style
    missing: float
    log_rate: Floats
    turns_on: int | None
    weak_from: int | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a person says things."""

    style: Style
    some_from: float
    a_lot_from: float
    minutes: float
    scatter: float
    found_more: float
    day_noise: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What happens to someone, before a word of it is noted; as in `SimulatedCourse`."""

    kind: Kind
    habits: Habits
    log_rate: Floats
    turns_on: int | None
    weak_from: int | None


def draw_truth(
    kind: Kind, rng: np.random.Generator, days: int = 30, turns_on: int | None = None
) -> Truth:
    """Draw who someone is and how it goes; the day it turns on is drawn where none is given."""
    habits = draw_habits(rng)
    least = habits.some_from + (2.0 if kind is Kind.RELAPSING else 0.4)
    start = rng.uniform(least, max(least, habits.a_lot_from) + 0.2)
    level, turns_on = _LEVELS[kind](rng, start, days, turns_on)
    level += tied_noise(rng, days, 0.12, 0.9)
    level[level < GONE_BELOW] = -np.inf
    weak_from = None
    if kind is Kind.WORSENING and turns_on is not None and rng.random() < 0.7:
        weak_from = turns_on + int(rng.integers(0, 3))
    return Truth(kind=kind, habits=habits, log_rate=level, turns_on=turns_on, weak_from=weak_from)


def draw_course(
    kind: Kind, rng: np.random.Generator, *, days: int = 30, missing: float | None = None
) -> SimulatedCourse:
    """Draw a course of a kind and the diary of it; missing days are drawn from 30 to 90 %."""
    truth = draw_truth(kind, rng, days)
    missing = rng.uniform(0.3, 0.9) if missing is None else missing
    kept = _kept(rng, days, missing)
    return SimulatedCourse(
        kind=kind,
        style=truth.habits.style,
        missing=missing,
        log_rate=truth.log_rate,
        turns_on=truth.turns_on,
        weak_from=truth.weak_from,
        entries=write_diary(rng, truth.habits, truth.log_rate, kept, truth.weak_from),
    )


def draw_habits(rng: np.random.Generator) -> Habits:
    """Draw how a person says things."""
    some_from = rng.normal(-2.2, 0.7)
    return Habits(
        style=Style(rng.choice(list(Style), p=[0.2, 0.3, 0.5])),
        some_from=some_from,
        a_lot_from=some_from + math.exp(rng.normal(0.7, 0.3)),
        minutes=float(rng.choice([5, 10, 15])),
        scatter=rng.uniform(0.1, 0.4),
        found_more=rng.normal(0.5, 0.5),
        day_noise=rng.uniform(0.15, 0.4),
    )


def _resolving(
    rng: np.random.Generator, start: float, days: int, _: int | None
) -> tuple[Floats, None]:
    half_life_d = math.exp(rng.uniform(math.log(1.0), math.log(4.5)))
    begins = rng.uniform(0, 3)
    fallen_for: Floats = np.maximum(0, np.arange(days, dtype=np.float64) - begins)
    level: Floats = start - math.log(2) / half_life_d * fallen_for
    return level, None


def _steady(
    rng: np.random.Generator, start: float, days: int, _: int | None
) -> tuple[Floats, None]:
    level: Floats = start + rng.normal(0, 0.008) * np.arange(days, dtype=np.float64)
    return level, None


def _worsening(
    rng: np.random.Generator, start: float, days: int, turns_on: int | None
) -> tuple[Floats, int]:
    turns_on = int(rng.integers(4, 9)) if turns_on is None else turns_on
    growth = rng.uniform(0.45, 1.0)
    risen = np.minimum(growth * np.maximum(0, np.arange(days) - turns_on), rng.uniform(3.0, 4.5))
    return np.minimum(start + risen, 4.0), turns_on


def _relapsing(
    rng: np.random.Generator, start: float, days: int, turns_on: int | None
) -> tuple[Floats, int]:
    day = np.arange(days)
    turns_on = int(rng.integers(8, 10)) if turns_on is None else turns_on
    half_life_d = rng.uniform(0.8, 1.6)
    falling = start - math.log(2) / half_life_d * day
    back = start - rng.exponential(0.3)
    least = max(float(falling[turns_on - 1]), GONE_BELOW)
    rising = np.minimum(back, least + (back - least) * (day - turns_on + 1) / rng.uniform(1, 2))
    return np.where(day < turns_on, falling, rising), turns_on


_LEVELS = {
    Kind.RESOLVING: _resolving,
    Kind.STEADY: _steady,
    Kind.WORSENING: _worsening,
    Kind.RELAPSING: _relapsing,
}


def tied_noise(rng: np.random.Generator, days: int, spread: float, tie: float) -> Floats:
    """Give noise of that spread in which each day hangs on the day before."""
    noise = np.empty(days)
    noise[0] = rng.normal(0, spread)
    for day in range(1, days):
        noise[day] = tie * noise[day - 1] + rng.normal(0, spread * math.sqrt(1 - tie**2))
    return noise


def _kept(rng: np.random.Generator, days: int, missing: float) -> Flags:
    """Give the days with an entry: missing ones come in runs; the first has one."""
    kept = np.ones(days, np.bool_)
    run = rng.uniform(1.0, 2.0)  # days that hang together beyond chance
    for day in range(1, days):
        if rng.random() < 1 / run:
            kept[day] = rng.random() >= missing
        else:
            kept[day] = kept[day - 1] if day > 1 else rng.random() >= missing
    return kept


def write_diary(
    rng: np.random.Generator,
    habits: Habits,
    log_rate: Floats,
    kept: Flags,
    weak_from: int | None = None,
) -> tuple[Entry, ...]:
    """Give the entries of the days that are kept."""
    noise = tied_noise(rng, len(log_rate), habits.day_noise, 0.3)
    sign = rng.choice([_CAN_DO_LEFT, _CAN_DO_RIGHT, _TRIPPED, _SPEECH], p=[0.42, 0.42, 0.1, 0.06])
    entries = []
    for day in np.flatnonzero(kept):
        felt = float(log_rate[day] + noise[day])
        graded, counted, measured = _noted(rng, habits.style)
        entries.append(
            Entry(
                id=f"day-{day}",
                at=FIRST_DAY + timedelta(days=int(day), minutes=float(rng.normal(0, 90))),
                said=_said(rng, habits, felt) if graded else None,
                count=_count(rng, habits, felt) if counted else None,
                measured=_measured(rng, habits, felt) if measured else None,
                function=_function(rng, sign, weak_from is not None and int(day) >= weak_from),
            )
        )
    return tuple(entries)


def _noted(rng: np.random.Generator, style: Style) -> tuple[bool, bool, bool]:
    match style:
        case Style.GRADES:
            return True, False, False
        case Style.COUNTS:
            return False, True, False
        case _:
            return rng.random() < 0.9, rng.random() < 0.6, rng.random() < 0.15


def _said(rng: np.random.Generator, habits: Habits, felt: float) -> Said:
    if rng.random() < 0.02:
        return Said(rng.choice([one.value for one in Said]))
    if felt >= habits.a_lot_from:
        return Said.A_LOT
    return Said.SOME if felt >= habits.some_from else Said.NONE


def _count(rng: np.random.Generator, habits: Habits, felt: float) -> Count:
    rate = math.exp(felt + rng.normal(0, habits.scatter))
    return Count(twitches=int(rng.poisson(min(rate, 200) * habits.minutes)), minutes=habits.minutes)


def _measured(rng: np.random.Generator, habits: Habits, felt: float) -> MeasuredRate:
    minutes = 8.0
    found = math.exp(felt + habits.found_more + rng.normal(0, 0.5)) + rng.exponential(0.03)
    seen = int(rng.poisson(min(found, 400) * minutes))
    return MeasuredRate(
        rate_per_min=seen / minutes,
        low=max(0.0, seen - 1.645 * math.sqrt(seen)) / minutes,
        high=(seen + 1.645 * math.sqrt(seen + 1) + 1) / minutes,
        modality="motion",
    )


def _function(rng: np.random.Generator, sign: int, weak: bool) -> Function:
    """Give the answers on function: wrong at times in everybody, lasting in one who is weak."""
    wrong = rng.random(4) < (0.015, 0.015, 0.01, 0.005)
    if weak:
        wrong[sign] = rng.random() < 0.9
        wrong[_TRIPPED] |= rng.random() < 0.4
    open_ = rng.random(4) < 0.1
    return Function(
        ten_heel_raises_left=None if open_[0] else not wrong[0],
        ten_heel_raises_right=None if open_[1] else not wrong[1],
        tripped=None if open_[2] else bool(wrong[2]),
        speech_changed=None if open_[3] else bool(wrong[3]),
    )
