"""Parts become one table of each kind, in the order of what went in, always the same bytes."""

from __future__ import annotations

import contextlib
import json
import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from kedut.batch.past import METADATA
from kedut.batch.place import local, system, whole
from kedut.batch.tables import CHANCE

_ROWS = 20_000  # at most in one group of rows
_PIECES = 250
_COMPRESSION = "zstd"
_GROWING = ".growing"


class Gatherer:
    """Writes the tables, and puts them where they belong when all is there."""

    def __init__(self, urls: Mapping[str, str], schemas: Mapping[str, Any]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="kedut-")
        self._growing = {
            name: _Growing(self._beside(url, name), schemas[name]) for name, url in urls.items()
        }
        self._urls = urls

    def __enter__(self) -> Gatherer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for growing in self._growing.values():
            growing.give_up()
        self._folder.cleanup()

    def _beside(self, url: str, name: str) -> Path:
        """Give where a table grows: on the same disk, so that it can be put in place at once."""
        path = local(url)
        if path is None:
            return Path(self._folder.name) / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in path.parent.glob(f".{path.name}.*{_GROWING}"):  # by a client that was ended
            left.unlink(missing_ok=True)
        return path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}{_GROWING}")

    def add(self, key: str, tables: Mapping[str, Any]) -> None:
        """Add the rows of the next part.

        Raises
        ------
        OSError
        """
        for name, growing in self._growing.items():
            growing.add(key, tables.get(name))

    def finish(self) -> None:
        """Put the tables where they belong, each whole."""
        for growing in self._growing.values():
            growing.close()
        for name, growing in self._growing.items():
            path = local(self._urls[name])
            if path is not None:
                growing.path.replace(path)
            else:
                files, inner = system(self._urls[name])
                files.put_file(str(growing.path), inner)


class _Growing:
    """One table that grows."""

    def __init__(self, path: Path, schema: Any) -> None:
        import pyarrow.parquet as pq

        self.path = path
        self._schema = schema
        chances = [name for name in schema.names if name.startswith(CHANCE)]
        self._writer: Any = pq.ParquetWriter(
            path,
            schema,
            compression=_COMPRESSION,
            use_dictionary=[name for name in schema.names if name not in chances] or False,
            store_schema=True,
        )
        self._parts: list[tuple[str, int]] = []
        self._held: list[Any] = []
        self._rows = 0

    def add(self, key: str, table: Any) -> None:
        rows = 0 if table is None else table.num_rows
        self._parts.append((key, rows))
        if rows and self._rows + rows > _ROWS:
            self._flush()
        if rows:
            self._held.append(table)
            self._rows += rows
        if len(self._held) > _PIECES:  # of one row each they would take far more than their bytes
            import pyarrow as pa

            self._held = [pa.concat_tables(self._held).combine_chunks()]

    def _flush(self) -> None:
        import pyarrow as pa

        if self._held:
            table = pa.concat_tables(self._held).cast(self._schema)
            self._writer.write_table(table, row_group_size=_ROWS)
        self._held, self._rows = [], 0

    def close(self) -> None:
        self._flush()
        self._writer.add_key_value_metadata({METADATA.decode(): json.dumps(self._parts)})
        writer, self._writer = self._writer, None
        writer.close()

    def give_up(self) -> None:
        if self._writer is not None:
            with contextlib.suppress(OSError):
                self._writer.close()
        self.path.unlink(missing_ok=True)


def put_text(url: str, text: str) -> None:
    """Write a text, whole or not at all."""
    path = local(url)
    if path is None:
        files, inner = system(url)
        files.pipe_file(inner, text.encode())
        return
    with whole(path) as partial:
        partial.write_text(text, encoding="utf-8")
