"""Rows of whatever holds cases: a part of a run, or all of some files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kedut.batch.cells import Note
from kedut.batch.part import Broken, Lines, Rows
from kedut.batch.plan_cases import parts_in
from kedut.batch.rows import Row, place_of, text_rows
from kedut.case.errors import BadCase

_AT_ONCE = 1000


def rows_of(source: Lines | Rows, entries: int) -> Iterator[Row]:
    """Give the rows; where those of a Parquet file cannot be decoded, each as wrong.

    Raises
    ------
    Stopped
        The file changed.
    OSError
    """
    if isinstance(source, Lines):
        yield from text_rows(source)
        return
    import pyarrow as pa

    from kedut.batch.rows_parquet import parquet_rows

    rows = parquet_rows(source, entries)
    done = 0
    try:
        for row in rows:
            yield row
            done += 1
    except (pa.ArrowException, OSError) as error:
        if getattr(error, "errno", None) is not None:  # the disk or the network, not what is in it
            raise
        first = source.before + source.start + done + 1
        for number in range(first, first + entries - done):
            yield Row(number, None, BadCase(
                where=place_of(source, number),
                what=f"the file is damaged here ({(str(error).splitlines() or [''])[0][:80]})",
                remedy="write it again from where it came",
            ))  # fmt: skip


def every_row(names: Sequence[str], note: Note) -> Iterator[tuple[str, Row]]:
    """Give each row of some files, and its place in words; one that cannot be read has no number.

    Raises
    ------
    Stopped, OSError
    """
    for part in parts_in(names, "", note, _AT_ONCE):
        source = part.source
        if isinstance(source, Broken):
            wrong = BadCase(where=source.name, what=source.what, remedy=source.remedy)
            yield source.name, Row(0, None, wrong)
        elif isinstance(source, Lines | Rows):
            for row in rows_of(source, part.entries):
                yield place_of(source, row.number), row
