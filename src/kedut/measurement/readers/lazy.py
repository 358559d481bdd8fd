"""A recording whose samples are fetched when they are asked for."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.closing import Closes
from kedut.measurement.readers.limits import sound_length
from kedut.measurement.readers.missing import Missing
from kedut.measurement.readers.offered import Taken
from kedut.measurement.recording import About, Gap, Samples, chunks

Fetch = Callable[[int, int], NDArray[Any]]
_SCANNED: Final = 1 << 21  # numbers looked at in one piece


def built(  # noqa: PLR0913 - what every format knows of itself
    *,
    name: str,
    form: str,
    taken: Taken,
    fetch: Fetch,
    length: int,
    closing: Callable[[], object],
    started: datetime | None = None,
    muscle: str = "",
    notes: tuple[str, ...] = (),
    gaps: tuple[Gap, ...] = (),
    scan: bool = True,
    irregular: bool = False,
) -> LazyRecording:
    """Give a recording of what was taken of a file.

    Parameters
    ----------
    fetch : gives the channels taken, in the file's own units
    scan : look through it for missing samples, which numbers with a fraction may have
    """
    factors = np.asarray(taken.factors)[:, None]
    length = sound_length(length, taken.rate_hz, name)
    if scan:
        missing = Missing()
        for start, stop in chunks(length, max(1, _SCANNED // len(factors))):
            with np.errstate(all="ignore"):
                missing.see(start, ~np.isfinite(np.asarray(fetch(start, stop), np.float32)))
        gaps = (*gaps, *missing.gaps(taken.rate_hz, [one.name for one in taken.channels]))
    about = About(
        name=name,
        modality=taken.modality,
        format=form,
        rate_hz=taken.rate_hz,
        length=length,
        channels=taken.channels,
        started=started,
        irregular=irregular,
        gaps=gaps,
        muscle=muscle,
        notes=(*notes, *taken.notes),
    )
    return LazyRecording(about, lambda start, stop: fetch(start, stop) * factors, closing)


class LazyRecording(Closes):
    """What most readers give: what the file says, and a way to fetch a piece of it.

    Parameters
    ----------
    about : what the file says
    fetch : gives samples start to stop, shape (channels, stop - start), in the channels' units;
        NaN where there are none
    closing : lets go of the file
    """

    def __init__(self, about: About, fetch: Fetch, closing: Callable[[], object]) -> None:
        self._about, self._fetch, self._closing = about, fetch, closing
        self._open = True

    @property
    def about(self) -> About:
        """Give what the file says about itself."""
        return self._about

    def read(self, start: int, stop: int) -> Samples:
        """Give samples `start` to `stop` of all channels; zero where there are none."""
        if not self._open:
            raise ValueError(f"{self._about.name} is closed; open it again to read it")
        start = min(max(start, 0), self._about.length)
        stop = min(max(stop, start), self._about.length)
        if start == stop:
            return np.zeros((len(self._about.channels), 0), np.float32)
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                samples = np.asarray(self._fetch(start, stop), np.float32)
        except BadRecording:
            raise
        except Exception as broken:
            raise BadRecording(
                where=self._about.name,
                what=f"it could not be read on at {start / self._about.rate_hz:.1f} s",
                remedy="copy it again from where it came",
            ) from broken
        with np.errstate(all="ignore"):
            whole = np.isfinite(samples.sum())
        if not whole:
            np.nan_to_num(samples, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        return samples

    def note(self, text: str) -> None:
        """Add to what the reader says of the file."""
        self._about = replace(self._about, notes=(*self._about.notes, text))

    def of_muscle(self, muscle: str) -> None:
        """Name the muscle, where it is told beside the file."""
        self._about = replace(self._about, muscle=muscle)

    def close(self) -> None:
        """Let go of the file; a second time does nothing."""
        if self._open:
            self._open = False
            self._closing()
