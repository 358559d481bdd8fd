"""WFDB records (PhysioNet): a header `.hea` and the samples beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.lazy import LazyRecording, built
from kedut.measurement.readers.limits import COPY_AGAIN, EXPORT, sound_count, sound_rate
from kedut.measurement.readers.offered import Offered, take
from kedut.measurement.recording import Modality

# bytes of a sample by the format's number; FLAC (508 and up) needs a decoder
_BYTES: Final = {
    "8": 1.0, "16": 2.0, "24": 3.0, "32": 4.0, "61": 2.0, "80": 1.0, "160": 2.0, "212": 1.5,
    "310": 4 / 3, "311": 4 / 3,
}  # fmt: skip


def open_wfdb(path: Path, modality: Modality | None = None) -> LazyRecording:
    """Open a record by its header or by its samples."""
    import wfdb

    header_path = path if path.suffix.lower() == ".hea" else path.with_suffix(".hea")
    if not header_path.is_file():
        header_path = path  # a header under another name
    record = str(header_path.absolute().with_suffix(""))
    if header_path.suffix != ".hea":
        raise BadRecording(
            where=path.name, what="it is a WFDB header of another name", remedy="name it ….hea"
        )
    header = wfdb.rdheader(record)
    if isinstance(header, wfdb.MultiRecord):
        raise BadRecording(
            where=path.name, what="it is a record of several segments", remedy="give one segment"
        )
    rate_hz = sound_rate(float(header.fs or 0), path.name)
    count = sound_count(int(header.n_sig or 0), path.name)
    length = _length(header, header_path.parent, count, path.name)
    frames = header.samps_per_frame or [1] * count
    units = header.units or [""] * count
    names = header.sig_name or [None] * count
    taken = take(
        [
            Offered(
                name=names[at] or f"channel {at + 1}",
                unit=units[at] or "mV",  # the format's own default
                rate_hz=rate_hz,
                left_out="" if frames[at] == 1 else f"{frames[at]} samples a frame",
            )
            for at in range(count)
        ],
        modality,
        path.name,
    )
    places = list(taken.places)

    def fetch(start: int, stop: int) -> NDArray[Any]:
        got = wfdb.rdrecord(record, sampfrom=start, sampto=stop, channels=places)
        return np.asarray(got.p_signal).T

    return built(
        name=path.name,
        form="wfdb",
        taken=taken,
        fetch=fetch,
        length=length,
        closing=lambda: None,
        started=header.base_datetime,
    )


def _length(header: Any, folder: Path, count: int, name: str) -> int:
    """Give the length, held against the size of the files."""
    files = header.file_name or []
    if len(files) != count or any(Path(one).name != one for one in files):
        raise BadRecording(
            where=name, what="its samples lie in another folder, or nowhere", remedy=EXPORT
        )
    claimed = header.sig_len
    frames = header.samps_per_frame or [1] * count
    offsets = header.byte_offset or [None] * count
    for one in dict.fromkeys(files):
        path = folder / one
        mine = [at for at, file in enumerate(files) if file == one]
        each = sum(_BYTES.get(str(header.fmt[at]), 0.0) * frames[at] for at in mine)
        if not path.is_file():
            raise BadRecording(
                where=name, what=f"the file {one} is missing", remedy="put both in one folder"
            )
        if each <= 0:
            raise BadRecording(
                where=name, what=f"samples of format {header.fmt[mine[0]]}", remedy=EXPORT
            )
        there = int((path.stat().st_size - (offsets[mine[0]] or 0)) / each)
        claimed = there if claimed is None else claimed
        if claimed > there:
            raise BadRecording(
                where=name,
                what=f"{one} is cut short: {there} of {claimed} samples are there",
                remedy=COPY_AGAIN,
            )
    return int(claimed or 0)
