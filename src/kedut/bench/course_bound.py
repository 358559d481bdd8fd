"""How well a diary could be read at all: by who knows how the courses were invented.

Thousands of courses are drawn as the evaluated ones are, and each is weighed by how likely it makes
the diary (importance sampling). That is as good as reading gets, up to the number drawn; no real
reader knows so much. The second bound knows all but the days on which courses turn.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.bench.course_follow import LOOKED_AT, WITHIN_DAYS, direction_at
from kedut.bench.proportion import Proportion
from kedut.diary.entry import Count, Entry, MeasuredRate, Said
from kedut.diary.function import function_trend
from kedut.diary.trend import Direction
from kedut.simulate.courses import (
    FIRST_DAY,
    Floats,
    Kind,
    SimulatedCourse,
    Truth,
    draw_course,
    draw_truth,
)

_DAYS = 30
_DAY = 14
_WAYS = (Direction.RESOLVED, Direction.RESOLVING, Direction.STEADY, Direction.MORE)
_FEWER, _MORE = slice(0, 2), 3
# What was drawn is read by the same figures as in `kedut.simulate.courses`.
_SLIP = 0.02
_FOUND_SPREAD, _FOUND_IN_NOTHING, _RECORDED_MINUTES = 0.5, 0.03, 8.0
_FELT = np.linspace(-2.8, 2.8, 15)
_FELT_SHARE = np.exp(-(_FELT**2) / 2) / np.exp(-(_FELT**2) / 2).sum()
_GRID: Floats = np.concatenate([[-np.inf], np.arange(-7.0, 6.5, 0.05)])
_SCATTERS = np.linspace(0.1, 0.4, 7)
_FORGOTTEN = 14.0  # nats below the likeliest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Library:
    """Drawn courses side by side: levels and true ways, (courses, days), and the habits."""

    level: Floats
    way: NDArray[np.int8]
    some_from: Floats
    a_lot_from: Floats
    scatter: Floats
    found_more: Floats
    day_noise: Floats

    @classmethod
    def of(cls, drawn: Sequence[Truth]) -> Library:
        """Give the drawn courses side by side."""
        habits = [one.habits for one in drawn]
        ways = [
            [_WAYS.index(direction_at(one.log_rate, day)) for day in range(_DAYS)] for one in drawn
        ]
        return cls(
            level=np.stack([one.log_rate for one in drawn]),
            way=np.array(ways, np.int8),
            some_from=np.array([one.some_from for one in habits]),
            a_lot_from=np.array([one.a_lot_from for one in habits]),
            scatter=np.array([one.scatter for one in habits]),
            found_more=np.array([one.found_more for one in habits]),
            day_noise=np.array([one.day_noise for one in habits]),
        )


def bound_lines(per_kind: int, drawn: int, seed: int) -> Iterator[str]:
    """Give the bounds from so many dense diaries of each kind and so many courses drawn."""
    courses = [
        draw_course(kind, rng, missing=rng.uniform(0.3, 0.5))
        for place, kind in enumerate(Kind)
        for rng in (np.random.default_rng([seed, 5, place, n]) for n in range(per_kind))
    ]
    for knows, any_day in (("how courses are drawn", False), ("all but when they turn", True)):
        rng = np.random.default_rng([seed, 6, int(any_day)])
        library = Library.of(
            [
                draw_truth(kind, rng, turns_on=int(rng.integers(1, _DAYS - 2)) if any_day else None)
                for kind in Kind
                for _ in range(drawn // len(Kind))
            ]
        )
        yield from _lines_of(f"by who knows {knows}", courses, library)


def _lines_of(knows: str, courses: Sequence[SimulatedCourse], library: Library) -> Iterator[str]:
    read = [(course, chances_by_day(course.entries, library)) for course in courses]
    right = [_right(course, chances[_DAY]) for course, chances in read]
    yield f"direction right on day 14, {knows}: {Proportion(sum(right), len(right))}"
    rising = [one for one in read if one[0].kind is Kind.WORSENING]
    benign = [one for one in read if one[0].kind in {Kind.RESOLVING, Kind.STEADY}]
    for sure in (0.5, 0.7, 0.85):
        named = [_named(chances, sure, course.turns_on or 0) for course, chances in rising]
        lost = [_lost(course, course.weak_from) for course, _ in rising]
        false = [_named(chances, sure, 0, _DAYS) for _, chances in benign]
        wrongly = [_lost(course, 0, _DAYS) for course, _ in benign]
        either = [a or b for a, b in zip(named, lost, strict=True)]
        alarm = [a or b for a, b in zip(false, wrongly, strict=True)]
        yield (
            f"more twitches named from a chance of {sure}, {knows}: within five days "
            f"{Proportion(sum(named), len(rising))}, wrongly {Proportion(sum(false), len(benign))}"
        )
        yield (
            f"the same, or lost function as read: within five days "
            f"{Proportion(sum(either), len(rising))}, wrongly {Proportion(sum(alarm), len(benign))}"
        )


def _right(course: SimulatedCourse, chances: Floats) -> bool:
    three = [chances[_FEWER].sum(), *chances[2:]]
    true = max(_WAYS.index(direction_at(course.log_rate, _DAY)) - 1, 0)
    return int(np.argmax(three)) == true


def _named(chances: dict[int, Floats], sure: float, start: int, within: int = WITHIN_DAYS) -> bool:
    return any(c[_MORE] >= sure for day, c in chances.items() if start <= day <= start + within)


def _lost(course: SimulatedCourse, start: int | None, within: int = WITHIN_DAYS) -> bool:
    if start is None:
        return False
    first = FIRST_DAY.date()
    return any(
        function_trend(course.entries[: place + 1], entry.day).worse
        for place, entry in enumerate(course.entries)
        if start <= (entry.day - first).days <= start + within
    )


def chances_by_day(entries: Sequence[Entry], library: Library) -> dict[int, Floats]:
    """Give the chances of each direction on days with an entry and on those looked at."""
    noted = {(entry.day - FIRST_DAY.date()).days: entry for entry in entries}
    alive, log = np.arange(len(library.level)), np.zeros(len(library.level))
    found = {}
    for day in range(_DAYS):
        if day in noted:
            log = log + np.log(_likelihood(noted[day], library, alive, day) + 1e-30)
            kept = log > log.max() - _FORGOTTEN
            alive, log = alive[kept], log[kept]
        if day in noted or day in LOOKED_AT:
            weights = np.exp(log - log.max())
            by_way = np.bincount(library.way[alive, day], weights, len(_WAYS))
            found[day] = by_way / by_way.sum()
    return found


def _likelihood(entry: Entry, library: Library, alive: NDArray[np.intp], day: int) -> Floats:
    felt = library.level[alive, day][:, None] + library.day_noise[alive][:, None] * _FELT
    likely = np.ones_like(felt)
    if entry.said is not None:
        some = felt >= library.some_from[alive][:, None]
        a_lot = felt >= library.a_lot_from[alive][:, None]
        meant = {Said.NONE: ~some & ~a_lot, Said.SOME: some & ~a_lot, Said.A_LOT: a_lot}[entry.said]
        likely *= (1 - _SLIP) * meant + _SLIP / len(Said)
    if entry.count is not None:
        kind = np.abs(library.scatter[alive][:, None] - _SCATTERS).argmin(axis=1)
        likely *= _of_count(entry.count)[_place(felt), kind[:, None]]
    if entry.measured is not None:
        found = felt + library.found_more[alive][:, None]
        likely *= _of_measured(entry.measured)[_place(found)]
    weighed: Floats = likely @ _FELT_SHARE
    return weighed


def _of_count(count: Count) -> Floats:
    rate = np.exp(_GRID[:, None, None] + _SCATTERS[:, None] * _FELT)
    chance = _poisson(count.twitches, np.minimum(rate, 200.0) * count.minutes)
    told: Floats = chance @ _FELT_SHARE
    return told


def _of_measured(measured: MeasuredRate) -> Floats:
    nothing = -_FOUND_IN_NOTHING * np.log1p(-(np.arange(8) + 0.5) / 8)
    rate = np.exp(_GRID[:, None] + _FOUND_SPREAD * _FELT)[:, None, :] + nothing[:, None]
    seen = round(measured.rate_per_min * _RECORDED_MINUTES)
    chance = _poisson(seen, np.minimum(rate, 400.0) * _RECORDED_MINUTES)
    told: Floats = chance.mean(axis=1) @ _FELT_SHARE
    return told


def _poisson(seen: int, expected: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        log = seen * np.log(expected) - expected - math.lgamma(seen + 1)
    chance: Floats = np.where(expected > 0, np.exp(log), float(seen == 0))
    return chance


def _place(level: Floats) -> NDArray[np.intp]:
    lowest, width = _GRID[1], _GRID[2] - _GRID[1]
    place = np.clip(np.nan_to_num((level - lowest) / width, neginf=0.0), 0, len(_GRID) - 2)
    found: NDArray[np.intp] = np.where(np.isneginf(level), 0, np.rint(place).astype(np.intp) + 1)
    return found
