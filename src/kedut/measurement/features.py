"""What is counted of a recording: rates with an interval that holds, intervals, sources, bursts."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import special

from kedut.measurement.recording import About, Modality
from kedut.measurement.twitch import Detected, Kind, Twitch

Floats = NDArray[np.float64]

# Usable seconds below which a longer recording is asked for, and how long it should be. A first
# fasciculation of ALS came within 70 s in surface EMG (Zhou 2012, J Neuroeng Rehabil 9:78) and 90 s
# with a needle (Mills 2011); ultrasound of 60 s is usual (Noto 2017), and asked of a phone too; a
# quarter of it may be lost to movement.
LEAST_S = {Modality.EMG: 70.0, Modality.MOTION: 45.0, Modality.VIDEO: 45.0}
ASKED_S = {Modality.EMG: 90.0, Modality.MOTION: 60.0, Modality.VIDEO: 60.0}
# Pairs 10 to 110 ms apart in the gastrocnemius: F-waves stood out at 32 and 35 ms (Kleine 2012,
# Clin Neurophysiol 123:399), in benign fasciculation as in ALS; margin for longer and shorter legs.
F_WAVE_S = (0.025, 0.045)
DOUBLET_S = (0.010, 0.110)
_BLOCKS = (4, 6, 10, 16)  # constant: scales on which bursts are looked for
_PRIOR_DISPERSION = 2.0  # constant: discharges of few units are burstier than chance
_PRIOR_BLOCKS = 3  # constant: weight of that, in blocks; 95 % held in simulation, see tests
_FREEDOM = 5  # constant: of the largest variance found, about that of six blocks
_CONFIDENCE = 0.95
_FANO_WINDOW_S = 10.0
_LEAST_BURST = 3
_BURST_GAP_S = 0.25  # constant: slower than 4 a second is no burst
_FEWEST_FOR_SPREAD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Events a minute of usable time, with the 95 % interval of the source's rate."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Times between neighbouring twitches in one usable stretch.

    cv : standard deviation over mean; 1 for chance, above for bursts
    fano : variance over mean of the counts in windows of `fano_window_s`; none when too few
    doublets : pairs 10 to 110 ms apart; `in_f_wave_window` of them 25 to 45 ms
    """

    n: int
    median_s: float | None = None
    mean_s: float | None = None
    shortest_s: float | None = None
    cv: float | None = None
    fano: float | None = None
    fano_window_s: float = _FANO_WINDOW_S
    doublets: int = 0
    in_f_wave_window: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Twitches of one source: a motor unit, a place on the skin, a direction.

    x, y : its place, where the modality has one
    """

    cluster: int
    twitches: int
    rate_per_min: float
    amplitude: float
    unit: str
    channel: str
    duration_ms: float
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Bursts of discharges: myokymia, neuromyotonia; never counted as single twitches."""

    bursts: int
    rate_per_min: float
    discharges: int = 0
    within_hz: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What a recording says in numbers.

    rate : none where the recording is not usable
    too_short_s : how many seconds to record instead, or none
    rhythm_hz : most common rate of twitching one after the other, none where there is no rhythm
    fixed_site_share : share of the twitches that come from the busiest source
    """

    duration_s: float
    usable_s: float
    twitches: int
    rate: Rate | None
    intervals: Intervals
    grouped: Grouped
    sources: tuple[Source, ...]
    too_short_s: float | None
    rhythm_hz: float | None
    fixed_site_share: float | None


def features_of(about: About, detected: Detected) -> Features:
    """Count what was found in usable time."""
    usable_s = detected.quality.usable_s
    counted = sorted(counted_of(detected), key=lambda t: t.peak_s)
    times = np.array([t.peak_s for t in counted], dtype=float)
    stretches = usable_stretches(about, detected)
    between = _between(times, stretches)
    return Features(
        duration_s=about.duration_s,
        usable_s=usable_s,
        twitches=len(counted),
        rate=rate_of(squeezed(times, stretches), usable_s)
        if detected.quality.usable and usable_s > 0
        else None,
        intervals=_intervals(times, between, stretches),
        grouped=_grouped(detected, usable_s),
        sources=_sources(counted, usable_s),
        too_short_s=ASKED_S[about.modality] if usable_s < LEAST_S[about.modality] else None,
        rhythm_hz=_rhythm(between),
        fixed_site_share=_busiest(counted),
    )


def counted_of(detected: Detected) -> list[Twitch]:
    """Give the twitches that count: single or doublet, and no artefact."""
    return [t for t in detected.twitches if t.kind is not Kind.GROUPED and not t.artefact]


def rate_of(times_s: Floats, usable_s: float) -> Rate:
    """Give the rate with an interval that holds when discharges come in bursts.

    Counts are taken as overdispersed: variance over mean of the counts in 4, 6, 10 and 16 blocks,
    the largest of them, drawn towards a little more than chance, and its uncertainty (Student's t).
    With that dispersion the interval is the exact one of a Poisson count (Garwood 1936), widened as
    in a quasi-Poisson model (McCullagh and Nelder 1989, 9.2). Nothing seen: the upper bound alone.

    Parameters
    ----------
    times_s : of the twitches, in usable time (`squeezed`)
    """
    n = len(times_s)
    minutes = usable_s / 60
    tail = (1 - _CONFIDENCE) / 2
    if n == 0:
        return Rate(value=0.0, low=0.0, high=-math.log(1 - _CONFIDENCE) / minutes)
    fano = max(_fano(times_s, usable_s, blocks) for blocks in _BLOCKS)
    freedom = _PRIOR_BLOCKS + _FREEDOM
    weighed = _PRIOR_BLOCKS * _PRIOR_DISPERSION + _FREEDOM * fano
    widen = float(special.stdtrit(freedom, 1 - tail) / special.ndtri(1 - tail)) ** 2
    dispersion = max(1.0, weighed / freedom) * widen
    events = n / dispersion
    low = float(special.gammaincinv(events, tail)) * dispersion / minutes
    high = float(special.gammaincinv(events + 1, 1 - tail)) * dispersion / minutes
    return Rate(value=n / minutes, low=float(low), high=float(high))


def _fano(times_s: Floats, length_s: float, blocks: int) -> float:
    counts = np.histogram(times_s, bins=blocks, range=(0, length_s))[0]
    return float(counts.var(ddof=1) / counts.mean()) if counts.any() else 1.0


def usable_stretches(about: About, detected: Detected) -> list[tuple[float, float]]:
    """Give start and end of the stretches left when what is excluded for every channel is cut."""
    cut = sorted(
        (e.onset_s, e.onset_s + e.duration_s) for e in detected.quality.excluded if not e.channel
    )
    left: list[tuple[float, float]] = []
    at = 0.0
    for start, end in cut:
        if start > at:
            left.append((at, start))
        at = max(at, end)
    if at < about.duration_s:
        left.append((at, about.duration_s))
    return left


def squeezed(times_s: Floats, stretches: list[tuple[float, float]]) -> Floats:
    """Give times as if only the usable stretches had passed."""
    if not stretches:
        return np.zeros(len(times_s))
    starts, ends = np.array(stretches).T
    passed = np.concatenate(([0.0], np.cumsum(ends - starts)))
    begun = np.searchsorted(starts, times_s, "left")
    beyond = np.maximum(ends[np.maximum(begun - 1, 0)] - times_s, 0)
    # what lies in a cut falls on its edge
    return np.asarray(np.where(begun > 0, passed[begun] - beyond, 0.0))


def _between(times: Floats, stretches: list[tuple[float, float]]) -> Floats:
    """Give the intervals between neighbours with no cut between them."""
    if not stretches:
        return np.empty(0)
    starts, ends = np.array(stretches).T
    first, stop = np.searchsorted(times, starts, "left"), np.searchsorted(times, ends, "right")
    within = [times[a:b] for a, b in zip(first.tolist(), stop.tolist(), strict=True)]
    return np.concatenate([np.diff(part) for part in within])


def _intervals(times: Floats, between: Floats, stretches: list[tuple[float, float]]) -> Intervals:
    if not len(between):
        return Intervals(n=0)
    pairs = between[(between >= DOUBLET_S[0]) & (between <= DOUBLET_S[1])]
    late = pairs[(pairs >= F_WAVE_S[0]) & (pairs <= F_WAVE_S[1])]
    spread = len(between) >= _FEWEST_FOR_SPREAD
    return Intervals(
        n=len(between),
        median_s=float(np.median(between)),
        mean_s=float(between.mean()),
        shortest_s=float(between.min()),
        cv=float(between.std(ddof=1) / between.mean()) if spread and between.mean() else None,
        fano=_fano_of_windows(times, stretches),
        doublets=len(pairs),
        in_f_wave_window=len(late),
    )


def _fano_of_windows(times: Floats, stretches: list[tuple[float, float]]) -> float | None:
    total = sum(end - start for start, end in stretches)
    windows = int(total // _FANO_WINDOW_S)
    if windows < _FEWEST_FOR_SPREAD:
        return None
    inside = squeezed(times, stretches)
    return _fano(inside[inside < windows * _FANO_WINDOW_S], windows * _FANO_WINDOW_S, windows)


def _grouped(detected: Detected, usable_s: float) -> Grouped:
    """Count bursts: discharges of kind `grouped` with no pause of a quarter of a second."""
    times = sorted(t.peak_s for t in detected.twitches if t.kind is Kind.GROUPED and not t.artefact)
    bursts: list[list[float]] = []
    for time in times:
        if bursts and time - bursts[-1][-1] <= _BURST_GAP_S:
            bursts[-1].append(time)
        else:
            bursts.append([time])
    bursts = [burst for burst in bursts if len(burst) >= _LEAST_BURST]
    gaps = [b - a for burst in bursts for a, b in pairwise(burst)]
    return Grouped(
        bursts=len(bursts),
        rate_per_min=60 * len(bursts) / usable_s if usable_s > 0 else 0.0,
        discharges=sum(map(len, bursts)),
        within_hz=1 / float(np.median(gaps)) if gaps and np.median(gaps) > 0 else None,
    )


def _sources(counted: list[Twitch], usable_s: float) -> tuple[Source, ...]:
    """Give every cluster that is one, busiest first."""
    found = []
    for cluster, n in Counter(t.cluster for t in counted if t.cluster >= 0).most_common():
        its = [t for t in counted if t.cluster == cluster]
        places = [(t.x, t.y) for t in its if t.x is not None and t.y is not None]
        found.append(
            Source(
                cluster=cluster,
                twitches=n,
                rate_per_min=60 * n / usable_s if usable_s > 0 else 0.0,
                amplitude=float(np.median([t.amplitude for t in its])),
                unit=its[0].unit,
                channel=Counter(t.channel for t in its).most_common(1)[0][0],
                duration_ms=1000 * float(np.median([t.duration_s for t in its])),
                x=float(np.median([x for x, _ in places])) if places else None,
                y=float(np.median([y for _, y in places])) if places else None,
            )
        )
    return tuple(found)


_RHYTHM_LEAST = 20  # constant: intervals below which no rhythm is named
_RHYTHM_CV = 0.3  # constant: as even as a tremor; chance has 1
_RHYTHM_RANGE_HZ = (2.0, 20.0)


def _rhythm(between: Floats) -> float | None:
    """Give the rate of an even rhythm, as a tremor has it."""
    near = between[(between >= 1 / _RHYTHM_RANGE_HZ[1]) & (between <= 1 / _RHYTHM_RANGE_HZ[0])]
    if len(near) < _RHYTHM_LEAST or len(near) < len(between) / 2:
        return None
    return 1 / float(np.median(near)) if near.std() / near.mean() <= _RHYTHM_CV else None


def _busiest(counted: list[Twitch]) -> float | None:
    named = [t.cluster for t in counted if t.cluster >= 0]
    if len(named) < _FEWEST_FOR_SPREAD:
        return None
    return Counter(named).most_common(1)[0][1] / len(counted)
