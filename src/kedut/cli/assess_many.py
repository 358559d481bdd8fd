"""`kedut assess CASES --out results.parquet`: many cases into a table, in parts."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import kedut
from kedut.cli.many import NONE, Shown, complain, engine_for, knowledge_mark, last_word
from kedut.knowledge.load import ours

if TYPE_CHECKING:
    from kedut.batch.part import Part
    from kedut.batch.run import Task


def run_many(options: argparse.Namespace) -> int:
    """Assess the cases of tables and lines into tables; give the exit status."""
    wrong = _wrong(options)
    if wrong:
        complain(wrong)
        return NONE
    try:
        from kedut.batch.errors import Stopped
        from kedut.batch.run import run
    except ImportError as error:
        complain(f"--out {options.out} needs {error.name}: pip install 'kedut[batch]'")
        return NONE
    start, watch = time.monotonic(), Shown("cases")
    try:
        task, plan = _task(options, watch)
        counts = run(task, plan)
    except Stopped as stopped:
        watch.close()
        complain(stopped)
        return NONE
    except ModuleNotFoundError as error:
        watch.close()
        complain(f"--out {options.out} needs {error.name}: pip install 'kedut[batch]'")
        return NONE
    finally:
        watch.close()
    return last_word(counts, task.outputs, "cases", start)


def _wrong(options: argparse.Namespace) -> str:
    """Say what of the options does not go together, or nothing."""
    if options.out is None:
        return "a table of cases is answered by a table: --out results.parquet"
    if options.measured:
        return "--with adds the findings of one recording to a case; it cannot be for a table"
    if options.format not in ("text", "json"):
        return f"--format {options.format} is for the files of single cases, not for a table"
    if "-" in options.cases:
        return "a run that can be taken up again reads files, not standard input"
    return ""


def _task(options: argparse.Namespace, watch: Shown) -> tuple[Task, Iterator[Part]]:
    """Give the run as the batch package takes it; raises Stopped."""
    from kedut.batch.job import Job
    from kedut.batch.outputs import outputs
    from kedut.batch.plan_cases import parts_of
    from kedut.batch.run import Task
    from kedut.batch.tables import ERRORS, RESULTS, cases_schema, errors_schema
    from kedut.reasoning.network import network_of

    places = outputs(options.out)
    engine, where, _ = engine_for(options, [*options.cases, places.parts], watch.tell)
    knowledge = ours()
    job = Job(
        kind="cases",
        load=ours,
        parts=places.parts,
        software_version=kedut.__version__,
        knowledge_version=knowledge.version,
        knowledge_mark=knowledge_mark(),
        mark=knowledge_mark,
        detail=options.detail or "brief",
        lenient=options.lenient,
        language=options.lang,
    )
    causes = network_of(knowledge).causes
    task = Task(
        job=job,
        inputs=options.cases,
        outputs=places,
        schemas={RESULTS: cases_schema(causes, job.detail), ERRORS: errors_schema()},
        engine=engine,
        watch=watch,
        where=where,
        again=options.again_errors,
        notes=watch.notes,
    )
    return task, parts_of(options.cases, job, watch.tell, options.part)
