"""Parts that are done, one file each, named by what they were made from."""

from __future__ import annotations

import json
from typing import Any

from kedut.batch.job import Outcome, Tables
from kedut.batch.place import content, joined, names_in, write_whole

_SUFFIX = ".part"
_ABOUT = b"kedut"


def url_of(folder: str, key: str) -> str:
    """Give where a part stands when it is done."""
    return joined(folder, key + _SUFFIX)


def done_in(folder: str) -> set[str]:
    """Give the keys of the parts that are done."""
    return {name.removesuffix(_SUFFIX) for name in names_in(folder) if name.endswith(_SUFFIX)}


def write_part(folder: str, key: str, tables: Tables, outcome: Outcome) -> None:
    """Write what came of a part, whole or not at all.

    Raises
    ------
    OSError
    """
    import pyarrow as pa

    about = {
        "tables": list(tables),
        "results": outcome.results,
        "errors": outcome.errors,
        "cpu_s": round(outcome.cpu_s, 6),
    }
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, pa.schema([], {_ABOUT: json.dumps(about)})):
        pass
    for table in tables.values():
        with pa.ipc.new_stream(sink, table.schema, options=options) as stream:
            stream.write_table(table)
    write_whole(url_of(folder, key), memoryview(sink.getvalue()))


def read_part(folder: str, key: str) -> tuple[Tables, Outcome]:
    """Read what came of a part.

    Raises
    ------
    OSError, ValueError
        It is not there, or not whole.
    """
    import pyarrow as pa

    source = pa.BufferReader(content(url_of(folder, key)))
    with pa.ipc.open_stream(source) as stream:
        about = json.loads(stream.schema.metadata[_ABOUT])
        stream.read_all()
    tables: dict[str, Any] = {}
    for name in about["tables"]:
        with pa.ipc.open_stream(source) as stream:
            tables[name] = stream.read_all()
    outcome = Outcome(results=about["results"], errors=about["errors"], cpu_s=about["cpu_s"])
    return tables, outcome
