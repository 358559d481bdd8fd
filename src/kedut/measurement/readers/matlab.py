"""MATLAB files up to version 7: the signal, its rate, and the layout of OTBioLab+ exports."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.guess import Table, offered_by, rate_of
from kedut.measurement.readers.lazy import LazyRecording, built
from kedut.measurement.readers.limits import COPY_AGAIN, EXPORT
from kedut.measurement.readers.offered import take
from kedut.measurement.readers.scratch import Scratch
from kedut.measurement.recording import Modality, chunks

_NUMBERS_MOST: Final = 1 << 28  # constant: 2 GB as the library unpacks it
_PACKED_MOST: Final = 1 << 28  # constant: bytes; a longer recording is saved as 7.3
_RATIO_MOST: Final = 300  # constant: numbers a byte of the file; zeros pack 1000 to one
_PIECE: Final = 1 << 16
_DEEP: Final = 3


def open_matlab(path: Path, modality: Modality | None = None) -> LazyRecording:
    """Open a MATLAB file that the library reads as a whole."""
    import scipy.io

    if path.stat().st_size > _PACKED_MOST:
        raise BadRecording(
            where=path.name, what="it is larger than 256 MB", remedy="save it with -v7.3, or as EDF"
        )
    _sound(path)
    whole = scipy.io.loadmat(str(path), squeeze_me=False, struct_as_record=False)
    arrays: dict[str, NDArray[Any]] = {}
    small: dict[str, Any] = {}
    _gather({key: one for key, one in whole.items() if key[:2] != "__"}, arrays, small, 0)
    del whole
    tables = []
    for at, one in arrays.items():
        long = int(one.shape[1] > one.shape[0])
        tables.append(Table(name=at, length=one.shape[long], width=one.shape[1 - long], at=at))
    rate_hz = rate_of(small, path.name)
    table, offered = offered_by(tables, small, rate_hz, path.name)
    taken = take(offered, modality, path.name)
    data = arrays[table.at]
    data = data.T if data.shape[1] > data.shape[0] else data
    rows = Scratch(len(taken.places), path.name)
    try:
        for start, stop in chunks(len(data), _PIECE):
            rows.append(np.asarray(data[start:stop, list(taken.places)], np.float64))
        return built(
            name=path.name,
            form="matlab",
            taken=taken,
            fetch=rows.fetch,
            length=rows.length,
            closing=rows.close,
            notes=(f"the variable {table.name} was taken as the signal",),
        )
    except BaseException:
        rows.close()
        raise


def _sound(path: Path) -> None:
    """Hold what the variables claim against the file, before any is unpacked."""
    import scipy.io

    numbers = 0
    for _, shape, _ in scipy.io.whosmat(str(path)):
        count = 1
        for side in shape:
            count *= int(side)
        if count < 0:
            raise BadRecording(where=path.name, what=f"a variable of shape {shape}", remedy=EXPORT)
        numbers += count
    if numbers > _NUMBERS_MOST or numbers > _RATIO_MOST * path.stat().st_size:
        raise BadRecording(
            where=path.name,
            what=f"{numbers} numbers are claimed in {path.stat().st_size} bytes",
            remedy=COPY_AGAIN,
        )


def _gather(
    whole: dict[str, Any], arrays: dict[str, NDArray[Any]], small: dict[str, Any], depth: int
) -> None:
    """Sort variables, those in structs and cells of one too, into signals and single things."""
    for key, one in whole.items():
        if not isinstance(one, np.ndarray):
            continue
        if one.dtype.kind in "iuf" and one.ndim == 2 and one.size > 1:
            arrays[key] = one
        elif one.dtype.kind in "iuf" and one.size == 1:
            small[key] = float(one.flat[0])
        elif one.dtype.kind in "US" and one.size:
            small[key] = str(one.flat[0]).strip() if one.size == 1 else [str(x) for x in one.flat]
        elif one.dtype == object and one.size and depth < _DEEP:
            _unpack(key, one, arrays, small, depth)


def _unpack(
    key: str,
    cell: NDArray[Any],
    arrays: dict[str, NDArray[Any]],
    small: dict[str, Any],
    depth: int,
) -> None:
    texts = [_text(one) for one in cell.flat]
    if all(texts) and cell.size > 1:
        small[key] = texts
        return
    first = cell.flat[0]
    if cell.size == 1 and hasattr(first, "_fieldnames"):
        fields = {name: getattr(first, name) for name in first._fieldnames}
        _gather(fields, arrays, small, depth + 1)
    elif cell.size == 1:
        _gather({key: first}, arrays, small, depth + 1)
    else:
        _columns(key, cell, arrays)


def _text(one: Any) -> str:
    if isinstance(one, np.ndarray) and one.dtype.kind == "U" and one.size == 1:
        return str(one.flat[0])
    return ""


def _columns(key: str, cell: NDArray[Any], arrays: dict[str, NDArray[Any]]) -> None:
    """Take a cell of equally long rows, one a channel, as one signal."""
    rows = [one.ravel() for one in cell.flat if isinstance(one, np.ndarray) and one.size]
    if rows and all(one.dtype.kind in "iuf" and len(one) == len(rows[0]) for one in rows):
        arrays[key] = np.stack(rows, axis=1)
