"""Figures: each has a range, a grade and, above a judgement, a source; each row has its place."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC, datetime

import pytest

from kedut.knowledge.check import as_date, check
from kedut.knowledge.coverage import gaps
from kedut.knowledge.load import OURS, read
from kedut.knowledge.parse_rows import keys

WITH_RANGE = {"background": "p", "priors": "value", "links": "p", "risks": "value"}
USED = {"", "finding", "measured", "risk", "amplifier"}
# Kinds of source on which no figure above a judgement may rest alone.
WEAK_KEYS = ("droracle_", "dvt_symptoms_secondary")
SMALLEST_SERIES = 10


@pytest.fixture(scope="module")
def used_rows(knowledge):
    return [
        (table, row)
        for table in WITH_RANGE
        for row in knowledge.tables[table]
        if row["role"] in USED
    ]


def test_no_fault_is_left(knowledge):
    assert [str(fault) for fault in (*read(OURS)[1], *check(knowledge))] == []


def test_every_used_figure_has_a_range_that_holds_it(used_rows):
    wrong = []
    for table, row in used_rows:
        value = float(row[WITH_RANGE[table]])
        if not (row["low"] and row["high"] and float(row["low"]) <= value <= float(row["high"])):
            wrong.append(f"{row.file}:{row.line}")
    assert not wrong


def test_no_used_figure_pretends_to_be_exact(used_rows):
    exact = [f"{r.file}:{r.line}" for _, r in used_rows if float(r["low"]) == float(r["high"])]
    assert not exact


def test_no_frequency_is_never_or_always(used_rows):
    for table, row in used_rows:
        if table in ("background", "links"):
            assert 0 < float(row["p"]) < 1, f"{row.file}:{row.line}"


def test_every_figure_above_a_judgement_has_a_source(knowledge):
    bare = [
        f"{row.file}:{row.line}"
        for table in knowledge.tables.values()
        for row in table
        if row["grade"] in ("A", "B", "C") and not keys(row)
    ]
    assert not bare


def test_every_row_has_a_grade_where_its_table_has_grades(knowledge):
    bare = [
        f"{row.file}:{row.line}"
        for table in ("background", "priors", "links", "risks", "course", "decisions")
        for row in knowledge.tables[table]
        if row["grade"] not in ("A", "B", "C", "D")
    ]
    assert not bare


def test_no_figure_above_a_judgement_rests_on_a_weak_source_alone(used_rows):
    weak = [
        f"{row.file}:{row.line}"
        for _, row in used_rows
        if row["grade"] in ("A", "B", "C") and all(key.startswith(WEAK_KEYS) for key in keys(row))
    ]
    assert not weak


def test_a_small_series_is_graded_c_at_most(used_rows):
    small = [
        f"{row.file}:{row.line}"
        for _, row in used_rows
        if row["n"].isdecimal() and int(row["n"]) < SMALLEST_SERIES and row["grade"] in ("A", "B")
    ]
    assert not small


def test_counts_agree_with_the_frequency_they_give(knowledge):
    for row in knowledge.tables["links"]:
        if row["k"] and row["n"] and row["grade"] == "A" and row["role"] in USED:
            assert float(row["k"]) <= float(row["n"]), f"{row.file}:{row.line}"


def test_sources_stand_once_and_name_what_they_are(knowledge):
    counts = Counter(row["key"] for row in knowledge.tables["sources"])
    assert not [key for key, count in counts.items() if count > 1]
    for row in knowledge.tables["sources"]:
        assert row["title"], row["key"]
        assert row["kind"], row["key"]
        assert row["accessed_as"] in ("full text", "abstract", "secondary"), row["key"]


def test_the_states_of_a_variable_share_out_the_whole_background(knowledge):
    for variable, members in knowledge.variables.items():
        single = [name for name, states in members.items() if len(states) == 1]
        total = sum(knowledge.background[name].p.value for name in single)
        assert total == pytest.approx(1, abs=1e-6), variable


@pytest.mark.parametrize(
    "title",
    [
        "causes without a prior",
        "causes with fewer than 10 findings",
        "causes without a course",
        "findings without a background",
    ],
)
def test_nothing_promised_is_wanting(knowledge, title):
    today = datetime.now(tz=UTC).date()
    (found,) = [gap for gap in gaps(knowledge, today) if gap.title.startswith(title)]
    assert not found.items


def test_every_cause_finding_and_rule_says_when_to_look_again(knowledge):
    for table in ("causes", "findings"):
        for row in knowledge.tables[table]:
            assert as_date(row["review_by"]) is not None, f"{row.file}:{row.line}"


def test_worry_and_visits_never_lower_a_grave_cause(knowledge):
    calming = {"health_anxiety", "anxiety", "health_worker", "frequent_visits", "high_distress"}
    for row in knowledge.tables["risks"]:
        cause = knowledge.causes[row["cause"]]
        if cause.grave and row["factor"] in calming and row["role"] in ("risk", "amplifier"):
            assert float(row["value"]) >= 1, f"{row.file}:{row.line}"


def test_every_file_is_utf_8_with_plain_line_ends_and_equal_rows(files):
    for name in files:
        content = (OURS / name).read_bytes()
        assert b"\r" not in content, name
        assert content.endswith(b"\n"), name
        assert not content.startswith(b"\xef\xbb\xbf"), name
        rows = list(csv.reader(io.StringIO(content.decode("utf-8")), strict=True))
        assert {len(row) for row in rows if row} == {len(rows[0])}, name
