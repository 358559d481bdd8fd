"""C3D of motion laboratories: its analogue channels, read piece by piece.

Our own reader of the published format (c3d.org): the library at hand ends the whole program on
some broken files.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.c3d_parameters import Parameters, read_parameters
from kedut.measurement.readers.closing import closed_on_failure
from kedut.measurement.readers.lazy import LazyRecording, built
from kedut.measurement.readers.limits import COPY_AGAIN, EXPORT, sound_count, sound_rate
from kedut.measurement.readers.offered import Offered, take
from kedut.measurement.recording import Modality

_HEADER: Final = struct.Struct("<BBHHHHH4sHH4s")
_LABEL_SETS: Final = 20  # constant: LABELS, LABELS2, … of 255 each


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How frames lie in the file: `beside` numbers of points, then `per` times all channels."""

    at: int
    frames: int
    beside: int
    per: int
    channels: int
    kind: np.dtype[Any]
    vax: bool

    @property
    def bytes(self) -> int:
        """Give the bytes of a frame."""
        return (self.beside + self.per * self.channels) * self.kind.itemsize


def open_c3d(path: Path, modality: Modality | None = None) -> LazyRecording:
    """Open the analogue channels of a C3D file."""
    with closed_on_failure(path.open("rb")) as file:
        return _opened(file, path, modality)


def _opened(file: BinaryIO, path: Path, modality: Modality | None) -> LazyRecording:
    size = path.stat().st_size
    head = file.read(512)
    if len(head) < 512:
        raise BadRecording(where=path.name, what="it ends inside its header", remedy=COPY_AGAIN)
    parameters = read_parameters(file, head[0], path.name)
    layout, rate_hz = _layout(head, parameters, size, path.name)
    count = layout.channels
    labels = _texts(parameters, "LABELS", count)
    units = _texts(parameters, "UNITS", count)
    taken = take(
        [
            Offered(name=labels[at] or f"channel {at + 1}", unit=units[at], rate_hz=rate_hz)
            for at in range(count)
        ],
        modality,
        path.name,
    )
    places = list(taken.places)
    gain = _figures(parameters, "SCALE", count, 1.0)[places, None]
    gain = gain * _figures(parameters, "GEN_SCALE", 1, 1.0)[0]
    zero = _figures(parameters, "OFFSET", count, 0.0)[places, None]
    if "UNSIGNED" in _texts(parameters, "FORMAT", 1)[0].upper():
        zero = zero % 65536
    unsigned = "UNSIGNED" in _texts(parameters, "FORMAT", 1)[0].upper()

    def fetch(start: int, stop: int) -> NDArray[Any]:
        first, last = start // layout.per, (stop - 1) // layout.per + 1
        file.seek(layout.at + first * layout.bytes)
        raw = np.frombuffer(file.read((last - first) * layout.bytes), np.uint8)
        table = _numbers(raw, layout, unsigned=unsigned).reshape(last - first, -1)
        rows = table[:, layout.beside :].reshape(-1, layout.channels)[:, places].T
        shift = first * layout.per
        return np.asarray((rows[:, start - shift : stop - shift] - zero) * gain)

    return built(
        name=path.name,
        form="c3d",
        taken=taken,
        fetch=fetch,
        length=layout.frames * layout.per,
        closing=file.close,
        scan=layout.kind.kind == "f",
    )


def _layout(head: bytes, parameters: Parameters, size: int, name: str) -> tuple[_Layout, float]:
    _, _, points, analog, first, last, _, scale, block, per, rate = _HEADER.unpack(head[:24])
    point_scale, frame_hz = (parameters.float32(raw) for raw in (scale, rate))
    if not analog or not per:
        raise BadRecording(
            where=name, what="it holds no analogue channels", remedy="export it with the EMG"
        )
    if analog % per or block < 2:
        raise BadRecording(
            where=f"{name} (header)", what=f"{analog} numbers in {per} rows", remedy=EXPORT
        )
    frames = last - first + 1
    begin, end = (parameters.numbers("TRIAL", f"ACTUAL_{part}_FIELD") for part in ("START", "END"))
    if len(begin) == len(end) == 2:  # longer recordings: two words each, the low one first
        low, high = (int(one[0]) % 65536 + int(one[1]) % 65536 * 65536 for one in (begin, end))
        frames = high - low + 1 if high - low + 1 > frames else frames
    floats = point_scale < 0
    layout = _Layout(
        at=512 * (block - 1),
        frames=frames,
        beside=4 * points,
        per=per,
        channels=sound_count(analog // per, name),
        kind=np.dtype("<f4" if floats else "<i2"),
        vax=parameters.vax,
    )
    if frames <= 0 or layout.at + frames * layout.bytes > size:
        there = max(0, size - layout.at) // layout.bytes
        raise BadRecording(
            where=name,
            what=f"it is cut short: {there} of {frames} frames are there",
            remedy=COPY_AGAIN,
        )
    told = parameters.numbers("ANALOG", "RATE")
    rate_hz = float(told[0]) if len(told) and told[0] > 0 else frame_hz * per
    return layout, sound_rate(rate_hz, name)


def _numbers(raw: NDArray[np.uint8], layout: _Layout, *, unsigned: bool) -> NDArray[Any]:
    if layout.kind.kind == "f":
        if layout.vax:
            words = raw.view("<u2").reshape(-1, 2)[:, ::-1]
            return np.ascontiguousarray(words).view("<f4")[:, 0] / 4.0
        return raw.view("<f4")
    return raw.view("<u2" if unsigned else "<i2").astype(np.float64)


def _texts(parameters: Parameters, field: str, count: int) -> list[str]:
    found = list(parameters.texts("ANALOG", field))
    for at in range(2, _LABEL_SETS):
        if len(found) >= count:
            break
        found.extend(parameters.texts("ANALOG", f"{field}{at}"))
    return [*found, *([""] * count)][:count]


def _figures(
    parameters: Parameters, field: str, count: int, otherwise: float
) -> NDArray[np.float64]:
    found = np.asarray(parameters.numbers("ANALOG", field), np.float64)[:count]
    out = np.full(count, otherwise)
    out[: len(found)] = np.where(np.isfinite(found), found, otherwise)
    return out
