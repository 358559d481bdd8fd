"""What is true of a simulated recording: each discharge, and what happened when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Source(StrEnum):
    """Why a unit discharged."""

    FASCICULATION = "fasciculation"
    MYOKYMIA = "myokymia"
    NEUROMYOTONIA = "neuromyotonia"
    VOLUNTARY = "voluntary"
    CRAMP = "cramp"
    TREMOR = "tremor"


EFFORTS = (Source.VOLUNTARY, Source.CRAMP, Source.TREMOR)
LOST = ("dropout", "saturation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """A stretch in which something happened.

    what : a `Source` that is not fasciculation, or `ecg` (a beat), `movement`, `tap`, `dropout`,
        `saturation`
    """

    onset_s: float
    duration_s: float
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmgTruth:
    """All discharges, sorted by `peak_s`; every array has one entry a discharge.

    discharge_s : the axon's trigger
    peak_s, best_peak_s : the largest deflection on the first channel, on the unit's best channel
    unit : which motor unit, counted from 0
    second : whether it is the second of a doublet
    first_uv, best_uv : peak to peak on the first and on the unit's best channel
    over_noise : largest deflection on the first channel over the noise's RMS at that moment
    """

    discharge_s: Floats
    peak_s: Floats
    best_peak_s: Floats
    unit: NDArray[np.intp]
    source: tuple[Source, ...]
    second: Flags
    first_uv: Floats
    best_uv: Floats
    over_noise: Floats
    epochs: tuple[Epoch, ...]
    duration_s: float

    def of(self, *sources: Source) -> Flags:
        """Say which discharges have one of the sources."""
        return np.array([source in sources for source in self.source], dtype=np.bool_)

    def times_of(self, *what: str) -> tuple[Epoch, ...]:
        """Give the epochs of these kinds."""
        return tuple(epoch for epoch in self.epochs if epoch.what in what)

    @property
    def counted(self) -> Flags:
        """Say which are fasciculations that could be seen: no effort near, no channel lost."""
        effort = within(self.peak_s, self.times_of(*EFFORTS), before_s=0.1, after_s=0.2)
        lost = within(self.peak_s, self.times_of(*LOST), before_s=0.02, after_s=0.02)
        return self.of(Source.FASCICULATION) & ~effort & ~lost


def within(
    times_s: Floats, epochs: Iterable[Epoch], *, before_s: float = 0.0, after_s: float = 0.0
) -> Flags:
    """Say which times lie in one of the epochs, widened by a little."""
    inside = np.zeros(times_s.size, dtype=np.bool_)
    for epoch in epochs:
        stop = epoch.onset_s + epoch.duration_s + after_s
        inside |= (times_s >= epoch.onset_s - before_s) & (times_s <= stop)
    return inside
