"""A knock that rings told from a potential: an edge, then waves that die away evenly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numba
import numpy as np
from numpy.typing import NDArray

from kedut.measurement.filters.blocks import LOW_HZ, Block, Plan, band

DECAYS_S = np.geomspace(0.0035, 0.055, 11)  # constant: of the waves' size
WAVES_HZ = np.geomspace(18.0, 130.0, 26)  # constant: what a cable or its clip swings at
COARSE = (2, 3)  # constant: steps of a first search through decays and waves
FINE = 2  # constant: steps beside the best of it
GRID = 2048  # constant: samples, two seconds: longer than any wave of the band
SHIFTS = 4  # constant: quarters of a sample
BEFORE_S, AFTER_S = 0.04, 0.14  # constant: the band's own wave before the edge, and the waves
JUDGED_S = (0.02, 0.065)  # constant: around the edge
LATE_S, EARLY_S = 0.045, 0.015  # constant: the largest wave after or before the edge
FEW_CYCLES = 0.8  # constant: decays before a wave is over; best fits of potentials reach 0.8
EXPLAINED = (0.97, 0.88)  # constant: share of the energy, few cycles or more; potentials reach
# 0.953 and 0.84
CLEAR = 15.0  # constant: in noise; below this no shape can be told so well
OVER = 0.1  # constant: of its noise, what is left of a ring at the end of its span


@dataclass(frozen=True, slots=True)
class RingShapes:
    """Shapes of rings as the band lets them through.

    shapes : (decays, waves, SHIFTS, samples) energy 1
    before : samples before the edge; judged : samples by which the fit is judged
    """

    shapes: NDArray[np.float32]
    before: int
    judged: slice


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring found: the sample of its edge, the sample at which it is over, how clear it is."""

    first: int
    stop: int
    score: float


def ring_shapes(cut: Plan) -> RingShapes:
    """Give what edges with waves that die away become in the band."""
    return _shapes(cut.work_rate_hz, cut.high_hz)


@lru_cache(maxsize=8)
def _shapes(rate_hz: float, high_hz: float) -> RingShapes:
    f = np.fft.rfftfreq(GRID, 1 / rate_hz)
    before, after = round(BEFORE_S * rate_hz), round(AFTER_S * rate_hz)
    late = before + np.arange(SHIFTS)[:, None] / SHIFTS
    turn = band(f, LOW_HZ, high_hz) * np.exp(-2j * np.pi * f * late / rate_hz)
    out = np.empty((len(DECAYS_S), len(WAVES_HZ), SHIFTS, before + after), np.float32)
    for i, decay in enumerate(DECAYS_S):
        slope = 1 / decay + 2j * np.pi * f
        for j, wave in enumerate(WAVES_HZ):
            s = turn * (slope / (slope**2 + (2 * np.pi * wave) ** 2))
            out[i, j] = np.fft.irfft(s, GRID, axis=1)[:, : before + after]
    out /= np.linalg.norm(out, axis=3, keepdims=True)
    first, stop = (round(v * rate_hz) for v in JUDGED_S)
    return RingShapes(shapes=out, before=before, judged=slice(before - first, before + stop))


@numba.njit(cache=True, fastmath=True)
def _taken(x, shape, lag):  # type: ignore[no-untyped-def]
    """Give the energy that a shape takes out of all channels."""
    total = np.float32(0.0)
    for c in range(x.shape[0]):
        own = x[c, lag : lag + shape.size]  # a view, so that the processor's lanes are used
        v = np.float32(0.0)
        for j in range(shape.size):
            v += own[j] * shape[j]
        total += v * v
    return total


@numba.njit(cache=True, fastmath=True)
def best_ring(x, shapes, first, stop, coarse, fine):  # type: ignore[no-untyped-def]
    """Find the ring that takes out the most: decay, wave, shift, lag, and how much."""
    decays, waves, shifts, _ = shapes.shape
    most, decay, wave, at = np.float32(0.0), 0, 0, first
    for lag in range(first, stop, 2):
        for i in range(0, decays, coarse[0]):
            for j in range(0, waves, coarse[1]):
                taken = _taken(x, shapes[i, j, 0], lag)
                if taken > most:
                    most, decay, wave, at = taken, i, j, lag
    around, shift = (decay, wave, at), 0
    for lag in range(max(first, around[2] - 2), min(stop, around[2] + 3)):
        for i in range(max(0, around[0] - fine), min(decays, around[0] + fine + 1)):
            for j in range(max(0, around[1] - fine), min(waves, around[1] + fine + 1)):
                for s in range(shifts):
                    taken = _taken(x, shapes[i, j, s], lag)
                    if taken > most:
                        most, decay, wave, at, shift = taken, i, j, lag, s
    return decay, wave, shift, at, most


def find_ring(x: Block, shapes: RingShapes, near: int, rate_hz: float) -> Ring | None:
    """Find a ring whose largest wave is at about this sample, or none.

    x : (channels, samples) in units of the noise
    """
    if np.abs(x[:, near]).max() < CLEAR:
        return None
    length = shapes.shapes.shape[3]
    first = max(0, near - round(LATE_S * rate_hz) - shapes.before)
    stop = min(x.shape[1] - length, near + round(EARLY_S * rate_hz) - shapes.before) + 1
    if stop <= first:
        return None
    x = np.ascontiguousarray(x)
    decay, wave, shift, at, most = best_ring(x, shapes.shapes, first, stop, COARSE, FINE)
    own = x[:, at : at + length]
    shape = shapes.shapes[decay, wave, shift]
    size = own @ shape
    left = own - size[:, None] * shape
    judged = shapes.judged
    energy = float(np.square(own[:, judged]).sum())
    few = DECAYS_S[decay] * WAVES_HZ[wave] < FEW_CYCLES
    noise = len(x) * (judged.stop - judged.start)
    allowed = noise + (1 - EXPLAINED[0 if few else 1]) * energy
    if float(np.square(left[:, judged]).sum()) > allowed:
        return None
    edge = at + shapes.before
    height = float(np.abs(own).max())
    lasts = float(DECAYS_S[decay]) * max(np.log(height / OVER), 1.0)
    return Ring(first=edge, stop=edge + round(lasts * rate_hz), score=float(np.sqrt(most)))
