"""Whatever stands in a cell, each row comes out once: as a result, or as an error that says why."""

from __future__ import annotations

import csv
import datetime
import decimal
import io
import string
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kedut
from kedut.batch.cells import KEYS
from kedut.batch.job import Job
from kedut.batch.part import Broken
from kedut.batch.plan_cases import parts_of
from kedut.batch.tables import ERRORS, RESULTS
from kedut.batch.work_cases import broken_tables, case_tables
from kedut.knowledge.load import ours

NAME = "twitch_calf_one_side"
COLUMNS = (*KEYS, "values.twitch_duration_days", "tests.low_serum_magnesium", "values.", "other")
JOB = Job(
    kind="cases", load=ours, parts="", software_version=kedut.__version__,
    knowledge_version="", knowledge_mark="",
)  # fmt: skip
Found = list[dict[str, Any]]


def answered(path: Path, *, lenient: bool = False, size: int = 3) -> tuple[int, Found, Found]:
    """Give how many entries were promised, the results and the errors."""
    entries = 0
    results: Found = []
    errors: Found = []
    job = replace(JOB, lenient=lenient)
    for part in parts_of([str(path)], job, lambda _: None, size):
        entries += part.entries
        if isinstance(part.source, Broken):
            tables = broken_tables(part.source)
        else:
            tables = case_tables(job, part)
            results += tables[RESULTS].to_pylist()
        errors += tables[ERRORS].to_pylist()
    assert all(one["where"] and one["what"] and one["try"] for one in errors)
    return entries, results, errors


def text(folder: Path, content: str | bytes, name: str = "cases.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_an_unclosed_quote_makes_no_denied_finding_present(tmp_path: Path) -> None:
    header = "id,findings_present,findings_absent\n"
    path = text(tmp_path, header + f'1,"{NAME},leg_weakness\n2,{NAME},leg_weakness\n')
    for lenient in (False, True):
        entries, results, errors = answered(path, lenient=lenient)
        assert entries == 2
        assert [row["id"] for row in results] == ["2"]
        assert "not closed" in errors[0]["what"]
        assert errors[0]["where"].endswith("cases.csv line 2")


@pytest.mark.parametrize(
    "bad",
    [
        f'1,"{NAME},leg_weakness',
        f'1,"{NAME},leg_weakness\n3,"{NAME}",calf_pain',
        f'1,"{NAME},leg_weakness\n3,"{NAME},calf_pain',
        f'1,"{NAME}"x,leg_weakness',
        f'1, "{NAME},leg_weakness,calf_pain"',
        f"1,{NAME}\rleg_weakness,calf_pain",
        f"1,{NAME}",
        f"1,{NAME},,leg_weakness",
        f'1,"{NAME},calf_pain\n3,{NAME},leg_weakness"',
    ],
)
def test_what_is_wrong_with_a_row_harms_no_other(tmp_path: Path, bad: str) -> None:
    header = "id,findings_present,findings_absent\n"
    good = [f"{number},{NAME},leg_weakness" for number in (10, 20)]
    path = text(tmp_path, header + "\n".join([good[0], bad, good[1]]) + "\n")
    for size in (1, 2, 9):
        for lenient in (False, True):
            entries, results, errors = answered(path, lenient=lenient, size=size)
            ids = [row["id"] for row in results]
            assert ids[0] == "10"
            assert ids[-1] == "20"
            assert set(ids) <= {"10", "20", "3"}
            assert entries == len(results) + len(errors)
            assert errors[0]["row"] == 3


def test_a_quoted_cell_may_go_over_lines(tmp_path: Path) -> None:
    header = "id,findings_present,findings_absent,note\n"
    path = text(tmp_path, header + f'1,"{NAME}\nleg_weakness",,"5"" tall,\nwell"\n2,{NAME},,\n')
    entries, results, errors = answered(path, size=1)
    assert (entries, errors) == (2, [])
    assert [(row["row"], row["id"]) for row in results] == [(2, "1"), (5, "2")]


@pytest.mark.parametrize(
    "content, said",
    [
        (f"id,findings_present\r1,{NAME}\r2,{NAME}\r", "CR alone"),
        (f'id,"findings_present\n1,{NAME}\n', "not closed"),
        ("id,findings_present,id\n1,2,3\n", "stands twice"),
    ],
)
def test_a_header_that_is_none_is_one_clear_sentence(
    tmp_path: Path, content: str, said: str
) -> None:
    entries, results, errors = answered(text(tmp_path, content))
    assert (entries, results) == (1, [])
    assert said in errors[0]["what"]


@pytest.mark.parametrize("column", ["findings_present", "tests", "values"])
@pytest.mark.parametrize("deep", ["[" * 5000, '{"a":' * 5000, "[" * 100_000])
def test_brackets_without_end_are_an_error_of_their_row(
    tmp_path: Path, column: str, deep: str
) -> None:
    columns = {
        "findings_present": [NAME, NAME],
        column: [deep, NAME if column in KEYS[3:4] else ""],
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    text(tmp_path, stream.getvalue(), "a.csv")
    for name in ("a.parquet", "a.csv"):
        entries, results, errors = answered(tmp_path / name)
        assert (entries, len(results), len(errors)) == (2, 1, 1)


@pytest.mark.parametrize(
    "cells, said",
    [
        ({"values": '{"twitch_duration_days": 1, "twitch_duration_days": 9}'}, "twice"),
        ({"values": "twitch_duration_days=1 twitch_duration_days=9"}, "twice"),
        ({"values": "twitch_duration_days=1", "values.twitch_duration_days": "9"}, "twice"),
        ({"tests": "low_serum_magnesium=true", "tests.low_serum_magnesium": "0"}, "twice"),
    ],
)
def test_what_is_told_twice_is_not_chosen_from(
    tmp_path: Path, cells: dict[str, str], said: str
) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["findings_present", *cells])
    writer.writerow([NAME, *cells.values()])
    entries, results, errors = answered(text(tmp_path, stream.getvalue()))
    assert (entries, results) == (1, [])
    assert said in errors[0]["what"]


def test_a_map_that_tells_of_one_test_twice_is_an_error(tmp_path: Path) -> None:
    kind = pa.map_(pa.string(), pa.bool_())
    twice = pa.array([[("low_serum_magnesium", True), ("low_serum_magnesium", False)], []], kind)
    pq.write_table(pa.table({"findings_present": [[NAME], [NAME]], "tests": twice}),
                   tmp_path / "a.parquet")  # fmt: skip
    _, results, errors = answered(tmp_path / "a.parquet")
    assert (len(results), len(errors)) == (1, 1)
    assert "told twice" in errors[0]["what"]


def test_decimal_numbers_are_numbers(tmp_path: Path) -> None:
    columns = {
        "findings_present": [[NAME]],
        "age": [decimal.Decimal("34.50")],
        "values.twitch_duration_days": [decimal.Decimal("4")],
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    assert answered(tmp_path / "a.parquet")[2] == []


# ------------------------------------------------------------------------------------------ laws

TEXTS = st.one_of(
    st.sampled_from([NAME, "", "male", "34", "true", "nan", "1e999", "[", '{"a": 1}', '["a"]',
                     "null", "twitch_duration_days=4", "a=b=c", '"', "\ud800", "[" * 3000]),
    st.text(alphabet=string.printable, max_size=12),
    st.text(max_size=6),
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Give a header and rows, as wide as it or of any width."""
    names = draw(st.lists(st.sampled_from(COLUMNS), unique=True, max_size=5))
    names += ["last"] if "findings_present" in names else ["findings_present", "last"]
    least, most = draw(st.sampled_from([(0, 7), (len(names), len(names))]))
    row = st.lists(TEXTS, min_size=least, max_size=most)
    return [names, *draw(st.lists(row, max_size=6))]


@given(
    tables(),
    st.sampled_from((",", ";", "\t")),
    st.sampled_from(("\n", "\r\n")),
    st.sampled_from((csv.QUOTE_ALL, csv.QUOTE_MINIMAL)),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_any_text_in_a_cell_is_a_result_or_an_error(
    table: list[list[str]], comma: str, end: str, quoting: Literal[0, 1], lenient: bool
) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=comma, lineterminator=end, quoting=quoting)
    writer.writerows(table)
    with tempfile.TemporaryDirectory() as folder:
        path = text(Path(folder), stream.getvalue().encode("utf-8", "surrogatepass"))
        entries, results, errors = answered(path, lenient=lenient)
    assert entries == len(results) + len(errors)
    if quoting == csv.QUOTE_ALL and {len(row) for row in table} == {len(table[0])}:
        assert entries == max(1, len(table) - 1)


@given(st.binary(max_size=120), st.integers(1, 3))
@settings(max_examples=150, deadline=None)
def test_any_bytes_below_a_header_are_results_and_errors(junk: bytes, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, head in (("a.csv", b"id,findings_present\n"), ("a.jsonl", b""), ("a.json", b"")):
            entries, results, errors = answered(text(Path(folder), head + junk, name), size=size)
            assert entries == len(results) + len(errors)


def scalars() -> st.SearchStrategy[pa.Array]:
    """Give columns of two cells of any type that Parquet holds, half of them of one more inside."""
    some = {
        pa.int8(): [0, -1], pa.int64(): [34, 2**63 - 1], pa.uint64(): [1, 2**64 - 1],
        pa.bool_(): [True, False], pa.float16(): [1.5, float("nan")],
        pa.float64(): [float("nan"), float("inf"), 34.0, 1e300],
        pa.string(): [NAME, "", "[", '{"a": 1}', "34", "male", "a=1", "[" * 3000],
        pa.large_string(): [NAME, "5"], pa.binary(): [b"\xff", NAME.encode()],
        pa.binary(3): [b"\xff\xfe\x00"], pa.date32(): [datetime.date(2026, 1, 2)],
        pa.date64(): [datetime.date(2026, 1, 2)], pa.time64("ns"): [datetime.time(1, 2)],
        pa.timestamp("us"): [datetime.datetime(2026, 1, 2)],  # noqa: DTZ001 - as files have them
        pa.timestamp("ns", "UTC"): [0], pa.timestamp("ms", "Nowhere/None"): [0],
        pa.timestamp("s"): [2**40], pa.duration("ns"): [1], pa.null(): [None],
        pa.decimal128(38, 2): [decimal.Decimal("34.50")],
        pa.dictionary(pa.int32(), pa.string()): [NAME, "x"],
    }  # fmt: skip

    def within(kind: pa.DataType, one: Any) -> list[tuple[pa.DataType, Any]]:
        return [
            (pa.list_(kind), [one, one]),
            (pa.list_(kind), [None]),
            (pa.large_list(kind), [one]),
            (pa.list_(kind, 1), [one]),
            (pa.struct([("twitch_duration_days", kind)]), {"twitch_duration_days": one}),
            (pa.map_(pa.string(), kind), [("low_serum_magnesium", one)]),
            (pa.map_(pa.int64(), pa.list_(kind)), [(1, [one])]),
        ]

    plain = [(kind, one) for kind, those in some.items() for one in those]
    nested = [pair for kind, one in plain for pair in within(kind, one)]
    kinds = st.one_of(st.sampled_from(plain), st.sampled_from(nested))
    return st.tuples(kinds, st.booleans()).map(
        lambda drawn: pa.array([drawn[0][1], None if drawn[1] else drawn[0][1]], drawn[0][0])
    )


@given(st.dictionaries(st.sampled_from(COLUMNS), scalars(), max_size=5), st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_type_in_a_parquet_column_is_a_result_or_an_error(
    columns: dict[str, pa.Array], lenient: bool
) -> None:
    columns = {"findings_present": pa.array([[NAME], [NAME]]), **columns}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.parquet"
        pq.write_table(pa.table(columns), path)
        entries, results, errors = answered(path, lenient=lenient)
    assert entries == len(results) + len(errors) == 2
