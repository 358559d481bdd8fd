"""What is left of an accelerometer's three axes when gravity and what no muscle does are gone."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

Floats = NDArray[np.float32]

LOW_HZ = (0.7, 1.5)  # constant: gravity, tilt and breath lie below, a twitch's slow lobe above
HIGH_HZ = 45.0  # constant: a twitch moves skin and phone at 2 to 30 Hz
THIN_HZ = 100.0  # constant: twice the band; more samples cost time and tell nothing
_LAG_S = 0.005  # constant: half a period of 100 Hz
_FAST_FROM_HZ = 150.0  # constant: below it a knock looks like what it is not


def thinning(rate_hz: float) -> int:
    """Give of how many samples one is kept."""
    return max(1, int(rate_hz / THIN_HZ + 1e-6))


@lru_cache(maxsize=32)
def gain(count: int, step_hz: float) -> Floats:
    """Give the band's gain at `count` frequencies from 0 on."""
    return passing(np.arange(count, dtype=np.float64) * np.float64(step_hz))


def passing(hz: NDArray[np.float64]) -> Floats:
    """Give the band's gain at each frequency: a smooth rise, flat, a smooth fall."""
    low = np.clip((hz - LOW_HZ[0]) / (LOW_HZ[1] - LOW_HZ[0]), 0, 1)
    high = np.clip((HIGH_HZ - hz) / 5, 0, 1)
    return np.asarray((np.sin(np.pi / 2 * low) * np.sin(np.pi / 2 * high)) ** 2, dtype=np.float32)


def band(x: Floats, rate_hz: float, thin: int) -> Floats:
    """Give the band of each axis, one sample in `thin`, shape (axes, ceil(samples / thin)).

    What ends at another level than it began is laid level first, so that the ends do not ring.
    Ends are still not to be trusted for about a second: hand in more than is wanted.
    """
    samples = x.shape[1]
    edge = max(1, min(samples // 2, round(0.2 * rate_hz)))
    first, last = x[:, :edge].mean(axis=1), x[:, -edge:].mean(axis=1)
    ramp = np.linspace(0, 1, samples, dtype=np.float32)
    level = x - first[:, None] - (last - first)[:, None] * ramp
    kept = -(-samples // thin)
    size = fft.next_fast_len(kept + round(rate_hz / thin), real=True)
    spectrum = fft.rfft(level, size * thin, axis=1)[:, : size // 2 + 1]
    spectrum *= gain(spectrum.shape[1], rate_hz / (size * thin)) / np.float32(thin)
    return np.asarray(fft.irfft(spectrum, size, axis=1)[:, :kept], dtype=np.float32)


def widened(x: Floats, before: int, after: int, edge: int) -> Floats:
    """Give a recording with its ends drawn out level, so that the true ends do not ring.

    edge : how many samples tell the level of an end
    """
    head = np.repeat(x[:, :edge].mean(axis=1, keepdims=True), before, axis=1)
    tail = np.repeat(x[:, -edge:].mean(axis=1, keepdims=True), after, axis=1)
    return np.concatenate([head, x, tail], axis=1)


def fast(x: Floats, rate_hz: float, thin: int) -> Floats:
    """Give the energy of what is faster than skin, in (m/s²)² s, for each sample of the band.

    What a sample differs from the mean of those five milliseconds before and after: gravity and
    twitches hardly do, a knock does. All zero below 150 Hz, which cannot show it.
    """
    kept = -(-x.shape[1] // thin)
    lag = round(_LAG_S * rate_hz)
    if rate_hz < _FAST_FROM_HZ or x.shape[1] <= 2 * lag:
        return np.zeros(kept, dtype=np.float32)
    bend = x[:, lag:-lag] - (x[:, 2 * lag :] + x[:, : -2 * lag]) / 2
    energy = np.zeros(kept * thin, dtype=np.float32)
    energy[lag : x.shape[1] - lag] = np.einsum("at,at->t", bend, bend)
    return np.asarray(energy.reshape(kept, thin).sum(axis=1) / np.float32(rate_hz))
