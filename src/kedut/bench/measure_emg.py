"""How well the EMG detector does on one recording, against its truth."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.bench.measure_cases import Case, Truth
from kedut.measurement.features import Rate, counted_of, features_of
from kedut.measurement.match import Score, match
from kedut.measurement.recording import About
from kedut.measurement.twitch import Detected, Kind, Twitch

Floats = NDArray[np.float64]

TOLERANCE_S = 0.025
DOUBLET_S = (0.010, 0.110)
_GRID_S = 0.01
_BURST_EDGE_S = 0.06  # constant: a potential peaks up to so long after its trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one recording gave.

    true_rate, rate : per minute of rest; the latter with its interval, none where none is given
    effort_found : share of efforts' time that was excluded; NaN where there is none
    rest_lost : share of the rest that was excluded
    doublets, apart : pairs of one unit 10 to 110 ms apart, and how many of them were kept apart
    pure, clustered : hits in the right cluster, hits in any
    groups, groups_found : bursts, and those in which grouped discharges were reported
    seconds : of the processor, reading included
    """

    name: str
    duration_s: float
    score: Score
    true_rate: float
    rate: Rate | None
    effort_found: float
    rest_lost: float
    doublets: int
    apart: int
    pure: int
    clustered: int
    groups: int
    groups_found: int
    seconds: float

    @property
    def rate_error(self) -> float:
        """Give found less true rate, per minute; NaN where no rate was given."""
        return math.nan if self.rate is None else self.rate.value - self.true_rate

    @property
    def rate_good(self) -> bool:
        """Say whether the rate is within 5 % or one a minute."""
        return abs(self.rate_error) <= max(1.0, 0.05 * self.true_rate)

    @property
    def rate_held(self) -> bool:
        """Say whether the interval holds the true rate."""
        return self.rate is not None and self.rate.low <= self.true_rate <= self.rate.high


def measured(case: Case) -> Result:
    """Detect and score."""
    from kedut.measurement.detectors.emg import detect_emg

    recording = case.open()
    about = recording.about
    start = time.process_time()
    detected = detect_emg(recording)
    seconds = time.process_time() - start
    recording.close()
    return result_of(case.name, about, detected, case.truth, seconds)


def result_of(name: str, about: About, detected: Detected, truth: Truth, seconds: float) -> Result:
    """Score what was found."""
    found = sorted(counted_of(detected), key=lambda twitch: twitch.peak_s)
    peaks = np.array([twitch.peak_s for twitch in found])
    keep = truth.scored(peaks)
    found = [twitch for twitch, kept in zip(found, keep, strict=True) if kept]
    places = np.flatnonzero(truth.counted)
    pairs = [
        (one, int(places[other])) for one, other in match(peaks[keep], truth.counted_s, TOLERANCE_S)
    ]
    score = Score(hits=len(pairs), missed=places.size - len(pairs), false=len(found) - len(pairs))
    doublets = _doublets(truth)
    hit = {place for _, place in pairs}
    pure, clustered = _purity([(found[one], int(truth.unit[place])) for one, place in pairs])
    effort_found, rest_lost = _excluded(detected, about, truth)
    return Result(
        name=name,
        duration_s=about.duration_s,
        score=score,
        true_rate=places.size / truth.rest_s(about.duration_s) * 60,
        rate=features_of(about, detected).rate,
        effort_found=effort_found,
        rest_lost=rest_lost,
        doublets=len(doublets),
        apart=sum(first in hit and second in hit for first, second in doublets),
        pure=pure,
        clustered=clustered,
        groups=len(truth.groups),
        groups_found=_groups_found(detected.twitches, truth),
        seconds=seconds,
    )


def of_times(times_s: Sequence[float] | Floats, truth: Truth) -> Score:
    """Score bare times, as a peer gives them."""
    times = np.sort(np.asarray(times_s, dtype=np.float64))
    times = times[truth.scored(times)]
    hits = len(match(times, truth.counted_s, TOLERANCE_S))
    return Score(hits=hits, missed=truth.counted_s.size - hits, false=times.size - hits)


def _doublets(truth: Truth) -> list[tuple[int, int]]:
    """Give the places of pairs of one unit that are a doublet."""
    pairs = []
    places = np.flatnonzero(truth.counted)
    for unit in np.unique(truth.unit[places]):
        own = places[truth.unit[places] == unit]
        apart = np.diff(truth.peak_s[own])
        near = np.flatnonzero((apart >= DOUBLET_S[0]) & (apart <= DOUBLET_S[1]))
        pairs += [(int(own[place]), int(own[place + 1])) for place in near]
    return pairs


def _purity(hits: list[tuple[Twitch, int]]) -> tuple[int, int]:
    clusters: dict[int, Counter[int]] = {}
    for twitch, unit in hits:
        if twitch.cluster >= 0:
            clusters.setdefault(twitch.cluster, Counter())[unit] += 1
    pure = sum(units.most_common(1)[0][1] for units in clusters.values())
    return pure, sum(units.total() for units in clusters.values())


def _excluded(detected: Detected, about: About, truth: Truth) -> tuple[float, float]:
    """Give the shares of efforts and of rest that are excluded, as means over channels."""
    steps = max(1, round(about.duration_s / _GRID_S))
    time_s: Floats = (np.arange(steps, dtype=np.float64) + 0.5) * _GRID_S
    out = np.zeros(steps)
    effort_time = np.zeros(steps, dtype=np.bool_)
    for channel in about.channels:
        here = np.zeros(steps, dtype=np.bool_)
        for one in detected.quality.excluded:
            if one.channel in ("", channel.name):
                here |= (time_s >= one.onset_s) & (time_s < one.onset_s + one.duration_s)
        out += here
    out /= max(1, len(about.channels))
    for start, stop in truth.efforts:
        effort_time |= (time_s >= start) & (time_s < stop)
    rest = truth.scored(time_s)
    effort = float(out[effort_time].mean()) if effort_time.any() else math.nan
    return effort, float(out[rest].mean()) if rest.any() else math.nan


def _groups_found(twitches: Sequence[Twitch], truth: Truth) -> int:
    grouped = np.array([one.peak_s for one in twitches if one.kind is Kind.GROUPED])
    return sum(
        bool(((grouped >= start - _BURST_EDGE_S) & (grouped <= stop + _BURST_EDGE_S)).any())
        for start, stop in truth.groups
    )
