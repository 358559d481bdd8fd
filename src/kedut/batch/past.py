"""What an earlier run left in the same tables, part by part."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kedut.batch.errors import Stopped
from kedut.batch.place import is_there, reading
from kedut.batch.tables import RESULTS

METADATA = b"kedut.parts"  # in the footer: each part's key and rows, in order
_ROWS = 8192


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    rows: int


class Past:
    """Earlier tables of the same names; nothing where there are none, or not whole."""

    def __init__(self, tables: Mapping[str, str]) -> None:
        self._cursors: dict[str, _Cursor] = {}
        self._spans: dict[str, dict[str, _Span]] = {}
        try:
            for name, url in tables.items():
                if is_there(url):
                    self._cursors[name] = _Cursor(url)
        except BaseException:
            self.close()
            raise
        for name, cursor in self._cursors.items():
            start, spans = 0, self._spans.setdefault(name, {})
            for key, rows in cursor.parts:
                spans[key] = _Span(start, rows)
                start += rows
        whole = set(self._spans) == set(tables)
        self.keys = set.intersection(*(set(s) for s in self._spans.values())) if whole else set()
        self.order = [key for key, _ in self._cursors[RESULTS].parts] if whole else []

    def rows(self, key: str) -> dict[str, int]:
        """Give how many rows of each table a part has."""
        return {name: spans[key].rows for name, spans in self._spans.items()}

    def tables(self, key: str) -> dict[str, Any]:
        """Give the rows of a part."""
        return {name: self._cursors[name].take(spans[key]) for name, spans in self._spans.items()}

    def close(self) -> None:
        """Close the files."""
        for cursor in self._cursors.values():
            cursor.close()


class _Cursor:
    """Reads rows of a Parquet file, mostly forward."""

    def __init__(self, url: str) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._file = reading(url)
        self._url = url
        try:
            self._opened = pq.ParquetFile(self._file, pre_buffer=False)
        except (pa.ArrowException, OSError) as error:
            self._file.close()
            raise Stopped(
                url, "is no Parquet file", "remove it, or choose another --out"
            ) from error
        told = (self._opened.metadata.metadata or {}).get(METADATA)
        if told is None:
            self._file.close()
            raise Stopped(url, "is there and was not written by kedut", "choose another --out")
        self.parts = [(str(key), int(rows)) for key, rows in json.loads(told)]
        self._at = 0
        self._batches: Any = None
        self._left: Any = None

    def take(self, span: _Span) -> Any:
        import pyarrow as pa

        if self._batches is None or self._at > span.start:
            self._batches, self._at, self._left = self._opened.iter_batches(_ROWS), 0, None
        self._next(span.start - self._at)
        taken = self._next(span.rows)
        schema = self._opened.schema_arrow.remove_metadata()
        return pa.Table.from_batches(taken, schema=schema) if taken else schema.empty_table()

    def _next(self, count: int) -> list[Any]:
        taken = []
        while count > 0:
            batch = self._left if self._left is not None else next(self._batches)
            self._left = None
            if batch.num_rows > count:
                batch, self._left = batch.slice(0, count), batch.slice(count)
            count -= batch.num_rows
            self._at += batch.num_rows
            taken.append(batch.replace_schema_metadata(None))
        return taken

    def close(self) -> None:
        self._file.close()
