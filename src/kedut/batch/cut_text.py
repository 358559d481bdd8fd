"""Lines of JSON and tables of text cut into parts, without holding more than one part."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import BinaryIO

from kedut.batch.cells import Note, note_unused, wrong_with
from kedut.batch.part import Broken, Lines, Part, key_of
from kedut.batch.place import reading

LONGEST = 1 << 24  # bytes of one case
_QUOTED_OVER = 100  # lines a quoted cell may go on for; beyond, its quote was never closed
_SHAPE = "write cases into it; its shape is documented"
_SAID = {
    "unexpected end": "a quotation mark is opened and not closed",
    "expected after": "something stands between a closing quotation mark and the end of its cell",
    "new-line character": "a line ends in CR alone",
}
_BOM = b"\xef\xbb\xbf"
Records = Iterator[tuple[int, bytes]]


def cut_json(url: str, name: str, size: int, sealed: str) -> Iterator[Part]:
    """Cut a file of one JSON object a line; blank lines are none."""
    with reading(url) as file:
        yield from _cut(Lines(url=url, name=name, start=0, end=0, first=1), size, sealed, file)


def whole_json(url: str, name: str, sealed: str) -> Iterator[Part]:
    """Give a file of one JSON object as one part."""
    with reading(url) as file:
        text = file.read(LONGEST + 1)
    if not text.strip():
        yield _broken(name, "the file is empty", sealed)
        return
    lines = Lines(url=url, name=name, start=0, end=len(text), first=0)
    yield Part(key=key_of(sealed, name, text), entries=1, source=lines)


def cut_table(url: str, name: str, size: int, sealed: str, note: Note) -> Iterator[Part]:
    """Cut a table of text below its header."""
    with reading(url) as file:
        head = file.readline(LONGEST)
        text = head.removeprefix(_BOM).decode("utf-8", "replace")
        comma = max("\t;,", key=text.count)
        try:
            if len(head) >= LONGEST:
                raise ValueError("it is longer than 16 MB")
            header = tuple(cell.strip() for cell in cells_of(text, comma))
        except ValueError as error:
            remedy = "write one row a line, ended by LF or CRLF, with quotation marks closed"
            yield _broken(name, f"its first line is no header ({error})", sealed, remedy)
            return
        wrong = wrong_with(header) if text.strip() else "the file is empty"
        if wrong:
            yield _broken(name, wrong, sealed)
            return
        note_unused(name, header, note)
        form = Lines(
            url=url, name=name, start=len(head), end=0, first=2, header=header, comma=comma
        )
        yield from _cut(form, size, sealed, file)


def _cut(form: Lines, size: int, sealed: str, file: BinaryIO) -> Iterator[Part]:
    start, first = form.start, form.first
    held: list[bytes] = []
    at, entries, any_at_all = start, 0, False
    shape = key_of(sealed, form.name, form.comma, *form.header)
    for number, record in records(file, first, form.comma, form.header):
        if entries == size:
            yield _part(form, shape, start, at, first, entries, held)
            start, first, entries, held = at, number, 0, []
        at += len(record)
        held.append(record)
        if record.strip():
            entries, any_at_all = entries + 1, True
    if entries:
        yield _part(form, shape, start, at, first, entries, held)
    if not any_at_all:
        yield _broken(form.name, "the file is empty", sealed)


def _part(
    form: Lines, shape: str, start: int, end: int, first: int, entries: int, held: list[bytes]
) -> Part:
    lines = Lines(
        url=form.url, name=form.name, start=start, end=end, first=first,
        header=form.header, comma=form.comma,
    )  # fmt: skip
    return Part(key=key_of(shape, str(first), b"".join(held)), entries=entries, source=lines)


def _broken(name: str, what: str, sealed: str, remedy: str = _SHAPE) -> Part:
    broken = Broken(name=name, what=what, remedy=remedy)
    return Part(key=key_of(sealed, name, what), entries=1, source=broken)


def cells_of(text: str, comma: str) -> list[str]:
    """Give the cells of one row; raises ValueError where its quotation marks do not pair."""
    try:
        return next(csv.reader([text], delimiter=comma, strict=True), [])
    except csv.Error as error:
        said = str(error)
        raise ValueError(next((s for key, s in _SAID.items() if key in said), said)) from None


@lru_cache(maxsize=8)
def width_of(header: tuple[str, ...]) -> int:
    """Give how many cells a row must have: those up to the last column with a name."""
    return max((place for place, name in enumerate(header, 1) if name), default=0)


def records(file: BinaryIO, first: int, comma: str, header: tuple[str, ...]) -> Records:
    """Give the records of a text with the number of the line each begins on.

    Without a header each line is one. In a table a quoted cell may go over several lines; one whose
    quote is never closed, or that would make no whole row, swallows no other line.
    """
    waiting: deque[bytes] = deque()
    number = first

    def take() -> bytes:
        return waiting.popleft() if waiting else file.readline(LONGEST)

    while line := take():
        taken = [line]
        if header and b'"' in line and not _is_row(taken, take, comma, header):
            waiting.extendleft(reversed(taken[1:]))  # they are looked at again
            del taken[1:]
        yield number, b"".join(taken)
        number += sum(one.endswith(b"\n") for one in taken)


def _is_row(
    taken: list[bytes], take: Callable[[], bytes], comma: str, header: tuple[str, ...]
) -> bool:
    """Take the lines over which a row goes on; say whether they are a whole one."""

    def texts() -> Iterator[str]:
        yield taken[0].decode("utf-8", "replace")
        length = len(taken[0])
        while len(taken) < _QUOTED_OVER and length < LONGEST and (more := take()):
            taken.append(more)
            length += len(more)
            yield more.decode("utf-8", "replace")

    try:
        cells = next(csv.reader(texts(), delimiter=comma, strict=True), [])
    except csv.Error:
        return False
    return len(cells) >= width_of(header) and not any(cells[len(header) :])
