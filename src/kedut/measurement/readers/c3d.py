"""C3D of motion laboratories: its analogue channels."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.lazy import LazyRecording, built
from kedut.measurement.readers.limits import COPY_AGAIN, sound_count, sound_rate
from kedut.measurement.readers.offered import Offered, take
from kedut.measurement.readers.scratch import Scratch
from kedut.measurement.recording import Modality, chunks

_HEADER: Final = struct.Struct("<10H")
_BYTES_MOST: Final = 1 << 29  # constant: the library reads a file as a whole
_PIECE: Final = 1 << 16


def open_c3d(path: Path, modality: Modality | None = None) -> LazyRecording:
    """Open the analogue channels of a C3D file."""
    import ezc3d

    _sound(path)
    whole = ezc3d.c3d(str(path))
    analog = np.asarray(whole["data"]["analogs"])[0]
    fields = whole["parameters"]["ANALOG"]
    rate_hz = sound_rate(float(whole["header"]["analogs"]["frame_rate"]), path.name)
    count = sound_count(len(analog), path.name)
    names = [*fields.get("LABELS", {}).get("value", []), *([""] * count)][:count]
    units = [*fields.get("UNITS", {}).get("value", []), *([""] * count)][:count]
    taken = take(
        [
            Offered(name=name or f"channel {at + 1}", unit=unit, rate_hz=rate_hz)
            for at, (name, unit) in enumerate(zip(names, units, strict=True))
        ],
        modality,
        path.name,
    )
    rows = Scratch(len(taken.places), path.name)
    try:
        for start, stop in chunks(analog.shape[1], _PIECE):
            rows.append(analog[list(taken.places), start:stop].T)

        def fetch(start: int, stop: int) -> NDArray[Any]:
            return rows.fetch(start, stop)

        return built(
            name=path.name,
            form="c3d",
            taken=taken,
            fetch=fetch,
            length=rows.length,
            closing=rows.close,
        )
    except BaseException:
        rows.close()
        raise


def _sound(path: Path) -> None:
    """Hold what the header claims against the file, before the library sets memory aside."""
    size = path.stat().st_size
    with path.open("rb") as file:
        raw = file.read(512)
    if len(raw) < 512:
        raise BadRecording(where=path.name, what="it ends inside its header", remedy=COPY_AGAIN)
    _, points, analog, first, last, _, _, _, block, _ = _HEADER.unpack(raw[:20])
    if raw[12:16] == b"\0\0\0\0" or size > _BYTES_MOST:
        raise BadRecording(
            where=path.name,
            what="it is too large for a C3D, or without a scale",
            remedy="export the EMG as EDF",
        )
    frames = last - first + 1
    if frames <= 0 or analog == 0:
        raise BadRecording(
            where=path.name, what="it holds no analogue channels", remedy="export it with the EMG"
        )
    # at least two bytes each; points have four numbers
    if 512 * max(0, block - 1) + frames * (4 * points + analog) * 2 > size:
        raise BadRecording(
            where=path.name, what="it is cut short: frames are missing", remedy=COPY_AGAIN
        )
