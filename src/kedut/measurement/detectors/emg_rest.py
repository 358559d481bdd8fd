"""What is left of a stretch when known potentials are out: new potentials, knocks, or misfit."""

# ruff: noqa: PLR0913, PLR0917 - numba takes arrays one by one

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from kedut.measurement.detectors.emg_activity import THRESHOLD
from kedut.measurement.detectors.emg_discharges import Discharges, Stretch, View, add
from kedut.measurement.detectors.emg_learning import peak_near
from kedut.measurement.detectors.emg_solving import Events
from kedut.measurement.detectors.emg_taps import take_tap
from kedut.measurement.filters.blocks import Block

REMAINS = 0.25  # constant: size of a misfit, over the potential that was taken out
NEW_S = 0.012  # constant: over which the rest is weighed
SIDE_S = 0.04  # constant: waves of one potential around its peak
ALIKE = 0.5  # constant: as REMAINS, next to another: two units seldom fire as one
CLOSE_S = 0.025  # constant: one potential's waves; so near, 3 in 60 were two discharges
SHADOW, SHADOW_S = 0.1, 0.1  # constant: size of far waves of a large potential, and how far
DEPENDENT = 1.2  # constant: samples of the band are not quite independent

Row = NDArray[np.float32]


def add_rest(
    x: Block,
    level: Block,
    events: Events,
    view: View,
    stretch: Stretch,
    explained: Row,
    own: range,
    out: Discharges,
) -> None:
    """Add discharges that no template explains: what is left over and is no misfit.

    x : what is left, over the noise
    level : of noise that the channels share, in each part of x
    explained : power of the knocks that were taken out; what `events` had is added here
    own : rows of `out` that belong to this stretch
    """
    rate = view.cut.work_rate_hz
    width, side = round(NEW_S * rate), round(SIDE_S * rate)
    samples = width * x.shape[0]
    least = power_of(THRESHOLD, samples)
    bank = view.learnt.templates.bank
    power, left, spread = standing_out(
        x, level, events, bank, stretch.loud, explained, width, side, round(SHADOW_S * rate), least
    )
    while True:
        at = int(power.argmax())
        if power[at] < least:
            return
        score = score_of(float(power[at]), samples)
        peak = peak_near(x, max(0, at - width), min(x.shape[1], at + width))
        tail = slice(max(0, at - 2 * side), at + 2 * side)
        power[tail][left[tail] < REMAINS**2 * left[at]] = 0
        power[max(0, peak - side) : peak + side] = 0
        power[max(0, at - side) : at + side] = 0
        where = stretch.first + peak
        time = view.time_s(where)
        near = [i for i in own if abs(out.time[i] - time) < CLOSE_S]
        if near:
            if left[at] > ALIKE**2 * spread[at]:
                out.unit[near[0]] = -1
            continue
        tap = take_tap(x, view.shapes, peak)
        if not stretch.counts(where):
            continue
        if tap is not None:
            out.taps.append((time, tap[1]))
            continue
        extent = np.ptp(view.part.wide[:, max(0, where - width) : where + width], axis=1)
        channel = int((extent / view.seen.noise_uv).argmax())
        amplitude = float(extent[channel])
        add(out, view, where, unit=-1, channel=channel, score=score, amplitude=amplitude)


def score_of(power: float, samples: int) -> float:
    """Give how far the power of so many samples stands out of noise, in standard deviations."""
    spread = 2 * DEPENDENT / (9 * samples)
    return float((np.cbrt(power / samples) - (1 - spread)) / np.sqrt(spread))


def power_of(score: float, samples: int) -> float:
    """Give the power of so many samples that has a score."""
    spread = 2 * DEPENDENT / (9 * samples)
    return float(samples * (score * np.sqrt(spread) + (1 - spread)) ** 3)


@numba.njit(cache=True, fastmath=True)
def _summed(x, width):  # type: ignore[no-untyped-def]
    """Give the sums of `width` samples around each, as a convolution gives them."""
    n = x.size
    wide = np.zeros(n + width, np.float32)
    first = width - 1 - (width - 1) // 2
    inner = wide[first : first + n]
    for i in range(n):
        inner[i] = x[i]
    out = np.zeros(n, np.float32)
    for k in range(width):
        moved = wide[k : k + n]
        for i in range(n):
            out[i] += moved[i]
    return out


@numba.njit(cache=True, fastmath=True)
def largest_around(x, reach):  # type: ignore[no-untyped-def]
    """Give the largest of 2 · `reach` samples around each; x is not below 0."""
    n, width = x.size, 2 * reach
    wide = np.zeros(n + width, np.float32)
    inner = wide[reach : reach + n]
    for i in range(n):
        inner[i] = x[i]
    span = 1
    while 2 * span <= width:
        near, far = wide[: wide.size - span], wide[span:]
        for i in range(near.size):
            near[i] = max(near[i], far[i])
        span *= 2
    out, moved = wide[:n], wide[width - span : width - span + n]
    for i in range(n):  # upwards: what is read is not written yet
        out[i] = max(out[i], moved[i])
    return out


@numba.njit(cache=True, fastmath=True)
def standing_out(  # type: ignore[no-untyped-def]
    x, level, events, bank, loud, explained, width, side, shadow, least
):
    """Give what stands out of what is left, its power, and the power that was explained near it.

    The first is over the level, and 0 where it is but the misfit of something larger.
    """
    parts, n = x.shape
    length = bank.shape[3]
    for e in range(len(events)):
        at, scale = int(events[e, 1]), (events[e, 3] / loud) ** 2
        for p in range(parts):
            row, put = bank[int(events[e, 0]), 0, p], explained[at : at + length]
            for j in range(put.size):
                put[j] += np.float32(scale) * row[j] * row[j]
    square, over = np.zeros(n, np.float32), np.zeros(n, np.float32)
    for p in range(parts):
        row, less = x[p], np.float32(1 / (level[p, 0] * level[p, 0]))
        for i in range(n):
            v = row[i] * row[i]
            square[i] += v
            over[i] += v * less
    left, power = _summed(square, width), _summed(over, width)
    spread = largest_around(_summed(explained, width), side)
    ratio, most = np.float32(REMAINS**2), np.float32(0.0)
    for i in range(n):
        if left[i] < ratio * spread[i]:
            power[i] = 0
        most = max(most, power[i])
    if most >= least:
        far = largest_around(spread, shadow)
        ratio = np.float32(SHADOW**2)
        for i in range(n):
            if left[i] < ratio * far[i]:
                power[i] = 0
    return power, left, spread
