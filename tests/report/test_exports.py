"""CSV of a case and an assessment: whole, readable by any program, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.case.wire import read_case
from kedut.knowledge.load import ours
from kedut.report.exports import (
    ASSESSMENT_COLUMNS,
    CASE_COLUMNS,
    TOGETHER_COLUMNS,
    assessment_csv,
    case_csv,
    together_csv,
)

KNOWLEDGE = ours()
CASE = read_case(Path("examples/calf-after-marathon.json").read_bytes(), KNOWLEDGE, where="example")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_answer_and_value_of_a_case_is_a_row():
    found = rows(case_csv(CASE, KNOWLEDGE, "en"))
    assert tuple(found[0]) == CASE_COLUMNS
    told = {(r["id"], r["answer"]) for r in found if r["kind"] == "finding"}
    assert told == {(n, "present") for n in CASE.present} | {(n, "absent") for n in CASE.absent}
    values = {r["id"]: float(r["value"]) for r in found if r["kind"] == "value"}
    assert values == CASE.values


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_cause_is_a_row_with_its_interval(language):
    assessment = assess(CASE, KNOWLEDGE, language=language)
    found = rows(assessment_csv(assessment, KNOWLEDGE, language))
    assert tuple(found[0]) == ASSESSMENT_COLUMNS
    causes = {r["id"]: r for r in found if r["part"] == "cause"}
    assert set(causes) == {c.id for c in assessment.causes}
    for cause in assessment.causes:
        row = causes[cause.id]
        assert float(row["value"]) == pytest.approx(cause.probability, rel=1e-5)
        assert float(row["low"]) <= float(row["high"])
        assert row["name"] == KNOWLEDGE.words(language).of("causes", cause.id, "name")
    (urgency,) = (r for r in found if r["part"] == "urgency")
    assert urgency["id"] == str(assessment.urgency.level)


def test_both_together_are_the_rows_of_each():
    assessment = assess(CASE, KNOWLEDGE, language="en")
    found = rows(together_csv(CASE, assessment, KNOWLEDGE, "en"))
    case = rows(case_csv(CASE, KNOWLEDGE, "en"))
    alone = rows(assessment_csv(assessment, KNOWLEDGE, "en"))
    assert tuple(found[0]) == TOGETHER_COLUMNS
    assert len(found) == len(case) + len(alone)
    for row, one in zip(found, case, strict=False):
        assert row["part"] == one.pop("kind")
        assert one.items() <= row.items()
    for row, one in zip(found[len(case) :], alone, strict=True):
        assert one.items() <= row.items()


@pytest.mark.parametrize(
    "told", ["=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "  =1", "\uff1d1", "\r=1"]
)
def test_no_told_text_is_a_formula(told):
    (row, *_) = rows(case_csv(Case(id=told), KNOWLEDGE, "en"))
    assert row["id"] == f"'{told}"


def test_a_negative_number_stays_a_number():
    assessment = assess(CASE, KNOWLEDGE, language="en")
    found = rows(assessment_csv(assessment, KNOWLEDGE, "en"))
    bits = [float(r["value"]) for r in found if r["part"] == "bits"]
    assert min(bits) < 0 < max(bits)
