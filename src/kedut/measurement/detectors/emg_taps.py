"""A knock on a cable or electrode told from a potential: an edge, then a decay."""

# ruff: noqa: C901, PLR0912 - one loop for numba; calls would hide it

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numba
import numpy as np
from numpy.typing import NDArray

from kedut.measurement.filters.blocks import LOW_HZ, Block, Plan, band

DECAYS_S = (0.004, 0.007, 0.012, 0.02, 0.035, 0.06, 1.0)  # constant: of an electrode's charge
GRID = 2048  # constant: samples, two seconds: longer than any wave of the band
SHIFTS = 4  # constant: quarters of a sample
BEFORE_S, AFTER_S = 0.04, 0.1  # constant: the band's own wave before the edge, and the decay
EXPLAINED = 0.85  # constant: share of the energy; potentials reach two thirds at most
JUDGED_S = (0.008, 0.025)  # constant: around the edge; what comes later may be a twitch
RANK = 3  # constant: mixed decays are taken out too, once a knock is certain
CLEAR = 7.0  # constant: in noise; below this no shape can be told
NEAR = 5  # constant: samples between the edge and the largest value, either way


@dataclass(frozen=True, slots=True)
class TapShapes:
    """Shapes of knocks as the band lets them through.

    shapes : (decays, SHIFTS, samples) energy 1
    mixed : (SHIFTS, RANK, samples) what any mixture of decays is made of
    before : samples before the edge; judged : samples by which the fit is judged
    """

    shapes: NDArray[np.float32]
    mixed: NDArray[np.float32]
    before: int
    judged: slice


def tap_shapes(cut: Plan) -> TapShapes:
    """Give what an edge with a decay becomes in the band."""
    return _shapes(cut.work_rate_hz, cut.high_hz)


@lru_cache(maxsize=8)
def _shapes(rate_hz: float, high_hz: float) -> TapShapes:
    f = np.fft.rfftfreq(GRID, 1 / rate_hz)
    wide = band(f, LOW_HZ, high_hz)
    before, after = round(BEFORE_S * rate_hz), round(AFTER_S * rate_hz)
    late = before + np.arange(SHIFTS)[:, None] / SHIFTS
    turn = wide * np.exp(-2j * np.pi * f * late / rate_hz)
    decay = np.array(DECAYS_S)[:, None]
    s = turn[None] * (decay / (1 + 2j * np.pi * f * decay))[:, None]
    shapes = np.fft.irfft(s, GRID, axis=2)[:, :, : before + after]
    shapes /= np.linalg.norm(shapes, axis=2, keepdims=True)
    mixed = [np.linalg.svd(shapes[:, i], full_matrices=False)[2][:RANK] for i in range(SHIFTS)]
    first, stop = (round(v * rate_hz) for v in JUDGED_S)
    return TapShapes(
        shapes=np.ascontiguousarray(shapes, np.float32),
        mixed=np.array(mixed, np.float32),
        before=before,
        judged=slice(before - first, before + stop),
    )


@numba.njit(cache=True, fastmath=True)
def _along(x, shape, at):  # type: ignore[no-untyped-def]
    """Give the energy that a shape takes out of all channels from a sample on."""
    taken = np.float32(0.0)
    for c in range(x.shape[0]):
        a = x[c, at : at + shape.size]
        v = np.float32(0.0)
        for j in range(shape.size):
            v += a[j] * shape[j]
        taken += v * v
    return taken


@numba.njit(cache=True, fastmath=True)
def _take(x, shapes, mixed, before, low, high, near):  # type: ignore[no-untyped-def]
    """Find the best knock about a sample, judge it, take it out; its edge and size, or -1."""
    channels = x.shape[0]
    decays, shifts, length = shapes.shape
    first = max(0, near - NEAR - before)
    stop = min(x.shape[1] - length, near + NEAR - before) + 1
    best, at, decay, shift = np.float32(0.0), -1, 0, 0
    if stop <= first:
        return -1, best
    # where: by one decay in the middle; which: next to there
    most, here = np.float32(-1.0), first
    for lag in range(first, stop):
        taken = _along(x, shapes[decays // 2, 0, low - 4 : high], lag + low - 4)
        if taken > most:
            most, here = taken, lag
    for lag in range(max(first, here - 1), min(stop, here + 2)):
        for s in range(shifts):
            for d in range(decays):
                taken = _along(x, shapes[d, s], lag)
                if taken > best:
                    best, at, decay, shift = taken, lag, d, s
    if best < CLEAR * CLEAR:
        return -1, best
    left, energy = np.float32(0.0), np.float32(0.0)
    shape = shapes[decay, shift]
    for c in range(channels):
        a = x[c, at : at + length]
        v = np.float32(0.0)
        for j in range(length):
            v += a[j] * shape[j]
        for j in range(low, high):
            r = a[j] - v * shape[j]
            left += r * r
            energy += a[j] * a[j]
    if left > channels * (high - low) + (1 - EXPLAINED) * energy:
        return -1, best
    for c in range(channels):
        a = x[c, at : at + length]
        for k in range(mixed.shape[1]):
            shape = mixed[shift, k]
            v = np.float32(0.0)
            for j in range(length):
                v += a[j] * shape[j]
            for j in range(length):
                a[j] -= v * shape[j]
    return at + before, best


def take_tap(x: Block, shapes: TapShapes, near: int) -> tuple[int, float] | None:
    """Take a knock at about this sample out of x, in place; where and how clear, or none.

    x : (channels, samples) in units of the noise
    """
    judged = shapes.judged
    at, best = _take(x, shapes.shapes, shapes.mixed, shapes.before, judged.start, judged.stop, near)
    return None if at < 0 else (at, float(np.sqrt(best)))
