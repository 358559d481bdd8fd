"""A part of cases is read, assessed and given as tables."""

from __future__ import annotations

import gc
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

import kedut
from kedut.advice.urgency import Urgency
from kedut.assess.many import Answers, Many
from kedut.assess.pipeline import assess
from kedut.assess.wire import to_json
from kedut.batch.job import Job, Loader, Tables
from kedut.batch.part import Broken, Lines, Part, Rows
from kedut.batch.read import rows_of
from kedut.batch.rows import place_of
from kedut.batch.tables import CHANCE, ERRORS, RESULTS, cases_schema, clean, errors_table
from kedut.case.case import Case
from kedut.case.errors import BadCase
from kedut.case.wire import case_from, identifier_of

T = TypeVar("T", bound=Hashable)
Wrong = tuple[int | None, str | None, BadCase]
_GARBAGE_AFTER = 200_000  # new objects between two looks for garbage; most of what is made stays


@lru_cache(maxsize=2)
def many_of(load: Loader) -> Many:
    """Give what assesses many cases, made once in a process."""
    gc.set_threshold(_GARBAGE_AFTER)
    return Many(load())


def broken_tables(source: Broken) -> Tables:
    """Give the one row of errors that stands for a file."""
    error = BadCase(where=source.name, what=source.what, remedy=source.remedy)
    return {ERRORS: errors_table(source.name, [(None, None, error)])}


def case_tables(job: Job, part: Part) -> Tables:
    """Assess the cases of a part.

    Raises
    ------
    Stopped
        The file changed.
    OSError
    """
    source = part.source
    if not isinstance(source, Lines | Rows):
        raise TypeError(f"cases stand in lines or rows, not in {type(source).__name__}")
    many = many_of(job.load)
    numbers: list[int] = []
    cases: list[Case] = []
    wrong: list[Wrong] = []
    for row in rows_of(source, part.entries):
        if row.wrong is not None:
            wrong.append((row.number, None, row.wrong))
            continue
        try:
            where = place_of(source, row.number)
            case = case_from(row.found, many.knowledge, where=where, lenient=job.lenient)
        except BadCase as error:
            wrong.append((row.number, identifier_of(row.found), error))
            continue
        numbers.append(row.number)
        cases.append(case if case.id else replace(case, id=f"line-{row.number}"))
    answers = many.answers(cases)
    return {
        RESULTS: _results(job, many, source.name, numbers, cases, answers),
        ERRORS: errors_table(source.name, wrong),
    }


def _results(
    job: Job,
    many: Many,
    file: str,
    numbers: Sequence[int],
    cases: Sequence[Case],
    answers: Answers,
) -> Any:
    import pyarrow as pa

    told, count = answers.urgencies, len(cases)
    names = pa.array([*many.causes, None], pa.string())
    columns: dict[str, Any] = {
        "file": _same(clean([file])[0], count),
        "row": pa.array(numbers, pa.int64()),
        "id": pa.array(clean([case.id for case in cases]), pa.string()),
        "level": pa.array([str(one.level) for one in told], pa.string()),
        "within_days": pa.array([one.within_days for one in told], pa.int16()),
        "screen_complete": pa.array([one.screen_complete for one in told], pa.bool_()),
        "screen_open": _lists(told, lambda one: one.screen_open),
        "because": _lists(told, _reasons),
        "leading": names.take(pa.array(answers.leading % (len(many.causes) + 1))),
        "ignored": _lists(cases, lambda case: case.ignored),
        "knowledge_version": _same(many.knowledge.version, count),
        "software_version": _same(kedut.__version__, count),
    }
    for place, name in enumerate(many.causes):
        columns[CHANCE + name] = pa.array(answers.chances[:, place], pa.float64(), from_pandas=True)
    if job.detail == "full":
        columns["answer"] = pa.array(clean([_whole(case, many, job) for case in cases]))
    schema = cases_schema(many.causes, job.detail)
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)


def _whole(case: Case, many: Many, job: Job) -> str:
    """Give the whole answer as one line of JSON."""
    found = assess(case, many.knowledge, language=job.language)
    return to_json(found, many.knowledge, job.language)


def _reasons(urgency: Urgency) -> tuple[str, ...]:
    return tuple([f"{one.kind}:{one.id}" for one in urgency.because])


def _same(text: str, count: int) -> Any:
    import pyarrow as pa

    return pa.array([text], pa.string()).take(pa.array([0] * count, pa.int8()))


def _lists(those: Sequence[Any], texts_of: Callable[[Any], tuple[str, ...]]) -> Any:
    """Give a column of lists of texts; few differ, so each is made once."""
    import pyarrow as pa

    places: dict[tuple[str, ...], int] = {}
    taken = [places.setdefault(texts_of(one), len(places)) for one in those]
    lists = pa.array([clean(texts) for texts in places], pa.list_(pa.string()))
    return lists.take(pa.array(taken, pa.int32()))
