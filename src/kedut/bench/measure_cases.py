"""Recordings with their truth for `make bench-measure`: the shared ones and drawn ones."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.recording import Film, Recording
from kedut.simulate.emg_draw import Setting, draw_recording
from kedut.simulate.emg_truth import EFFORTS, Source, within
from kedut.simulate.emg_truth import Epoch as Stretch

Floats = NDArray[np.float64]

BEFORE_S, AFTER_S = 0.1, 0.2  # about an effort, nothing is scored
FASCICULATION = Source.FASCICULATION.value
_FOLDER = "recordings"
_VOLUNTARY = "voluntary contraction"
_GROUPS = ("myokymic burst", Source.MYOKYMIA.value, Source.NEUROMYOTONIA.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is true of a recording of EMG.

    peak_s : of every discharge of every unit, ascending
    unit : its unit, for each
    counted : whether it is a fasciculation outside of efforts that could be seen, for each
    efforts, groups : start and stop of each
    """

    peak_s: Floats
    unit: NDArray[np.intp]
    counted: NDArray[np.bool_]
    efforts: tuple[tuple[float, float], ...]
    groups: tuple[tuple[float, float], ...]

    @property
    def counted_s(self) -> Floats:
        """Give the peaks that have to be found."""
        return self.peak_s[self.counted]

    def scored(self, times_s: Floats) -> NDArray[np.bool_]:
        """Say which times lie outside of efforts."""
        stretches = [Stretch(onset_s=a, duration_s=b - a, what="") for a, b in self.efforts]
        return ~within(times_s, stretches, before_s=BEFORE_S, after_s=AFTER_S)

    def rest_s(self, duration_s: float) -> float:
        """Give how much time is scored."""
        return duration_s - sum(
            min(stop + AFTER_S, duration_s) - max(start - BEFORE_S, 0.0)
            for start, stop in self.efforts
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A recording to be opened, and its truth."""

    name: str
    open: Callable[[], Recording]
    truth: Truth


def shared_folder() -> Path | None:
    """Give the folder of shared recordings: `$KEDUT_SHARED`, else `../shared`; none if missing."""
    folder = Path(os.environ.get("KEDUT_SHARED", Path.cwd().parent / "shared")) / _FOLDER
    return folder if folder.is_dir() else None


def shared_cases(folder: Path) -> Iterator[Case]:
    """Give the shared recordings of EMG, one file after the other."""
    for file in sorted((folder / "simulated").glob("*.edf")):
        yield Case(name=file.stem, open=partial(_opened, file), truth=shared_truth(file))


def _opened(file: Path) -> Recording:
    from kedut.measurement.readers.opening import open_recording

    recording = open_recording(file)
    if isinstance(recording, Film):
        raise TypeError(f"{file.name}: expected a recording of EMG, got a film")
    return recording


def shared_truth(file: Path) -> Truth:
    """Give the truth of one shared recording, from the tables beside it."""
    rows = rows_of(file.with_name(f"{file.stem}_truth.csv"))
    epochs = rows_of(file.with_name(f"{file.stem}_epochs.csv"))
    peak_s = np.array([float(row["peak_s"]) for row in rows])
    order = np.argsort(peak_s, kind="stable")
    counted = [row["kind"] == FASCICULATION and row["inside_voluntary"] == "0" for row in rows]
    return Truth(
        peak_s=peak_s[order],
        unit=np.array([int(row["motor_unit"]) for row in rows], dtype=np.intp)[order],
        counted=np.array(counted, dtype=np.bool_)[order],
        efforts=_spans(epochs, (_VOLUNTARY,)),
        groups=_spans(epochs, _GROUPS),
    )


def rows_of(file: Path) -> list[dict[str, str]]:
    """Give the rows of a table; none where it is missing."""
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _spans(rows: list[dict[str, str]], what: tuple[str, ...]) -> tuple[tuple[float, float], ...]:
    return tuple(
        (float(row["start_s"]), float(row["end_s"])) for row in rows if row["what"] in what
    )


def drawn_case(seed: int) -> Case:
    """Give a recording of our own simulator."""
    made = draw_recording(seed)
    truth = made.truth
    # Scored where the potential is largest: no one can see it on a channel that hardly has it.
    order = np.argsort(truth.best_peak_s, kind="stable")
    efforts = tuple(one.value for one in EFFORTS)
    return Case(
        name=f"{seed:02} {list(Setting)[seed % len(Setting)]}",
        open=lambda: made.recording,
        truth=Truth(
            peak_s=truth.best_peak_s[order],
            unit=truth.unit[order],
            counted=truth.counted[order],
            efforts=_stretches(truth.times_of(*efforts)),
            groups=_stretches(truth.times_of(*_GROUPS)),
        ),
    )


def _stretches(epochs: tuple[Stretch, ...]) -> tuple[tuple[float, float], ...]:
    return tuple((one.onset_s, one.onset_s + one.duration_s) for one in epochs)
