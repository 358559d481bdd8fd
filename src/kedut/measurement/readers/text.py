"""Text of all kinds: phones, Delsys, and plain columns of numbers with or without a header."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from typing import Final

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.delsys import looks_delsys, open_delsys
from kedut.measurement.readers.gravity import NOTE as GRAVITY_NOTE
from kedut.measurement.readers.gravity import repaired
from kedut.measurement.readers.lazy import LazyRecording
from kedut.measurement.readers.limits import CHANNELS_MOST, sound_length, sound_rate
from kedut.measurement.readers.offered import Offered, take
from kedut.measurement.readers.phone import looks_phone, open_phone
from kedut.measurement.readers.scratch import Scratch
from kedut.measurement.readers.table import Spelling, rows_of, spelled
from kedut.measurement.recording import About, Modality

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
_TIME: Final = re.compile(r"(?:time|zeit|waktu|t|x)\b", re.IGNORECASE)


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
    """Open columns of numbers with a rate in the header, as BioSPPy and many programs write."""
    header = "\n".join(spelling.header)
    found = _RATE.search(header)
    if found is None:
        raise BadRecording(
            where=path.name,
            what="it does not say how many samples a second it has",
            remedy="put a first line '# Sampling Rate (Hz):= 2000' in it, with the true rate",
        )
    rate_hz = sound_rate(float(found[1].replace(",", ".")), path.name)
    names, units = _columns(spelling)
    offered = [
        Offered(name=name, unit=unit, rate_hz=rate_hz, kind="other" if _TIME.match(name) else "")
        for name, unit in zip(names, units, strict=True)
    ][:CHANNELS_MOST]
    taken = take(offered, modality, path.name)
    rows = Scratch(len(taken.places), path.name)
    by = 1.0
    try:
        with (
            path.open("rb") as file,
            closing(rows_of(file, spelling, list(taken.places), path.name)) as pieces,
        ):
            for piece in pieces:
                if not rows.length:
                    by = repaired(taken, piece[:_FIRST] * taken.factors)
                rows.append(piece * taken.factors * by)
        length = sound_length(rows.length, rate_hz, path.name)
    except BaseException:
        rows.close()
        raise
    about = About(
        name=path.name,
        modality=taken.modality,
        format="text",
        rate_hz=rate_hz,
        length=length,
        channels=taken.channels,
        gaps=rows.gaps(rate_hz, [one.name for one in taken.channels]),
        notes=(*taken.notes, *([GRAVITY_NOTE] if by != 1.0 else [])),
    )
    return LazyRecording(about, rows.fetch, rows.close)


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
    cells = spelling.cells(last)
    if not last.startswith("#") and len(cells) == count:
        names = cells
    for at, name in enumerate(names):
        if found := _IN_BRACKETS.search(name):
            names[at], units[at] = name[: found.start()] or name, found[1]
    return names, units
