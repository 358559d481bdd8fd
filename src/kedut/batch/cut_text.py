"""Lines of JSON and tables of text cut into parts, without holding more than one part."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from kedut.batch.cells import Note, note_unused, wrong_with
from kedut.batch.part import Broken, Lines, Part, key_of
from kedut.batch.place import reading, size_of

LONGEST = 1 << 24  # bytes of one case
_QUOTED_OVER = 100  # lines a quoted cell may go on for; beyond, its quote was never closed
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
    lines = Lines(url=url, name=name, start=0, end=size_of(url), first=0)
    yield Part(key=key_of(sealed, name, text), entries=1, source=lines)


def cut_table(url: str, name: str, size: int, sealed: str, note: Note) -> Iterator[Part]:
    """Cut a table of text below its header."""
    with reading(url) as file:
        head = file.readline(LONGEST)
        text = head.removeprefix(_BOM).decode("utf-8", "replace")
        comma = max("\t;,", key=text.count)
        header = tuple(cell.strip() for cell in next(csv.reader([text], delimiter=comma), []))
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
    for number, record in records(file, first, form.comma if form.header else ""):
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


def _broken(name: str, what: str, sealed: str) -> Part:
    broken = Broken(name=name, what=what, remedy="write cases into it; its shape is documented")
    return Part(key=key_of(sealed, name, what), entries=1, source=broken)


def records(file: BinaryIO, first: int, comma: str) -> Records:
    """Give the records of a text with the number of the line each begins on.

    Without a comma each line is one. In a table a quoted cell may go over several lines; one whose
    quote is never closed swallows no other line.
    """
    waiting: deque[bytes] = deque()
    number = first
    while True:
        line = waiting.popleft() if waiting else file.readline(LONGEST)
        if not line:
            return
        taken = [line]
        if comma and line.count(b'"') % 2 and _open(line, comma):
            closed = False
            while len(taken) < _QUOTED_OVER and not closed:
                more = waiting.popleft() if waiting else file.readline(LONGEST)
                if not more:
                    break
                taken.append(more)
                closed = more.count(b'"') % 2 == 1 and not _open(b"".join(taken), comma)
            if not closed:  # the line stands alone, the others are looked at again
                waiting.extendleft(reversed(taken[1:]))
                taken = taken[:1]
        yield number, b"".join(taken)
        number += sum(one.endswith(b"\n") for one in taken)


def _open(text: bytes, comma: str) -> bool:
    """Say whether a quoted cell is still open at the end of some text."""
    try:
        list(csv.reader([text.decode("utf-8", "replace")], delimiter=comma, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
