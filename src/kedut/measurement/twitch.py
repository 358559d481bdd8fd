"""What was found in a recording: twitches, and stretches in which nothing may be counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Kind(StrEnum):
    """How a twitch stands in time: alone, as one of a pair, or in a burst of discharges."""

    SINGLE = "single"
    DOUBLET = "doublet"
    GROUPED = "grouped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Twitch:
    """One twitch.

    onset_s, duration_s, peak_s : from the start of the recording
    amplitude : peak to peak, in `unit`, where it was largest
    channel : the name of the channel where it was largest
    x, y : grid: column and row; video: centre in pixels of the film as shown
    radius : video: where its displacement has fallen to 1/e, in pixels of the film as shown
    score : how far it stands out of the noise, in standard deviations of the detector's statistic
    cluster : same source, counted from 0; -1 where none was found
    artefact : why it is not counted, or empty
    """

    onset_s: float
    duration_s: float
    peak_s: float
    amplitude: float
    unit: str
    channel: str = ""
    x: float | None = None
    y: float | None = None
    radius: float | None = None
    score: float
    cluster: int = -1
    kind: Kind = Kind.SINGLE
    artefact: str = ""


class Reason(StrEnum):
    """Why a stretch is left out of counting."""

    GAP = "gap"
    DROPOUT = "dropout"
    CLIPPING = "clipping"
    MOVEMENT = "movement"
    TAP = "tap"
    VOLUNTARY = "voluntary"
    CRAMP = "cramp"
    TREMOR = "tremor"
    NOISE = "noise"
    STEPS = "steps"
    LIGHT = "light"
    CAMERA = "camera"
    EDGE = "edge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """A stretch in which nothing is counted.

    channel : its name, or empty for the whole recording
    """

    onset_s: float
    duration_s: float
    reason: Reason
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How good a recording is.

    usable : whether a rate may be given
    reasons : keys of sentences, worst first; removed interference too, such as `mains` or `ecg`
    usable_s : seconds in which twitches would have been seen
    figures : what was measured: `noise_uv`, `mains_hz`, `mains_uv`, `ecg_per_min`, …
    smallest_seen : the smallest twitch that would have been found, in the channel's unit
    """

    usable: bool
    usable_s: float
    reasons: tuple[str, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)
    smallest_seen: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """What a detector gives.

    waveforms : one row for some twitches, shape (n, samples), around the peak, where it was largest
    waveform_of : for each row the place of its twitch in `twitches`
    heat : video: the sum of how far twitches moved each part of the picture, in pixels of the film;
        rows and columns of cells that cover it
    """

    twitches: tuple[Twitch, ...]
    quality: Quality
    waveforms: NDArray[np.float32] | None = None
    waveform_of: tuple[int, ...] = ()
    waveform_rate_hz: float = 0.0
    heat: NDArray[np.float32] | None = None
