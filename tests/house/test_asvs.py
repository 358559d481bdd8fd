"""The page about OWASP's list is whole, and what it points at is there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.house.files import ROOT, text_of

PAGE = Path("docs/reference/asvs.md")
# Level 1 of version 4.0.3: chapter and section, and its numbers.
LEVEL_1 = {
    "2.1": range(1, 13),
    "2.2": (1, 2, 3),
    "2.3": (1,),
    "2.5": range(1, 7),
    "2.7": (1, 2, 3, 4),
    "2.8": (1,),
    "3.1": (1,),
    "3.2": (1, 2, 3),
    "3.3": (1, 2),
    "3.4": range(1, 6),
    "3.7": (1,),
    "4.1": (1, 2, 3, 5),
    "4.2": (1, 2),
    "4.3": (1, 2),
    "5.1": range(1, 6),
    "5.2": range(1, 9),
    "5.3": range(1, 11),
    "5.5": range(1, 5),
    "6.2": (1,),
    "7.1": (1, 2),
    "7.4": (1,),
    "8.2": (1, 2, 3),
    "8.3": (1, 2, 3, 4),
    "9.1": (1, 2, 3),
    "10.3": (1, 2, 3),
    "11.1": range(1, 6),
    "12.1": (1,),
    "12.3": range(1, 6),
    "12.4": (1, 2),
    "12.5": (1, 2),
    "12.6": (1,),
    "13.1": (1, 3),
    "13.2": (1, 2, 3),
    "13.3": (1,),
    "14.2": (1, 2, 3),
    "14.3": (2, 3),
    "14.4": range(1, 8),
    "14.5": (1, 2, 3),
}
STANDS = re.compile(r"(met\b|no such thing\b|\*\*not as written\*\*|left to whoever)")


def rows() -> list[list[str]]:
    """Give the rows: number, what is asked, how it stands."""
    lines = re.findall(r"^\| V\d.*\|$", text_of(PAGE), re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_requirement_of_level_1_is_there_once_in_order() -> None:
    wanted = [f"V{section}.{number}" for section, all_ in LEVEL_1.items() for number in all_]
    assert [row[0] for row in rows()] == wanted
    assert f"({len(wanted)} of\nthem)" in text_of(PAGE)


def test_every_row_says_how_it_stands() -> None:
    assert not [row[0] for row in rows() if len(row) != 3 or not STANDS.match(row[2])]


def test_the_summary_names_what_is_not_as_written() -> None:
    other = [row[0] for row in rows() if row[2].startswith("**not as written**")]
    assert f"({', '.join(other)})" in text_of(PAGE)


def test_every_file_it_names_is_there() -> None:
    named = set(re.findall(r"`((?:src|tests|deploy|docs|requirements)/[^`]+)`", text_of(PAGE)))
    assert len(named) > 40
    assert not [name for name in named if not (ROOT / name).exists()]
