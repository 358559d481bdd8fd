"""`kedut measure FOLDER --out results/`: many recordings into tables, each a part of its own."""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import kedut
from kedut.cli.many import NONE, Shown, complain, cores, engine_for, knowledge_mark, last_word
from kedut.knowledge.load import ours

if TYPE_CHECKING:
    from kedut.batch.part import Part
    from kedut.batch.run import Task

_GB = 1 << 30


def run_many(options: argparse.Namespace) -> int:
    """Measure recordings into tables; give the exit status."""
    wrong = _wrong(options)
    if wrong:
        complain(wrong)
        return NONE
    needs = f"--out {options.out} needs more packages: pip install 'kedut[measure,batch]'"
    try:
        from kedut.batch.errors import Stopped
        from kedut.batch.run import run
    except ImportError:
        complain(needs)
        return NONE
    start, watch = time.monotonic(), Shown("recordings")
    try:
        task, plan = _task(options, watch)
        counts = run(task, plan)
    except Stopped as stopped:
        watch.close()
        complain(stopped)
        return NONE
    except ModuleNotFoundError:
        watch.close()
        complain(needs)
        return NONE
    finally:
        watch.close()
    return last_word(counts, task.outputs, "recordings", start)


def _wrong(options: argparse.Namespace) -> str:
    """Say what of the options does not go together, or nothing."""
    if options.out is None:
        return "many recordings are answered by tables: --out results/"
    if options.events or options.pictures:
        return "--events and --pictures are for single recordings; of many, events.parquet is made"
    if options.format == "html":
        return "--format html is for single recordings, not for tables"
    if not (options.patience > 0 and 0 < options.memory < math.inf):
        return "--patience and --memory must be numbers of more than 0"
    return ""


def _task(options: argparse.Namespace, watch: Shown) -> tuple[Task, Iterator[Part]]:
    """Give the run as the batch package takes it; raises Stopped."""
    from kedut.batch.job import Job
    from kedut.batch.outputs import RECORDINGS, outputs
    from kedut.batch.plan_recordings import parts_of
    from kedut.batch.run import Task
    from kedut.batch.tables import (
        ERRORS,
        EVENTS,
        RESULTS,
        errors_schema,
        events_schema,
        recordings_schema,
    )

    places = outputs(options.out, RECORDINGS)
    engine, where, workers = engine_for(options, [*options.recordings, places.parts], watch.tell)
    job = Job(
        kind="recordings",
        load=ours,
        parts=places.parts,
        software_version=kedut.__version__,
        knowledge_version=ours().version,
        knowledge_mark=knowledge_mark(),
        mark=knowledge_mark,
        modality=options.modality or "",
        patience_s=options.patience,
        memory_bytes=int(options.memory * _GB),
        threads=max(1, cores() // workers) if not options.scheduler else 1,
    )
    schemas = {RESULTS: recordings_schema(), EVENTS: events_schema(), ERRORS: errors_schema()}
    task = Task(
        job=job,
        inputs=options.recordings,
        outputs=places,
        schemas=schemas,
        engine=engine,
        watch=watch,
        where=where,
        again=options.again_errors,
        notes=watch.notes,
    )
    return task, parts_of(options.recordings, job, watch.tell)
