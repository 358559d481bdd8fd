"""Twitches of an EMG put together by their source: how often, how large, what they look like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.twitch import Detected


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Twitches of one source, told by the shape and size of the waveform.

    number : as in `Twitch.cluster`
    twitches : places in `Detected.twitches`, ascending in time
    amplitude : median, peak to peak, in the unit of the channel
    spread : half the range of the middle two thirds of the amplitudes, over the median
    waveform : median of the kept waveforms; empty where none was kept
    likeness : median correlation of the waveforms with their median; NaN where none was kept
    """

    number: int
    twitches: tuple[int, ...]
    amplitude: float
    spread: float
    waveform: NDArray[np.float32]
    likeness: float


def clusters_of(detected: Detected) -> tuple[Cluster, ...]:
    """Give the clusters of a detection, the most frequent first; what has none is left out."""
    rows: dict[int, list[int]] = {}
    for i, twitch in enumerate(detected.twitches):
        if twitch.cluster >= 0 and not twitch.artefact:
            rows.setdefault(twitch.cluster, []).append(i)
    place = {twitch: row for row, twitch in enumerate(detected.waveform_of)}
    out = []
    for number, own in sorted(rows.items(), key=lambda item: (-len(item[1]), item[0])):
        size = np.array([detected.twitches[i].amplitude for i in own])
        middle = float(np.median(size))
        low, high = np.quantile(size, [1 / 6, 5 / 6])
        waveform, likeness = _shape(detected.waveforms, [place[i] for i in own if i in place])
        out.append(
            Cluster(
                number=number,
                twitches=tuple(own),
                amplitude=middle,
                spread=float((high - low) / 2 / middle) if middle else 0.0,
                waveform=waveform,
                likeness=likeness,
            )
        )
    return tuple(out)


def _shape(
    waveforms: NDArray[np.float32] | None, rows: list[int]
) -> tuple[NDArray[np.float32], float]:
    """Give the median waveform and how alike the waveforms are to it."""
    if waveforms is None or not rows:
        return np.empty(0, np.float32), float("nan")
    own = waveforms[rows]
    middle = np.median(own, axis=0).astype(np.float32)
    sizes = np.linalg.norm(own, axis=1) * np.linalg.norm(middle)
    return middle, float(np.median(own @ middle / np.maximum(sizes, 1e-12)))
