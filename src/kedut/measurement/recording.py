"""A recording as every reader gives it: channels over time in known units, read piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Frame = NDArray[np.uint8]


class Modality(StrEnum):
    """What was recorded."""

    EMG = "emg"
    MOTION = "motion"
    VIDEO = "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel of a recording.

    unit : `uV` for EMG, `m/s^2` for motion; a reader converts to these
    column, row : place on an electrode grid, counted from 0; none where there is no grid
    spacing_mm : distance between neighbours of the grid
    """

    name: str
    unit: str
    column: int | None = None
    row: int | None = None
    spacing_mm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch without samples: the recorder paused, or the file says that they are invalid.

    channel : its name, or empty for all
    """

    onset_s: float
    duration_s: float
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a file says about itself.

    name : the file's name, never its folder
    format : of the file, `edf`, `phyphox`, …
    rate_hz : samples a second of every channel, or frames a second
    length : samples of each channel, or frames
    started : with time zone where the file has one
    irregular : the clock of the file was uneven; samples were put on an even one
    gaps : already filled with zeros in what is read
    notes : what the reader repaired or assumed, in the words of the reader
    """

    name: str
    modality: Modality
    format: str
    rate_hz: float
    length: int
    channels: tuple[Channel, ...] = ()
    started: datetime | None = None
    irregular: bool = False
    gaps: tuple[Gap, ...] = ()
    muscle: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def duration_s(self) -> float:
        """Give the length in seconds."""
        return self.length / self.rate_hz


@runtime_checkable
class Recording(Protocol):
    """EMG or motion, lazily read; close it, or use it as a context."""

    @property
    def about(self) -> About:
        """Give what the file says about itself; costs no reading of samples."""
        ...

    def read(self, start: int, stop: int) -> Samples:
        """Give samples `start` to `stop` of all channels, shape (channels, stop - start).

        In the unit of each channel; what lies beyond the end is left out. NaN never comes out:
        missing samples are zero and stand in `about.gaps`.
        """
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


@runtime_checkable
class Film(Protocol):
    """A video, decoded in order."""

    @property
    def about(self) -> About:
        """Give what the file says about itself."""
        ...

    @property
    def size_px(self) -> tuple[int, int]:
        """Give width and height as shown, rotation applied."""
        ...

    def frames(self, *, height_px: int | None = None) -> Iterator[tuple[float, Frame]]:
        """Give each frame's time in seconds and its grey picture, shape (height, width).

        height_px : scale down to this height while decoding; none for full size
        """
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def chunks(length: int, size: int, overlap: int = 0) -> Iterator[tuple[int, int]]:
    """Give start and stop of pieces that cover a length, each with some of its neighbours."""
    for start in range(0, length, size):
        yield max(0, start - overlap), min(length, start + size + overlap)
