"""XDF of the Lab Streaming Layer: the stream with EMG, or the one of an accelerometer."""

from __future__ import annotations

import logging
import struct
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.clock import on_even_clock
from kedut.measurement.readers.lazy import LazyRecording, built
from kedut.measurement.readers.limits import COPY_AGAIN, sound_count, sound_rate
from kedut.measurement.readers.offered import Offered, take
from kedut.measurement.readers.scratch import Scratch
from kedut.measurement.recording import Modality, chunks

_BYTES_MOST: Final = 1 << 30  # constant: the library reads a file as a whole
_PIECE: Final = 1 << 16
_SAMPLES: Final = 3
_LENGTHS: Final = {1: "<B", 4: "<I", 8: "<Q"}


def open_xdf(path: Path, modality: Modality | None = None) -> LazyRecording:
    """Open one stream of an XDF file."""
    import pyxdf

    _sound(path)
    log = logging.getLogger("pyxdf.pyxdf")
    before = log.level
    log.setLevel(logging.CRITICAL)  # what it says there, it says again by raising
    try:
        with path.open("rb") as file:
            streams, header = pyxdf.load_xdf(file)
    finally:
        log.setLevel(before)
    offered: list[Offered] = []
    owners: list[tuple[int, int]] = []
    for at, stream in enumerate(streams):
        series = stream["time_series"]
        if not isinstance(series, np.ndarray) or series.ndim != 2 or not len(series):
            continue
        for k, one in enumerate(_channels(stream, series.shape[1], path.name)):
            offered.append(one)
            owners.append((at, k))
    if not offered:
        raise BadRecording(
            where=path.name, what="no stream of it has samples", remedy="record again"
        )
    taken = take(offered, modality, path.name)
    first = owners[taken.places[0]][0]
    mine = [place for place in taken.places if owners[place][0] == first]
    taken = take([offered[place] for place in mine], taken.modality, path.name)
    stream = streams[first]
    columns = [owners[mine[place]][1] for place in taken.places]
    timed = Scratch(1 + len(columns), path.name, "f8")
    try:
        stamps = np.asarray(stream["time_stamps"], np.float64)
        for start, stop in chunks(len(stamps), _PIECE):
            part = np.asarray(stream["time_series"][start:stop, columns], np.float64)
            timed.append(np.concatenate((stamps[start:stop, None], part), axis=1))
        even = on_even_clock(timed, len(columns), path.name)
    finally:
        timed.close()
    others = len(offered) - len(columns)
    notes = (
        *even.notes,
        *([f"{others} channels of other streams were left out"] if others else []),
    )
    try:
        return built(
            name=path.name,
            form="xdf",
            taken=replace(taken, rate_hz=even.rate_hz),
            fetch=even.rows.fetch,
            length=even.rows.length,
            closing=even.rows.close,
            started=_started(header),
            notes=notes,
            irregular=even.irregular,
        )
    except BaseException:
        even.rows.close()
        raise


def _channels(stream: Any, count: int, name: str) -> list[Offered]:
    info = stream["info"]
    sound_count(count, name)
    kind = str(info["type"][0] or "").upper()
    rate_hz = float(info["nominal_srate"][0] or 0)
    if rate_hz <= 0:
        stamps = stream["time_stamps"]
        span = float(stamps[-1] - stamps[0]) if len(stamps) > 1 else 0.0
        rate_hz = (len(stamps) - 1) / span if span > 0 else 0.0
    if rate_hz <= 0:
        return []
    described: list[Any] = []
    try:
        described = info["desc"][0]["channels"][0]["channel"]
    except (KeyError, IndexError, TypeError):
        described = []
    title = str(info["name"][0] or kind)
    known = {"EMG": "emg", "ACC": "motion", "ACCELEROMETER": "motion", "MOTION": "motion"}
    out = []
    for k in range(count):
        told = described[k] if k < len(described) and isinstance(described[k], dict) else {}
        label = str((told.get("label") or [f"{title} {k + 1}"])[0])
        unit = str((told.get("unit") or [""])[0] or "")
        part = str((told.get("type") or [kind])[0] or kind).upper()
        out.append(
            Offered(
                name=label,
                unit=unit,
                rate_hz=sound_rate(rate_hz, name),
                kind=known.get(part, "other" if part in {"EEG", "MARKERS", "GAZE"} else ""),
            )
        )
    return out


def _started(header: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(header["info"]["datetime"][0]))
    except (KeyError, IndexError, TypeError, ValueError):
        return None


def _sound(path: Path) -> None:
    """Walk through the chunks: no count in them may be larger than their bytes."""
    size = path.stat().st_size
    if size > _BYTES_MOST:
        raise BadRecording(
            where=path.name, what="it is larger than 1 GB", remedy="export the EMG as EDF"
        )
    with path.open("rb") as file:
        file.seek(4)
        while file.tell() < size:
            length = _length(file)
            at = file.tell()
            if length is None or length < 2 or at + length > size:
                raise BadRecording(
                    where=path.name, what=f"it is cut short at byte {at}", remedy=COPY_AGAIN
                )
            tag = struct.unpack("<H", file.read(2))[0]
            if tag == _SAMPLES and length >= 6:
                file.read(4)
                count = _length(file)
                if count is None or count > length:
                    raise BadRecording(
                        where=path.name,
                        what=f"{count} samples are claimed in {length} bytes",
                        remedy=COPY_AGAIN,
                    )
            file.seek(at + length)


def _length(file: BinaryIO) -> int | None:
    width = file.read(1)
    form = _LENGTHS.get(width[0]) if width else None
    raw = file.read(width[0]) if form else b""
    if form is None or len(raw) < struct.calcsize(form):
        return None
    return int(struct.unpack(form, raw)[0])
