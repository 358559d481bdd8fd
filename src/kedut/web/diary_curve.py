"""The drawn course of the twitching: points of an SVG, and the same as a table to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log1p

from kedut.diary.entry import Entry, Said
from kedut.diary.trend import RateTrend
from kedut.knowledge.words import Words
from kedut.report.day import day_in_words

WIDTH, HEIGHT = 320.0, 110.0
STRIP = 14.0  # the marks of the days, under the curve
_SHOWN_DAYS = 84
_TABLE_DAYS = 14
_FEWEST_PER_MIN = 0.1  # below it the scale is even, above it by multiples
_NICE = (0.1, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)
_LEAST_TOP = 1.0
_MARK = {Said.NONE: "none", Said.SOME: "some", Said.A_LOT: "a_lot"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """What is drawn.

    line, band : points; counts : places of counts and recordings; marks : place and grade of days
    ticks : height and label of the scale, none where nothing was counted
    changes : places where it began to go another way
    """

    line: str
    band: str
    counts: tuple[tuple[float, float], ...]
    marks: tuple[tuple[float, str], ...]
    step: float
    ticks: tuple[tuple[float, str], ...]
    changes: tuple[float, ...]
    first: str
    last: str
    rows: tuple[tuple[str, str, str], ...]


def curve(rate: RateTrend, days: Sequence[Entry], today: date, words: Words) -> Curve | None:
    """Give the course of the last weeks; none where a single day is noted."""
    start = max(rate.rates[0].day, today - timedelta(days=_SHOWN_DAYS - 1))
    rates = [one for one in rate.rates if one.day >= start]
    span = (today - start).days
    if span < 1 or not rates:
        return None
    noted = [day for day in days if start <= day.day <= today]
    seen = {day.day: found for day in noted if (found := _rate_of(day)) is not None}
    top = max(_LEAST_TOP, *(one.high for one in rates), *seen.values())

    def across(day: date) -> float:
        return round(WIDTH * (day - start).days / span, 1)

    def up(per_min: float) -> float:
        share = log1p(per_min / _FEWEST_PER_MIN) / log1p(top / _FEWEST_PER_MIN)
        return round(HEIGHT * (1 - min(share, 1.0)), 1)

    low = [f"{across(one.day)},{up(one.low)}" for one in rates]
    high = [f"{across(one.day)},{up(one.high)}" for one in rates]
    ticks = [(HEIGHT, "0")]
    for value in reversed([v for v in _NICE if v <= top]):
        if ticks[-1][0] - up(value) > STRIP or len(ticks) == 1:
            ticks.append((up(value), f"{value:g}"))
            break
    return Curve(
        line=" ".join(f"{across(one.day)},{up(one.rate_per_min)}" for one in rates),
        band=" ".join([*low, *reversed(high)]),
        counts=tuple((across(day), up(found)) for day, found in seen.items()),
        marks=tuple((across(day.day), mark) for day in noted if (mark := _mark(day))),
        step=round(max(2.0, min(10.0, 0.7 * WIDTH / (span + 1))), 1),
        ticks=tuple(ticks) if rate.in_numbers else (),
        changes=tuple(across(one.day) for one in rate.changes if one.day >= start),
        first=day_in_words(start, words),
        last=day_in_words(today, words),
        rows=tuple(_row(day, words) for day in noted[-_TABLE_DAYS:][::-1]),
    )


def _rate_of(day: Entry) -> float | None:
    if day.count is not None:
        return day.count.twitches / day.count.minutes
    return day.measured.rate_per_min if day.measured else None


def _mark(day: Entry) -> str:
    if day.said is not None:
        return _MARK[day.said]
    found = _rate_of(day)
    return "" if found is None else "some" if found else "none"


def _row(day: Entry, words: Words) -> tuple[str, str, str]:
    said = words.say(f"diary_page.said.{day.said}") if day.said else ""
    counted = ""
    if day.count is not None:
        counted = words.say(
            "diary_page.counted", n=day.count.twitches, minutes=f"{day.count.minutes:g}"
        )
    elif day.measured is not None:
        counted = words.say("diary_page.measured_rate", rate=f"{day.measured.rate_per_min:.2g}")
    return day_in_words(day.day, words), said, counted
