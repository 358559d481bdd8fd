"""CSV of Delsys Trigno, as EMGworks and Trigno Discover export it: pairs of time and value."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.lazy import LazyRecording
from kedut.measurement.readers.limits import EXPORT, sound_length, sound_rate
from kedut.measurement.readers.offered import Offered, Taken, take
from kedut.measurement.readers.scratch import Scratch
from kedut.measurement.readers.table import Spelling, rows_of
from kedut.measurement.recording import About, Gap, Modality

_TIME: Final = re.compile(r"(?:x|time)\s*[\[(]s[\])]$|.*time series\s*\(s\)$", re.IGNORECASE)
_MAKER: Final = re.compile(r"trigno|avanti|delsys|time series|x ?\[s\]", re.IGNORECASE)
_VALUE: Final = re.compile(r"(?:^|[^a-z])(?:emg|acc|gyro|mag)", re.IGNORECASE)
_UNIT: Final = re.compile(r"\s*[\[(]([^\])]*)[\])]\s*$")
_HERTZ: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*Hz", re.IGNORECASE)
_LABEL: Final = re.compile(
    r"Label:\s*(?P<name>.+?)\s+Sampling frequency:\s*(?P<rate>[0-9.]+).*?Unit:\s*(?P<unit>\S+)",
    re.IGNORECASE,
)
_SENSOR: Final = re.compile(r"(?:avanti|trigno|quattro|duo|mini|sensor)", re.IGNORECASE)
_TRUE_RATES_HZ: Final = (  # constant: of Trigno sensors, by their manual; times are rounded
    1925.926,
    1259.259,
    2148.148,
    2222.222,
    1111.111,
    4370.629,
    148.148,
    74.074,
    370.370,
)
_FIRST: Final = 20_000  # constant: rows that tell a rate


def looks_delsys(spelling: Spelling) -> bool:
    """Say whether a header is of Delsys."""
    at = _names_at(spelling)
    if at is None:
        return False
    cells = spelling.cells(spelling.header[at])
    text = "\n".join(spelling.header)
    paired = any(_TIME.match(one) and _VALUE.search(two) for one, two in pairwise(cells))
    return paired and bool(_MAKER.search(text))


def _names_at(spelling: Spelling) -> int | None:
    for at in range(len(spelling.header) - 1, -1, -1):
        cells = spelling.cells(spelling.header[at])
        if len(cells) >= spelling.columns > 1 and any(_VALUE.search(one) for one in cells):
            return at
    return None


def open_delsys(path: Path, spelling: Spelling, modality: Modality | None = None) -> LazyRecording:
    """Open a table of Delsys."""
    columns, offered, notes = _offered(path, spelling)
    taken = take(offered, modality, path.name)
    rows = Scratch(len(taken.places), path.name)
    wanted = [columns[at] for at in taken.places]
    last = 0
    try:
        with (
            path.open("rb") as file,
            closing(rows_of(file, spelling, wanted, path.name)) as pieces,
        ):
            for piece in pieces:
                filled = np.flatnonzero(np.isfinite(piece).any(axis=1))
                last = rows.length + int(filled[-1]) + 1 if len(filled) else last
                rows.append(piece * taken.factors)
        length = sound_length(last, taken.rate_hz, path.name)
    except BaseException:
        rows.close()
        raise
    return LazyRecording(_about(path, spelling, taken, rows, length, notes), rows.fetch, rows.close)


def _about(
    path: Path, spelling: Spelling, taken: Taken, rows: Scratch, length: int, notes: list[str]
) -> About:
    end_s = length / taken.rate_hz
    gaps = [
        Gap(
            onset_s=one.onset_s,
            duration_s=min(one.duration_s, end_s - one.onset_s),
            channel=one.channel,
        )
        for one in rows.gaps(taken.rate_hz, [one.name for one in taken.channels])
        if one.onset_s < end_s
    ]
    return About(
        name=path.name,
        modality=taken.modality,
        format="delsys",
        rate_hz=taken.rate_hz,
        length=length,
        channels=taken.channels,
        started=_started(spelling),
        gaps=tuple(gaps),
        notes=(*notes, *taken.notes),
    )


def _offered(path: Path, spelling: Spelling) -> tuple[list[int], list[Offered], list[str]]:
    """Give the value columns, what each is, and what was assumed."""
    at = _names_at(spelling) or 0
    cells = spelling.cells(spelling.header[at])[: spelling.columns]
    sensors = _sensors(spelling, at)
    labels = [found for line in spelling.header if (found := _LABEL.match(line))]
    hertz = _hertz(spelling, at)
    values = [k for k, cell in enumerate(cells) if not _TIME.match(cell) and cell]
    rates = _rates(path, spelling, cells, values)
    offered, notes = [], []
    for order, k in enumerate(values):
        unit_found = _UNIT.search(cells[k])
        unit = unit_found[1] if unit_found else ""
        name = cells[k][: unit_found.start()] if unit_found else cells[k]
        rate_hz = rates.get(k, 0.0)
        if len(labels) == len(values):
            unit, rate_hz = unit or labels[order]["unit"], float(labels[order]["rate"])
        elif k in hertz:
            rate_hz = hertz[k]
        if not unit:
            unit = "V" if "emg" in name.lower() else "g" if "acc" in name.lower() else "?"
            notes.append(f"{name} has no unit: taken as {unit}, which EMGworks writes")
        offered.append(
            Offered(
                name=f"{sensors[k]}: {name}" if sensors.get(k) else name,
                unit=unit,
                rate_hz=sound_rate(rate_hz, f"{path.name}, {name}"),
            )
        )
    return values, offered, notes


def _sensors(spelling: Spelling, at: int) -> dict[int, str]:
    """Give for each column its sensor, where a line above the names says so."""
    for line in reversed(spelling.header[:at]):
        cells = spelling.cells(line)
        if len(cells) > 1 and _SENSOR.search(cells[0]) and not cells[0].endswith(":"):
            known, last = {}, ""
            for k in range(spelling.columns):
                last = (cells[k] if k < len(cells) else "") or last
                known[k] = _UNIT.sub("", last)
            return known
    return {}


def _hertz(spelling: Spelling, at: int) -> dict[int, float]:
    known = {}
    for line in spelling.header[at + 1 :]:
        for k, cell in enumerate(spelling.cells(line)):
            if found := _HERTZ.search(cell):
                known[k] = float(found[1])
    return known


def _rates(path: Path, spelling: Spelling, cells: list[str], values: list[int]) -> dict[int, float]:
    """Give each value column's rate by the time column before it."""
    times = [k for k, cell in enumerate(cells) if _TIME.match(cell)]
    if not times:
        return {}
    parts: list[NDArray[np.float64]] = []
    with (
        path.open("rb") as file,
        closing(rows_of(file, spelling, times, path.name)) as pieces,
    ):
        for piece in pieces:
            parts.append(piece[:_FIRST])
            if sum(map(len, parts)) >= _FIRST:
                break
    if not parts:
        raise BadRecording(where=path.name, what="the table has no rows", remedy=EXPORT)
    table = np.concatenate(parts)
    known = {}
    for k in values:
        before = [one for one in times if one < k]
        if before:
            stamps = table[:, times.index(before[-1])]
            stamps = stamps[np.isfinite(stamps)]
            span = float(stamps[-1] - stamps[0]) if len(stamps) > 1 else 0.0
            known[k] = _true_rate((len(stamps) - 1) / span if span > 0 else 0.0)
    return known


def _true_rate(rate_hz: float) -> float:
    for true in _TRUE_RATES_HZ:
        if abs(rate_hz - true) / true < 2e-4:  # constant: by rounding of the times in a file
            return true
    return rate_hz


def _started(spelling: Spelling) -> datetime | None:
    for line in spelling.header:
        found = re.match(r"\W*Date/?\s?Time\W*(.+)", line, re.IGNORECASE)
        if found:
            text = found[1].strip(' ",;')
            day_first = re.fullmatch(
                r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d\d):(\d\d) ?([AP]M)?", text
            )
            try:
                if day_first:  # Delsys writes month/day/year
                    month, day, year, hour, minute, second = map(int, day_first.groups()[:6])
                    if day_first[7]:
                        hour = hour % 12 + (12 if day_first[7] == "PM" else 0)
                    text = f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
                return datetime.fromisoformat(text)
            except ValueError:
                return None
    return None
