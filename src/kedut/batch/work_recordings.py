"""A part that is one recording: fetched, measured in a process of its own, given as tables."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kedut.batch.job import Job, Tables
from kedut.batch.part import Part, Recording
from kedut.batch.place import content, joined, local, names_in, parted
from kedut.batch.reader import Bounds, Reader
from kedut.batch.tables import (
    ERRORS,
    EVENTS,
    RESULTS,
    errors_table,
    events_schema,
    recordings_schema,
)
from kedut.case.errors import BadCase
from kedut.measurement.errors import BadRecording

_readers: dict[Bounds, Reader] = {}  # one each is enough: a process works for one part at a time


def _reader_of(job: Job) -> Reader:
    """Give the process that measures within these bounds, whatever job asks."""
    return _readers.setdefault(Bounds.of(job), Reader(Bounds.of(job)))


def spent_s() -> float:
    """Give the CPU seconds of the processes that measured for this one."""
    return sum(reader.cpu_s for reader in _readers.values())


def stop_readers() -> None:
    """End the processes that measure for this one."""
    for reader in _readers.values():
        reader.stop()
    _readers.clear()


def recording_tables(job: Job, part: Part) -> Tables:
    """Measure one recording; one that cannot be measured becomes a row of errors.

    Raises
    ------
    OSError
    """
    import pyarrow as pa

    source = part.source
    if not isinstance(source, Recording):
        raise TypeError(f"a recording is a file, not {type(source).__name__}")
    try:
        with _here(source) as path:
            row, events = _reader_of(job).measure(job, path, source)
    except BadRecording as error:
        wrong = BadCase(where=error.where, what=error.what, remedy=error.remedy)
        return {
            RESULTS: recordings_schema().empty_table(),
            EVENTS: events_schema().empty_table(),
            ERRORS: errors_table(source.name, [(None, None, wrong)]),
        }
    tables: dict[str, Any] = {}
    for name, stream in ((RESULTS, row), (EVENTS, events)):
        with pa.ipc.open_stream(pa.BufferReader(stream)) as opened:
            tables[name] = opened.read_all()
    return tables | {ERRORS: errors_table(source.name, [])}


@contextlib.contextmanager
def _here(source: Recording) -> Iterator[str]:
    """Give the recording as a file on this machine, with what lies beside it under its name."""
    path = local(source.url)
    if path is not None:
        yield str(path)
        return
    folder, name = parted(source.url)
    stem = name.partition(".")[0]
    with tempfile.TemporaryDirectory(prefix="kedut-") as here:
        for other in names_in(folder):
            if other == name or other.partition(".")[0] == stem:
                (Path(here) / other).write_bytes(content(joined(folder, other)))
        yield str(Path(here) / name)
