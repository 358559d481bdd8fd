"""Days with something against days without, where the truth is known: power and false help."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from kedut.bench.proportion import Proportion
from kedut.diary.compare import Comparison, Verdict, compare
from kedut.diary.schedule import schedule
from kedut.simulate.courses import FIRST_DAY, Style, draw_habits, tied_noise, write_diary

_PAIRS, _BLOCK_DAYS = 7, 2
_DAYS = 2 * _PAIRS * _BLOCK_DAYS
_COUNTED_MINUTES = 10.0
_TIES = (0.3, 0.7)
_WANDER = 0.35


def on_off_lines(trials: int, seed: int) -> Iterator[str]:
    """Give how often a true half is found, how often nothing is taken for help, and coverage."""
    for style in (Style.COUNTS, Style.GRADES):
        half = [_trial(style, number, seed, factor=0.5) for number in range(trials)]
        none = [_trial(style, number, seed, factor=1.0) for number in range(trials)]
        found = sum(one.verdict is Verdict.FEWER for one in half)
        false = sum(one.verdict is Verdict.FEWER for one in none)
        yield f"a true half found, {style}: {Proportion(found, trials)}"
        yield f"no effect taken for help, {style}: {Proportion(false, trials)}"
        if style is Style.COUNTS:
            inside = sum(_holds(one, 0.5) for one in half)
            yield f"90 % interval holds the true half: {Proportion(inside, trials)}"
            switched = sum(
                _trial(style, number, seed, factor=0.5, begun_once=True).verdict is Verdict.FEWER
                for number in range(trials // 10)
            )
            yield (
                "a true half claimed where it was begun once and never stopped (cannot be told): "
                f"{Proportion(switched, trials // 10)}"
            )


def _trial(
    style: Style, number: int, seed: int, *, factor: float, begun_once: bool = False
) -> Comparison:
    rng = np.random.default_rng([seed, 7, number])
    habits = replace(draw_habits(rng), style=style, minutes=_COUNTED_MINUTES)
    on = _on_days(number, begun_once=begun_once)
    day = np.arange(_DAYS, dtype=np.float64)
    level = (
        rng.uniform(math.log(0.5), math.log(5.0))
        + rng.normal(0, 0.03) * day
        + tied_noise(rng, _DAYS, _WANDER, float(rng.choice(_TIES)))
        + math.log(factor) * on
    )
    entries = write_diary(rng, habits, level, np.ones(_DAYS, np.bool_))
    return compare(entries, lambda entry: bool(on[_place(entry.day)]))


def _on_days(number: int, *, begun_once: bool) -> NDArray[np.bool_]:
    on = np.zeros(_DAYS, np.bool_)
    if begun_once:
        on[_DAYS // 2 :] = True
        return on
    for block in schedule(FIRST_DAY.date(), pairs=_PAIRS, block_days=_BLOCK_DAYS, seed=number):
        on[_place(block.first) : _place(block.last) + 1] = block.on
    return on


def _place(day: date) -> int:
    return (day - FIRST_DAY.date()).days


def _holds(one: Comparison, factor: float) -> bool:
    return one.low is not None and one.high is not None and one.low <= factor <= one.high
