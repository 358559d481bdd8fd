"""A case, its assessment, or both as CSV, for a spreadsheet or a statistics program.

For the person's own hands: everything is in it, private answers too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from kedut.assess.assessment import Assessment, CauseResult
from kedut.assess.wire import rounded
from kedut.case.case import Case
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words

CASE_COLUMNS = ("kind", "id", "name", "answer", "value", "unit")
ASSESSMENT_COLUMNS = ("part", "id", "of", "name", "value", "low", "high", "grade", "sources")
TOGETHER_COLUMNS = (
    *("part", "id", "of", "name", "answer"),
    *("value", "unit", "low", "high", "grade", "sources"),
)
# What makes a spreadsheet take a cell for a formula, also in the wide letters of East Asia.
_FORMULA = frozenset("=+-@\t\r\uff1d\uff0b\uff0d\uff20")

Cell = str | float | None


def case_csv(case: Case, knowledge: Knowledge, language: str) -> str:
    """Give a case as CSV: one answer a row; what is in no row is unknown."""
    return _written(CASE_COLUMNS, _case_rows(case, knowledge, knowledge.words(language)))


def assessment_csv(assessment: Assessment, knowledge: Knowledge, language: str) -> str:
    """Give an assessment as CSV: one figure or statement a row, with six significant digits."""
    rows = _assessment_rows(assessment, knowledge.words(language))
    return _written(ASSESSMENT_COLUMNS, rows)


def together_csv(case: Case, assessment: Assessment, knowledge: Knowledge, language: str) -> str:
    """Give a case and its assessment as one CSV: first the answers, then what follows from them."""
    words = knowledge.words(language)
    told: Iterator[tuple[Cell, ...]] = (
        (part, name, "", shown, answer, value, unit, None, None, "", "")
        for part, name, shown, answer, value, unit in _case_rows(case, knowledge, words)
    )
    found: Iterator[tuple[Cell, ...]] = (
        (part, name, of, shown, "", value, "", *rest)
        for part, name, of, shown, value, *rest in _assessment_rows(assessment, words)
    )
    return _written(TOGETHER_COLUMNS, (*told, *found))


def _written(columns: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(tuple(map(_harmless, row)) for row in rows)
    return out.getvalue()


def _harmless(cell: Cell) -> str:
    """Give a cell that no spreadsheet takes for a formula; numbers are ours and stay."""
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return f"{rounded(cell):.12g}"
    return f"'{cell}" if cell[:1] in _FORMULA or cell.lstrip()[:1] in _FORMULA else cell


def _case_rows(case: Case, knowledge: Knowledge, words: Words) -> Iterator[tuple[Cell, ...]]:
    units = {t.value: t.unit for t in knowledge.thresholds}
    if case.id:
        yield "case", case.id, "", "", None, ""
    if case.age is not None:
        yield "person", "age", words.say("doctor.age"), "", case.age, "year"
    if case.sex:
        yield "person", "sex", words.say("doctor.sex"), case.sex, None, ""
    for answer, names in (("present", case.present), ("absent", case.absent)):
        for name in names:
            yield "finding", name, words.of("findings", name, "name"), answer, None, ""
    for name, value in sorted(case.values.items()):
        yield "value", name, words.say(f"doctor.value.{name}"), "", value, units.get(name, "")
    for name in case.ignored:
        yield "ignored", name, "", "", None, ""


def _assessment_rows(found: Assessment, words: Words) -> Iterator[tuple[Cell, ...]]:
    urgency = found.urgency
    yield "knowledge", found.knowledge_version, "", "", None, None, None, "", ""
    yield "software", found.software_version, "", "", None, None, None, "", ""
    level = str(urgency.level)
    days = float(urgency.within_days)
    yield "urgency", level, "", words.say(f"level.{level}"), days, None, None, "", ""
    for because in urgency.because:
        sources = ";".join(because.sources)
        yield because.kind, because.id, level, "", None, None, None, "", sources
        for finding in because.findings:
            yield _named("reason", finding, because.id, words)
    for cause in found.causes:
        yield from _cause_rows(cause, words)
    for course in found.course:
        for day, share in course.resolved:
            grade, sources = str(course.grade), ";".join(course.sources)
            shares = (share.value, share.low, share.high)
            yield "resolved_by_day", str(day), course.cause, "", *shares, grade, sources
    for test in found.tests:
        name = words.of("tests", test.id, "name")
        yield "test", test.id, test.where, name, test.value, None, None, "", ""
    for question in found.next:
        name = words.of("findings", question.id, "name")
        yield "next", question.id, "", name, question.value, None, None, "", ""
    for finding in found.not_asked:
        yield _named("not_asked", finding, "", words)


def _cause_rows(cause: CauseResult, words: Words) -> Iterator[tuple[Cell, ...]]:
    name = words.of("causes", cause.id, "name")
    grade, sources = str(cause.grade), ";".join(cause.sources)
    yield "cause", cause.id, "", name, cause.probability, cause.low, cause.high, grade, sources
    yield "prevalent", cause.id, "", name, cause.prevalent, None, None, "", ""
    for finding, bits in (*cause.speaks_for, *cause.speaks_against):
        told = words.of("findings", finding, "name")
        yield "bits", finding, cause.id, told, bits, None, None, "", ""


def _named(part: str, finding: str, of: str, words: Words) -> tuple[Cell, ...]:
    name = words.of("findings", finding, "name")
    return part, finding, of, name, None, None, None, "", ""
