"""Discharges as they are found, column by column, and the stretch in which one looks for them."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.detectors.emg_activity import Activity, moved_uv
from kedut.measurement.detectors.emg_learning import Learnt
from kedut.measurement.detectors.emg_survey import Survey
from kedut.measurement.detectors.emg_taps import TapShapes
from kedut.measurement.filters.blocks import Plan
from kedut.measurement.filters.pieces import Piece

SNIPPET_S = (0.02, 0.03)  # constant: before and after the peak
MOST_SNIPPETS = 20_000  # constant: 4 MB


def _reals() -> array[float]:
    """Give a column of numbers: a quarter of the memory of a list of them."""
    return array("d")


def _whole() -> array[int]:
    return array("q")


@dataclass(slots=True)
class Discharges:
    """What was found, column by column; times in seconds.

    unit : place of the template, or -1
    channel : where it was largest
    snippets : what was recorded around the peak of the first ones there, uV
    moved : size of slow movement there, uV; 0 where it is as usual
    rate_hz : of the snippets
    rings : first and last second of knocks that ring
    bursts : first and last second, and interval, of stretches in which few units discharge fast
    """

    time: array[float] = field(default_factory=_reals)
    unit: array[int] = field(default_factory=_whole)
    score: array[float] = field(default_factory=_reals)
    channel: array[int] = field(default_factory=_whole)
    amplitude: array[float] = field(default_factory=_reals)
    snippets: NDArray[np.float32] | None = None
    moved: array[float] = field(default_factory=_reals)
    rate_hz: float = 0.0
    taps: list[tuple[float, float]] = field(default_factory=list)
    rings: list[tuple[float, float]] = field(default_factory=list)
    bursts: list[tuple[float, float, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class View:
    """A piece with all that is known about it and its recording."""

    part: Piece
    found: Activity
    learnt: Learnt
    seen: Survey
    cut: Plan
    shapes: TapShapes

    def time_s(self, at: float) -> float:
        """Give the time of a sample of the piece."""
        return self.cut.first_s(self.part.number) + at / self.cut.work_rate_hz


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a piece: its first sample, how loud the noise is, what may be counted in it."""

    first: int
    loud: float
    low: float
    high: float

    def counts(self, at: float) -> bool:
        """Tell whether a sample of the piece belongs to this stretch alone."""
        return self.low <= at < self.high


def last_sample(view: View) -> int:
    """Give the sample of the piece at which the next one, or nothing, begins."""
    cut = view.cut
    end = (cut.length / cut.rate_hz - cut.first_s(view.part.number)) * cut.work_rate_hz
    return min(cut.margin + cut.keep, int(end))


def add(
    out: Discharges,
    view: View,
    at: float,
    *,
    unit: int,
    channel: int,
    score: float,
    amplitude: float,
) -> None:
    """Add a discharge at a sample of the piece, and what was recorded around it."""
    out.time.append(view.time_s(at))
    out.unit.append(unit)
    out.score.append(score)
    out.channel.append(channel)
    out.amplitude.append(amplitude)
    part, peak = view.part, int(at)
    out.moved.append(moved_uv(view.found, peak, part.wide.shape[1]))
    before, after = (round(s * out.rate_hz) for s in SNIPPET_S)
    if out.snippets is None:  # takes no memory before it is filled
        out.snippets = np.empty((MOST_SNIPPETS, before + after), np.float32)
    if len(out.time) <= MOST_SNIPPETS:
        out.snippets[len(out.time) - 1] = part.wide[channel, peak - before : peak + after]
