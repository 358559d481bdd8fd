"""Invented courses of a third make, held back: the diary's figures were never set on these.

A twitch comes in spells: days with it and days without. Levels follow curves that bend (a decay
that slows down, growth that saturates), turns may come on almost any day, counts scatter as
negative binomials over minutes that change from day to day, and grades lean with the worry of the
week.
"""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np

from kedut.diary.entry import Count, Entry, Function, MeasuredRate, Said
from kedut.simulate.courses import (
    FIRST_DAY,
    GONE_BELOW,
    Floats,
    Kind,
    SimulatedCourse,
    Style,
    tied_noise,
)

_RECORDED_MINUTES = 5.0


def draw_spelled_course(
    kind: Kind, rng: np.random.Generator, *, days: int = 30, missing: float | None = None
) -> SimulatedCourse:
    """Draw a course of a kind and the diary of it; missing days are drawn from 30 to 90 %."""
    style = Style(rng.choice(list(Style)))
    start = rng.normal(-0.8, 0.7)
    level, turns_on = _LEVELS[kind](rng, start, days)
    level = level + tied_noise(rng, days, rng.uniform(0.05, 0.2), 0.8)
    level[level < GONE_BELOW] = -np.inf
    weak_from = None
    if turns_on is not None and kind is Kind.WORSENING and rng.random() < 0.6:
        weak_from = turns_on + int(rng.integers(0, 3))
    missing = rng.uniform(0.3, 0.9) if missing is None else missing
    return SimulatedCourse(
        kind=kind,
        style=style,
        missing=missing,
        log_rate=level,
        turns_on=turns_on,
        weak_from=weak_from,
        entries=_written(rng, style, level, missing, weak_from),
    )


def _resolving(rng: np.random.Generator, start: float, days: int) -> tuple[Floats, None]:
    since = np.maximum(0.0, np.arange(days) - rng.uniform(0, 4))
    bend: Floats = start - rng.uniform(1.6, 3.2) * np.log1p(since / rng.uniform(1.0, 3.0))
    return bend, None


def _steady(rng: np.random.Generator, start: float, days: int) -> tuple[Floats, None]:
    level: Floats = start + rng.normal(0, 0.01) * np.arange(days, dtype=np.float64)
    return level, None


def _worsening(rng: np.random.Generator, start: float, days: int) -> tuple[Floats, int]:
    turns_on = int(rng.integers(3, 17))
    risen = 1 - np.exp(-np.maximum(0, np.arange(days) - turns_on + 1) / rng.uniform(1.0, 4.0))
    bend: Floats = start + rng.uniform(1.8, 3.5) * risen
    return bend, turns_on


def _relapsing(rng: np.random.Generator, start: float, days: int) -> tuple[Floats, int]:
    turns_on = int(rng.integers(8, 19))
    day = np.arange(days)
    fallen = -rng.uniform(0.4, 0.9) * np.minimum(day, turns_on - 1)
    back = -rng.exponential(0.4) * np.ones(days)
    rising = np.clip((day - turns_on + 1) / rng.uniform(1, 4), 0, 1)
    low = np.maximum(fallen, GONE_BELOW - 0.5 - start)
    bend: Floats = start + np.where(day < turns_on, fallen, low + (back - low) * rising)
    return bend, turns_on


_LEVELS = {
    Kind.RESOLVING: _resolving,
    Kind.STEADY: _steady,
    Kind.WORSENING: _worsening,
    Kind.RELAPSING: _relapsing,
}


def _written(
    rng: np.random.Generator, style: Style, level: Floats, missing: float, weak_from: int | None
) -> tuple[Entry, ...]:
    days = len(level)
    worry = tied_noise(rng, days, 0.3, 0.8)
    some_from, width = rng.normal(-2.4, 0.5), rng.uniform(1.2, 2.6)
    spread, quiet = rng.uniform(1.0, 6.0), rng.uniform(0.0, 0.12)
    sign = int(rng.choice(4, p=[0.4, 0.4, 0.12, 0.08]))
    entries = []
    for day in range(days):
        if day and rng.random() < missing:
            continue
        rate = 0.0 if rng.random() < quiet else math.exp(float(level[day]) + rng.normal(0, 0.2))
        graded = style is not Style.COUNTS and rng.random() < 0.95
        counted = style is not Style.GRADES and (style is Style.COUNTS or rng.random() < 0.5)
        recorded = style is Style.MIXED and rng.random() < 0.1
        feels = math.log(rate + 1e-3) + float(worry[day])
        entries.append(
            Entry(
                id=f"day-{day}",
                at=FIRST_DAY + timedelta(days=day, minutes=float(rng.normal(0, 120))),
                said=_said(feels, some_from, width) if graded else None,
                count=_count(rng, rate, spread) if counted else None,
                measured=_recorded(rng, rate) if recorded else None,
                function=_function(rng, sign, weak=weak_from is not None and day >= weak_from),
            )
        )
    return tuple(entries)


def _said(feels: float, some_from: float, width: float) -> Said:
    if feels >= some_from + width:
        return Said.A_LOT
    return Said.SOME if feels >= some_from else Said.NONE


def _seen(rng: np.random.Generator, expected: float, spread: float) -> int:
    if expected <= 0:
        return 0
    return int(rng.negative_binomial(spread, spread / (spread + min(expected, 5000.0))))


def _count(rng: np.random.Generator, rate: float, spread: float) -> Count:
    minutes = float(rng.choice([3, 5, 10, 15, 30]))
    return Count(twitches=_seen(rng, rate * minutes, spread), minutes=minutes)


def _recorded(rng: np.random.Generator, rate: float) -> MeasuredRate:
    seen = _seen(rng, 1.3 * rate * _RECORDED_MINUTES, 4.0)
    wide = 1.645 * math.sqrt(seen + 1)
    return MeasuredRate(
        rate_per_min=seen / _RECORDED_MINUTES,
        low=max(0.0, seen - wide) / _RECORDED_MINUTES,
        high=(seen + wide) / _RECORDED_MINUTES,
        modality="film",
    )


def _function(rng: np.random.Generator, sign: int, *, weak: bool) -> Function:
    wrong = rng.random(4) < (0.02, 0.02, 0.015, 0.005)
    if weak:
        wrong[sign] |= rng.random() < 0.85
        wrong[2] |= rng.random() < 0.2
    open_ = rng.random(4) < 0.2
    return Function(
        ten_heel_raises_left=None if open_[0] else not wrong[0],
        ten_heel_raises_right=None if open_[1] else not wrong[1],
        tripped=None if open_[2] else bool(wrong[2]),
        speech_changed=None if open_[3] else bool(wrong[3]),
    )
