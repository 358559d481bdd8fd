"""What pictures show of a recording: its envelope, its busiest part, a film's first picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.features import counted_of, usable_stretches
from kedut.measurement.measure import Measurement
from kedut.measurement.recording import Film, Frame, Recording

Floats = NDArray[np.float32]

MOST_CHANNELS = 4
_PIECES = 120_000  # of all channels together: 180 s of one channel in steps of 1.5 ms
_NEAR_PIECES = 2_400
_AT_ONCE = 4_000_000  # samples of all channels that are read at once: 16 MB
_WINDOWS_S = (10.0, 5.0, 2.0)
_CROWDED = 12  # twitches in a window above which a shorter one is shown
_FRAME_HEIGHT_PX = 540


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Smallest and largest sample in equal pieces of time; the middle of the signal is taken off.

    low, high : one value a piece, in `unit`
    """

    channel: str
    unit: str
    start_s: float
    stop_s: float
    low: Floats
    high: Floats

    def coarser(self, pieces: int) -> Envelope:
        """Give the same in fewer pieces."""
        count = len(self.low)
        if count <= pieces:
            return self
        edges = np.linspace(0, count, pieces + 1).astype(int)[:-1]
        return Envelope(
            channel=self.channel,
            unit=self.unit,
            start_s=self.start_s,
            stop_s=self.stop_s,
            low=np.minimum.reduceat(self.low, edges),
            high=np.maximum.reduceat(self.high, edges),
        )

    @property
    def middles_s(self) -> NDArray[np.float64]:
        """Give the time of each piece."""
        edges = np.linspace(self.start_s, self.stop_s, len(self.low) + 1)
        return (edges[:-1] + edges[1:]) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What was read of a recording once more, to be shown.

    whole : of at most four channels, the busiest
    near : the same channels around the busiest part, finer
    frame : the first picture of a film, `scale` times as large as the film
    """

    whole: tuple[Envelope, ...] = ()
    near: tuple[Envelope, ...] = ()
    frame: Frame | None = None
    scale: float = 1.0


def signal_of(recording: Recording | Film, measurement: Measurement) -> Signal:
    """Read what the pictures need; memory does not grow with the length."""
    if isinstance(recording, Film):
        return _first_frame(recording)
    about = recording.about
    if not about.channels or about.length <= 0:
        return Signal()
    shown = shown_channels(measurement)
    start_s, stop_s = busiest_part(measurement)
    return Signal(
        whole=envelopes(recording, shown, 0.0, about.duration_s, _PIECES // len(shown)),
        near=envelopes(recording, shown, start_s, stop_s, _NEAR_PIECES),
    )


def _first_frame(film: Film) -> Signal:
    height = min(_FRAME_HEIGHT_PX, film.size_px[1])
    frames = film.frames(height_px=height)
    for _, frame in frames:
        return Signal(frame=frame.copy(), scale=frame.shape[0] / film.size_px[1])
    return Signal()


def shown_channels(measurement: Measurement) -> tuple[int, ...]:
    """Give the places of the channels that are drawn: all of a few, else the busiest."""
    names = [channel.name for channel in measurement.about.channels]
    if len(names) <= MOST_CHANNELS:
        return tuple(range(len(names)))
    busy = Counter(twitch.channel for twitch in measurement.detected.twitches)
    order = sorted(range(len(names)), key=lambda place: -busy[names[place]])
    return tuple(sorted(order[:MOST_CHANNELS]))


def busiest_part(measurement: Measurement) -> tuple[float, float]:
    """Give the 2 to 10 seconds with the most twitches; without any, the first usable ones."""
    duration_s = measurement.about.duration_s
    counted = counted_of(measurement.detected)  # bursts are looked at where nothing else is
    shown = counted or [t for t in measurement.detected.twitches if not t.artefact]
    times = np.sort([t.peak_s for t in shown])
    best = (0.0, min(duration_s, _WINDOWS_S[0]))
    if not len(times):
        left = usable_stretches(measurement.about, measurement.detected)
        start, stop = max(left, key=lambda part: part[1] - part[0], default=best)
        return start, min(stop, start + _WINDOWS_S[0])
    for window_s in _WINDOWS_S:
        inside = np.searchsorted(times, times + window_s, side="right") - np.arange(len(times))
        first = int(np.argmax(inside))
        last = times[first + int(inside[first]) - 1]
        start = max(0.0, min((times[first] + last - window_s) / 2, duration_s - window_s))
        best = (float(start), float(min(duration_s, start + window_s)))
        if inside[first] <= _CROWDED:
            break
    return best


def envelopes(
    recording: Recording, channels: Sequence[int], start_s: float, stop_s: float, pieces: int
) -> tuple[Envelope, ...]:
    """Give the envelope of some channels between two times, read piece by piece."""
    about = recording.about
    start = max(0, round(start_s * about.rate_hz))
    stop = min(about.length, max(start + 1, round(stop_s * about.rate_hz)))
    pieces = max(1, min(pieces, stop - start))
    edges = np.linspace(start, stop, pieces + 1).astype(int)
    at_once = max(1, _AT_ONCE // max(1, len(about.channels)))
    lows, highs = [], []
    for first, last in _groups(edges, at_once):
        block = recording.read(int(edges[first]), int(edges[last]))[list(channels)]
        offsets = edges[first:last] - edges[first]
        offsets = np.minimum(offsets, block.shape[1] - 1)
        lows.append(np.minimum.reduceat(block, offsets, axis=1))
        highs.append(np.maximum.reduceat(block, offsets, axis=1))
    low, high = np.concatenate(lows, axis=1), np.concatenate(highs, axis=1)
    middle = np.median((low + high) / 2, axis=1, keepdims=True)
    return tuple(
        Envelope(
            channel=about.channels[channel].name,
            unit=about.channels[channel].unit,
            start_s=start / about.rate_hz,
            stop_s=stop / about.rate_hz,
            low=(low - middle)[row].astype(np.float32),
            high=(high - middle)[row].astype(np.float32),
        )
        for row, channel in enumerate(channels)
    )


def _groups(edges: NDArray[np.int_], at_once: int) -> Iterator[tuple[int, int]]:
    """Give runs of pieces that together hold no more samples than are read at once."""
    first = 0
    while first < len(edges) - 1:
        last = int(np.searchsorted(edges, edges[first] + at_once, side="right")) - 1
        last = max(first + 1, last)
        yield first, last
        first = last


def reach(measurement: Measurement, traces: Sequence[Envelope]) -> float:
    """Give how far up and down traces are drawn: to their twitches, not to their artefacts."""
    return max((_reach(measurement, one) for one in traces), default=0.0) or 1.0


def _reach(measurement: Measurement, envelope: Envelope) -> float:
    tall = [
        t.amplitude
        for t in measurement.detected.twitches
        if t.channel == envelope.channel and not t.artefact
    ]
    at, calm = envelope.middles_s, np.ones(len(envelope.low), dtype=bool)
    for one in measurement.detected.quality.excluded:
        if one.channel in ("", envelope.channel):
            calm &= (at < one.onset_s) | (at > one.onset_s + one.duration_s)
    size = np.maximum(np.abs(envelope.low), np.abs(envelope.high))
    size = size[calm] if calm.any() else size
    usual = float(np.quantile(size, 0.98)) if len(size) else 0.0  # artefacts are rare and tall
    twitches = float(np.quantile(tall, 0.98)) if tall else 0.0
    return max(1.15 * usual, twitches)


def labels(measurement: Measurement) -> dict[int, str]:
    """Give each source its letter, the busiest first; `AA` after `Z`."""
    order = [source.cluster for source in measurement.features.sources]
    order += sorted(
        {t.cluster for t in measurement.detected.twitches if t.cluster >= 0} - set(order)
    )
    return {cluster: _letters(place) for place, cluster in enumerate(order)}


def _letters(place: int) -> str:
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def intervals_s(measurement: Measurement) -> NDArray[np.float64]:
    """Give the times between neighbouring counted twitches with no cut between them."""
    times = np.sort([t.peak_s for t in counted_of(measurement.detected)]).astype(float)
    parts = [
        np.diff(times[(times >= start) & (times <= stop)])
        for start, stop in usable_stretches(measurement.about, measurement.detected)
    ]
    return np.concatenate(parts) if parts else np.empty(0)
