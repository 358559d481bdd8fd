"""The way in: a path becomes a recording or a film, by what the file holds, then by its name."""

from __future__ import annotations

import importlib
import stat
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.film_file import FilmFile
from kedut.measurement.readers.lazy import LazyRecording
from kedut.measurement.readers.signature import FORMATS, Format, recognised
from kedut.measurement.recording import Film, Modality, Recording

_HEAD: Final = 65_536  # bytes that tell what a file is
_READERS: Final = "kedut.measurement.readers"


def open_recording(path: Path, modality: Modality | None = None) -> Recording | Film:
    """Open a file or a folder of BIDS or Open Ephys.

    Parameters
    ----------
    path : of the recording
    modality : which channels to take where a file has several kinds; none: EMG before motion

    Raises
    ------
    BadRecording : for whatever cannot be measured, with what would do
    """
    path = Path(path)
    try:
        if path.is_dir():
            return _opened(FORMATS["folder"], path, modality)
        head = _head(path)
    except (OSError, RuntimeError, ValueError) as broken:
        if isinstance(broken, BadRecording):
            raise
        raise BadRecording(
            where=path.name,
            what=f"it cannot be opened ({getattr(broken, 'strerror', None) or 'bad path'})",
            remedy="check the path, and that you may read it",
        ) from broken
    found = recognised(head, path)
    if found is None:
        raise BadRecording(
            where=path.name,
            what="it is of no kind that is known here",
            remedy="give EDF, BDF, CSV, a film, or another format of docs/reference/formats.md",
        )
    opened = _opened(found, path, modality)
    if found.suffixes and path.suffix.lower() not in found.suffixes:
        opened.note(f"the name ends in {path.suffix or 'nothing'}, what is in it is {found.name}")
    return opened


def _head(path: Path) -> bytes:
    state = path.stat()
    if not stat.S_ISREG(state.st_mode):
        raise BadRecording(
            where=path.name, what="it is neither file nor folder", remedy="give a file or a folder"
        )
    if state.st_size == 0:
        raise BadRecording(
            where=path.name,
            what="it is empty (0 bytes)",
            remedy="copy it again from the recorder, or record again",
        )
    with path.open("rb") as file:
        return file.read(_HEAD)


def _opened(found: Format, path: Path, modality: Modality | None) -> LazyRecording | FilmFile:
    """Open by the format's own reader; whatever a library raises becomes a sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = importlib.import_module(f"{_READERS}.{found.module}")
            opener: Callable[[Path, Modality | None], LazyRecording | FilmFile]
            opener = getattr(module, found.function)
            return opener(path, modality)
    except BadRecording:
        raise
    except ImportError as missing:
        raise BadRecording(
            where=path.name,
            what=f"{found.name} needs a part that is not installed ({missing.name})",
            remedy=f"pip install 'kedut[{found.extra}]'",
        ) from missing
    except MemoryError as large:
        raise BadRecording(
            where=path.name,
            what=f"as {found.name} it asks for more memory than there is",
            remedy="cut it into shorter files, or export it as EDF",
        ) from large
    except Exception as broken:
        raise BadRecording(
            where=path.name,
            what=f"it is broken: it cannot be read as {found.name} ({type(broken).__name__})",
            remedy="copy it again from the recorder, or export it anew",
        ) from broken
