"""Bursts of one or few units told from muscle at work: the signal repeats itself throughout."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from kedut.measurement.filters.blocks import Block

FRAME_S = 0.06  # constant: two discharges at 35 a second, many at 150
STEP_S = 0.02  # constant: frames overlap, so that none falls between discharges only
LAGS_S = (0.0038, 0.12)  # constant: 260 to 8 discharges a second
MOST_FRAMES = 48  # constant: tell a long stretch as well as all of it
ALIKE = 0.82  # constant: work of many units reaches 0.8, bursts of one or two 0.85 and more
ALIKE_LOW = 0.6  # constant: as above, of the least alike quarter
FIRST_LIKE = 0.85  # constant: of the best lag: the shortest one is the interval, others multiples
LEAST_S = 0.1  # constant: the shortest burst
TAIL_S = 0.04  # constant: length of one potential
FEWEST = 1.8  # constant: intervals; a doublet has one
TRAIN_S, TRAIN_EVERY_S = 2.2, 0.045  # constant: so long and so slow, a will drives one unit
SLOWEST_S = 0.09  # constant: slower bursts are told unit by unit, tremor is as slow
SHORT_S = 0.45  # constant: so short, what is told may be a multiple of the interval
ALIKE_LONG = 0.9  # constant: as ALIKE, of what lasts as long as work does, fast or not
LONGEST_S = 11.0  # constant: bursts end sooner
FASTEST_WILL_S = 0.02  # constant: a will drives no unit faster than 50 a second for seconds
RINGS_S, DIES = 0.4, 2.5  # constant: the longest knock; power of a quarter of it over the next
SLOW_HZ = 32.0  # constant: mean frequency of swaying; potentials have more than 40
CLEAR = 1.7  # constant: times the noise; less repeats by chance or not at all
FAST_S = 0.016  # constant: potentials closer than this overlap too much to be taken apart
PULSE = 0.5  # constant: size of a discharge over the mean of its burst
PULSE_S = (0.0015, 0.006)  # constant: half of the shape by which discharges are followed
PULSE_APART = 0.6  # constant: of the interval
SHARE = 0.6  # constant: of what works, repeats itself: a burst, or several in a row


@dataclass(frozen=True, slots=True)
class Burst:
    """A stretch that repeats itself, first and stop at half the work rate; its interval.

    rings : it dies away as it repeats itself: a knock
    """

    first: int
    stop: int
    interval_s: float
    rings: bool = False

    @property
    def fast(self) -> bool:
        """Say whether its potentials overlap so much that only their rhythm can be followed."""
        return self.interval_s < FAST_S and not self.rings

    @property
    def whole(self) -> bool:
        """Say whether it is not taken apart into potentials."""
        return self.interval_s < FAST_S or self.rings


@numba.njit(cache=True, fastmath=True)
def _likeness(x, starts, width, low, high, best, along, counted):  # type: ignore[no-untyped-def]
    """Fill how like each frame is to what comes soon after or before, and the sum by lag."""
    n = x.size
    for i in range(starts.size):
        s = starts[i]
        own = np.float32(0.0)
        for j in range(width):
            own += x[s + j] * x[s + j]
        best[i] = 0.0
        for sign in (-1, 1):
            for lag in range(low, high + 1):
                at = s + sign * lag
                if at < 0 or at + width > n:
                    continue
                product, other = np.float32(0.0), np.float32(0.0)
                for j in range(width):
                    product += x[s + j] * x[at + j]
                    other += x[at + j] * x[at + j]
                c = product / np.sqrt(own * other + 1e-9)
                along[lag] += c
                counted[lag] += 1
                best[i] = max(best[i], c)


def repeats(x: NDArray[np.float32], rate_hz: float) -> tuple[float, float, float]:
    """Give how like a stretch is to itself a little later: median, lower quarter, interval in s.

    x : in units of the noise, whose share is taken off
    """
    width, low, high = (round(s * rate_hz) for s in (FRAME_S, *LAGS_S))
    width = min(width, x.size - low - 1)
    if width < low:
        return 0.0, 0.0, 0.0
    starts = np.arange(0, x.size - width + 1, max(1, round(STEP_S * rate_hz)))
    if len(starts) > MOST_FRAMES:
        starts = starts[np.linspace(0, len(starts) - 1, MOST_FRAMES).astype(int)]
    best = np.zeros(len(starts), np.float32)
    along, counted = np.zeros((2, high + 1), np.float32)
    _likeness(np.ascontiguousarray(x), starts, width, low, high, best, along, counted)
    power = float(np.square(x).mean())
    best /= max(1 - 1 / max(power, 1e-9), 0.5)  # constant: weaker ones are left alone
    along[counted < len(starts) / 2] = 0
    along /= np.maximum(counted, 1)
    tops = np.flatnonzero((along[1:-1] >= along[:-2]) & (along[1:-1] > along[2:])) + 1
    tops = tops[(tops > low) & (along[tops] >= FIRST_LIKE * along[low:].max())]
    interval = float(tops[0]) / rate_hz if len(tops) else 0.0
    return float(np.median(best)), float(np.quantile(best, 0.25)), interval


def bursts_of(
    wide: Block, noise_uv: Block, runs: list[tuple[int, int]], work_rate_hz: float
) -> list[Burst]:
    """Tell which of the active runs, at half the work rate, are bursts of one or few units."""
    found = []
    for first, stop in runs:
        if 2 * (stop - first) < LEAST_S * work_rate_hz:
            continue
        own = wide[:, 2 * first : 2 * stop] / noise_uv[:, None]
        x = own[int(np.square(own).mean(axis=1).argmax())] if len(own) > 1 else own[0]
        if x.size < 2 * LAGS_S[0] * work_rate_hz or x.std() < CLEAR:
            continue
        step = np.diff(x)
        if float(step @ step) < 4 * np.sin(np.pi * SLOW_HZ / work_rate_hz) ** 2 * float(x @ x):
            continue
        middle, low, interval = repeats(x, work_rate_hz)
        lasts = x.size / work_rate_hz
        if middle < ALIKE or low < ALIKE_LOW or not interval:
            continue
        if interval > SLOWEST_S and lasts > SHORT_S:
            continue
        if lasts < RINGS_S and _dies_away(x):
            found.append(Burst(first, stop, interval, rings=True))
            continue
        if lasts - TAIL_S < FEWEST * interval:
            continue
        if by_will(lasts, interval) and interval >= FASTEST_WILL_S:
            continue
        if lasts > TRAIN_S and middle < ALIKE_LONG:
            continue
        found.append(Burst(first, stop, interval))
    return found


def by_will(lasts_s: float, interval_s: float) -> bool:
    """Tell whether what repeats itself is too long or too slow for a burst."""
    return lasts_s > LONGEST_S or (lasts_s > TRAIN_S and interval_s > TRAIN_EVERY_S)


def _dies_away(x: NDArray[np.float32]) -> bool:
    """Tell whether each quarter is far weaker than the one before but the last, which is noise."""
    n = x.size // 4
    size = [float(np.square(x[i * n : (i + 1) * n]).sum()) for i in range(3)]
    return size[0] > DIES * size[1] and size[1] > DIES * size[2]


def without_bursts(working: list[tuple[int, int]], bursts: list[Burst]) -> list[tuple[int, int]]:
    """Take out of what works the stretches that are bursts for the most part."""
    out = []
    for a, b in working:
        have = sum(max(0, min(b, one.stop) - max(a, one.first)) for one in bursts)
        if have < SHARE * (b - a):
            out.append((a, b))
    return out


def pulses(x: NDArray[np.float32], interval_s: float, rate_hz: float) -> list[tuple[int, float]]:
    """Follow the discharges of a fast burst: sample and size over the burst's usual one."""
    half = round(min(max(interval_s / 2, PULSE_S[0]), PULSE_S[1]) * rate_hz)
    half = max(half, 2)
    apart = max(2, round(PULSE_APART * interval_s * rate_hz))
    if x.size < 4 * half:
        return []
    size = np.abs(x[half:-half])
    sign = 1.0 if x[half + int(size.argmax())] > 0 else -1.0
    found: list[int] = _tops(sign * x, PULSE * float(np.quantile(sign * x, 0.99)), apart)
    along, usual = sign * x, 1.0
    for _ in range(2):
        rows = [x[i - half : i + half + 1] for i in found if half <= i < x.size - half]
        if not rows:
            return []
        shape = np.median(np.array(rows), axis=0)
        along = np.correlate(x, shape, "same") / float(shape @ shape)
        usual = float(np.median(along[found]))
        found = _tops(along, PULSE * usual, apart)
    return [(i, float(along[i] / usual)) for i in found]


def _tops(x: NDArray[np.float32], least: float, apart: int) -> list[int]:
    """Give local maxima above `least`, the largest first where two are nearer than `apart`."""
    tops = np.flatnonzero((x[1:-1] >= x[:-2]) & (x[1:-1] > x[2:]) & (x[1:-1] > least)) + 1
    kept = np.zeros(x.size, bool)
    out = []
    for i in tops[np.argsort(-x[tops], kind="stable")]:
        if not kept[max(0, i - apart + 1) : i + apart].any():
            kept[i] = True
            out.append(int(i))
    return sorted(out)
