"""How far the signal's power stands out of its noise, on three scales, over all channels."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from kedut.measurement.filters.blocks import Block

SHORT_S, LONG_S, SHARP_S = 0.006, 0.016, 0.004  # constant: a spike, its wave, a needle's spike

FEW = 1024  # constant: samples that tell a median to a thirtieth of the spread


@numba.njit(cache=True, fastmath=True)
def _windowed(square, width, out):  # type: ignore[no-untyped-def]
    """Fill out with the sums of `width` neighbours: square has half a width of zeros around."""
    n = out.size
    for i in range(n):
        out[i] = square[i]
    for k in range(1, width):
        moved = square[k : k + n]  # a view, so that nothing hinders the processor's lanes
        for i in range(n):
            out[i] += moved[i]


@numba.njit(cache=True, fastmath=True)
def _powers(x, inverse, width, mean, most):  # type: ignore[no-untyped-def]
    """Fill the sums of squares over `width` samples: of all channels, of the largest one."""
    channels, n = x.shape
    cells = inverse.shape[1]
    cell = n // cells
    half = width // 2
    square = np.zeros(n + 2 * half, np.float32)
    inner = square[half : half + n]
    every = np.zeros(n + 2 * half, np.float32)
    total = every[half : half + n]
    own = np.empty(n, np.float32)
    for c in range(channels):
        for w in range(cells):
            scale = inverse[c, w]
            first, stop = w * cell, n if w == cells - 1 else (w + 1) * cell
            row, put = x[c, first:stop], inner[first:stop]
            for i in range(row.size):
                v = row[i] * scale
                put[i] = v * v
        if channels == 1:
            break
        for i in range(n):
            total[i] += inner[i]
        if c == 0:
            _windowed(square, width, most)
            continue
        _windowed(square, width, own)
        for i in range(n):
            most[i] = max(most[i], own[i])
    _windowed(every if channels > 1 else square, width, mean)


def power(x: Block, noise: Block, rate_hz: float, width_s: float) -> list[Block]:
    """Give the cube root of the power over `width_s`, of the mean and of the largest channel.

    The cube root of a power of normal noise is nearly normal (Wilson and Hilferty 1931), so
    that its distance from the median, in standard deviations, is a score.
    """
    width = max(1, round(width_s * rate_hz))
    width += 1 - width % 2
    n = x.shape[1]
    several = x.shape[0] > 1
    mean, most = np.empty(n, np.float32), np.empty(n if several else 0, np.float32)
    _powers(x, (1 / noise).astype(np.float32), width, mean, most)
    mean *= np.float32(1 / (width * x.shape[0]))
    np.cbrt(mean, out=mean)
    if not several:
        return [mean]
    most *= np.float32(1 / width)
    return [mean, np.cbrt(most, out=most)]


def centre_and_spread(u: NDArray[np.float32]) -> tuple[float, float]:
    """Give median and standard deviation of noise, from the lower half: activity is above."""
    few = u[:: max(1, len(u) // FEW)]
    n = len(few)
    part = np.partition(few, (int(0.1587 * n), n // 2))
    low, middle = part[int(0.1587 * n)], part[n // 2]
    return float(middle), float(max(middle - low, 1e-6))
