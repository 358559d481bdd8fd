"""How strong the noise is from moment to moment, followed through drifts and steps."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from kedut.measurement.filters.blocks import Block, Plan

WINDOW_S = 0.5  # constant: short against the drift of noise, long against a potential
RAYLEIGH_MEDIAN = 1.17741  # constant: median of a Rayleigh distribution of scale 1
QUARTER = 0.318639  # constant: a quarter of a normal distribution lies within this
UPPER = (0.62, 0.9)  # constant: part of the band in which potentials through skin have little


def upper_band(cut: Plan) -> tuple[float, float]:
    """Give the frequencies by which the noise is followed while muscle is active."""
    return UPPER[0] * cut.high_hz, UPPER[1] * cut.high_hz


def windows(cut: Plan) -> int:
    """Give how many windows of about half a second make up a piece."""
    return max(1, round(cut.work / cut.work_rate_hz / WINDOW_S))


def upper_level(size: Block, count: int) -> Block:
    """Give the noise by its upper band: median size in each window, as a standard deviation."""
    n = size.shape[-1] // count
    cells = size[..., : n * count].reshape(*size.shape[:-1], count, n)
    middle = np.partition(cells, n // 2, axis=-1)[..., n // 2]
    return np.asarray(middle / np.float32(RAYLEIGH_MEDIAN), np.float32)


def quiet_level(y: Block, count: int) -> Block:
    """Give the noise by its quiet quarter in each window: what is active up to half does little."""
    n = y.shape[-1] // count
    cells = np.abs(y[..., : n * count].reshape(*y.shape[:-1], count, n)[..., ::3])
    k = cells.shape[-1] // 4
    quarter = np.partition(cells, k, axis=-1)[..., k]
    return np.asarray(quarter / np.float32(QUARTER), np.float32)


@numba.njit(cache=True)
def _steady(level, out):  # type: ignore[no-untyped-def]
    """Fill with the median of five around each, then the largest of three of these."""
    rows, n = level.shape
    middle = np.empty(n, np.float32)
    five = np.empty(5, np.float32)
    for r in range(rows):
        for i in range(n):
            for k in range(5):
                at = abs(i + k - 2)  # turned about the ends
                v = level[r, at if at < n else 2 * (n - 1) - at]
                j = k
                while j > 0 and five[j - 1] > v:
                    five[j] = five[j - 1]
                    j -= 1
                five[j] = v
            middle[i] = five[2]
        for i in range(n):
            out[r, i] = max(middle[max(i - 1, 0)], middle[i], middle[min(i + 1, n - 1)])


def steady(level: NDArray[np.float32]) -> NDArray[np.float32]:
    """Smooth a level along time, keep its steps, and lean to the louder side next to a step."""
    if level.shape[1] < 5:
        return level
    out = np.empty(level.shape, np.float32)
    _steady(np.ascontiguousarray(level), out)
    return out
