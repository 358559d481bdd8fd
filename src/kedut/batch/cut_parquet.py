"""A Parquet file cut into parts by rows; its groups tell what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from kedut.batch.cells import Note, note_unused, wrong_with
from kedut.batch.part import Broken, Part, Rows, key_of
from kedut.batch.place import reading, size_of

_BLOCK = 1 << 20


def cut_parquet(url: str, name: str, size: int, sealed: str, note: Note) -> Iterator[Part]:
    """Cut each group of rows into parts of at most `size` rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    length = size_of(url)
    with reading(url) as file:
        try:
            about = pq.ParquetFile(file).metadata
            schema = about.schema.to_arrow_schema()
            columns, shape = schema.names, schema.to_string(show_schema_metadata=False)
        except (pa.ArrowException, OSError, ValueError, TypeError) as error:
            yield _broken(name, f"it is no Parquet file ({_first_line(error)})", sealed)
            return
        wrong = wrong_with(columns)
        if wrong:
            yield _broken(name, wrong, sealed)
            return
        note_unused(name, columns, note)
        if not about.num_rows:
            yield _broken(name, "the file is empty", sealed)
        before = 0
        for group in range(about.num_row_groups):
            rows = about.row_group(group).num_rows
            mark = key_of(sealed, name, str(before), shape, _mark(file, about, group))
            for start in range(0, rows, size):
                source = Rows(
                    url=url, name=name, size=length, group=group, start=start, before=before
                )
                entries = min(size, rows - start)
                key = key_of(mark, str(start), str(entries))
                yield Part(key=key, entries=entries, source=source)
            before += rows


def _mark(file: BinaryIO, about: Any, group: int) -> bytes:
    """Give a digest of the bytes of a group of rows."""
    digest = hashlib.blake2b(digest_size=16)
    row_group = about.row_group(group)
    for c in range(row_group.num_columns):
        column = row_group.column(c)
        file.seek(column.dictionary_page_offset or column.data_page_offset)
        left = column.total_compressed_size
        while left > 0:
            block = file.read(min(_BLOCK, left))
            if not block:
                break
            digest.update(block)
            left -= len(block)
    return digest.digest()


def _broken(name: str, what: str, sealed: str) -> Part:
    remedy = "give a Parquet file whose columns are those of a case"
    broken = Broken(name=name, what=what, remedy=remedy)
    return Part(key=key_of(sealed, name, what), entries=1, source=broken)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:100]
