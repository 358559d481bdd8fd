"""Potentials that stand alone, collected from the first look, and what is learnt from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from kedut.measurement.detectors.emg_activity import (
    JOIN_S,
    THRESHOLD,
    Activity,
    activity,
    matched,
    moved_uv,
    per_sample,
    set_apart,
    stretches,
    template_spectra,
)
from kedut.measurement.detectors.emg_heartbeat import add_heart
from kedut.measurement.detectors.emg_survey import Survey
from kedut.measurement.detectors.emg_taps import TapShapes, take_tap
from kedut.measurement.detectors.emg_templates import Templates, learn, size, together
from kedut.measurement.filters.blocks import Block, Plan
from kedut.measurement.filters.energy import FEW
from kedut.measurement.filters.pieces import Piece

MOST_SNIPPETS = 320  # constant: enough for a dozen units; grouping costs their square
ALONE_S = 0.1  # constant: longer activity is more than one potential
SKIRT = 0.25  # constant: of the score at the peak; a seventh of the amplitude there
CROWD = 3  # constant: times as many in bursts as alone: then bursts are what there is
SPIKE_S = 0.012  # constant: half of the shortest interval in a burst
FREE_S = 0.06  # constant: the longest of potentials after its peak
HIGH = 0.5  # constant: of the largest in the burst: a peak, not a side wave
PLAIN_CHANNELS = 4  # constant: so many channels are used as they are
MOST_NOISE = 6.0  # constant: more is activity, not noise, on a single channel
PARTS = 8  # constant: patterns over a grid; more hold only noise


@dataclass(slots=True)
class Learnt:
    """What the first look taught.

    basis : (parts, channels) turns channels, each over its noise, into parts
    templates : of the parts
    fields : (units, channels, samples) mean potential on all channels, uV
    spectra : of the templates
    activities : of the pieces of the first look
    crowded : learnt from bursts, so that the shapes are rough
    """

    basis: Block
    templates: Templates
    fields: Block
    spectra: NDArray[np.complex64]
    activities: dict[int, Activity]
    crowded: bool


@dataclass(slots=True)
class Collected:
    """Snippets, the noise around each, and what was told of it."""

    snippets: list[Block] = field(default_factory=list)
    noise: list[float] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)

    def add(self, snippets: list[Block], noise: list[float], told: list[Any]) -> None:
        """Add those of one piece."""
        self.snippets += snippets
        self.noise += noise
        self.told += told

    def thinned(self) -> Collected:
        """Give no more than are needed, spread evenly."""
        if len(self.noise) <= MOST_SNIPPETS:
            return self
        keep = np.linspace(0, len(self.noise) - 1, MOST_SNIPPETS).astype(int)
        parts = ([its[i] for i in keep] for its in (self.snippets, self.noise, self.told))
        return Collected(*parts)


def peak_near(x: Block, first: int, stop: int) -> int:
    """Give the sample of the largest deflection of any channel, x over its noise."""
    part = np.abs(x[:, first:stop])
    if part.shape[0] == 1:
        return first + int(part[0].argmax())
    return first + int(part[int(part.max(axis=1).argmax())].argmax())


def alone(
    part: Piece, seen: Survey, found: Activity, cut: Plan, shapes: TapShapes
) -> tuple[list[Block], list[float], list[bool]]:
    """Give snippets, in units of typical noise, of potentials standing alone; the noise; knocks."""
    half = cut.work_rate_hz / 2
    before, after = size(cut.work_rate_hz)
    around = maximum_filter1d(found.score, 2 * round(ALONE_S * half))
    on = found.score > np.maximum(THRESHOLD, SKIRT * around)
    set_apart(found, on)
    runs = stretches(on, round(JOIN_S * half))
    snippets, noise, knocks = [], [], []
    guard = round(0.03 * half)
    for i, (a, b) in enumerate(runs):
        if (b - a) > ALONE_S * half or 2 * a < cut.margin or 2 * b > cut.work - cut.margin:
            continue
        if i and a - runs[i - 1][1] < guard:
            continue
        if i + 1 < len(runs) and runs[i + 1][0] - b < guard:
            continue
        wide = part.wide[:, 2 * a - 2 * before : 2 * b + 2 * after] / seen.noise_uv[:, None]
        at = peak_near(wide, 2 * before - 4, 2 * (b - a) + 2 * before + 4)
        loud = per_sample(found.loud, at + 2 * a - 2 * before, cut.work)
        if at - before < 0 or at + after > wide.shape[1]:
            continue
        size_uv = np.ptp(wide[:, at - 20 : at + 20] * seen.noise_uv[:, None], axis=1).max()
        if moved_uv(found, at + 2 * a - 2 * before, cut.work) > size_uv:
            continue
        snippets.append(wide[:, at - before : at + after])
        noise.append(loud)
        knocks.append(take_tap(wide / loud, shapes, at) is not None)
    return snippets, noise, knocks


def in_crowds(
    part: Piece, seen: Survey, found: Activity, cut: Plan
) -> tuple[list[Block], list[float], list[tuple[bool, bool]]]:
    """Give snippets at the peaks of longer activity, the noise, and whether none is near."""
    half = cut.work_rate_hz / 2
    before, after = size(cut.work_rate_hz)
    on = found.score > THRESHOLD
    set_apart(found, on)
    near = round(SPIKE_S * cut.work_rate_hz)
    snippets, noise, clear = [], [], []
    for a, b in stretches(on, round(JOIN_S * half)):
        if (b - a) <= ALONE_S * half:
            continue
        first, stop = max(cut.margin, 2 * a), min(2 * b, cut.work - cut.margin)
        if stop - first < 2 * near:
            continue
        wide = part.wide[:, first - before : stop + after] / seen.noise_uv[:, None]
        height = np.abs(wide).max(axis=0)
        height[:before], height[stop - first + before :] = 0, 0
        least = max(HIGH * float(height.max()), THRESHOLD)
        peaks: list[int] = []
        while True:
            at = int(height.argmax())
            if height[at] < least:
                break
            peaks.append(at)
            height[max(0, at - near) : at + near] = 0
        peaks.sort()
        free = round(FREE_S * cut.work_rate_hz)
        for i, at in enumerate(peaks):
            snippets.append(wide[:, at - before : at + after])
            noise.append(per_sample(found.loud, at + first - before, cut.work))
            last = i + 1 == len(peaks)
            clear.append((i == 0 or at - peaks[i - 1] > free, last or peaks[i + 1] - at > free))
    return snippets, noise, clear


def learn_from(
    pieces: dict[int, Piece], seen: Survey, cut: Plan, shapes: TapShapes, *, exclude: bool
) -> Learnt:
    """Learn what the potentials of this recording look like."""
    acts = {i: activity(p, seen, cut, exclude=exclude) for i, p in pieces.items()}
    single, crowd = Collected(), Collected()
    for i, p in pieces.items():
        single.add(*alone(p, seen, acts[i], cut, shapes))
    if len(seen.noise_uv) <= PLAIN_CHANNELS or not exclude:
        for i, p in pieces.items():
            crowd.add(*in_crowds(p, seen, acts[i], cut))
    crowded = len(crowd.noise) > CROWD * max(1, len(single.noise) - sum(single.told))
    sets = [one.thinned() for one in ((single, crowd) if crowded else (single,))]
    shape = (len(seen.noise_uv), sum(size(cut.work_rate_hz)))
    x = [np.array(one.snippets, np.float32).reshape(-1, *shape) for one in sets]
    basis = _basis(np.concatenate(x))
    parts = [np.einsum("pc,ncs->nps", basis, one) for one in x]
    noise = [np.array(one.noise, np.float32) for one in sets]
    edged = np.array(single.thinned().told, bool)
    templates = learn(parts[0], noise[0], cut.work_rate_hz, edged=edged)
    if crowded:
        clear = np.array(sets[1].told, bool)
        more = learn(parts[1], noise[1], cut.work_rate_hz, clear=clear)
        templates = together(templates, more, cut.work_rate_hz)
    templates = add_heart(templates, basis, pieces, seen, cut)
    return known(templates, basis, pieces, acts, seen, cut, crowded=crowded)


def known(
    templates: Templates,
    basis: Block,
    pieces: dict[int, Piece],
    acts: dict[int, Activity],
    seen: Survey,
    cut: Plan,
    *,
    crowded: bool,
) -> Learnt:
    """Add to templates what else the search for them needs."""
    _measure_noise(templates, pieces, acts, seen, basis, cut)
    over_noise = np.einsum("ups,pc->ucs", templates.bank[:, 0], basis)
    if len(seen.noise_uv) > PLAIN_CHANNELS and templates.units:
        # the largest wave differs from channel to channel: one peak for the whole grid
        templates.peak[:] = np.abs(over_noise).sum(axis=1).argmax(axis=1)
    return Learnt(
        basis=basis,
        templates=templates,
        fields=np.asarray(over_noise * seen.noise_uv[None, :, None], np.float32),
        spectra=template_spectra(templates, cut.work),
        activities=acts,
        crowded=crowded and templates.units > 0,
    )


def _basis(x: Block) -> Block:
    """Give the patterns over channels in which potentials have their power."""
    channels = x.shape[1]
    if channels <= PLAIN_CHANNELS:
        return np.eye(channels, dtype=np.float32)
    if not len(x):
        return np.eye(channels, dtype=np.float32)[:PARTS]
    energy = np.sqrt(np.square(x).sum(axis=(1, 2), keepdims=True))
    flat = (x / np.maximum(energy, 1e-9) ** 0.5).transpose(1, 0, 2).reshape(channels, -1)
    values, vectors = np.linalg.eigh((flat @ flat.T).astype(np.float64))
    order = np.argsort(values)[::-1][:PARTS]
    return np.ascontiguousarray(vectors[:, order].T, np.float32)


def _measure_noise(
    templates: Templates,
    pieces: dict[int, Piece],
    acts: dict[int, Activity],
    seen: Survey,
    basis: Block,
    cut: Plan,
) -> None:
    """Fill kappa: how much noise there is along each template, from the quiet of each piece."""
    if not templates.units:
        return
    spectra = template_spectra(templates, cut.work)
    found: list[NDArray[np.float32]] = []
    for i, p in pieces.items():
        parts = ((basis / seen.noise_uv) @ p.wide).astype(np.float32, copy=False)
        z = matched(parts, spectra, cut.work // 2) / float(np.median(acts[i].loud))
        few = z[:, :: max(1, z.shape[1] // FEW)]
        n = few.shape[1]
        few = np.partition(few, (int(0.1587 * n), n // 2), axis=1)
        spread = few[:, n // 2] - few[:, int(0.1587 * n)]
        found.append(np.square(spread))
    kappa = np.quantile(np.array(found), 0.4, axis=0)
    # noise that all channels share adds up along a template that has them all alike
    templates.kappa[:] = np.clip(kappa, 0.5, max(MOST_NOISE, float(len(seen.noise_uv))))
