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
TREMOR_HZ = (3.0, 12.5)  # constant: of any tremor
TREMOR_SHARE = 0.58  # constant: of what the size sways by, in one rhythm; other work 0.2 to 0.5
TREMOR_DEPTH = 0.65  # constant: standard deviation of the size over its mean; other work 0.3 to 0.6
TREMOR_S = 1.5  # constant: five beats of the slowest
WINDOW_S = 2.0  # constant: a rhythm is told to half a hertz


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


def sizes(power: NDArray[np.float32], rate_hz: float) -> NDArray[np.float32]:
    """Give the size of the signal in each cell, of its power over noise."""
    n = max(1, round(CELL_S * rate_hz))
    cells = power[: len(power) // n * n].reshape(-1, n)
    return np.asarray(np.sqrt(np.maximum(cells.mean(axis=1), 0)), np.float32)


def trembles(size: NDArray[np.float32]) -> bool:
    """Tell whether work swells and ebbs in the rhythm of a tremor.

    size : of the signal, cell by cell, through the whole stretch
    """
    if len(size) * CELL_S < TREMOR_S:
        return False
    second = np.ones(round(1 / CELL_S))
    around = np.convolve(size, second, "same") / np.convolve(np.ones(len(size)), second, "same")
    sway = size / np.maximum(around, 1e-6) - 1
    if sway.std() < TREMOR_DEPTH:
        return False
    n = min(round(WINDOW_S / CELL_S), len(sway))
    windows = np.lib.stride_tricks.sliding_window_view(sway, n)[:: n // 2] * np.hanning(n)
    power = np.square(np.abs(np.fft.rfft(windows, axis=1))).sum(axis=0)
    hertz = np.fft.rfftfreq(n, CELL_S)
    within = (hertz >= TREMOR_HZ[0]) & (hertz <= TREMOR_HZ[1])
    beat = float(hertz[within][int(power[within].argmax())])
    near = np.abs(hertz - beat) <= 1.01  # constant: a tremor's rate wanders by a tenth
    return bool(power[near].sum() >= TREMOR_SHARE * power[hertz >= 1.0].sum())
