"""Reading CSV tables: parts, lines, and what is wrong with a file."""

from __future__ import annotations

import pytest

from kedut.knowledge.row_keys import key_of, order
from kedut.knowledge.tables import Row, read_table


@pytest.fixture
def tables(tmp_path):
    (tmp_path / "tables").mkdir()
    return tmp_path / "tables"


def test_a_table_is_the_union_of_its_parts_in_the_order_of_the_files(tables):
    (tables / "links.csv").write_text("id,p\na,1\n")
    (tables / "links-nerve.csv").write_text("id,p\nb,2\n")
    (tables / "linkshelf.csv").write_text("id,p\nc,3\n")
    faults = []
    found = read_table(tables, "links", ("id", "p"), faults)
    assert sorted(row["id"] for row in found) == ["a", "b"]
    assert not faults


def test_a_row_knows_the_line_it_ends_on_even_after_a_cell_of_two_lines(tables):
    (tables / "links.csv").write_text('id,note\na,"one\ntwo"\nb,\n')
    lines = [row.line for row in read_table(tables, "links", ("id",), [])]
    assert lines == [3, 4]


def test_a_cell_that_is_not_there_is_empty():
    assert Row({"id": "a"}, "f.csv", 2)["note"] == ""


def test_blank_lines_are_no_rows(tables):
    (tables / "links.csv").write_text("id,p\n\n,\na,1\n")
    assert len(read_table(tables, "links", ("id", "p"), []).rows) == 1


@pytest.mark.parametrize(
    "content, says",
    [
        (b"id\na\n", "tables/links.csv:1: columns missing: p"),
        (b"id,p\na,1,2\n", "tables/links.csv:2: 3 cells, the header has 2; quote commas"),
        (b"id,p\na,\xff\n", "tables/links.csv: cannot be read as UTF-8"),
        (b'id,p\n"a,1\n', "not a CSV file"),
        (b"", "tables/links.csv:1: columns missing: id, p"),
        (b"\x00\x01", "columns missing"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_place(tables, content, says):
    (tables / "links.csv").write_bytes(content)
    faults = []
    read_table(tables, "links", ("id", "p"), faults)
    assert any(says in str(fault) for fault in faults), faults


def test_a_file_that_is_missing_is_one_fault(tables):
    faults = []
    assert not list(read_table(tables, "links", ("id",), faults))
    assert [str(fault) for fault in faults] == ["tables/links.csv: the file is missing"]


def test_a_folder_in_place_of_a_file_is_a_fault(tables):
    (tables / "links.csv").mkdir()
    faults = []
    read_table(tables, "links", ("id",), faults)
    assert len(faults) == 1


def test_rows_are_ordered_by_the_size_of_numbers():
    assert order(("a", "9")) < order(("a", "10")) < order(("a", "x"))
    assert order(("a", "")) < order(("a", "0"))
    assert order(("nan",)) > order(("1e300",))


def test_a_row_of_an_unknown_table_is_named_by_its_first_cell():
    assert key_of("mine", Row({"x": "1", "y": "2"}, "f", 1)) == ("1",)
