"""How far the signal's power stands out of its noise, on three scales, over all channels."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from kedut.measurement.filters.blocks import Block

SHORT_S, LONG_S, SHARP_S = 0.006, 0.016, 0.004  # constant: a spike, its wave, a needle's spike

FEW = 1024  # constant: samples that tell a median to a thirtieth of the spread


@numba.njit(cache=True, fastmath=True)
def _running(x, inverse, width, mean, most):  # type: ignore[no-untyped-def]
    """Add up x squared over `width` samples around each; mean and largest over channels."""
    channels, n = x.shape
    cells = inverse.shape[1]
    cell = n // cells
    half = width // 2
    square = np.empty(n, np.float32)
    for c in range(channels):
        for w in range(cells):
            scale = inverse[c, w]
            stop = n if w == cells - 1 else (w + 1) * cell
            for i in range(w * cell, stop):
                v = x[c, i] * scale
                square[i] = v * v
        total = np.float32(0.0)
        for i in range(min(half, n)):
            total += square[i]
        for i in range(n):
            if i + half < n:
                total += square[i + half]
            if i - half - 1 >= 0:
                total -= square[i - half - 1]
            if c == 0:
                mean[i] = total
                most[i] = total
            else:
                mean[i] += total
                most[i] = max(most[i], total)


def power(x: Block, noise: Block, rate_hz: float, width_s: float) -> list[Block]:
    """Give the cube root of the power over `width_s`, of the mean and of the largest channel.

    The cube root of a power of normal noise is nearly normal (Wilson and Hilferty 1931), so
    that its distance from the median, in standard deviations, is a score.
    """
    width = max(1, round(width_s * rate_hz))
    width += 1 - width % 2
    mean, most = np.empty(x.shape[1], np.float32), np.empty(x.shape[1], np.float32)
    inverse = (1 / noise).astype(np.float32)
    _running(x, inverse, width, mean, most)
    scale = np.float32(1 / (width * x.shape[0]))
    out = [np.cbrt(np.maximum(mean * scale, 0))]
    if x.shape[0] > 1:
        out.append(np.cbrt(np.maximum(most / np.float32(width), 0)))
    return out


def centre_and_spread(u: NDArray[np.float32]) -> tuple[float, float]:
    """Give median and standard deviation of noise, from the lower half: activity is above."""
    few = u[:: max(1, len(u) // FEW)]
    n = len(few)
    part = np.partition(few, (int(0.1587 * n), n // 2))
    low, middle = part[int(0.1587 * n)], part[n // 2]
    return float(middle), float(max(middle - low, 1e-6))
