"""A piece explained: each stretch of activity becomes discharges, knocks, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from kedut.measurement.detectors.emg_activity import (
    THRESHOLD,
    Activity,
    matched,
    moved_uv,
    per_sample,
    stretches,
)
from kedut.measurement.detectors.emg_learning import Learnt, peak_near
from kedut.measurement.detectors.emg_pursuit import beginnings, pursue, refit
from kedut.measurement.detectors.emg_survey import Survey
from kedut.measurement.detectors.emg_taps import CLEAR, TapShapes, take_tap
from kedut.measurement.detectors.emg_templates import Templates
from kedut.measurement.filters.blocks import Block, Plan
from kedut.measurement.filters.pieces import Piece

BOUNDS = np.array([0.6, 1.5, 0.4, 0.04], np.float32)  # constant: a unit varies less; misfit
APART_S = 0.007  # constant: no axon fires twice within its refractory time
REMAINS = 0.25  # constant: size of a misfit, over the potential that was taken out
NEW_S = 0.012  # constant: over which the rest is weighed
SIDE_S = 0.04  # constant: waves of one potential around its peak
COST = 60.0  # constant: of one more discharge, in energy of noise
MISFIT = 0.03  # constant: share of the energy that a good fit may leave
STARTS = 8  # constant: more seldom help
TOO_LONG = 1024  # constant: samples; a second of overlaps is no pair
ALIKE = 0.5  # constant: as REMAINS, at the very place of another: two units seldom fire as one
ALIKE_S = 0.008  # constant: that place
SHADOW, SHADOW_S = 0.07, 0.1  # constant: size of far waves of a large potential, and how far
KNOCK_APART_S = 0.01  # constant: the width of a potential's peak
MOST_PEAKS = 6  # constant: looked at in one stretch for a knock
CROWD, CROWD_S = 3, 0.045  # constant: so many units within so short a time are one unknown
SNIPPET_S = (0.02, 0.03)  # constant: before and after the peak
MOST_SNIPPETS = 20_000  # constant: 4 MB
MOST_IN_STRETCH = 2048  # constant: in one stretch; a stretch is no longer than a piece


@dataclass(slots=True)
class Discharges:
    """What was found, column by column; times in seconds.

    unit : place of the template, or -1
    channel : where it was largest
    snippet : what was recorded around the peak there, uV, or none where enough are kept
    moved : size of slow movement there, uV; 0 where it is as usual
    rate_hz : of the snippets
    """

    time: list[float] = field(default_factory=list)
    unit: list[int] = field(default_factory=list)
    scale: list[float] = field(default_factory=list)
    score: list[float] = field(default_factory=list)
    channel: list[int] = field(default_factory=list)
    amplitude: list[float] = field(default_factory=list)
    snippet: list[NDArray[np.float32] | None] = field(default_factory=list)
    moved: list[float] = field(default_factory=list)
    rate_hz: float = 0.0
    taps: list[tuple[float, float]] = field(default_factory=list)


def explain(
    part: Piece,
    found: Activity,
    learnt: Learnt,
    seen: Survey,
    cut: Plan,
    shapes: TapShapes,
    out: Discharges,
) -> None:
    """Add the discharges of a piece."""
    half = cut.work // 2
    out.rate_hz = cut.work_rate_hz
    templates = learnt.templates
    length = templates.bank.shape[3]
    scaled = part.wide / seen.noise_uv[:, None]
    parts = scaled if len(learnt.basis) == len(scaled) else learnt.basis @ scaled
    runs = worth_explaining(parts, found, learnt, half)
    first_s = cut.first_s(part.number)
    last = _last(part, cut)
    apart = round(APART_S * cut.work_rate_hz)
    for a, b in runs:
        core = (2 * a - length // 2, 2 * b + length // 2)
        first = max(0, core[0] - length)
        stop = min(cut.work, core[1] + length)
        if stop - cut.margin < -length or first > cut.work - cut.margin + length:
            continue
        x = np.array(parts[:, first:stop], order="C")
        loud_here = per_sample(found.loud, (first + stop) // 2, cut.work)
        x /= np.float32(loud_here)
        knock = _taps(x, shapes, first, cut, part, core, out)
        whole = x.copy()
        events, x = solve(x, templates, loud_here, apart)
        count = len(events)
        events, x = _one_instead(events, x, whole, templates, loud_here, cut)
        known = len(out.time)
        for e in events[:count]:
            unit = int(e[0])
            at = first + e[1] + e[2] + templates.peak[unit]
            if max(cut.margin, core[0]) <= at < min(last, core[1]) and e[4] >= templates.least[unit]:
                _add_known(out, learnt, unit, first_s + at / cut.work_rate_hz, e, part, found, int(at))
        _rest(
            x,
            events[:count],
            learnt,
            part,
            found,
            seen,
            first,
            loud_here,
            cut,
            shapes,
            knock,
            core,
            known,
            out,
        )


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
    for a, b in found.working:
        on[a:b] = False
    return stretches(on, length // 2 + 1)  # their cores do not overlap then


def solve(
    x: Block, templates: Templates, loud: float, apart: int
) -> tuple[NDArray[np.float32], Block]:
    """Explain a stretch by the fewest discharges that leave the least; gives them and the rest.

    Where overlaps make it doubtful which to take out first, several beginnings are tried.
    """
    limit = min(MOST_IN_STRETCH, 8 + x.shape[1] // 8)
    if not templates.units:
        return np.zeros((0, 5), np.float32), x
    bank = templates.bank / np.float32(loud)
    norms = templates.norms / np.float32(loud**2)
    kappa = templates.kappa

    def run(begin: NDArray[np.int64]) -> tuple[float, NDArray[np.float32], Block]:
        rest, events = x.copy(), np.zeros((limit, 5), np.float32)
        count = pursue(
            rest, bank, norms, kappa, templates.heart, BOUNDS, templates.least, apart, begin, events
        )
        if count > 1:
            refit(rest, bank, norms, kappa, BOUNDS, events, count, 4)
        events = _give_back(rest, events[:count], bank, norms, apart)
        cost = float(np.square(rest).sum()) + COST * len(events)
        return cost, events, rest

    cost, events, rest = run(np.array([-1, 0]))
    plain = x.size + COST * max(len(events), 1) + MISFIT * float(np.square(x).sum())
    if (cost < plain and len(events) < 2) or x.shape[1] > TOO_LONG:
        return events, rest
    starts = np.zeros((STARTS, 2), np.int64)
    for begin in starts[: beginnings(x, bank, norms, kappa, BOUNDS, templates.least, apart, starts)]:
        other = run(begin)
        if other[0] < cost:
            cost, events, rest = other
    return events, rest


def _one_instead(
    events: NDArray[np.float32],
    rest: Block,
    whole: Block,
    templates: Templates,
    loud: float,
    cut: Plan,
) -> tuple[NDArray[np.float32], Block]:
    """Take back several units at almost one time: that is one potential not yet known."""
    if len(events) < CROWD:
        return events, rest
    order = np.argsort(events[:, 1])
    at, unit = events[order, 1], events[order, 0]
    width = CROWD_S * cut.work_rate_hz
    drop = np.zeros(len(events), bool)
    for i in range(len(at) - CROWD + 1):
        j = i + CROWD
        while j < len(at) and at[j] - at[i] <= width:
            j += 1
        if at[j - 1] - at[i] <= width and len(np.unique(unit[i:j])) > 1:
            drop[order[i:j]] = True
    if not drop.any():
        return events, rest
    length = templates.bank.shape[3]
    for e in events[drop]:
        first, shift = int(e[1]), round(float(e[2]) * templates.bank.shape[1])
        rest[:, first : first + length] += e[3] / loud * templates.bank[int(e[0]), shift]
    return events[~drop], rest


def _give_back(
    rest: Block,
    events: NDArray[np.float32],
    bank: NDArray[np.float32],
    norms: NDArray[np.float32],
    apart: int,
) -> NDArray[np.float32]:
    """Put back, into `rest`, events too small beside another to be more than its misfit."""
    if len(events) < 2:
        return events
    energy = np.square(events[:, 3]) * norms[events[:, 0].astype(int)]
    near = np.abs(events[:, 1][:, None] - events[:, 1][None]) < bank.shape[3] // 2
    small = (near & (energy[:, None] < BOUNDS[3] * energy[None])).any(axis=1)
    for e in events[small]:
        at, shift = int(e[1]), round(float(e[2]) * bank.shape[1])
        rest[:, at : at + bank.shape[3]] += e[3] * bank[int(e[0]), shift]
    return events[~small]


def _last(part: Piece, cut: Plan) -> int:
    """Give the sample of the piece at which the next one, or nothing, begins."""
    end = (cut.length / cut.rate_hz - cut.first_s(part.number)) * cut.work_rate_hz
    return min(cut.margin + cut.keep, int(end))


def _taps(
    x: Block,
    shapes: TapShapes,
    first: int,
    cut: Plan,
    part: Piece,
    core: tuple[int, int],
    out: Discharges,
) -> NDArray[np.float32]:
    """Take knocks out of a stretch, the largest first; gives the power they had, by sample."""
    knock = np.zeros(x.shape[1], np.float32)
    look = np.abs(x).max(axis=0)
    near = round(KNOCK_APART_S * cut.work_rate_hz)
    for _ in range(MOST_PEAKS):
        at = int(look.argmax())
        if look[at] < CLEAR:
            break
        before = np.square(x).sum(axis=0)
        tap = take_tap(x, shapes, at)
        if tap is None:
            look[max(0, at - near) : at + near] = 0
            continue
        look = np.abs(x).max(axis=0)
        knock += np.maximum(before - np.square(x).sum(axis=0), 0)
        where = first + tap[0]
        if max(cut.margin, core[0]) <= where < min(_last(part, cut), core[1]):
            out.taps.append((cut.first_s(part.number) + where / cut.work_rate_hz, tap[1]))
    return knock


def _add_known(
    out: Discharges,
    learnt: Learnt,
    unit: int,
    time: float,
    e: NDArray[np.float32],
    part: Piece,
    found: Activity,
    at: int,
) -> None:
    """Add a discharge of a unit whose template is known."""
    field_uv = learnt.fields[unit]
    extent = np.ptp(field_uv, axis=1)
    channel = int(extent.argmax())
    out.time.append(time)
    out.unit.append(unit)
    out.scale.append(float(e[3]))
    out.score.append(float(e[4]))
    out.channel.append(channel)
    out.amplitude.append(float(extent[channel] * e[3]))
    _keep(out, part, found, channel, at)


def _keep(out: Discharges, part: Piece, found: Activity, channel: int, at: int) -> None:
    """Keep what was recorded around a peak."""
    out.moved.append(moved_uv(found, at, part.wide.shape[1]))
    before, after = (round(s * out.rate_hz) for s in SNIPPET_S)
    enough = len(out.snippet) >= MOST_SNIPPETS
    out.snippet.append(None if enough else part.wide[channel, at - before : at + after].copy())


def _rest(
    x: Block,
    events: NDArray[np.float32],
    learnt: Learnt,
    part: Piece,
    found: Activity,
    seen: Survey,
    first: int,
    loud: float,
    cut: Plan,
    shapes: TapShapes,
    knock: NDArray[np.float32],
    core: tuple[int, int],
    known: int,
    out: Discharges,
) -> None:
    """Add discharges that no template explains: what is left over and is no misfit."""
    bank = learnt.templates.bank
    length = bank.shape[3]
    rate = cut.work_rate_hz
    width = round(NEW_S * rate)
    explained = knock
    own = range(known, len(out.time))
    for e in events:
        power_of = np.square(bank[int(e[0]), 0]).sum(axis=0) * (e[3] / loud) ** 2
        explained[int(e[1]) : int(e[1]) + length] += power_of[: x.shape[1] - int(e[1])]
    box = np.ones(width, np.float32)
    power = np.square(x).sum(axis=0)
    side = round(SIDE_S * rate)
    spread = maximum_filter1d(np.convolve(explained, box, "same"), 2 * side)
    left = np.convolve(power, box, "same")
    dof = width * x.shape[0] / 1.2  # constant: samples of the band are not quite independent
    root = np.cbrt(left / (width * x.shape[0]))
    z = (root - (1 - 2 / (9 * dof))) / np.sqrt(2 / (9 * dof))
    z[left < REMAINS**2 * spread] = 0
    far = maximum_filter1d(spread, 2 * round(SHADOW_S * rate))
    z[left < SHADOW**2 * far] = 0
    while True:
        at = int(z.argmax())
        if z[at] < THRESHOLD:
            return
        peak = peak_near(x, max(0, at - width), min(x.shape[1], at + width))
        score = float(z[at])
        tail = slice(max(0, at - 2 * side), at + 2 * side)
        z[tail][left[tail] < REMAINS**2 * left[at]] = 0
        z[max(0, peak - side) : peak + side] = 0
        z[max(0, at - side) : at + side] = 0
        where = first + peak
        time = cut.first_s(part.number) + where / rate
        same = [i for i in own if abs(out.time[i] - time) < ALIKE_S]
        if same:
            if left[at] > ALIKE**2 * spread[at]:
                out.unit[same[0]] = -1
            continue
        tap = take_tap(x, shapes, peak)
        if not max(cut.margin, core[0]) <= where < min(_last(part, cut), core[1]):
            continue
        if tap is not None:
            out.taps.append((time, tap[1]))
            continue
        near = part.wide[:, max(0, where - width) : where + width]
        extent = np.ptp(near, axis=1)
        channel = int((extent / seen.noise_uv).argmax())
        out.time.append(time)
        out.unit.append(-1)
        out.scale.append(1.0)
        out.score.append(score)
        out.channel.append(channel)
        out.amplitude.append(float(extent[channel]))
        _keep(out, part, found, channel, where)
