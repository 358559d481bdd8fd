"""BIDS."""

from pathlib import Path

from kedut.measurement.readers.edf import open_edf
from kedut.measurement.readers.lazy import LazyRecording
from kedut.measurement.recording import Modality


def open_edf_with_sidecars(path: Path, modality: Modality | None = None) -> LazyRecording:
    """Open an EDF."""
    return open_edf(path, modality)
