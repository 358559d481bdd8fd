"""The rows of a part: its lines or rows as decoded objects, in the keys of a case."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kedut.batch.cells import object_of
from kedut.batch.cut_text import LONGEST, records
from kedut.batch.errors import Stopped
from kedut.batch.part import Lines, Rows
from kedut.batch.place import reading
from kedut.case.compact import PREFIX
from kedut.case.errors import BadCase
from kedut.case.wire import parse_object

CHANGED = ("it changed while it was being read", "run again when it is whole")
_PACKED = PREFIX.encode()


@dataclass(frozen=True, slots=True)
class Row:
    """One entry: its line or row, and the object there, or why there is none."""

    number: int
    found: Any
    wrong: BadCase | None = None


def place_of(source: Lines | Rows, number: int) -> str:
    """Give the place of a row as errors name it."""
    return f"{source.name} {'line' if isinstance(source, Lines) else 'row'} {number}"


def text_rows(source: Lines) -> Iterator[Row]:
    """Give the rows of some lines.

    Raises
    ------
    Stopped
        The file is another one by now.
    OSError
    """
    with reading(source.url) as file:
        file.seek(source.start)
        text = file.read(source.end - source.start)
    if len(text) < source.end - source.start:
        raise Stopped(source.name, *CHANGED)
    if not source.first:
        yield _of_json(text, 1, source)
        return
    read = _of_table if source.header else _of_json
    stream = io.BytesIO(text)
    for number, record in records(stream, source.first, source.comma if source.header else ""):
        if record.strip():
            yield read(record, number, source)


def _of_json(text: bytes, number: int, source: Lines) -> Row:
    where = place_of(source, number)
    if len(text) >= LONGEST:
        what, remedy = "is longer than 16 MB", "write one case a line"
        return Row(number, None, BadCase(where=where, what=what, remedy=remedy))
    if text.lstrip()[: len(_PACKED)].upper() == _PACKED:
        what = "this is the text of a QR code, of which more must be told than a row holds"
        remedy = "assess it alone: kedut assess FILE"
        return Row(number, None, BadCase(where=where, what=what, remedy=remedy))
    try:
        return Row(number, parse_object(text, where=where))
    except BadCase as error:
        return Row(number, None, error)


def _of_table(record: bytes, number: int, source: Lines) -> Row:
    try:
        cells = next(csv.reader([record.decode("utf-8")], delimiter=source.comma))
        if len(cells) > len(source.header) and any(cells[len(source.header) :]):
            raise ValueError(f"it has {len(cells)} cells, the header {len(source.header)}")
        return Row(number, object_of(source.header, cells))
    except (ValueError, csv.Error) as error:  # a UnicodeDecodeError is a ValueError
        return Row(number, None, unreadable(place_of(source, number), error))


def unreadable(where: str, error: Exception) -> BadCase:
    """Say that a row of a table cannot be read."""
    return BadCase(
        where=where,
        what=f"the row cannot be read ({str(error)[:80]})",
        remedy="write as many cells as the header has, in UTF-8, quotes and brackets closed",
    )
