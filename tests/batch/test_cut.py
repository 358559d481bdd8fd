"""A text cut into parts loses no record and doubles none, wherever it is cut."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kedut.batch.cut_text import cut_json, cut_table, records
from kedut.batch.part import Lines
from kedut.batch.rows import text_rows

HEADER = ("id", "findings_present")
CELL = st.text(alphabet='ab",; \n\r', max_size=6)


def read(path: Path, size: int, *, table: bool) -> tuple[int, list[int]]:
    """Give how many entries the parts promise, and the lines that come out."""
    name = str(path)
    parts = list(
        cut_table(name, name, size, "", lambda _: None) if table else cut_json(name, name, size, "")
    )
    numbers = [
        row.number
        for part in parts
        if isinstance(part.source, Lines)
        for row in text_rows(part.source)
    ]
    return sum(p.entries for p in parts if isinstance(p.source, Lines)), numbers


@given(st.lists(st.text(alphabet='{}" ab\r', max_size=5), max_size=30), st.integers(1, 7))
def test_each_line_that_is_not_blank_comes_out_once(texts: list[str], size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.jsonl"
        path.write_bytes("\n".join(texts).encode())
        entries, numbers = read(path, size, table=False)
    assert entries == len(numbers)
    assert numbers == [n for n, text in enumerate(texts, 1) if text.strip()]


@given(st.lists(st.lists(CELL, min_size=2, max_size=2), max_size=20), st.integers(1, 5))
def test_each_record_of_a_table_comes_out_once(table: list[list[str]], size: int) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "findings_present"])
    writer.writerows(table)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.csv"
        path.write_bytes(text.getvalue().encode())
        entries, numbers = read(path, size, table=True)
    assert entries == len(numbers) == len(table)
    assert numbers == sorted(set(numbers))


@given(st.binary(max_size=200).map(lambda b: b.replace(b"\0", b"")), st.integers(1, 4))
def test_whatever_is_in_a_table_what_is_promised_comes_out(junk: bytes, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.csv"
        path.write_bytes(b"id,findings_present\n" + junk)
        entries, numbers = read(path, size, table=True)
    assert entries == len(numbers)


def test_a_quote_that_is_never_closed_swallows_no_other_row() -> None:
    text = b'1,"open\n' + b"".join(b"%d,leg_weakness\n" % n for n in range(300))
    found = list(records(io.BytesIO(text), 2, ",", HEADER))
    assert len(found) == 301
    assert found[0] == (2, b'1,"open\n')


def test_inches_in_a_cell_open_no_quote() -> None:
    text = b'1,5" tall\n2,6" tall\n'
    assert [number for number, _ in records(io.BytesIO(text), 2, ",", HEADER)] == [2, 3]
