"""Accelerometers of phones: tables of phyphox, Sensor Logger and the like, time beside x, y, z."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.clock import on_even_clock
from kedut.measurement.readers.gravity import NOTE as GRAVITY_NOTE
from kedut.measurement.readers.gravity import repaired
from kedut.measurement.readers.lazy import LazyRecording
from kedut.measurement.readers.offered import ACCELERATION, Offered, plain_unit, take
from kedut.measurement.readers.scratch import Scratch
from kedut.measurement.readers.table import Spelling, rows_of
from kedut.measurement.recording import About, Modality

_FIRST: Final = 2000  # constant: rows that tell g from m/s²
_UNIT: Final = re.compile(r"\s*[\[(]([^\])]*)[\])]\s*$")
_TIME: Final = re.compile(
    r"(seconds_elapsed|time|t|timestamp|zeit|waktu|temps|tiempo|tempo|time_s|time_ms|t_s|t_ms)\Z"
)
_AXIS: Final = re.compile(r"(?:^|.*[^a-z])(?:acc[a-z]*[ _.-]*)?([xyz])\Z")
_FOREIGN: Final = re.compile(r"gyro|magnet|rotation|orient|gps|veloc|angular|quat|baro")
SECONDS: Final = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_EPOCH_S: Final = 946_684_800.0  # constant: the year 2000; an earlier time counts from a start
_EPOCH_END_S: Final = 4_102_444_800.0  # constant: the year 2100
_STEP_S: Final = (1e-4, 0.5)  # constant: between samples of an accelerometer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Which columns of a table are what; `clock` is a second one, that tells the start."""

    time: int
    unit: str
    axes: tuple[int, ...]
    names: tuple[str, ...]
    acceleration: str
    clock: int | None


def looks_phone(spelling: Spelling) -> bool:
    """Say whether a table has a time and axes of an acceleration."""
    return _layout(spelling) is not None


def _layout(spelling: Spelling) -> _Layout | None:
    if not spelling.header:
        return None
    cells = spelling.cells(spelling.header[-1].lstrip("#"))
    if len(cells) != spelling.columns:
        return None
    units = [found[1] if (found := _UNIT.search(cell)) else "" for cell in cells]
    names = [_UNIT.sub("", cell).strip().lower() for cell in cells]
    times = [at for at, name in enumerate(names) if _TIME.match(name)]
    axes = [
        at
        for at, name in enumerate(names)
        if at not in times and _AXIS.match(name) and not _FOREIGN.search(name)
    ]
    # of an acceleration with gravity and one without it, the first is what the sensor felt
    seen: dict[str, int] = {}
    for at in axes:
        found = _AXIS.match(names[at])
        axis = found[1] if found else ""
        if axis not in seen or ("linear" in names[seen[axis]] and "linear" not in names[at]):
            seen[axis] = at
    if not times or len(seen) < 2:
        return None
    time = next((at for at in times if names[at] == "seconds_elapsed"), times[0])
    unit = plain_unit(units[time]) or ("s" if names[time] == "seconds_elapsed" else "")
    if not unit and names[time].endswith("_ms"):
        unit = "ms"
    chosen = [seen[axis] for axis in sorted(seen)]
    return _Layout(
        time=time,
        unit=unit,
        axes=tuple(chosen),
        names=tuple(sorted(seen)),
        acceleration=units[chosen[0]],
        clock=next((at for at in times if at != time), None),
    )


def open_phone(path: Path, spelling: Spelling, modality: Modality | None = None) -> LazyRecording:
    """Open a table of a phone."""
    with path.open("rb") as file:
        return read_phone(file, spelling, modality, name=path.name)


def read_phone(
    file: BinaryIO,
    spelling: Spelling,
    modality: Modality | None,
    *,
    name: str,
    unit: str = "",
    started: datetime | None = None,
    form: str = "",
    notes: tuple[str, ...] = (),
) -> LazyRecording:
    """Read a table of a phone from an open file.

    unit : of the acceleration, where the table does not say
    started : where the file says so elsewhere
    """
    layout = _layout(spelling)
    if layout is None:
        raise BadRecording(
            where=name, what="no table of an acceleration", remedy="export the accelerometer as CSV"
        )
    columns = [layout.time, *layout.axes, *([] if layout.clock is None else [layout.clock])]
    count = len(layout.axes)
    timed = Scratch(1 + count, name, "f8")
    try:
        stamp, scale, assumed = np.nan, 0.0, []
        with closing(rows_of(file, spelling, columns, name)) as pieces:
            for piece in pieces:
                if not scale:
                    scale, said = _scale(layout, piece[:, 0], name)
                    assumed.extend(said)
                    stamp = piece[0, -1] if layout.clock is not None else piece[0, 0]
                piece[:, 0] *= scale
                timed.append(piece[:, : 1 + count])
        if not timed.length:
            raise BadRecording(
                where=name, what="the table has no rows", remedy="record again, then export"
            )
        even = on_even_clock(timed, count, name)
    finally:
        timed.close()
    said_unit = layout.acceleration or unit
    offered = [
        Offered(name=axis, unit=said_unit or ACCELERATION, rate_hz=even.rate_hz, kind="motion")
        for axis in layout.names
    ]
    try:
        taken = take(offered, modality, name)
    except BaseException:
        even.rows.close()
        raise
    if not said_unit:
        assumed.append(f"no unit of the acceleration: taken as {ACCELERATION}")
    factors = np.asarray(taken.factors)[:, None]
    first = even.rows.fetch(0, min(_FIRST, even.rows.length)) * factors
    by = repaired(taken, first.T)
    if by != 1.0:
        assumed.append(GRAVITY_NOTE)
    factors = factors * by
    about = About(
        name=name,
        modality=taken.modality,
        format=form or _form(spelling, layout),
        rate_hz=even.rate_hz,
        length=even.rows.length,
        channels=taken.channels,
        started=started or _started(stamp),
        irregular=even.irregular,
        gaps=even.rows.gaps(even.rate_hz, [one.name for one in taken.channels]),
        notes=(*notes, *assumed, *even.notes, *taken.notes),
    )
    rows = even.rows
    return LazyRecording(about, lambda start, stop: rows.fetch(start, stop) * factors, rows.close)


def _form(spelling: Spelling, layout: _Layout) -> str:
    if "seconds_elapsed" in spelling.header[-1]:
        return "sensor-logger"
    return "phyphox" if layout.acceleration and layout.unit else "phone"


def _scale(layout: _Layout, times: NDArray[Any], name: str) -> tuple[float, list[str]]:
    """Give the seconds in one of a time column, told by its unit or by its steps."""
    if layout.unit in SECONDS:
        return SECONDS[layout.unit], []
    steps = np.diff(times[np.isfinite(times)])
    step = float(np.median(steps)) if len(steps) else 0.0
    for unit, seconds in SECONDS.items():
        if _STEP_S[0] <= step * seconds <= _STEP_S[1]:
            return seconds, [f"no unit of the time: taken as {unit}"]
    raise BadRecording(
        where=name,
        what=f"its times go in steps of {step:g}, of a unit that it does not say",
        remedy="name the column 'Time (s)' and give seconds",
    )


def _started(stamp: float) -> datetime | None:
    """Give the start where a time counts from 1970, in any of the units in use."""
    for seconds in SECONDS.values():
        if _EPOCH_S <= stamp * seconds <= _EPOCH_END_S:
            return datetime.fromtimestamp(stamp * seconds, UTC)
    return None
