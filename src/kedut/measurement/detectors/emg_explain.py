"""A piece explained: each stretch of activity becomes discharges, knocks, and nothing else."""

from __future__ import annotations

import numpy as np

from kedut.measurement.detectors.emg_activity import (
    THRESHOLD,
    Activity,
    matched,
    per_sample,
    set_apart,
    stretches,
)
from kedut.measurement.detectors.emg_bursts import Burst, pulses
from kedut.measurement.detectors.emg_discharges import (
    Discharges,
    Stretch,
    View,
    add,
    last_sample,
)
from kedut.measurement.detectors.emg_knocks import without_knocks
from kedut.measurement.detectors.emg_learning import Learnt
from kedut.measurement.detectors.emg_overlaps import one_unknown
from kedut.measurement.detectors.emg_rest import add_rest
from kedut.measurement.detectors.emg_solving import Events, one_instead, solve
from kedut.measurement.filters.blocks import Block

APART_S = 0.007  # constant: no axon fires twice within its refractory time
FEW_STEP = 8  # constant: samples that tell a median well enough
NORMAL_MEDIAN = 0.6745  # constant: of the size of normal noise


def explain(view: View, out: Discharges) -> None:
    """Add the discharges of a piece."""
    cut, learnt = view.cut, view.learnt
    templates = learnt.templates
    out.rate_hz = cut.work_rate_hz
    length = templates.bank.shape[3]
    scaled = view.part.wide / view.seen.noise_uv[:, None]
    parts = scaled if len(learnt.basis) == len(scaled) else learnt.basis @ scaled
    last = last_sample(view)
    apart = round(APART_S * cut.work_rate_hz)
    level = _level(parts, view)
    for a, b in worth_explaining(parts, view.found, learnt, cut.work // 2):
        low, high = 2 * a - length // 2, 2 * b + length // 2
        if high < cut.margin or low > last:
            continue
        first, stop = max(0, low - length), min(cut.work, high + length)
        loud = per_sample(view.found.loud, (first + stop) // 2, cut.work)
        stretch = Stretch(first, loud, max(cut.margin, low), min(last, high))
        x = np.array(parts[:, first:stop] / np.float32(loud), order="C")
        knock = without_knocks(x, view, stretch, out)
        events, x = solve(x, templates, loud, apart)
        events, x = one_instead(events, x, templates, loud, cut.work_rate_hz)
        events, x = one_unknown(events, x, templates, loud, cut.work_rate_hz)
        known = len(out.time)
        for e in events:
            _add_known(e, view, stretch, out)
        add_rest(x, level, events, view, stretch, knock, range(known, len(out.time)), out)
    for burst in view.found.bursts:
        _add_burst(burst, view, last, out)


def _level(parts: Block, view: View) -> Block:
    """Give the noise of each part beside what it is where channels have none in common."""
    if len(parts) == 1:
        return np.ones((1, 1), np.float32)
    cut, loud = view.cut, view.found.loud
    first, stop = cut.margin, max(last_sample(view), cut.margin + FEW_STEP)
    per = len(loud) / cut.work
    usual = np.median(loud[int(first * per) : int(np.ceil(stop * per))])
    few = np.abs(parts[:, first:stop:FEW_STEP])
    level = np.median(few, axis=1, keepdims=True) / NORMAL_MEDIAN / float(usual)
    return np.asarray(np.maximum(level, 1), np.float32)


def _add_burst(burst: Burst, view: View, last: int, out: Discharges) -> None:
    """Note a burst; where its potentials overlap too much, follow the rhythm of its discharges."""
    first, stop = 2 * burst.first, 2 * burst.stop
    if stop <= view.cut.margin or first >= last:
        return
    if burst.rings:
        if first < last:
            out.rings.append((view.time_s(first), view.time_s(stop)))
        return
    out.bursts.append((view.time_s(first), view.time_s(stop), burst.interval_s))
    if not burst.fast:
        return
    own = view.part.wide[:, first:stop]
    over = own / view.seen.noise_uv[:, None]
    channel = int(np.square(over).mean(axis=1).argmax())
    found = pulses(over[channel], burst.interval_s, view.cut.work_rate_hz)
    around = round(burst.interval_s * view.cut.work_rate_hz / 2) + 1
    for at, size in found:
        where = first + at
        if not view.cut.margin <= where < last:
            continue
        near = own[channel, max(0, at - around) : at + around + 1]
        score = float(np.abs(over[channel, at])) if size else 0.0
        add(out, view, where, unit=-1, channel=channel, score=score, amplitude=float(np.ptp(near)))


def worth_explaining(
    parts: Block, found: Activity, learnt: Learnt, half: int
) -> list[tuple[int, int]]:
    """Give the stretches, at half the work rate, that are loud or look like a known potential."""
    length = learnt.templates.bank.shape[3]
    on = found.score > THRESHOLD
    z = matched(parts, learnt.spectra, half)
    if len(z):
        loud = np.repeat(found.loud, -(-half // len(found.loud)))[:half]
        start = (z / learnt.templates.least[:, None]).max(axis=0) > loud
        for a, b in stretches(start, 0):
            on[a + length // 6 : b + length // 3] = True
    set_apart(found, on)
    return stretches(on, length // 2 + 1)  # their cores do not overlap then


def _add_known(e: Events, view: View, stretch: Stretch, out: Discharges) -> None:
    """Add a discharge of a unit whose template is known."""
    unit, templates = int(e[0]), view.learnt.templates
    at = stretch.first + float(e[1] + e[2]) + int(templates.peak[unit])
    if not stretch.counts(at) or e[4] < templates.least[unit]:
        return
    extent = np.ptp(view.learnt.fields[unit], axis=1)
    channel = int(extent.argmax())
    amplitude = float(extent[channel] * e[3])
    add(out, view, at, unit=unit, channel=channel, score=float(e[4]), amplitude=amplitude)
