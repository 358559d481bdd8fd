"""Twitches in an accelerometer lying on a calf; what else moved it is found and left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.detectors.motion_rhythm import grouped, pulse_per_min
from kedut.measurement.detectors.motion_search import Piece, Seen, look, take
from kedut.measurement.errors import BadRecording
from kedut.measurement.filters.motion import band, fast, thinning, widened
from kedut.measurement.quality.motion import known_gaps, merged, raw_faults
from kedut.measurement.quality.motion_result import quality_of
from kedut.measurement.recording import About, Recording
from kedut.measurement.twitch import Detected, Excluded, Kind, Twitch

Floats = NDArray[np.float32]

UNIT = "m/s^2"
_CHUNK_S = 60.0  # constant: long enough to know the noise, short enough for any memory
_PAD_S = 4.0  # constant: the filters have forgotten their ends after so long
_EDGE_S = 0.15  # constant: so much of an end tells its level
_LEAST_S = 1.0  # constant: in less there is no twitch with its neighbourhood
_LOOKS = 2  # constant: what lay under a movement may be one too; not for ever
_SLOWEST_HZ = 30.0  # constant: below this a twitch is less than a handful of samples


def detect_motion(
    recording: Recording, *, progress: Callable[[float], None] | None = None
) -> Detected:
    """Give the twitches of a recording of motion, and how good it is.

    Gravity may be in it or not; the axes may point anywhere. The first three channels in m/s² are
    taken. Nothing is counted inside what is left out.

    Raises
    ------
    BadRecording
        No channel of acceleration, or fewer than 30 samples a second.
    """
    about = recording.about
    axes = _axes(about)
    thin = thinning(about.rate_hz)
    step = max(1, round(_CHUNK_S * about.rate_hz / thin)) * thin
    seen = Seen(excluded=known_gaps(about))
    enough = about.length if about.duration_s >= _LEAST_S else 0
    for start in range(0, enough, step):
        stop = min(about.length, start + step)
        if about.length - stop < step // 4:
            stop = about.length  # a short rest goes with the chunk before
        _chunk(recording, axes, (start, stop), seen)
        if progress:
            progress(stop / about.length)
        if stop == about.length:
            break
    return _detected(about, seen, tuple(about.channels[row].name for row in axes))


def _axes(about: About) -> list[int]:
    axes = [row for row, channel in enumerate(about.channels) if channel.unit == UNIT][:3]
    if not axes:
        raise BadRecording(
            where=about.name,
            what="no channel of acceleration",
            remedy="record the accelerometer, in m/s²",
        )
    if about.rate_hz < _SLOWEST_HZ:
        raise BadRecording(
            where=about.name,
            what=f"{about.rate_hz:g} samples a second are too few for a twitch",
            remedy="record at 100 Hz, at least at 50 Hz",
        )
    return axes


def _chunk(recording: Recording, axes: list[int], core: tuple[int, int], seen: Seen) -> None:
    """Look at a chunk; where more than twitches is in it, lay that level and look again.

    A movement rings in the filters for a second on both sides; laid level, it does not.
    """
    about = recording.about
    pad = round(_PAD_S * about.rate_hz)
    pad -= pad % thinning(about.rate_hz)
    first, last = max(0, core[0] - pad), min(about.length, core[1] + pad)
    x = np.array(recording.read(first, last)[axes], dtype=np.float32)
    first_s = first / about.rate_hz
    seen.excluded += raw_faults(x, about.rate_hz, first_s)
    told = [
        one
        for one in seen.excluded
        if one.onset_s < last / about.rate_hz and one.onset_s + one.duration_s > first_s
    ]
    bare = (first, core, pad)
    found = look(_piece(x, about.rate_hz, told, bare), told, seen.sites)
    for _ in range(_LOOKS):
        if not found.faults:
            break
        told += found.faults
        seen.excluded += found.faults
        found = look(_piece(x, about.rate_hz, told, bare), told, seen.sites)
    seen.excluded += found.faults
    take(found, seen)


def _piece(
    x: Floats, rate_hz: float, told: list[Excluded], place: tuple[int, tuple[int, int], int]
) -> Piece:
    """Bring a chunk into the band, what it was told of laid level."""
    first, core, pad = place
    thin = thinning(rate_hz)
    level = x.copy() if told else x
    for one in told:
        _bridge(level, rate_hz, one.onset_s - first / rate_hz, one.duration_s)
    before = pad - (core[0] - first)
    after = pad - (first + x.shape[1] - core[1])
    wide = widened(level, before, after, max(1, round(_EDGE_S * rate_hz)))
    y = band(wide, rate_hz, thin)[:, before // thin :]
    return Piece(
        y=y[:, : -(-x.shape[1] // thin)],
        rate_hz=rate_hz / thin,
        fast=fast(level, rate_hz, thin),
        start_s=first / rate_hz,
        core=(core[0] / rate_hz, core[1] / rate_hz),
    )


def _bridge(x: Floats, rate_hz: float, onset_s: float, duration_s: float) -> None:
    """Lay a straight line over a gap, so that it does not ring."""
    first = max(0, int(onset_s * rate_hz) - 1)
    last = min(x.shape[1], round((onset_s + duration_s) * rate_hz) + 1)
    if first >= last:
        return
    edge = max(1, round(_EDGE_S * rate_hz))
    before, after = x[:, max(0, first - edge) : first], x[:, last : last + edge]
    left = before.mean(axis=1) if before.size else after.mean(axis=1) if after.size else x[:, 0] * 0
    right = after.mean(axis=1) if after.size else left
    x[:, first:last] = np.linspace(left, right, last - first, axis=1)


def _detected(about: About, seen: Seen, names: tuple[str, ...]) -> Detected:
    """Put together what the chunks gave."""
    excluded = merged(seen.excluded, about.duration_s)
    events = [one for one in seen.events if not any(
        each.onset_s <= one.onset_s < each.onset_s + each.duration_s for each in excluded
    )]  # fmt: skip
    per_min, beats = pulse_per_min(events)
    order = Counter(one.site for one in events if one.site >= 0).most_common()
    cluster = {site: rank for rank, (site, count) in enumerate(order) if count > 1}
    bursts = grouped([one.onset_s for one in events])
    twitches = tuple(
        Twitch(
            onset_s=one.onset_s,
            duration_s=one.duration_s,
            peak_s=one.peak_s,
            amplitude=one.ptp,
            unit=UNIT,
            channel=names[one.channel],
            score=one.score,
            cluster=cluster.get(one.site, -1),
            kind=Kind.GROUPED if place in bursts else Kind.SINGLE,
            artefact="pulse" if place in beats else "",
        )
        for place, one in enumerate(events)
    )
    kept = [place for place, one in enumerate(events) if one.window is not None]
    waves = [events[place].window for place in kept]
    return Detected(
        twitches=twitches,
        quality=quality_of(about.duration_s, excluded, seen.noise, seen.smallest, per_min),
        waveforms=np.stack([w for w in waves if w is not None]) if waves else None,
        waveform_of=tuple(kept),
        waveform_rate_hz=seen.rate_hz if waves else 0.0,
    )
