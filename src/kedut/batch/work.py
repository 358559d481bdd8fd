"""One part done, in whatever process: its tables made, counted, written."""

from __future__ import annotations

import os
import resource
import threading

import kedut
from kedut.batch.errors import Stopped
from kedut.batch.job import Job, Outcome
from kedut.batch.part import Broken, Part
from kedut.batch.parts import write_part
from kedut.batch.tables import ERRORS, RESULTS

_ONE_AT_A_TIME = threading.Lock()  # a process reckons for one part; its memory is used again


def do(job: Job, part: Part) -> Outcome:
    """Do one part and write it.

    Raises
    ------
    Stopped
        This process has another version or another knowledge, or the file changed.
    OSError
        Something cannot be read or written that could before.
    """
    _check(job)
    with _ONE_AT_A_TIME:
        return _do(job, part)


def _check(job: Job) -> None:
    """Look that this process answers as the client would; raises Stopped."""
    who = f"a worker on {os.uname().nodename}"
    if kedut.__version__ != job.software_version:
        raise Stopped(
            who,
            f"has kedut {kedut.__version__}, not {job.software_version}",
            "install the same version there, and start the worker again",
        )
    if job.mark is not None and job.mark() != job.knowledge_mark:
        raise Stopped(
            who,
            f"has another knowledge than the client, which has {job.knowledge_version}",
            "install the same there, and start the worker again",
        )


def _do(job: Job, part: Part) -> Outcome:
    before = _spent(job)
    if isinstance(part.source, Broken):
        from kedut.batch.work_cases import broken_tables

        tables = broken_tables(part.source)
    elif job.kind == "cases":
        from kedut.batch.work_cases import case_tables

        tables = case_tables(job, part)
    else:
        from kedut.batch.work_recordings import recording_tables

        tables = recording_tables(job, part)
    results = tables[RESULTS].num_rows if RESULTS in tables else 0
    errors = tables[ERRORS].num_rows
    if results + errors != part.entries:
        raise Stopped(
            str(getattr(part.source, "name", "")),
            f"{part.entries} entries gave {results} results and {errors} errors",
            "it changed while it was being read: run again; else report this",
        )
    outcome = Outcome(results=results, errors=errors, cpu_s=_spent(job) - before)
    write_part(job.parts, part.key, tables, outcome)
    return outcome


def _spent(job: Job) -> float:
    """Give the CPU seconds of this process, and of those that measure for it."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = usage.ru_utime + usage.ru_stime
    if job.kind == "recordings":
        from kedut.batch.work_recordings import spent_s

        spent += spent_s()
    return spent
