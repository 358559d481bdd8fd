"""The hum of the mains: its frequency found, its narrow lines taken out of a spectrum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.filters.blocks import Plan, Spectrum

LOWEST_HZ, HIGHEST_HZ = 45.0, 65.0  # constant: every public supply is 50 or 60 Hz
CLEAR = 12.0  # constant: power of a line over its neighbours; a potential has no line
WIDEST_HZ = 3.0  # constant: a line that sways spreads no wider
HALF_WIDTH_HZ = 1.25  # constant: what a drifting supply moves within 8 s, with the ease's leakage
FLOOR_HZ = 6.0  # constant: neighbours on either side that tell the floor
ABOVE = 2.5  # constant: amplitude over the floor from which a bin belongs to the line


def mains_frequency(power: NDArray[np.float64], cut: Plan) -> float:
    """Find the frequency of the mains in a mean power spectrum; 0 where there is none.

    A line is narrow: it stands out of the median of its neighbours, which no potential does.
    """
    f = cut.freqs_hz
    first, last = np.searchsorted(f, [LOWEST_HZ, HIGHEST_HZ])
    if last <= first + 2:
        return 0.0
    width = max(1, int(FLOOR_HZ / (f[1] - f[0])))
    padded = power[max(0, first - width) : last + width]
    at = int(np.argmax(power[first:last])) + first
    floor = np.median(padded)
    if power[at] <= CLEAR * floor:
        return 0.0
    near = slice(max(at - 2, 0), at + 3)
    weight = power[near]
    return float((f[near] * weight).sum() / weight.sum())


def remove_lines(s: Spectrum, mains_hz: float, cut: Plan) -> NDArray[np.float32]:
    """Bring the lines of the mains and its harmonics down to the floor around them, in place.

    Follows drift: in each piece the line is where it stands out. Gives its amplitude (channels,).
    """
    taken = np.zeros(s.shape[0], np.float32)
    if not mains_hz:
        return taken
    f = cut.freqs_hz
    step = float(f[1] - f[0])
    wide = int(FLOOR_HZ / step)
    for order in range(1, int(cut.high_hz * 1.12 / mains_hz) + 1):
        centre = round(order * mains_hz / step)
        half = int((HALF_WIDTH_HZ + 0.1 * order) / step)  # constant: a drift grows with the order
        most = max(half, int(WIDEST_HZ / step))
        around = np.abs(s[:, centre - wide : centre + wide + 1])
        floor = np.median(around, axis=1, keepdims=True)
        clear = (around > ABOVE * floor).mean(axis=0) >= 0.5  # constant: half of the channels
        while half < most and (clear[wide - half - 1] or clear[wide + half + 1]):
            half += 1
        part = s[:, centre - half : centre + half + 1]
        size = around[:, wide - half : wide + half + 1]
        over = size > ABOVE * floor
        if not over.any():
            continue
        kept = np.where(over, floor / np.maximum(size, 1e-30), 1).astype(np.float32)
        if order == 1:
            lost = np.square(size * (1 - kept)).sum(axis=1)
            taken = np.asarray(2 * np.sqrt(lost) / cut.size, np.float32)
        part *= kept
    return taken
