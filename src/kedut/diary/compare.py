"""Did it help: one person's own days with something against those without it.

A line through the days, a step while it is on, and noise that hangs together from day to day; how
much it hangs together is weighed by the days themselves (restricted likelihood over a grid). What
ours does differently from a plain regression of that kind: the drift is always let in, and a
doubtful prior holds the effect near none. Whether it may be tried at all is not decided here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from kedut.diary.days import by_day
from kedut.diary.entry import Entry, Said
from kedut.diary.rate_evidence import leading_modality

Floats = NDArray[np.float64]

_FEWEST_DAYS = 5  # of each kind
_FEWEST_SWITCHES = 3
_NAMED_FROM = 0.955
_DOUBT = 1.0  # sd of the prior of the effect, in the log-rate or in grades
_TIES = (0.2, 0.5, 0.75, 0.92)
_OWN_SHARES = (0.1, 0.5, 0.9)  # of the noise, that each day has for itself
_GRID = np.linspace(-4.0, 4.0, 1601)
_WORTH = 2  # days of the coarser measure for one of the finer
_GRADE = {Said.NONE: 0.0, Said.SOME: 1.0, Said.A_LOT: 2.0}
_IN_NOTHING_PER_MIN = 0.05


class Measure(StrEnum):
    """What the days are compared by; the effect is a ratio of rates, or a step in grades."""

    COUNTS = "counts"
    RECORDINGS = "recordings"
    GRADES = "grades"


class Verdict(StrEnum):
    """What can be said."""

    FEWER = "fewer"
    MORE = "more"
    CANNOT_TELL = "cannot_tell"


class Why(StrEnum):
    """Why it cannot be told."""

    TOO_FEW_DAYS = "too_few_days"
    SWITCHED_TOO_SELDOM = "switched_too_seldom"
    TOO_UNCERTAIN = "too_uncertain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Days with against days without.

    effect, low, high : median and 90 % interval. By counts and recordings the factor on the rate
        (0.5 is half as many), by grades the step (-1 is from "a lot" to "some")
    fewer : chance that it twitches less with it
    quarter_fewer : chance that it is a quarter less or better; none by grades
    """

    verdict: Verdict
    why: Why | None
    measure: Measure | None
    days_on: int
    days_off: int
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    fewer: float | None = None
    quarter_fewer: float | None = None


def compare(entries: Sequence[Entry], on: Callable[[Entry], bool | None]) -> Comparison:
    """Compare the days on which `on` says yes with those on which it says no; none is left out."""
    days = [(day, said) for day in by_day(entries) if (said := on(day)) is not None]
    measure, noted = _by_one_measure(days)
    begins = min((day.day for day, _, _ in noted), default=None)
    at = np.array([(day.day - begins).days for day, _, _ in noted if begins], np.float64)
    with_it = np.array([flag for _, flag, _ in noted], np.bool_)
    values = np.array([value for _, _, value in noted])
    days_on, days_off = int(with_it.sum()), int((~with_it).sum())
    why = None
    if min(days_on, days_off) < _FEWEST_DAYS:
        why = Why.TOO_FEW_DAYS
    elif int((with_it[1:] != with_it[:-1]).sum()) < _FEWEST_SWITCHES:
        why = Why.SWITCHED_TOO_SELDOM
    if why is not None or measure is None:
        return Comparison(
            verdict=Verdict.CANNOT_TELL,
            why=why,
            measure=measure,
            days_on=days_on,
            days_off=days_off,
        )
    sums = np.cumsum(effect_density(at, with_it, values))
    sums /= sums[-1]
    low, middle, high = (float(np.interp(q, sums, _GRID)) for q in (0.05, 0.5, 0.95))
    fewer = float(np.interp(0.0, _GRID, sums))
    told = Verdict.CANNOT_TELL
    if fewer >= _NAMED_FROM:
        told = Verdict.FEWER
    elif 1 - fewer >= _NAMED_FROM:
        told = Verdict.MORE
    steps = measure is Measure.GRADES
    return Comparison(
        verdict=told,
        why=Why.TOO_UNCERTAIN if told is Verdict.CANNOT_TELL else None,
        measure=measure,
        days_on=days_on,
        days_off=days_off,
        effect=middle if steps else math.exp(middle),
        low=low if steps else math.exp(low),
        high=high if steps else math.exp(high),
        fewer=fewer,
        quarter_fewer=None if steps else float(np.interp(math.log(0.75), _GRID, sums)),
    )


def effect_density(at: Floats, with_it: NDArray[np.bool_], values: Floats) -> Floats:
    """Give the density of the effect on the grid of effects, up to a factor.

    Parameters
    ----------
    at : days since the first, rising; with_it, values : same length
    """
    slope = (at - at.mean()) / max(float(at.std()), 1.0)
    design = np.column_stack([np.ones_like(at), slope, with_it.astype(np.float64)])
    free = len(at) - design.shape[1]
    apart = np.abs(at[:, None] - at[None, :])
    logs = []
    for tie in _TIES:
        for own in _OWN_SHARES:
            shape = own * np.eye(len(at)) + (1 - own) * tie**apart
            root = np.linalg.cholesky(shape)
            x, y = np.linalg.solve(root, design), np.linalg.solve(root, values)
            inner = x.T @ x
            spread = np.linalg.inv(inner)
            found = spread @ (x.T @ y)
            # A floor under the residual: equal grades on all days are no proof.
            rest = float(((y - x @ found) ** 2).sum()) + 0.05 * free
            weight = (
                -np.log(np.diag(root)).sum()
                - np.linalg.slogdet(inner)[1] / 2
                - free / 2 * math.log(rest)
            )
            scale = math.sqrt(rest / free * float(spread[2, 2]))
            t = (_GRID - found[2]) / scale
            logs.append(weight - math.log(scale) - (free + 1) / 2 * np.log1p(t**2 / free))
    log = np.logaddexp.reduce(logs, axis=0) - (_GRID / _DOUBT) ** 2 / 2
    density: Floats = np.exp(log - log.max())
    return density


def _by_one_measure(
    days: Sequence[tuple[Entry, bool]],
) -> tuple[Measure | None, list[tuple[Entry, bool, float]]]:
    """Give the days by one measure: counts say more than grades on twice as many days."""
    modality = leading_modality(day for day, _ in days)
    best: tuple[Measure | None, list[tuple[Entry, bool, float]]] = (None, [])
    for measure in Measure:
        noted = [
            (day, with_it, value)
            for day, with_it in days
            if (value := _value(day, measure, modality)) is not None
        ]
        if len(noted) > _WORTH * len(best[1]):
            best = (measure, noted)
    return best


def _value(day: Entry, measure: Measure, modality: str | None) -> float | None:
    if measure is Measure.COUNTS and day.count is not None:
        return math.log((day.count.twitches + 0.5) / day.count.minutes)
    if measure is Measure.RECORDINGS and day.measured and day.measured.modality == modality:
        return math.log(day.measured.rate_per_min + _IN_NOTHING_PER_MIN)
    if measure is Measure.GRADES and day.said is not None:
        return _GRADE[day.said]
    return None
