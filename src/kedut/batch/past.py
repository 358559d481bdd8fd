"""What an earlier run left in the same tables, part by part."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kedut.batch.errors import Stopped
from kedut.batch.part import Part
from kedut.batch.place import is_there, reading
from kedut.batch.tables import ERRORS, RESULTS

METADATA = b"kedut.parts"  # in the footer: each part's key and its rows in every table, in order
_ROWS = 8192
_Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    counts: _Counts


class Past:
    """Earlier tables of the same names; nothing where there are none, or not whole.

    keys : the parts of which all tables say the same; after an end in the midst of putting the
        tables in place there may be others
    """

    def __init__(self, tables: Mapping[str, str]) -> None:
        self._cursors: dict[str, _Cursor] = {}
        self._spans: dict[str, dict[str, _Span]] = {}
        try:
            for name, url in tables.items():
                if is_there(url):
                    self._cursors[name] = _Cursor(url, name)
        except BaseException:
            self.close()
            raise
        for name, cursor in self._cursors.items():
            start, spans = 0, self._spans.setdefault(name, {})
            for key, counts in cursor.parts:
                spans[key] = _Span(start, counts)
                start += counts[name]
        self.there = bool(self._cursors)
        whole = set(self._spans) == set(tables)
        shared = set.intersection(*(set(s) for s in self._spans.values())) if whole else set()
        self.keys = {key for key in shared if self._agree(key)}

    def _agree(self, key: str) -> bool:
        first, *others = [spans[key].counts for spans in self._spans.values()]
        return all(other == first for other in others) and set(first) == set(self._spans)

    def holds(self, part: Part) -> bool:
        """Say whether all that came of a part is here."""
        if part.key not in self.keys:
            return False
        rows = self.rows(part.key)
        return rows[RESULTS] + rows[ERRORS] == part.entries

    def is_of(self, parts: Sequence[Part]) -> bool:
        """Say whether the tables hold these parts in this order, and nothing else."""
        order = [part.key for part in parts]
        return all(self.holds(part) for part in parts) and all(
            [key for key, _ in cursor.parts] == order for cursor in self._cursors.values()
        )

    def rows(self, key: str) -> dict[str, int]:
        """Give how many rows of each table a part has."""
        return next(iter(self._spans.values()))[key].counts

    def tables(self, key: str) -> dict[str, Any]:
        """Give the rows of a part."""
        return {
            name: self._cursors[name].take(spans[key].start, spans[key].counts[name])
            for name, spans in self._spans.items()
        }

    def close(self) -> None:
        """Close the files."""
        for cursor in self._cursors.values():
            cursor.close()


class _Cursor:
    """Reads rows of a Parquet file, mostly forward."""

    def __init__(self, url: str, name: str) -> None:
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
        self.parts: list[tuple[str, Any]] = [(key, counts) for key, counts in json.loads(told)]
        if not all(isinstance(counts, dict) and name in counts for _, counts in self.parts):
            self._file.close()
            raise Stopped(url, "was written by another kedut", "remove it, or choose another --out")
        if sum(counts[name] for _, counts in self.parts) != self._opened.metadata.num_rows:
            self._file.close()
            remedy = "remove it, or choose another --out"
            raise Stopped(url, "holds other rows than it says", remedy)
        self._at = 0
        self._batches: Any = None
        self._left: Any = None

    def take(self, start: int, rows: int) -> Any:
        import pyarrow as pa

        if self._batches is None or self._at > start:
            self._batches, self._at, self._left = self._opened.iter_batches(_ROWS), 0, None
        self._next(start - self._at)
        taken = self._next(rows)
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
