"""The states a twitching rate can be in from day to day, and how one leads to the next.

The rate is a level of the log-rate on a grid together with the way it goes (level and new, level
and settled, slower or faster down or up), or it is gone. What has been level for long, or has
turned once, is settled and seldom turns again. Now and then a level jumps. All figures here are of
this algorithm, set on invented courses (`kedut.simulate.courses` and `courses_in_bursts`) with
other seeds than those of `make evaluate-course`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Of twitches per minute: from one an hour, below which it is gone, to more than one a second.
LEVELS: Floats = np.linspace(-4.1, 4.3, 29)
# By way: level and new, level and settled, slower down, faster down, slower up, faster up.
DRIFTS_PER_DAY: Floats = np.array([0.0, 0.0, -0.30, -0.73, 0.44, 0.58])
WAYS = len(DRIFTS_PER_DAY)
STATES = WAYS * len(LEVELS) + 1
GONE = STATES - 1
# Place: of the level; gone is the last.
PLACE_OF_STATE = np.append(np.tile(np.arange(len(LEVELS)), WAYS), len(LEVELS))

_WANDER = 0.03  # of the level in a day, sd of the log-rate
_JUMPS = 0.005  # a day: by a distance that falls off by e in _JUMP, upward in _JUMPS_UP
_JUMP, _JUMPS_UP = 0.7, 0.6
_FIRST_LEVEL, _FIRST_SPREAD = -1.0, 1.1
_FIRST_WAYS = np.array([0.47, 0.0, 0.10, 0.40, 0.015, 0.015])
_FIRST_GONE = 0.008
# From (row) to (column), a day; what is left of a row stays as it is.
_CHANGE = np.array(
    [
        [0.0, 0.060, 0.013, 0.013, 0.065, 0.080],
        [0.0, 0.0, 0.0015, 0.0015, 0.0027, 0.0033],
        [0.0, 0.0055, 0.0, 0.020, 0.0145, 0.0175],
        [0.0, 0.0055, 0.010, 0.0, 0.025, 0.030],
        [0.0, 0.072, 0.003, 0.003, 0.0, 0.020],
        [0.0, 0.108, 0.003, 0.003, 0.040, 0.0],
    ]
)
_ENDS, _ENDS_LOW, _LOW = 0.002, 0.18, -3.0  # a day, from any level, and from low ones
_AT_ONCE = np.array([0.002, 0.002, 0.012, 0.012, 0.0, 0.0])  # a day, by way: comes back at once
_LEAP = 0.9  # of the log-rate in a day: a turn
_BACK = 0.035  # a day, once gone
_BACK_WAYS = np.array([0.0, 0.7, 0.0, 0.0, 0.1, 0.2])
_BACK_LEVEL, _BACK_SPREAD = -1.0, 0.9
_ROWS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Where a course starts and how it moves in one step.

    start : (STATES,); step : (STATES, STATES), rows sum to 1
    """

    start: Floats
    step: Floats


def by_pieces(rows: Floats, matrix: Floats) -> Floats:
    """Give rows @ matrix in pieces so small that threads, which wait long, do not share them."""
    found: Floats = np.empty((len(rows), matrix.shape[1]))
    for first in range(0, len(rows), _ROWS):
        piece = slice(first, first + _ROWS)
        np.matmul(rows[piece], matrix, out=found[piece])
    return found


@cache
def chain(days_a_step: int = 1) -> Chain:
    """Give the chain in steps of so many days."""
    start = np.append(np.outer(_FIRST_WAYS, _bell(_FIRST_LEVEL, _FIRST_SPREAD)), _FIRST_GONE)
    return Chain(start=start / start.sum(), step=np.linalg.matrix_power(_one_day(), days_a_step))


@cache
def turns() -> NDArray[np.bool_]:
    """Give which moves, from (row) to (column), turn down, level and up: (3, STATES, STATES).

    A jump turns as well, and so does what comes back or is gone at once.
    """
    way = np.append(np.repeat(np.sign(DRIFTS_PER_DAY), len(LEVELS)), 0)
    level = np.append(LEVELS, LEVELS[0] - _LEAP)[PLACE_OF_STATE]
    leap = level[None, :] - level[:, None]
    down, up = (
        (way[:, None] != sign) & ((way[None, :] == sign) | (sign * leap > _LEAP - 0.01))
        for sign in (-1, 1)
    )
    settles = (way[:, None] != 0) & (way[None, :] == 0) & ~down & ~up
    return np.stack([down, settles, up])


def _one_day() -> Floats:
    ends = _ENDS + _ENDS_LOW / (1 + np.exp((LEVELS - _LOW) / 0.2))
    ways = (1 - _AT_ONCE)[:, None] * (_CHANGE + np.diag(1 - _CHANGE.sum(axis=1)))
    moved, under = map(np.array, zip(*(_moved(drift) for drift in DRIFTS_PER_DAY), strict=True))
    back = np.outer(_BACK_WAYS, _bell(_BACK_LEVEL, _BACK_SPREAD)).ravel()
    step = np.zeros((STATES, STATES))
    # From way b and level i to way a and level j.
    step[:GONE, :GONE] = np.einsum("ba,i,aij->biaj", ways, 1 - ends, moved).reshape(GONE, GONE)
    step[:GONE, :GONE] += np.outer(np.repeat(_AT_ONCE, len(LEVELS)), back)
    falls = ends[:, None] + (1 - ends)[:, None] * under.T
    step[:GONE, GONE] = np.einsum("ba,ia->bi", ways, falls).ravel()
    step[GONE, :GONE] = _BACK * back
    step[GONE, GONE] = 1 - _BACK
    whole: Floats = step / step.sum(axis=1, keepdims=True)
    return whole


def _moved(drift: float) -> tuple[Floats, Floats]:
    """Give where each level lies a day later, and the share that falls below the lowest.

    Shares between grid points keep the mean.
    """
    width = LEVELS[1] - LEVELS[0]
    near = np.linspace(-2, 2, 9)
    far = np.linspace(-4.5, 4.5, 21)
    far_weights = np.exp(-np.abs(far) / _JUMP) * np.where(far > 0, _JUMPS_UP, 1 - _JUMPS_UP)
    far_weights[far == 0] = 0
    offsets = np.concatenate([near * _WANDER, far])
    weights = np.concatenate(
        [(1 - _JUMPS) * _shares(np.exp(-(near**2) / 2)), _JUMPS * _shares(far_weights)]
    )
    moved, gone = np.zeros((len(LEVELS), len(LEVELS))), np.zeros(len(LEVELS))
    rows = np.arange(len(LEVELS))
    for offset, weight in zip(offsets, weights, strict=True):
        at = (LEVELS + drift + offset - LEVELS[0]) / width
        below = np.clip(-at, 0, 1)
        at = np.clip(at, 0, len(LEVELS) - 1)
        under = np.minimum(at.astype(int), len(LEVELS) - 2)
        gone += weight * below
        np.add.at(moved, (rows, under), weight * (1 - below) * (1 - (at - under)))
        np.add.at(moved, (rows, under + 1), weight * (1 - below) * (at - under))
    return moved, gone


def _bell(center: float, spread: float) -> Floats:
    return _shares(np.exp(-(((LEVELS - center) / spread) ** 2) / 2))


def _shares(weights: Floats) -> Floats:
    shares: Floats = weights / weights.sum()
    return shares
