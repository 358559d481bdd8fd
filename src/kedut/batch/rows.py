"""The rows of a part: its lines or rows as decoded objects, in the keys of a case."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kedut.batch.cells import object_of
from kedut.batch.cut_text import LONGEST, cells_of, records, width_of
from kedut.batch.errors import Stopped
from kedut.batch.part import Lines, Rows
from kedut.batch.place import reading
from kedut.case.compact import PREFIX
from kedut.case.errors import BadCase
from kedut.case.wire import parse_object

CHANGED = ("it changed while it was being read", "run again when it is whole")
_PACKED = PREFIX.encode()
_REMEDY = "write as many cells as the header has, in UTF-8, quotes and brackets closed"


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
        file.seek(max(0, source.start - 1))
        before = file.read(min(1, source.start))
        text = file.read(source.end - source.start)
    if len(text) < source.end - source.start:
        raise Stopped(source.name, *CHANGED)
    if not source.first:
        yield _of_json(text, 1, source)
        return
    read = _of_table if source.header else _of_json
    stream = io.BytesIO(text)
    begins = before in (b"", b"\n")
    for number, record in records(stream, source.first, source.comma, source.header):
        if record.strip():
            yield read(record, number, source) if begins else _too_long(number, source)
        begins = record.endswith(b"\n")


def _too_long(number: int, source: Lines) -> Row:
    what, remedy = "is longer than 16 MB, or part of what is", "write one case a line"
    return Row(number, None, BadCase(where=place_of(source, number), what=what, remedy=remedy))


def _of_json(text: bytes, number: int, source: Lines) -> Row:
    where = place_of(source, number)
    if len(text) >= LONGEST:
        return _too_long(number, source)
    if text.lstrip()[: len(_PACKED)].upper() == _PACKED:
        what = "this is the text of a QR code, of which more must be told than a row holds"
        remedy = "assess it alone: kedut assess FILE"
        return Row(number, None, BadCase(where=where, what=what, remedy=remedy))
    try:
        return Row(number, parse_object(text, where=where))
    except BadCase as error:
        return Row(number, None, error)


def _of_table(record: bytes, number: int, source: Lines) -> Row:
    if len(record) >= LONGEST:
        return _too_long(number, source)
    header = source.header
    try:
        cells = cells_of(record.decode("utf-8"), source.comma)
        if len(cells) < width_of(header) or any(cells[len(header) :]):
            raise ValueError(f"it has {len(cells)} cells, the header {len(header)}")
        return Row(number, object_of(header, cells))
    except ValueError as error:  # a UnicodeDecodeError is one
        return Row(number, None, unreadable(place_of(source, number), error))


def unreadable(where: str, error: Exception, remedy: str = _REMEDY) -> BadCase:
    """Say that a row of a table cannot be read."""
    what = f"the row cannot be read ({str(error)[:100] or type(error).__name__})"
    return BadCase(where=where, what=what, remedy=remedy)
