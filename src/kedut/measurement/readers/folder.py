"""Folders: a BIDS data set with EMG in it, or a recording of Open Ephys."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.bids import open_edf_with_sidecars
from kedut.measurement.readers.lazy import LazyRecording
from kedut.measurement.recording import Modality

_FILES_MOST: Final = 100_000
_DEEP: Final = 8  # folders below the one given


def open_folder(path: Path, modality: Modality | None = None) -> LazyRecording:
    """Open the first recording of a folder; the others are named in the notes."""
    emg, ephys = _inside(path)
    if emg:
        recording = open_edf_with_sidecars(emg[0], modality)
        if len(emg) > 1:
            others = ", ".join(one.name for one in emg[1:5])
            recording.note(f"{len(emg)} recordings in the folder: not read were {others}")
        return recording
    if ephys:
        from kedut.measurement.readers.through_neo import open_open_ephys

        return open_open_ephys(path, modality)
    raise BadRecording(
        where=path.absolute().name,
        what="this folder is no BIDS data set with EMG in it, and none of Open Ephys",
        remedy="give the file itself, or a folder with sub-…/emg/…_emg.edf",
    )


def _inside(path: Path) -> tuple[list[Path], bool]:
    """Give the recordings of EMG, and whether Open Ephys wrote here; links are not followed."""
    emg: list[Path] = []
    ephys, seen = False, 0
    for folder, below, names in os.walk(path):
        depth = len(Path(folder).relative_to(path).parts)
        below[:] = sorted(one for one in below if not one.startswith(".")) if depth < _DEEP else []
        for name in sorted(names):
            seen += 1
            lower = name.lower()
            if lower.endswith(("_emg.edf", "_emg.bdf")):
                emg.append(Path(folder) / name)
            ephys = ephys or lower == "structure.oebin" or lower.endswith(".continuous")
        if seen > _FILES_MOST:
            raise BadRecording(
                where=path.absolute().name,
                what=f"more than {_FILES_MOST} files are in this folder",
                remedy="give the folder of one recording",
            )
    return emg, ephys
