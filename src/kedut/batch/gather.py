"""Parts become one table of each kind, in the order of what went in, always the same bytes."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import tempfile
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from kedut.batch.past import METADATA
from kedut.batch.place import local, system
from kedut.batch.tables import CHANCE
from kedut.batch.written import Written, written

_ROWS = 20_000  # at most in one group of rows
_PIECES = 250
_COMPRESSION = "zstd"
_GROWING = ".growing"
HALF = (_GROWING, ".partial")


class Gatherer:
    """Writes the tables, and puts them where they belong when all is there."""

    def __init__(self, urls: Mapping[str, str], schemas: Mapping[str, Any]) -> None:
        self._urls = urls
        self._growing: dict[str, _Growing] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="kedut-")
        try:
            for name, url in urls.items():
                self._growing[name] = _Growing(self._beside(url, name), schemas[name])
        except BaseException:
            self._give_up()
            raise

    def __enter__(self) -> Gatherer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._give_up()

    def _give_up(self) -> None:
        for growing in self._growing.values():
            growing.give_up()
        self._folder.cleanup()

    def _beside(self, url: str, name: str) -> Path:
        """Give where a table grows: on the same disk, so that it can be put in place at once."""
        path = local(url)
        if path is None:
            return Path(self._folder.name) / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}{_GROWING}")

    def add(self, key: str, tables: Mapping[str, Any]) -> None:
        """Add the rows of the next part.

        Raises
        ------
        OSError
        """
        found = {name: tables.get(name) for name in self._growing}
        rows = {name: 0 if one is None else one.num_rows for name, one in found.items()}
        for name, growing in self._growing.items():
            growing.add(key, rows, found[name], rows[name])

    def close(self) -> dict[str, Written]:
        """Make the tables whole, beside where they belong; say what they are.

        Raises
        ------
        OSError
        """
        return {name: growing.close() for name, growing in self._growing.items()}

    def put(self) -> None:
        """Put the tables where they belong, one after the other.

        Raises
        ------
        OSError
        """
        folders = set()
        for name, growing in self._growing.items():
            path = local(self._urls[name])
            if path is not None:
                growing.path.replace(path)
                folders.add(path.parent)
            else:
                files, inner = system(self._urls[name])
                files.put_file(str(growing.path), inner)
        for folder in folders:
            _keep(folder)


def sweep(urls: Iterable[str]) -> None:
    """Remove what a client that was ended left half written beside some files."""
    for url in urls:
        path = local(url)
        if path is not None:
            for kind in HALF:
                for left in path.parent.glob(f".{glob.escape(path.name)}.*{kind}"):
                    left.unlink(missing_ok=True)


def _keep(path: Path) -> None:
    """Make a file, or the names in a folder, outlive a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
        self._parts: list[tuple[str, dict[str, int]]] = []
        self._held: list[Any] = []
        self._rows = self._all = 0

    def add(self, key: str, counts: dict[str, int], table: Any, rows: int) -> None:
        self._parts.append((key, counts))
        self._all += rows
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

    def close(self) -> Written:
        self._flush()
        self._writer.add_key_value_metadata({METADATA.decode(): json.dumps(self._parts)})
        writer, self._writer = self._writer, None
        writer.close()
        _keep(self.path)
        return written(str(self.path), self._all)

    def give_up(self) -> None:
        if self._writer is not None:
            with contextlib.suppress(OSError):
                self._writer.close()
        self.path.unlink(missing_ok=True)
