"""Text of all kinds: phones, Delsys, and plain columns of numbers with or without a header."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.clock import Even, on_even_clock
from kedut.measurement.readers.delsys import looks_delsys, open_delsys
from kedut.measurement.readers.gravity import NOTE as GRAVITY_NOTE
from kedut.measurement.readers.gravity import repaired
from kedut.measurement.readers.lazy import LazyRecording, built
from kedut.measurement.readers.limits import sound_rate
from kedut.measurement.readers.offered import Offered, plain_unit, take
from kedut.measurement.readers.phone import SECONDS, looks_phone, open_phone
from kedut.measurement.readers.scratch import Scratch
from kedut.measurement.readers.table import Spelling, rows_of, spelled
from kedut.measurement.recording import Modality

_HEAD: Final = 1 << 18  # bytes in which a header ends
_FIRST: Final = 2000  # constant: rows that tell g from m/s²
_RATE: Final = re.compile(
    r"(?:sampl\w*[ _]*(?:rate|freq\w*)|\bfs|\brate|frequency)[^0-9\n]{0,20}?"
    r"(-?[0-9]+(?:[.,][0-9]+)?)",
    re.IGNORECASE,
)
_LABELS: Final = re.compile(r"#?\s*(?:labels?|channels?)\s*:?=\s*(.+)", re.IGNORECASE)
_UNITS: Final = re.compile(r"#?\s*units?\s*:?=\s*(.+)", re.IGNORECASE)
_IN_BRACKETS: Final = re.compile(r"\s*[\[(]([^\])]*)[\])]\s*$")
_AFTER: Final = re.compile(r"[_ ](u?m?V|s|ms|us|ns)\Z")
_TIME: Final = re.compile(r"(?:time|zeit|waktu|t|timestamp)\Z", re.IGNORECASE)


def open_text(path: Path, modality: Modality | None = None) -> LazyRecording:
    """Open a text, by what its header says it is."""
    with path.open("rb") as file:
        spelling = spelled(file.read(_HEAD), path.name)
    if looks_delsys(spelling):
        return open_delsys(path, spelling, modality)
    if looks_phone(spelling):
        return open_phone(path, spelling, modality)
    return _open_plain(path, spelling, modality)


def _open_plain(path: Path, spelling: Spelling, modality: Modality | None) -> LazyRecording:
    """Open columns of numbers: a rate in the header, as BioSPPy writes it, or times beside them."""
    names, units = _columns(spelling)
    found = _RATE.search("\n".join(spelling.header))
    times = [at for at, name in enumerate(names) if _TIME.match(name)]
    if found is None and not (times and plain_unit(units[times[0]]) in SECONDS):
        raise BadRecording(
            where=path.name,
            what="it does not say how many samples a second it has",
            remedy="put a first line '# Sampling Rate (Hz):= 2000' in it, with the true rate",
        )
    # where only times tell the rate, it is known once they are read
    rate_hz = sound_rate(float(found[1].replace(",", ".")), path.name) if found else 1.0
    offered = [
        Offered(name=name, unit=unit, rate_hz=rate_hz, kind="other" if at in times else "")
        for at, (name, unit) in enumerate(zip(names, units, strict=True))
    ]
    taken = take(offered, modality, path.name)
    notes: list[str] = []
    irregular = False
    if found:
        rows = _rows(path, spelling, list(taken.places), None)
    else:
        rows, even = _even(path, spelling, [times[0], *taken.places], units[times[0]])
        irregular, notes = even.irregular, list(even.notes)
        taken = replace(taken, rate_hz=even.rate_hz)
    by = repaired(taken, (rows.fetch(0, min(_FIRST, rows.length)).T * taken.factors))
    if by != 1.0:
        notes.append(GRAVITY_NOTE)
        taken = replace(taken, factors=tuple(one * by for one in taken.factors))
    try:
        return built(
            name=path.name,
            form="text",
            taken=taken,
            fetch=rows.fetch,
            length=rows.length,
            closing=rows.close,
            notes=tuple(notes),
            gaps=rows.gaps(taken.rate_hz, [one.name for one in taken.channels]),
            scan=False,
            irregular=irregular,
        )
    except BaseException:
        rows.close()
        raise


def _rows(path: Path, spelling: Spelling, columns: list[int], seconds: float | None) -> Scratch:
    """Put columns onto disk; the first is a time where its unit is given in seconds."""
    rows = Scratch(len(columns), path.name, "f4" if seconds is None else "f8")
    try:
        with (
            path.open("rb") as file,
            closing(rows_of(file, spelling, columns, path.name)) as pieces,
        ):
            for piece in pieces:
                piece[:, 0] *= seconds or 1.0
                rows.append(piece)
    except BaseException:
        rows.close()
        raise
    return rows


def _even(path: Path, spelling: Spelling, columns: list[int], unit: str) -> tuple[Scratch, Even]:
    timed = _rows(path, spelling, columns, SECONDS[plain_unit(unit)])
    try:
        even = on_even_clock(timed, len(columns) - 1, path.name)
    finally:
        timed.close()
    return even.rows, even


def _columns(spelling: Spelling) -> tuple[list[str], list[str]]:
    """Give names and units of the columns, from labels, from the last line, or by number."""
    count = spelling.columns
    names, units = [f"channel {at + 1}" for at in range(count)], [""] * count
    for line in spelling.header:
        if found := _LABELS.match(line):
            cells = re.split(r"[\t,;]| {2,}", found[1].strip())
            names = [cell.strip() for cell in cells] if len(cells) == count else names
        if found := _UNITS.match(line):
            cells = re.split(r"[\t,;]| {2,}", found[1].strip())
            units = [cell.strip() for cell in cells] if len(cells) == count else cells[:1] * count
    last = spelling.header[-1] if spelling.header else ""
    cells = [last.strip().strip('"')] if count == 1 else spelling.cells(last)
    if not last.startswith("#") and len(cells) == count:
        names = cells
    for at, name in enumerate(names):
        found = _IN_BRACKETS.search(name) or _AFTER.search(name)
        if found:
            names[at], units[at] = name[: found.start()] or name, found[1]
    return names, units
