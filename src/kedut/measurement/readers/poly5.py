"""Poly5 of TMSi, read piece by piece: our own reader of the published format.

A header of 217 bytes, 136 bytes for each stored signal, then blocks: 86 bytes and the samples of
all signals in turn. A channel of 32 bits is stored as two signals, `(Lo) name` and `(Hi) name`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.closing import closed_on_failure
from kedut.measurement.readers.lazy import LazyRecording, built
from kedut.measurement.readers.limits import COPY_AGAIN, EXPORT, sound_count, sound_rate
from kedut.measurement.readers.offered import Offered, Taken, take
from kedut.measurement.recording import Modality

_HEADER: Final = struct.Struct("<31sH81phhBHi4xHHHHHHHiHHH64x")
_SIGNAL: Final = struct.Struct("<41p4x11pffffH62x")
_BLOCK_HEAD: Final = 86
_BLOCK_MOST: Final = 1 << 26  # constant: bytes; TMSi writes blocks of some kilobytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """A channel in a row of samples; a 16 bit one has gain and offset."""

    name: str
    unit: str
    kind: str
    gain: float = 1.0
    offset: float = 0.0


class _Blocks:
    """The samples of the channels taken, by sample number."""

    def __init__(
        self, file: BinaryIO, *, at: int, per: int, row: np.dtype[Any], columns: list[_Column]
    ) -> None:
        self._file, self._at, self._per, self._row = file, at, per, row
        self._columns = columns
        self.places: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """Give the bytes of a block."""
        return _BLOCK_HEAD + self._per * self._row.itemsize

    def fetch(self, start: int, stop: int) -> NDArray[Any]:
        """Give samples of the channels in `places`."""
        first, last = start // self._per, (stop - 1) // self._per + 1
        self._file.seek(self._at + first * self.size)
        raw = np.frombuffer(self._file.read((last - first) * self.size), np.uint8)
        whole = np.zeros((last - first) * self.size, np.uint8)  # the last block may end early
        whole[: len(raw)] = raw
        bare = np.ascontiguousarray(whole.reshape(last - first, -1)[:, _BLOCK_HEAD:])
        rows = bare.view(self._row).reshape(-1)[
            start - first * self._per : stop - first * self._per
        ]
        out = np.empty((len(self.places), stop - start))
        for k, place in enumerate(self.places):
            one = self._columns[place]
            out[k] = rows[f"c{place}"] * one.gain + one.offset
        return out


def open_poly5(path: Path, modality: Modality | None = None) -> LazyRecording:
    """Open a Poly5 file."""
    with closed_on_failure(path.open("rb")) as file:
        return _opened(file, path, modality)


def _opened(file: BinaryIO, path: Path, modality: Modality | None) -> LazyRecording:
    size = path.stat().st_size
    where = f"{path.name} (Poly5 header)"
    head = file.read(_HEADER.size)
    if len(head) < _HEADER.size:
        raise BadRecording(where=where, what="it ends inside its header", remedy=COPY_AGAIN)
    (_, version, _, rate, _, _, signals, length, *clock, blocks, per, _, packed) = _HEADER.unpack(
        head
    )
    if packed:
        raise BadRecording(
            where=where, what="its samples are packed (delta compression)", remedy=EXPORT
        )
    rate_hz = sound_rate(float(rate), where)
    sound_count(signals, where)
    at = _HEADER.size + signals * _SIGNAL.size
    if at > size:
        raise BadRecording(where=where, what="it ends inside its header", remedy=COPY_AGAIN)
    columns, row = _columns(file, signals)
    if per <= 0 or per * row.itemsize > _BLOCK_MOST:
        raise BadRecording(where=where, what=f"blocks of {per} samples", remedy=EXPORT)
    samples = _Blocks(file, at=at, per=per, row=row, columns=columns)
    there = (size - at) // samples.size * per
    rest = max(0, (size - at) % samples.size - _BLOCK_HEAD) // row.itemsize
    notes: tuple[str, ...] = () if version in {203, 204} else (f"version {version} of the format",)
    if length <= 0:
        length, notes = there, (*notes, "the header does not say how long it is: told by its size")
    if length > there + rest or blocks < 0:
        raise BadRecording(
            where=path.name,
            what=f"it is cut short: {there + rest} of {length} samples are there",
            remedy=COPY_AGAIN,
        )
    offered = [
        Offered(name=one.name, unit=one.unit, rate_hz=rate_hz, kind=one.kind) for one in columns
    ]
    taken: Taken = take(offered, modality, path.name)
    samples.places = taken.places
    return built(
        name=path.name,
        form="poly5",
        taken=taken,
        fetch=samples.fetch,
        length=length,
        closing=file.close,
        started=_started(clock),
        notes=notes,
    )


def _columns(file: BinaryIO, signals: int) -> tuple[list[_Column], np.dtype[Any]]:
    """Give the channels, and how a row of samples is laid out."""
    columns: list[_Column] = []
    layout: list[tuple[str, str]] = []
    for _ in range(signals):
        raw = file.read(_SIGNAL.size)
        name, unit, low, high, dlow, dhigh, _index = _SIGNAL.unpack(raw)
        label = name.decode("utf-8", "replace").strip("\0 ")
        if label.startswith("(Hi)") and layout and layout[-1][1] == "<f4":
            continue
        wide = label.startswith("(Lo)")
        gain = offset = 0.0
        if not wide and dhigh != dlow and np.isfinite([low, high, dlow, dhigh]).all():
            gain = (high - low) / (dhigh - dlow)
            offset = low - gain * dlow
        layout.append((f"c{len(columns)}", "<f4" if wide else "<i2"))
        spelled = unit.decode("utf-8") if _is_utf8(unit) else unit.decode("latin-1")
        bare = label[4:].strip() if wide else label
        columns.append(
            _Column(
                name=bare or f"channel {len(columns) + 1}",
                unit=spelled.strip("\0 "),
                kind="other" if bare.upper() in {"STATUS", "COUNTER", "TRIGGERS", "DIGI"} else "",
                gain=1.0 if wide else gain,
                offset=offset,
            )
        )
    return columns, np.dtype(layout)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _started(clock: list[int]) -> datetime | None:
    year, month, day, _, hour, minute, second = clock
    try:
        return datetime.fromisoformat(
            f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )
    except ValueError:
        return None
