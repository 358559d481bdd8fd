"""EDF, EDF+C, EDF+D and BDF(+), read piece by piece.

Our own reader of the published format (Kemp et al. 1992, Kemp and Olivan 2003): libraries refuse
files whose header is a little wrong, and keep more of the file than was asked for.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.closing import closed_on_failure
from kedut.measurement.readers.edf_header import Header, Signal, read_header
from kedut.measurement.readers.lazy import LazyRecording
from kedut.measurement.readers.limits import COPY_AGAIN, EXPORT, sound_length
from kedut.measurement.readers.offered import Offered, Taken, take
from kedut.measurement.recording import About, Gap, Modality

Stored = NDArray[np.signedinteger[Any]]
Described = Callable[[list[Offered]], list[Offered]]
_BLOCK: Final = 1 << 22  # constant: bytes; records together above it are read channel by channel
_STAMP: Final = re.compile(rb"([+-]\d+(?:\.\d*)?)(?:\x15[^\x14]*)?\x14")
_STAMP_BYTES: Final = 48  # constant: no onset of a record is longer
_RECORDS_MOST: Final = 50_000_000  # constant: a month of records of 50 ms


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Records without time between them: first sample, first record, number of records."""

    start: int
    record: int
    records: int


class _Records:
    """The samples of the channels taken, by sample number."""

    def __init__(
        self, file: BinaryIO, header: Header, taken: Taken, pieces: tuple[_Piece, ...]
    ) -> None:
        starts = np.cumsum([0, *(one.count for one in header.signals)])
        chosen = [header.signals[at] for at in taken.places]
        self._file, self._header, self._pieces = file, header, pieces
        self._offsets = [int(starts[at]) for at in taken.places]
        self._in_record = int(starts[-1])
        self._per = chosen[0].count
        together = np.arange(len(chosen)) * self._per + self._offsets[0]
        self._contiguous = bool(np.array_equal(together, self._offsets))
        factors = np.asarray(taken.factors)
        self._gain = (np.asarray([one.gain for one in chosen]) * factors).astype(np.float32)
        self._offset = (np.asarray([one.offset for one in chosen]) * factors).astype(np.float32)

    def fetch(self, start: int, stop: int) -> NDArray[np.floating]:
        out = np.zeros((len(self._offsets), stop - start), np.float32)
        near = max(0, bisect_right(self._pieces, start, key=lambda one: one.start) - 1)
        for piece in self._pieces[near:]:
            if piece.start >= stop:
                break
            low = max(start, piece.start)
            high = min(stop, piece.start + piece.records * self._per)
            if low < high:
                shift = piece.record * self._per - piece.start
                self._fill(out[:, low - start : high - start], low + shift)
        return out

    def _fill(self, out: NDArray[np.float32], low: int) -> None:
        """Fill with samples from one on, counted as if no time were between records."""
        record_bytes = self._in_record * self._header.width
        place, high = low, low + out.shape[1]
        while place < high:
            record, inside = divmod(place, self._per)
            records = 1
            if not inside:
                records = max(1, min((high - place) // self._per, _BLOCK // record_bytes))
            count = min(records * self._per - inside, high - place)
            to = out[:, place - low : place - low + count].reshape(len(out), records, -1)
            self._convert(to, record, inside)
            place += count
        out += self._offset[:, None]

    def _convert(self, to: NDArray[np.float32], record: int, inside: int) -> None:
        """Fill, (channels, records, samples), from a record on, and a sample in it."""
        _, records, count = to.shape
        first = record * self._in_record
        if self._in_record * self._header.width > _BLOCK:
            for at, gain, one in zip(self._offsets, self._gain, to, strict=True):
                np.multiply(self._raw(first + at + inside, count), gain, out=one[0])
            return
        table = self._raw(first, records * self._in_record).reshape(records, self._in_record)
        if self._contiguous:
            first, stop = self._offsets[0], self._offsets[0] + len(to) * self._per
            cube = table[:, first:stop].reshape(records, len(to), self._per).swapaxes(0, 1)
            np.multiply(cube[:, :, inside : inside + count], self._gain[:, None, None], out=to)
            return
        for at, gain, one in zip(self._offsets, self._gain, to, strict=True):
            np.multiply(table[:, at + inside : at + inside + count], gain, out=one)

    def _raw(self, first: int, count: int) -> Stored:
        width = self._header.width
        self._file.seek(self._header.data_at + first * width)
        data = self._file.read(count * width)
        if len(data) < count * width:
            raise EOFError
        if width == 2:
            return np.frombuffer(data, "<i2")
        padded = np.zeros((count, 4), np.uint8)
        padded[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
        signed: Stored = padded.view("<i4")[:, 0] >> 8
        return signed


def open_edf(
    path: Path, modality: Modality | None = None, described: Described | None = None
) -> LazyRecording:
    """Open an EDF, EDF+ or BDF file.

    described : adds to the channels what is told of them beside the file
    """
    with closed_on_failure(path.open("rb")) as file:
        return _opened(file, path, modality, described)


def offered_by(header: Header) -> list[Offered]:
    """Give the channels of a header, without its annotations."""
    return [
        Offered(
            name=one.label or f"channel {at + 1}",
            unit=one.unit,
            rate_hz=one.count / header.record_s if header.record_s > 0 else 0.0,
            kind="other" if one.annotations else "",
            left_out=one.broken,
        )
        for at, one in enumerate(header.signals)
    ]


def _opened(
    file: BinaryIO, path: Path, modality: Modality | None, described: Described | None
) -> LazyRecording:
    size = os.fstat(file.fileno()).st_size
    header = read_header(file, size, path.name)
    records, notes = _records(header, size, path.name)
    waves = [at for at, one in enumerate(header.signals) if not one.annotations]
    if not waves:
        raise BadRecording(
            where=path.name, what="it holds notes, no signal", remedy="give the file with signals"
        )
    everything = offered_by(header)
    if described is not None:
        everything = described(everything)
    taken = take([everything[at] for at in waves], modality, path.name)
    places = tuple(waves[at] for at in taken.places)
    taken = Taken(
        modality=taken.modality,
        rate_hz=taken.rate_hz,
        channels=taken.channels,
        places=places,
        factors=taken.factors,
        notes=taken.notes,
    )
    per = header.signals[places[0]].count
    first_s = _first_onset(file, header)
    pieces: tuple[_Piece, ...] = (_Piece(start=0, record=0, records=records),)
    if header.pieces:
        pieces = _pieces(file, header, records, per, path.name)
    end = pieces[-1].start + pieces[-1].records * per
    length = sound_length(end, taken.rate_hz, path.name)
    started = header.started
    if started is not None and 0 < first_s < 86400:
        started += timedelta(seconds=first_s)
    about = About(
        name=path.name,
        modality=taken.modality,
        format="bdf" if header.width == 3 else "edf",
        rate_hz=taken.rate_hz,
        length=length,
        channels=taken.channels,
        started=started,
        gaps=_between(pieces, per, taken.rate_hz),
        notes=(*header.notes, *notes, *taken.notes),
    )
    return LazyRecording(about, _Records(file, header, taken, pieces).fetch, file.close)


def _records(header: Header, size: int, name: str) -> tuple[int, list[str]]:
    """Give how many records there are, by the file's size where the header does not know."""
    each = sum(one.count for one in header.signals) * header.width
    there = (size - header.data_at) // each if each else 0
    if header.records < 0:
        if header.records != -1:
            raise BadRecording(
                where=f"{name} (header)",
                what=f"{header.records} records cannot be",
                remedy=EXPORT,
            )
        claimed, notes = there, ["the header does not say how long it is: told by its size"]
    else:
        claimed, notes = header.records, []
    if claimed > there:
        raise BadRecording(
            where=name,
            what=f"it is cut short: {there} of {claimed} records are there",
            remedy=COPY_AGAIN,
        )
    if claimed == 0 or claimed > _RECORDS_MOST:
        what = "there are no samples in it" if claimed == 0 else f"{claimed} records cannot be"
        raise BadRecording(where=name, what=what, remedy=COPY_AGAIN)
    return claimed, notes


def _annotation(header: Header) -> tuple[int, Signal] | None:
    at = 0
    for one in header.signals:
        if one.annotations:
            return at * header.width, one
        at += one.count
    return None


def _onset(file: BinaryIO, header: Header, record: int) -> float | None:
    """Give when a record starts, after the start of the file."""
    found = _annotation(header)
    if found is None:
        return None
    at, signal = found
    each = sum(one.count for one in header.signals) * header.width
    size = min(_STAMP_BYTES, signal.count * header.width)
    file.seek(header.data_at + record * each + at)
    stamp = _STAMP.match(file.read(size))
    return float(stamp[1]) if stamp else None


def _first_onset(file: BinaryIO, header: Header) -> float:
    return (_onset(file, header, 0) or 0.0) if header.plus else 0.0


def _pieces(
    file: BinaryIO, header: Header, records: int, per: int, name: str
) -> tuple[_Piece, ...]:
    """Give the pieces of a file that may pause between records."""
    pieces: list[_Piece] = []
    first = _onset(file, header, 0) or 0.0
    end = 0
    for record in range(records):
        onset = _onset(file, header, record)
        if onset is None:
            raise BadRecording(
                where=f"{name}, record {record + 1}",
                what="the time at which it starts is missing",
                remedy="export it anew as continuous EDF+ (EDF+C)",
            )
        start = round((onset - first) / header.record_s * per)
        if start < end - 1:
            raise BadRecording(
                where=f"{name}, record {record + 1}",
                what="it starts before the one before it has ended",
                remedy="export it anew as continuous EDF+ (EDF+C)",
            )
        if pieces and start <= end + 1:  # constant: one sample is the rounding of the onset
            last = pieces[-1]
            pieces[-1] = _Piece(start=last.start, record=last.record, records=last.records + 1)
            end += per
        else:
            pieces.append(_Piece(start=start, record=record, records=1))
            end = start + per
    return tuple(pieces)


def _between(pieces: tuple[_Piece, ...], per: int, rate_hz: float) -> tuple[Gap, ...]:
    gaps = []
    for before, after in pairwise(pieces):
        end = before.start + before.records * per
        gaps.append(Gap(onset_s=end / rate_hz, duration_s=(after.start - end) / rate_hz))
    return tuple(gaps)
