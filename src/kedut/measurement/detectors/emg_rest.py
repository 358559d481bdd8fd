"""What is left of a stretch when known potentials are out: new potentials, knocks, or misfit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from kedut.measurement.detectors.emg_activity import THRESHOLD
from kedut.measurement.detectors.emg_discharges import Discharges, Stretch, View, add
from kedut.measurement.detectors.emg_learning import peak_near
from kedut.measurement.detectors.emg_solving import Events
from kedut.measurement.detectors.emg_taps import take_tap
from kedut.measurement.filters.blocks import Block

REMAINS = 0.25  # constant: size of a misfit, over the potential that was taken out
NEW_S = 0.012  # constant: over which the rest is weighed
SIDE_S = 0.04  # constant: waves of one potential around its peak
ALIKE = 0.5  # constant: as REMAINS, at the very place of another: two units seldom fire as one
ALIKE_S = 0.008  # constant: that place
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
    z, left, spread = _standing_out(x, level, events, view, stretch.loud, explained)
    while True:
        at = int(z.argmax())
        score = float(z[at])
        if score < THRESHOLD:
            return
        peak = peak_near(x, max(0, at - width), min(x.shape[1], at + width))
        tail = slice(max(0, at - 2 * side), at + 2 * side)
        z[tail][left[tail] < REMAINS**2 * left[at]] = 0
        z[max(0, peak - side) : peak + side] = 0
        z[max(0, at - side) : at + side] = 0
        where = stretch.first + peak
        time = view.time_s(where)
        same = [i for i in own if abs(out.time[i] - time) < ALIKE_S]
        if same:
            if left[at] > ALIKE**2 * spread[at]:
                out.unit[same[0]] = -1
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


def _standing_out(
    x: Block, level: Block, events: Events, view: View, loud: float, explained: Row
) -> tuple[Row, Row, Row]:
    """Give the score of what is left, its power, and the power that was explained near it."""
    bank = view.learnt.templates.bank
    length = bank.shape[3]
    rate = view.cut.work_rate_hz
    width, side = round(NEW_S * rate), round(SIDE_S * rate)
    for e in events:
        power = np.square(bank[int(e[0]), 0]).sum(axis=0) * (e[3] / loud) ** 2
        explained[int(e[1]) : int(e[1]) + length] += power[: x.shape[1] - int(e[1])]
    box = np.ones(width, np.float32)
    left = np.convolve(np.square(x).sum(axis=0), box, "same")
    spread = maximum_filter1d(np.convolve(explained, box, "same"), 2 * side)
    dof = width * x.shape[0] / DEPENDENT
    over = np.convolve(np.square(x / level).sum(axis=0), box, "same")
    root = np.cbrt(over / (width * x.shape[0]))
    z = (root - (1 - 2 / (9 * dof))) / np.sqrt(2 / (9 * dof))
    z[left < REMAINS**2 * spread] = 0
    if z.max() >= THRESHOLD:
        far = maximum_filter1d(spread, 2 * round(SHADOW_S * rate))
        z[left < SHADOW**2 * far] = 0
    return z, left, spread
