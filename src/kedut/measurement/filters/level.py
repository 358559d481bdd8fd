"""How strong the noise is from moment to moment, followed through drifts and steps."""

from __future__ import annotations

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
    n = size.shape[1] // count
    cells = size[:, : n * count].reshape(size.shape[0], count, n)
    return np.asarray(
        np.partition(cells, n // 2, axis=2)[:, :, n // 2] / RAYLEIGH_MEDIAN, np.float32
    )


def quiet_level(y: Block, count: int) -> Block:
    """Give the noise by its quiet quarter in each window: what is active up to half does little."""
    n = y.shape[1] // count
    cells = np.abs(y[:, : n * count].reshape(y.shape[0], count, n)[:, :, ::3])
    k = cells.shape[2] // 4
    return np.asarray(np.partition(cells, k, axis=2)[:, :, k] / QUARTER, np.float32)


def steady(level: NDArray[np.float32]) -> NDArray[np.float32]:
    """Smooth a level along time, keep its steps, and lean to the louder side next to a step."""
    if level.shape[1] < 5:
        return level
    p = np.pad(level, ((0, 0), (2, 2)), mode="reflect")
    five = np.stack([p[:, i : i + level.shape[1]] for i in range(5)])
    middle = np.sort(five, axis=0)[2]
    p = np.pad(middle, ((0, 0), (1, 1)), mode="edge")
    return np.asarray(np.maximum(np.maximum(p[:, :-2], p[:, 2:]), middle), np.float32)
