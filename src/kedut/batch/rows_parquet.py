"""The rows of a part of a Parquet file; a process reads on from its last part."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from kedut.batch.cells import evened, is_used
from kedut.batch.errors import Stopped
from kedut.batch.part import Rows
from kedut.batch.place import reading, size_of
from kedut.batch.rows import CHANGED, Row, place_of, unreadable

_BLOCK = 1 << 20  # bytes read at once, of each column
_ROWS = 8192


class _Position:
    """Where this process reads in a Parquet file: its next part lies ahead, mostly."""

    def __init__(self) -> None:
        self.at: tuple[str, int, int] = ("", 0, 0)
        self.batches: Iterator[Any] = iter(())
        self.left: Any = None
        self.file: Any = None

    def take(self, source: Rows, count: int) -> list[Any]:
        """Give the batches that hold some rows."""
        if source.size != size_of(source.url):
            raise Stopped(source.name, *CHANGED)
        url, group, row = self.at
        if (url, group) != (source.url, source.group) or row > source.start:
            self._open(source)
            row = 0
        self._next(source.start - row, keep=False)
        taken = self._next(count, keep=True)
        self.at = (source.url, source.group, source.start + count)
        return taken

    def close(self) -> None:
        """Let go of the file."""
        if self.file is not None:
            self.file.close()
        self.at, self.batches, self.left, self.file = ("", 0, 0), iter(()), None, None

    def _open(self, source: Rows) -> None:
        import pyarrow.parquet as pq

        self.close()
        self.file = reading(source.url)
        opened = pq.ParquetFile(self.file, pre_buffer=False, buffer_size=_BLOCK)
        names = [name for name in opened.schema_arrow.names if is_used(name)]
        self.batches = opened.iter_batches(
            batch_size=_ROWS, row_groups=[source.group], columns=names, use_threads=False
        )
        self.left = None

    def _next(self, count: int, *, keep: bool) -> list[Any]:
        taken = []
        while count > 0:
            batch = self.left if self.left is not None else next(self.batches, None)
            if batch is None:
                raise OSError("it has fewer rows than it says")
            self.left = None
            if batch.num_rows > count:
                batch, self.left = batch.slice(0, count), batch.slice(count)
            count -= batch.num_rows
            if keep:
                taken.append(batch)
        return taken


_here = _Position()


def let_go() -> None:
    """Close the file that was read last."""
    _here.close()


def parquet_rows(source: Rows, entries: int) -> Iterator[Row]:
    """Give the rows of a part of a Parquet file.

    Raises
    ------
    Stopped
        The file is another one by now.
    OSError
        It cannot be read; without a number, it cannot be decoded.
    """
    number = source.before + source.start
    remedy = "write in each column what it is for"
    try:
        batches = _here.take(source, entries)
    except BaseException:
        _here.close()
        raise
    for batch in batches:
        columns = [(name, *_values(batch.column(name))) for name in batch.schema.names]
        for place in range(batch.num_rows):
            number += 1
            try:
                for name, _, wrong in columns:
                    if place in wrong:
                        raise ValueError(f"{name}: {wrong[place]}")
                yield Row(number, evened({name: values[place] for name, values, _ in columns}))
            except ValueError as error:
                yield Row(number, None, unreadable(place_of(source, number), error, remedy))


def _values(column: Any) -> tuple[list[Any], dict[int, str]]:
    """Give the values of a column, and why some cannot be: a time of no calendar, no UTF-8."""
    try:
        return _quickly(column), {}
    except Exception:  # noqa: BLE001 - of any kind; below it is found which value is to blame
        values: list[Any] = []
        wrong: dict[int, str] = {}
        for place, one in enumerate(column):
            try:
                values.append(one.as_py())
            except Exception as error:  # noqa: BLE001 - as above
                values.append(None)
                wrong[place] = str(error) or type(error).__name__
        return values, wrong


def _quickly(column: Any) -> list[Any]:
    """Give the values of a column; texts in lists are made once each."""
    import pyarrow as pa

    kind = column.type
    of_texts = (
        pa.list_(pa.string()),
        pa.large_list(pa.large_string()),
        pa.list_(pa.large_string()),
    )
    if column.null_count or not any(kind.equals(one) for one in of_texts):
        found: list[Any] = column.to_pylist()
        return found
    coded = column.flatten().dictionary_encode()
    words = coded.dictionary.to_pylist()
    flat = [None if code is None else words[code] for code in coded.indices.to_pylist()]
    ends = column.offsets.to_pylist()
    first = ends[0]
    return [flat[a - first : b - first] for a, b in pairwise(ends)]
