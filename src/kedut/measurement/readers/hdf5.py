"""HDF5 with EMG in it: NWB, and MATLAB from version 7.3 on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.guess import Table, offered_by, rate_of
from kedut.measurement.readers.lazy import LazyRecording, built
from kedut.measurement.readers.limits import CHANNELS_MOST, COPY_AGAIN, EXPORT, sound_rate
from kedut.measurement.readers.offered import Offered, take
from kedut.measurement.recording import Modality

_RATIO_MOST: Final = 1000  # constant: packed more tightly, it is no recording
_CHUNK_MOST: Final = 1 << 28  # constant: bytes unpacked at once
_NODES_MOST: Final = 10_000
_TEXT_MOST: Final = 1 << 16
_DEEP: Final = 6


def open_hdf5(path: Path, modality: Modality | None = None) -> LazyRecording:
    """Open an NWB or a MATLAB file."""
    import h5py

    file = h5py.File(path, "r")
    try:
        if "nwb_version" in file.attrs or "acquisition" in file:
            return _nwb(file, path, modality)
        return _matlab(file, path, modality)
    except BaseException:
        file.close()
        raise


def _datasets(group: Any) -> dict[str, Any]:
    """Give the datasets below a group that can be read safely, by path."""
    import h5py

    found: dict[str, Any] = {}
    waiting, seen = [(group, "", 0)], 0
    while waiting:
        node, at, depth = waiting.pop()
        for key in list(node)[:_NODES_MOST]:
            seen += 1
            if seen > _NODES_MOST or depth > _DEEP:
                return found
            if not isinstance(node.get(key, getlink=True), h5py.HardLink):
                continue  # a link may point to any file
            child = node[key]
            if isinstance(child, h5py.Group):
                waiting.append((child, f"{at}{key}/", depth + 1))
            elif isinstance(child, h5py.Dataset):
                found[f"{at}{key}"] = child
    return found


def _sound(data: Any, where: str) -> None:
    """Refuse data that lie in other files, or that unpack to far more than is stored."""
    stored = data.id.get_storage_size()
    chunk = int(np.prod(data.chunks)) * data.dtype.itemsize if data.chunks else 0
    if data.external or data.is_virtual:
        raise BadRecording(where=where, what="its samples lie in another file", remedy=EXPORT)
    if stored == 0 or data.size == 0:
        raise BadRecording(where=where, what="there are no samples in it", remedy=COPY_AGAIN)
    if chunk > _CHUNK_MOST or data.nbytes > _RATIO_MOST * stored + (1 << 20):
        raise BadRecording(
            where=where, what=f"{stored} bytes that unpack to {data.nbytes}", remedy=EXPORT
        )


def _text(node: Any, field: str) -> str:
    value = node.attrs.get(field, "")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _nwb(file: Any, path: Path, modality: Modality | None) -> LazyRecording:
    """Open the series of NWB with the most channels that fit."""
    if "acquisition" not in file:
        raise BadRecording(where=path.name, what="this NWB has no acquisition", remedy=EXPORT)
    everything = _datasets(file["acquisition"])
    series = {
        at.removesuffix("data"): one
        for at, one in everything.items()
        if at.endswith("/data") and one.ndim in {1, 2} and one.dtype.kind in "iuf"
    }
    offered: list[Offered] = []
    owners: list[tuple[str, int]] = []
    skipped = []
    for at, data in series.items():
        width = 1 if data.ndim == 1 else data.shape[1]
        rate_hz = _nwb_rate(everything, at, path.name)
        if rate_hz is None or not 0 < width <= CHANNELS_MOST:
            skipped.append(f"left out {at.strip('/')}: its clock is uneven or its shape odd")
            continue
        title = at.strip("/").split("/")[-1]
        for k in range(width):
            offered.append(
                Offered(
                    name=title if width == 1 else f"{title} {k + 1}",
                    unit=_text(data, "unit"),
                    rate_hz=rate_hz,
                )
            )
            owners.append((at, k))
    if not offered:
        raise BadRecording(
            where=path.name, what="no series of it has samples at an even rate", remedy=EXPORT
        )
    taken = take(offered, modality, path.name)
    first = owners[taken.places[0]][0]
    mine = [place for place in taken.places if owners[place][0] == first]
    taken = take([offered[place] for place in mine], taken.modality, path.name)
    columns = [owners[mine[place]][1] for place in taken.places]
    data = series[first]
    _sound(data, path.name)
    by = float(data.attrs.get("conversion", 1.0))
    plus = float(data.attrs.get("offset", 0.0))
    each = file["acquisition"][first].get("channel_conversion")
    gains = np.asarray(each[()])[columns] if each is not None else np.ones(len(columns))

    def fetch(start: int, stop: int) -> NDArray[Any]:
        got = data[start:stop] if data.ndim == 1 else data[start:stop, :][:, columns]
        table = np.asarray(got, np.float64).reshape(stop - start, -1).T
        return np.asarray(table * (by * gains[:, None]) + plus)

    return built(
        name=path.name,
        form="nwb",
        taken=taken,
        fetch=fetch,
        length=int(data.shape[0]),
        closing=file.close,
        started=_nwb_started(file),
        notes=tuple(skipped[:10]),
        scan=data.dtype.kind == "f",
    )


def _nwb_rate(everything: dict[str, Any], at: str, name: str) -> float | None:
    start = everything.get(f"{at}starting_time")
    if start is not None and "rate" in start.attrs:
        return sound_rate(float(start.attrs["rate"]), f"{name}, {at.strip('/')}")
    stamps = everything.get(f"{at}timestamps")
    if stamps is None or stamps.ndim != 1 or len(stamps) < 2:
        return None
    first = np.asarray(stamps[: min(len(stamps), 100_000)], np.float64)
    steps = np.diff(first)
    usual = float(np.median(steps))
    even = usual > 0 and float(np.abs(steps - usual).max()) < 0.5 * usual
    span = float(stamps[len(stamps) - 1]) - float(first[0])
    if not even or abs(span / (len(stamps) - 1) - usual) > 0.01 * usual:
        return None
    return sound_rate((len(stamps) - 1) / span, name)


def _nwb_started(file: Any) -> datetime | None:
    try:
        raw = file["session_start_time"][()]
        return datetime.fromisoformat(raw.decode() if isinstance(raw, bytes) else str(raw))
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _matlab(file: Any, path: Path, modality: Modality | None) -> LazyRecording:
    """Open the signal of a MATLAB file, which stands turned in it."""
    everything = {at: one for at, one in _datasets(file).items() if not at.startswith("#refs#")}
    small: dict[str, Any] = {}
    tables: list[Table] = []
    for at, one in everything.items():
        title = at.split("/")[-1]
        if one.dtype.kind == "O" and one.size == 1:  # a cell of one
            target = file[one[()].flat[0]]
            one = target if hasattr(target, "dtype") else one
        if one.dtype.kind not in "iuf" or one.ndim != 2:
            continue
        if _text(one, "MATLAB_class") == "char" or (one.dtype == np.uint16 and one.size < 256):
            if 0 < one.size <= _TEXT_MOST:
                small[title] = "".join(chr(int(code)) for code in np.asarray(one[()]).flat)
        elif one.size == 1:
            small[title] = float(np.asarray(one[()]).flat[0])
        elif one.size > 1:
            long = 1 if one.shape[1] >= one.shape[0] else 0
            tables.append(
                Table(name=title, length=one.shape[long], width=one.shape[1 - long], at=at)
            )
    rate_hz = rate_of(small, path.name)
    table, offered = offered_by(tables, small, rate_hz, path.name)
    taken = take(offered, modality, path.name)
    data = everything[table.at]
    if data.dtype.kind == "O":
        data = file[data[()].flat[0]]
    _sound(data, path.name)
    places = list(taken.places)
    turned = data.shape[1] >= data.shape[0]

    def fetch(start: int, stop: int) -> NDArray[Any]:
        got = data[:, start:stop] if turned else data[start:stop, :].T
        return np.asarray(got, np.float64)[places]

    return built(
        name=path.name,
        form="matlab",
        taken=taken,
        fetch=fetch,
        length=table.length,
        closing=file.close,
        notes=(f"the variable {table.name} was taken as the signal",),
    )
