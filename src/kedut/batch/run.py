"""A run: planned, what is missing done, all put together, told."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Protocol

from kedut.batch.drive import each
from kedut.batch.engines import Engine
from kedut.batch.errors import Stopped
from kedut.batch.gather import Gatherer, sweep
from kedut.batch.job import Job, Tables
from kedut.batch.lock import Lock
from kedut.batch.manifest import Counts, Files, Ran, manifest, now
from kedut.batch.outputs import Outputs
from kedut.batch.part import Part
from kedut.batch.parts import done_in, read_part
from kedut.batch.past import Past
from kedut.batch.place import remove, tidy, write_whole
from kedut.batch.tables import ERRORS, RESULTS
from kedut.batch.written import Written, are_as_told

_NOT_AS_TOLD = (
    "is missing or tells of other tables: a run was ended while it put them in place, or one was "
    "exchanged; they are put together again"
)


class Watch(Protocol):
    """Is told how far a run is."""

    def planned(self, entries: int, done: int) -> None:
        """Take how many there are, and how many are done already."""

    def done(self, entries: int) -> None:
        """Take how many more are done."""

    def tell(self, sentence: str) -> None:
        """Take something worth saying."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A run as it was asked for.

    schemas : the columns of each table
    where : in words, for the manifest
    again : what ended in errors is done once more
    """

    job: Job
    inputs: Sequence[str]
    outputs: Outputs
    schemas: dict[str, Any]
    engine: Engine
    watch: Watch
    where: str
    again: bool = False
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Sums:
    results: int = 0
    errors: int = 0
    cpu_s: float = 0.0
    of: int = 0


def run(task: Task, plan: Iterable[Part]) -> Counts:
    """Do what is missing, and write all; give the counts.

    Raises
    ------
    Stopped
        It cannot go on; what is done stays, and a run of the same goes on from there.
    """
    began, start = now(), time.monotonic()
    try:
        with Lock(task.outputs.lock, task.watch.tell) as lock:
            try:
                return _run(
                    task, plan, lock, Ran(began=began, seconds=start, cpu_s=0, of=0, where="")
                )
            finally:
                task.engine.stop()
    except OSError as error:
        again = "run the same again: what is done is kept"
        where = str(error.filename or task.outputs.tables[RESULTS])
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = f"make room, then {again}" if full else again
        raise Stopped(where, error.strerror or str(error), remedy) from error


def _run(task: Task, plan: Iterable[Part], lock: Lock, began: Ran) -> Counts:
    outputs = task.outputs
    tidy(outputs.parts)
    sweep([*outputs.tables.values(), outputs.manifest, outputs.lock])
    parts = list(plan)
    past = Past(outputs.tables)
    try:
        as_told = past.there and are_as_told(outputs.manifest, outputs.tables)
        if past.there and not as_told:
            task.watch.tell(f"{outputs.manifest}: {_NOT_AS_TOLD}")
        new = done_in(outputs.parts)
        done = _done(task, past, parts, new)
        missing = {part.key: part for part in parts if part.key not in done}
        entries = sum(part.entries for part in parts)
        anew = sum(part.entries for part in missing.values())
        task.watch.planned(entries, entries - anew)
        left = any(part.key in new for part in parts)
        if as_told and not missing and not left and past.is_of(parts):
            if not new:
                remove(outputs.parts)
            return _as_it_was(parts, past)
        with Gatherer(outputs.tables, task.schemas) as gatherer:
            sums = _gather(task, parts, missing, past, new, lock, gatherer)
            counts = Counts(entries=entries, results=sums.results, errors=sums.errors, anew=anew)
            written = gatherer.close()
            if not counts.add_up() or not _are_of(written, counts):
                rows = {name: one.rows for name, one in written.items()}
                raise Stopped(
                    outputs.tables[RESULTS],
                    f"{entries} went in, {rows[RESULTS]} + {rows[ERRORS]} came out",
                    f"remove {outputs.parts} and run again; then report this",
                )
            lock.check()
            past.close()
            remove(outputs.manifest)  # it tells of tables that go; from here to the new one there
            gatherer.put()  # is none, and the parts stay: whatever ends the run, the next mends it
    finally:
        past.close()
    ran = Ran(
        began=began.began,
        seconds=time.monotonic() - began.seconds,
        cpu_s=sums.cpu_s,
        of=sums.of,
        where=task.where,
    )
    files = Files(tables=outputs.tables, written=written)
    lock.check()
    told = manifest(task.job, list(task.inputs), counts, ran, files, task.notes)
    write_whole(outputs.manifest, told)
    remove(outputs.parts)
    return counts


def _are_of(written: Mapping[str, Written], counts: Counts) -> bool:
    return (written[RESULTS].rows, written[ERRORS].rows) == (counts.results, counts.errors)


def _done(task: Task, past: Past, parts: Sequence[Part], new: set[str]) -> set[str]:
    """Give the keys of what need not be done; what came of a part lately goes before the past."""
    held = {part.key for part in parts if past.holds(part)}
    if not task.again:
        return new | held
    good = {key for key in new if not read_part(task.outputs.parts, key)[1].errors}
    return good | {key for key in held - new if not past.rows(key)[ERRORS]}


def _as_it_was(parts: Sequence[Part], past: Past) -> Counts:
    """Give the counts of an earlier run of the same, to which nothing is to be added."""
    rows = [past.rows(part.key) for part in parts]
    return Counts(
        entries=sum(part.entries for part in parts),
        results=sum(one[RESULTS] for one in rows),
        errors=sum(one[ERRORS] for one in rows),
        anew=0,
    )


def _gather(
    task: Task,
    parts: Sequence[Part],
    missing: dict[str, Part],
    past: Past,
    new: set[str],
    lock: Lock,
    gatherer: Gatherer,
) -> _Sums:
    """Add part after part, each as soon as it and all before it are there."""
    sums, at = _Sums(), 0
    waiting = set(missing)
    lately = new | waiting

    def add_what_is_there() -> None:
        nonlocal at
        while at < len(parts) and parts[at].key not in waiting:
            _add(task, parts[at], past, lately, gatherer, sums)
            at += 1

    add_what_is_there()
    for part, _ in each(task.engine, task.job, missing.values(), lock.check):
        waiting.discard(part.key)
        task.watch.done(part.entries)
        add_what_is_there()
    return sums


def _add(
    task: Task, part: Part, past: Past, lately: Set[str], gatherer: Gatherer, sums: _Sums
) -> None:
    tables: Tables
    if part.key not in lately:
        tables = past.tables(part.key)
    else:
        try:
            tables, outcome = read_part(task.job.parts, part.key)
        except FileNotFoundError as error:
            raise Stopped(
                task.job.parts,
                "a worker wrote a part there, but it is not here",
                "name a folder or an object store that all workers share",
            ) from error
        sums.cpu_s += outcome.cpu_s
        sums.of += part.entries
    gatherer.add(part.key, tables)
    sums.results += tables[RESULTS].num_rows if RESULTS in tables else 0
    sums.errors += tables[ERRORS].num_rows
