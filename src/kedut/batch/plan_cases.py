"""Files of cases become parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kedut.batch.cells import Note
from kedut.batch.cut_parquet import cut_parquet
from kedut.batch.cut_text import cut_json, cut_table, whole_json
from kedut.batch.job import Job
from kedut.batch.part import Broken, Part, key_of
from kedut.batch.place import absolute, size_of

TABLES = (".parquet", ".csv", ".tsv")
SUFFIXES = (*TABLES, ".jsonl", ".ndjson", ".json")


def parts_of(names: Sequence[str], job: Job, note: Note, rows: int) -> Iterator[Part]:
    """Give the parts of some files, in order; a file that cannot be read is one that is wrong.

    Parameters
    ----------
    rows : cases in a part; more take more memory, and time, as less stays near the processor

    Raises
    ------
    Stopped
    """
    return parts_in(names, job.sealed(), note, rows)


def parts_in(names: Sequence[str], sealed: str, note: Note, rows: int) -> Iterator[Part]:
    """Give the parts of some files as `parts_of` does, for what `sealed` stands for."""
    for name in names:
        url = absolute(name)
        try:
            size_of(url)  # before anything is said of it
            yield from _of_file(url, name, rows, sealed, note)
        except OSError as error:
            what = f"cannot be read ({error.strerror or error})"
            remedy = f"check the name; cases stand in {', '.join(SUFFIXES)}"
            broken = Broken(name=name, what=what, remedy=remedy)
            yield Part(key=key_of(sealed, name, what), entries=1, source=broken)


def _of_file(url: str, name: str, rows: int, sealed: str, note: Note) -> Iterator[Part]:
    suffix = "." + name.rpartition(".")[2].lower()
    if suffix == ".parquet":
        yield from cut_parquet(url, name, rows, sealed, note)
    elif suffix in TABLES:
        yield from cut_table(url, name, rows, sealed, note)
    elif suffix == ".json":
        yield from whole_json(url, name, sealed)
    elif suffix in SUFFIXES:
        yield from cut_json(url, name, rows, sealed)
    else:
        what = "its name does not tell what it is"
        broken = Broken(name=name, what=what, remedy=f"cases stand in {', '.join(SUFFIXES)}")
        yield Part(key=key_of(sealed, name, what), entries=1, source=broken)
