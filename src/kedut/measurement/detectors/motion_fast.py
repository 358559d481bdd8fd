"""The pursuit's inner loops, compiled."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


@numba.njit(cache=True)
def best(heard: Floats, least: Floats, arrows: Floats, directed: Flags) -> Floats:
    """Give at each sample the best score of any shape, as a share of what it needs."""
    rows, axes, samples = heard.shape
    found = np.zeros(samples, dtype=np.float32)
    total = np.empty(samples, dtype=np.float32)
    for row in range(rows):
        total[:] = 0
        need = np.float32(1) / least[row]
        for axis in range(axes):
            line = heard[row, axis]
            if directed[row]:
                share = arrows[row, axis] * need
                for at in range(samples):
                    total[at] += share * line[at]
            else:
                for at in range(samples):
                    total[at] += (line[at] * need) ** 2
        if directed[row]:
            for at in range(samples):
                total[at] = total[at] ** 2 if total[at] > 0 else np.float32(0)
        for at in range(samples):
            if total[at] > found[at]:  # noqa: PLR1730  `max` is three times slower, compiled
                found[at] = total[at]
    return np.sqrt(found)


@numba.njit(cache=True)
def _strongest(
    heard: Floats, least: Floats, arrows: Floats, directed: Flags, floor: Floats
) -> tuple[int, int]:
    """Give shape and sample of the score that is most above what it needs; (-1, -1) if none is.

    floor : what a score must reach at each sample
    """
    rows, axes, samples = heard.shape
    most, best_row, best_at = np.float32(1), -1, -1
    for row in range(rows):
        for at in range(samples):
            if floor[at] == np.inf:
                continue
            score = np.float32(0)
            for axis in range(axes):
                if directed[row]:
                    score += arrows[row, axis] * heard[row, axis, at]
                else:
                    score += heard[row, axis, at] ** 2
            if not directed[row]:
                score = np.sqrt(score)
            if score >= floor[at] and score > most * least[row]:
                most, best_row, best_at = score / least[row], row, at
    return best_row, best_at


@numba.njit(cache=True)
def _take_away(heard: Floats, overlap: Floats, arrow: Floats, at: int) -> None:
    """Take a twitch at a sample out of what all filters heard.

    overlap : what each filter hears of its shape, at all distances, zero in the middle
    """
    rows, axes, samples = heard.shape
    reach = overlap.shape[1] // 2
    first, last = max(0, at - reach), min(samples, at + reach + 1)
    for row in range(rows):
        for axis in range(axes):
            for now in range(first, last):
                heard[row, axis, now] -= arrow[axis] * overlap[row, now - at + reach]


@numba.njit(cache=True)
def _knock(white: Floats, knocks: Floats, lead: int, at: int) -> float:
    """Give the score of the best knock near a sample; the knocks start at `lead`."""
    axes, samples = white.shape
    rows, length = knocks.shape
    most = np.float32(0)
    for row in range(rows):
        for near in range(at - 3, at + 8):
            power = np.float32(0)
            for axis in range(axes):
                total = np.float32(0)
                first = near - lead
                for k in range(max(0, -first), min(length, samples - first)):
                    total += knocks[row, k] * white[axis, first + k]
                power += total**2
            most = max(most, power)
    return float(np.sqrt(most))


@numba.njit(cache=True)
def explain(  # noqa: PLR0917, PLR0913  compiled: no objects
    heard: Floats,
    least: Floats,
    arrows: Floats,
    directed: Flags,
    white: Floats,
    knocks: Floats,
    lead: int,
    overlap: Floats,
    first: int,
    last: int,
    apart: int,
    near: int,
    leftover: float,
    most: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]:
    """Take twitches out of what was heard, the strongest first; give rows, samples, arrows, knocks.

    white : the whitened axes; knocks : shapes of knocks, each starting at `lead`
    first, last : between these samples a twitch may start
    apart : no second one within so many; near : within so many it must exceed `leftover` of it
    """
    axes, samples = heard.shape[1:]
    floor = np.full(samples, np.inf, dtype=np.float32)
    floor[first:last] = 0
    rows = np.zeros(most, dtype=np.int64)
    places = np.zeros(most, dtype=np.int64)
    found = np.zeros((most, axes), dtype=np.float32)
    knock = np.zeros(most, dtype=np.float32)
    count = 0
    while count < most:
        row, at = _strongest(heard, least, arrows, directed, floor)
        if row < 0:
            break
        arrow = heard[row, :, at].copy()
        if directed[row]:
            along = np.float32(0)
            for axis in range(axes):
                along += arrows[row, axis] * arrow[axis]
            for axis in range(axes):
                arrow[axis] = along * arrows[row, axis]
        size = np.float32(0)
        for axis in range(axes):
            size += arrow[axis] ** 2
        size = np.sqrt(size)
        rows[count], places[count], found[count] = row, at, arrow
        knock[count] = _knock(white, knocks, lead, at)
        _take_away(heard, overlap[row], arrow, at)
        for now in range(max(0, at - near), min(samples, at + near + 1)):
            floor[now] = max(floor[now], leftover * size)
        floor[max(0, at - apart) : at + apart + 1] = np.inf
        count += 1
    return rows[:count], places[:count], found[:count], knock[:count]
