"""The hum of the mains: its frequency found, its narrow lines taken out of a spectrum."""

# ruff: noqa: C901 - one loop for numba; calls would hide it

from __future__ import annotations

import numba
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


@numba.njit(cache=True)
def _remove(s, centres, halves, most, wide, above, taken):  # type: ignore[no-untyped-def]
    """Bring lines down to the floor around them, each as wide as it stands out."""
    channels, bins = s.shape
    around = np.empty((channels, 2 * wide + 1), np.float32)
    floor = np.empty(channels, np.float32)
    clear = np.empty(2 * wide + 1, np.bool_)
    for order in range(centres.size):
        first = max(centres[order] - wide, 0)
        width = min(centres[order] + wide + 1, bins) - first
        middle = centres[order] - first
        if middle >= width:
            continue
        for c in range(channels):
            for i in range(width):
                v = s[c, first + i]
                around[c, i] = np.sqrt(v.real * v.real + v.imag * v.imag)
            kth = width // 2
            part = np.partition(around[c, :width], kth)
            floor[c] = part[kth]
            if width % 2 == 0:
                floor[c] = (part[kth] + part[:kth].max()) / 2
        for i in range(width):
            count = 0
            for c in range(channels):
                if around[c, i] > above * floor[c]:
                    count += 1
            clear[i] = 2 * count >= channels
        half, reach = halves[order], min(middle, width - 1 - middle)
        while half < min(most[order], reach) and (
            (middle - half - 1 >= 0 and clear[middle - half - 1])
            or (middle + half + 1 < width and clear[middle + half + 1])
        ):
            half += 1
        for c in range(channels):
            lost = np.float32(0.0)
            for i in range(max(middle - half, 0), min(middle + half + 1, width)):
                size = around[c, i]
                if size > above * floor[c]:
                    kept = floor[c] / max(size, np.float32(1e-30))
                    s[c, first + i] *= kept
                    lost += (size * (1 - kept)) ** 2
            if order == 0:
                taken[c] = lost


def remove_lines(s: Spectrum, mains_hz: float, cut: Plan) -> NDArray[np.float32]:
    """Bring the lines of the mains and its harmonics down to the floor around them, in place.

    Follows drift: in each piece the line is where it stands out. Half of the channels say how
    wide it is. Gives its amplitude (channels,).
    """
    taken = np.zeros(s.shape[0], np.float32)
    if not mains_hz:
        return taken
    step = float(cut.freqs_hz[1] - cut.freqs_hz[0])
    orders = np.arange(1, int(cut.high_hz * 1.12 / mains_hz) + 1)
    centres = np.rint(orders * mains_hz / step).astype(np.int64)
    halves = ((HALF_WIDTH_HZ + 0.1 * orders) / step).astype(np.int64)  # constant: drift grows
    most = np.maximum(halves, int(WIDEST_HZ / step))
    _remove(s, centres, halves, most, int(FLOOR_HZ / step), np.float32(ABOVE), taken)
    return np.asarray(2 * np.sqrt(taken) / cut.size, np.float32)
