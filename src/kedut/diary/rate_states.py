"""The states a twitching rate can be in from day to day, and how one leads to the next.

The rate is a level of the log-rate on a grid together with the way it goes (level, slower or faster
down or up), or it is gone. All figures here are of this algorithm, set on invented courses
(`kedut.simulate.courses`) with other seeds than those of `make evaluate-course`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Of twitches per minute: from one an hour, below which it is gone, to more than one a second.
LEVELS: Floats = np.linspace(-4.1, 4.3, 29)
DRIFTS_PER_DAY: Floats = np.array([0.0, -0.15, -0.45, 0.3, 0.75])
WAYS = len(DRIFTS_PER_DAY)
STATES = WAYS * len(LEVELS) + 1
GONE = STATES - 1
# Way by state: 0 level, -1 down, 1 up; gone counts as level.
WAY_OF_STATE = np.append(np.repeat(np.sign(DRIFTS_PER_DAY).astype(np.int8), len(LEVELS)), 0)
LEVEL_OF_STATE = np.append(np.tile(LEVELS, WAYS), -np.inf)

_WANDER = 0.07  # of the level in a day, sd of the log-rate
_FIRST_LEVEL, _FIRST_SPREAD = -1.0, 1.4
_FIRST_WAYS = np.array([0.55, 0.19, 0.22, 0.02, 0.01])
_FIRST_GONE = 0.01
# From (row) to (column), a day: level, slower down, faster down, slower up, faster up.
_CHANGE = np.array(
    [
        [0.927, 0.004, 0.004, 0.028, 0.037],
        [0.015, 0.920, 0.015, 0.010, 0.040],
        [0.010, 0.015, 0.885, 0.010, 0.080],
        [0.080, 0.004, 0.004, 0.892, 0.020],
        [0.120, 0.004, 0.004, 0.040, 0.832],
    ]
)
_ENDS, _ENDS_LOW, _LOW = 0.003, 0.10, -3.0  # a day, from any level, and from low ones
_AT_ONCE = np.array([0.006, 0.025, 0.025, 0.0, 0.0])  # a day, by way: comes back at once
_BACK = 0.06  # a day, once gone
_BACK_WAYS = np.array([0.3, 0.0, 0.0, 0.1, 0.6])
_BACK_LEVEL, _BACK_SPREAD = -1.5, 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Where a course starts and how it moves in one step.

    start : (STATES,); step : (STATES, STATES), rows sum to 1
    """

    start: Floats
    step: Floats


@cache
def chain(days_a_step: int = 1) -> Chain:
    """Give the chain in steps of so many days."""
    start = np.append(np.outer(_FIRST_WAYS, _bell(_FIRST_LEVEL, _FIRST_SPREAD)), _FIRST_GONE)
    return Chain(start=start / start.sum(), step=np.linalg.matrix_power(_one_day(), days_a_step))


def _one_day() -> Floats:
    step = np.zeros((STATES, STATES))
    count = len(LEVELS)
    ends = _ENDS + _ENDS_LOW / (1 + np.exp((LEVELS - _LOW) / 0.2))
    for after in range(WAYS):
        columns = slice(after * count, (after + 1) * count)
        moved, under = _moved(float(DRIFTS_PER_DAY[after]))
        for before in range(WAYS):
            rows = slice(before * count, (before + 1) * count)
            step[rows, columns] = _CHANGE[before, after] * (1 - ends)[:, None] * moved
            step[rows, GONE] += _CHANGE[before, after] * (ends + (1 - ends) * under)
    back = np.outer(_BACK_WAYS, _bell(_BACK_LEVEL, _BACK_SPREAD)).ravel()
    at_once = np.repeat(_AT_ONCE, count)[:, None]
    step[:GONE] *= 1 - at_once
    step[:GONE, :GONE] += at_once * back
    step[GONE, :GONE] = _BACK * back
    step[GONE, GONE] = 1 - _BACK
    whole: Floats = step / step.sum(axis=1, keepdims=True)
    return whole


def _moved(drift: float) -> tuple[Floats, Floats]:
    """Give where each level lies a day later, and the share that falls below the lowest.

    Shares between grid points keep the mean.
    """
    width = LEVELS[1] - LEVELS[0]
    offsets = np.linspace(-2, 2, 9)
    weights = np.exp(-(offsets**2) / 2)
    weights /= weights.sum()
    moved, gone = np.zeros((len(LEVELS), len(LEVELS))), np.zeros(len(LEVELS))
    rows = np.arange(len(LEVELS))
    for offset, weight in zip(offsets * _WANDER, weights, strict=True):
        at = (LEVELS + drift + offset - LEVELS[0]) / width
        below = np.clip(-at, 0, 1)
        at = np.clip(at, 0, len(LEVELS) - 1)
        under = np.minimum(at.astype(int), len(LEVELS) - 2)
        gone += weight * below
        np.add.at(moved, (rows, under), weight * (1 - below) * (1 - (at - under)))
        np.add.at(moved, (rows, under + 1), weight * (1 - below) * (at - under))
    return moved, gone


def _bell(center: float, spread: float) -> Floats:
    bell = np.exp(-(((LEVELS - center) / spread) ** 2) / 2)
    weighed: Floats = bell / bell.sum()
    return weighed
