"""Invented courses built another way: bursts, good and bad days of the week, steps, habit.

A second family beside `kedut.simulate.courses`, to see whether a diary is read as well where the
noise is another. Twitches come in bursts (a renewal process), the level moves in steps, days of the
week differ, bad days are much worse, people get used to it and grade by what they are used to,
write more when it twitches more, and a sore calf spoils the heel raises for a day or two.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from kedut.diary.entry import Count, Entry, Function, MeasuredRate, Said
from kedut.simulate.courses import (
    FIRST_DAY,
    GONE_BELOW,
    Flags,
    Floats,
    Kind,
    SimulatedCourse,
    Style,
)

_RECORDED_MINUTES = 8.0
_QUANTILE_90 = 1.645


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """How someone twitches from day to day, and says it.

    burst : twitches of one burst, mean; evenness : shape of the gaps between bursts, below 1 they
    bunch; week : how much days of the week differ; used_to : share a day by which what is usual
    follows what is felt; shifts : how far the grades follow what is usual
    """

    style: Style
    some_from: float
    a_lot_from: float
    minutes: float
    burst: float
    evenness: float
    week: float
    used_to: float
    shifts: float


def draw_bursty_course(
    kind: Kind, rng: np.random.Generator, *, days: int = 30, missing: float | None = None
) -> SimulatedCourse:
    """Draw a course of a kind and the diary of it; missing days are drawn from 30 to 90 %."""
    writer = _draw_writer(rng)
    start = rng.uniform(writer.some_from + 0.8, writer.a_lot_from + 0.3)
    level, turns_on = _LEVELS[kind](rng, start, days)
    level[level < GONE_BELOW] = -np.inf
    weak_from = None
    if turns_on is not None and kind is Kind.WORSENING and rng.random() < 0.7:
        weak_from = turns_on + int(rng.integers(0, 3))
    missing = rng.uniform(0.3, 0.9) if missing is None else missing
    felt = level + _days_differ(rng, writer, days)
    return SimulatedCourse(
        kind=kind,
        style=writer.style,
        missing=missing,
        log_rate=level,
        turns_on=turns_on,
        weak_from=weak_from,
        entries=_written(rng, writer, felt, _kept(rng, felt, missing), weak_from),
    )


def _draw_writer(rng: np.random.Generator) -> _Writer:
    some_from = rng.normal(-2.8, 0.6)
    return _Writer(
        style=Style(rng.choice(list(Style), p=[0.3, 0.3, 0.4])),
        some_from=some_from,
        a_lot_from=some_from + rng.uniform(1.5, 3.5),
        minutes=float(rng.choice([5, 10, 20])),
        burst=rng.uniform(1.2, 4.0),
        evenness=rng.uniform(0.6, 2.0),
        week=rng.uniform(0.0, 0.4),
        used_to=rng.uniform(0.0, 0.08),
        shifts=rng.uniform(0.0, 0.5),
    )


def _resolving(rng: np.random.Generator, start: float, days: int) -> tuple[Floats, None]:
    level = np.full(days, start)
    day = rng.exponential(1.0)
    while day < days:
        level[math.ceil(day) :] += math.log(rng.uniform(0.2, 0.6))
        day += 1 + rng.exponential(rng.uniform(0.5, 2.0))
    return level, None


def _steady(rng: np.random.Generator, start: float, days: int) -> tuple[Floats, None]:
    level = np.full(days, start)
    level[int(rng.integers(3, days - 3)) :] += rng.normal(0, 0.15)
    return level, None


def _worsening(rng: np.random.Generator, start: float, days: int) -> tuple[Floats, int]:
    turns_on = int(rng.integers(4, 9))
    level, left, day = np.full(days, start), math.log(rng.uniform(8, 40)), turns_on
    while left > 0 and day < days:
        step = min(left, math.log(rng.uniform(1.6, 4.0)))
        level[day:] += step
        left, day = left - step, day + int(rng.integers(1, 3))
    return np.minimum(level, 4.0), turns_on


def _relapsing(rng: np.random.Generator, start: float, days: int) -> tuple[Floats, int]:
    turns_on = int(rng.integers(8, 12))
    level, day = np.full(days, start), int(rng.integers(0, 3))
    while day < turns_on - 2:
        level[day:] += math.log(rng.uniform(0.1, 0.4))
        day += int(rng.integers(1, 3))
    level[turns_on:] = start + math.log(rng.uniform(0.5, 1.3))
    return level, turns_on


_LEVELS = {
    Kind.RESOLVING: _resolving,
    Kind.STEADY: _steady,
    Kind.WORSENING: _worsening,
    Kind.RELAPSING: _relapsing,
}


def _days_differ(rng: np.random.Generator, writer: _Writer, days: int) -> Floats:
    """Give how days differ: by the week, from one to the next, and bad ones now and then."""
    day = np.arange(days)
    week = np.log1p(writer.week * np.cos(2 * math.pi * (day + rng.integers(7)) / 7))
    bad = np.where(rng.random(days) < 0.05, math.log(3), 0.0)
    found: Floats = week + bad + rng.normal(0, 0.2, days)
    return found


def _kept(rng: np.random.Generator, felt: Floats, missing: float) -> Flags:
    """Give the days with an entry: fewer at the end of the week, more when it twitches more."""
    days = len(felt)
    here = np.where(np.isneginf(felt), GONE_BELOW, felt)
    wish = np.exp(0.15 * (here - here.mean())) * np.where(np.arange(days) % 7 >= 5, 0.7, 1.0)
    chance = np.minimum(1.0, (1 - missing) * wish / wish.mean())
    kept: Flags = rng.random(days) < chance
    if rng.random() < 0.2:
        away = int(rng.integers(3, days - 4))
        kept[away : away + int(rng.integers(2, 5))] = False
    kept[0] = True
    return kept


def _written(
    rng: np.random.Generator,
    writer: _Writer,
    felt: Floats,
    kept: Flags,
    weak_from: int | None,
) -> tuple[Entry, ...]:
    usual = float(felt[0]) if np.isfinite(felt[0]) else GONE_BELOW
    first_usual, sore, entries = usual, _sore_days(rng, len(felt)), []
    sign = int(rng.choice(4, p=[0.42, 0.42, 0.1, 0.06]))
    for day, feels in enumerate(felt):
        usual += writer.used_to * (max(float(feels), GONE_BELOW) - usual)
        if not kept[day]:
            continue
        shift = writer.shifts * (usual - first_usual)
        graded, counted, recorded = _noted(rng, writer.style)
        weak_for = None if weak_from is None or day < weak_from else day - weak_from
        entries.append(
            Entry(
                id=f"day-{day}",
                at=FIRST_DAY + timedelta(days=day, minutes=float(rng.normal(0, 90))),
                said=_said(rng, writer, float(feels) - shift) if graded else None,
                count=_count(rng, writer, float(feels)) if counted else None,
                measured=_recorded(rng, writer, float(feels)) if recorded else None,
                function=_function(rng, sign, weak_for, sore=bool(sore[day])),
            )
        )
    return tuple(entries)


def _noted(rng: np.random.Generator, style: Style) -> tuple[bool, bool, bool]:
    match style:
        case Style.GRADES:
            return True, False, False
        case Style.COUNTS:
            return rng.random() < 0.1, True, False
        case _:
            return True, rng.random() < 0.4, rng.random() < 0.25


def _said(rng: np.random.Generator, writer: _Writer, feels: float) -> Said:
    at = feels + rng.logistic(0, 0.12)
    if rng.random() < 0.03:
        return Said(rng.choice([one.value for one in Said]))
    if at >= writer.a_lot_from:
        return Said.A_LOT
    return Said.SOME if at >= writer.some_from else Said.NONE


def _count(rng: np.random.Generator, writer: _Writer, feels: float) -> Count:
    seen = _twitches(rng, writer, math.exp(feels), writer.minutes)
    if rng.random() < 0.1:  # told in round numbers
        seen = 5 * round(seen / 5)
    return Count(twitches=seen, minutes=writer.minutes)


def _recorded(rng: np.random.Generator, writer: _Writer, feels: float) -> MeasuredRate:
    seen = _twitches(rng, writer, 1.6 * math.exp(feels), _RECORDED_MINUTES)
    return MeasuredRate(
        rate_per_min=seen / _RECORDED_MINUTES,
        low=max(0.0, seen - _QUANTILE_90 * math.sqrt(seen)) / _RECORDED_MINUTES,
        high=(seen + _QUANTILE_90 * math.sqrt(seen + 1) + 1) / _RECORDED_MINUTES,
        modality="emg",
    )


def _twitches(rng: np.random.Generator, writer: _Writer, per_min: float, minutes: float) -> int:
    """Give the twitches of the bursts that begin while one looks."""
    if per_min <= 0:
        return 0
    gap = writer.burst / min(per_min, 150.0)  # minutes from burst to burst, mean
    most = int(8 * minutes / gap) + 60
    begins = np.cumsum(rng.gamma(writer.evenness, gap / writer.evenness, most))
    begins -= rng.uniform(0, 20) * gap  # one looks at any time
    bursts = int(np.count_nonzero((begins >= 0) & (begins < minutes)))
    return int(rng.geometric(1 / writer.burst, bursts).sum())


def _sore_days(rng: np.random.Generator, days: int) -> Flags:
    sore = np.zeros(days, np.bool_)
    for day in np.flatnonzero(rng.random(days) < 1 / 150):
        sore[day : day + int(rng.integers(1, 3))] = True
    return sore


def _function(rng: np.random.Generator, sign: int, weak_for: int | None, *, sore: bool) -> Function:
    """Give the answers on function: a weakness shows more each day, a sore calf passes."""
    wrong = rng.random(4) < (0.01, 0.01, 0.01, 0.005)
    if sore:
        wrong[:2] |= rng.random(2) < 0.6
    if weak_for is not None:
        wrong[sign] |= rng.random() < min(0.95, 0.5 + 0.25 * weak_for)
        wrong[2] |= rng.random() < 0.3
    open_ = rng.random(4) < 0.15
    return Function(
        ten_heel_raises_left=None if open_[0] else not wrong[0],
        ten_heel_raises_right=None if open_[1] else not wrong[1],
        tripped=None if open_[2] else bool(wrong[2]),
        speech_changed=None if open_[3] else bool(wrong[3]),
    )
