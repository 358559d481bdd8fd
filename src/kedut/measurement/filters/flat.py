"""Runs of one and the same value in what was recorded: a dropout, a clipped or saturated input."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from kedut.measurement.filters.blocks import Block


@numba.njit(cache=True)
def _runs(x, shortest, out, limit):  # type: ignore[no-untyped-def]
    """List runs of equal samples: channel, first, length."""
    found = 0
    for c in range(x.shape[0]):
        i = 0
        n = x.shape[1]
        while i + shortest <= n:
            # look at the last sample of a would-be run first: most of the signal is skipped
            j = i + shortest - 1
            while j > i and x[c, j] == x[c, j - 1]:
                j -= 1
            if j > i:
                i = j
                continue
            stop = i + shortest
            while stop < n and x[c, stop] == x[c, i]:
                stop += 1
            if found < limit:
                out[found, 0], out[found, 1], out[found, 2] = c, i, stop - i
                found += 1
            i = stop
    return found


def flat_runs(x: Block, shortest: int, limit: int = 4096) -> NDArray[np.int64]:
    """List runs of at least so many equal samples, shape (runs, 3): channel, first, length."""
    out = np.empty((limit, 3), np.int64)
    return out[: _runs(x, max(2, shortest), out, limit)]


def bridge(x: Block, channel: int, first: int, length: int) -> None:
    """Draw a straight line over a run, so that its edges make no wave in a filter."""
    last = first + length
    left = x[channel, first - 1] if first else None
    right = x[channel, last] if last < x.shape[1] else None
    if left is None:
        left = right if right is not None else np.float32(0)
    if right is None:
        right = left
    x[channel, first:last] = np.linspace(left, right, length, dtype=np.float32)
