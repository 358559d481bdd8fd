"""Muscle at work for a second and more: what a voluntary contraction or a cramp looks like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CELL_S = 0.03125  # constant: fine enough for the edges of a contraction, and for tremor
ACTIVE = 2.0  # constant: standard deviations of noise; one in fifty in noise alone
LOUDER = 1.3  # constant: cube root of the power over that of noise, however steady the noise
LEAST_S = 1.2  # constant: bursts of grouped discharges are shorter
BRIDGE_S = 0.3  # constant: lull between discharges of a weak contraction
SHARE = 0.7  # constant: of the time, active


def active_cells(score: NDArray[np.float32], rate_hz: float) -> NDArray[np.float32]:
    """Give the median score in each cell: high only where most of it is active."""
    n = max(1, round(CELL_S * rate_hz))
    cells = score[: len(score) // n * n].reshape(-1, n)
    return np.asarray(np.partition(cells, n // 2, axis=1)[:, n // 2], np.float32)


def sustained(
    cells: NDArray[np.float32], cell_s: float, least: float = ACTIVE
) -> list[tuple[int, int]]:
    """Find runs of cells, first and stop, in which muscle is at work without pause."""
    on = cells > least
    edges = np.flatnonzero(np.diff(np.concatenate(([0], on.view(np.int8), [0]))))
    runs = edges.reshape(-1, 2).tolist()
    joined: list[list[int]] = []
    for first, stop in runs:
        if joined and (first - joined[-1][1]) * cell_s <= BRIDGE_S:
            joined[-1][1] = stop
        else:
            joined.append([first, stop])
    return [
        (a, b) for a, b in joined if (b - a) * cell_s >= LEAST_S and float(on[a:b].mean()) >= SHARE
    ]
