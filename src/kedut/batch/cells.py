"""Cells of a table read as what they stand for in a case."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

LISTS = ("findings_present", "findings_absent", "risk_factors")
MAPPINGS = ("tests", "values")
KEYS = ("id", "age", "sex", *LISTS, *MAPPINGS)
_PARTED = re.compile(r"[\s,;|]+")
Note = Callable[[str], None]
_TRUTH = {"true": True, "yes": True, "false": False, "no": False}


def is_used(column: str) -> bool:
    """Say whether a column of that name is part of a case."""
    group, _, name = column.partition(".")
    return column in KEYS or (group in MAPPINGS and bool(name))


def wrong_with(columns: Sequence[str]) -> str:
    """Say what is wrong with a table that has these columns, or nothing."""
    if "findings_present" not in columns:
        return "the column 'findings_present' is missing"
    twice = [name for name in columns if is_used(name) and columns.count(name) > 1]
    return f"the column {twice[0]!r} stands twice" if twice else ""


def note_unused(name: str, columns: Sequence[str], note: Note) -> None:
    """Tell of columns that are no part of a case: one may be misspelt."""
    unused = [column for column in columns if column and not is_used(column)]
    if unused:
        note(f"{name}: columns that are not used: {', '.join(unused[:20])}")


def object_of(header: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    """Give the object that a row of text stands for; an empty cell says nothing."""
    found: dict[str, Any] = {"findings_present": []}
    for column, cell in zip(header, cells, strict=False):
        cell = cell.strip()
        if not cell:
            continue
        group, _, name = column.partition(".")
        if column in LISTS:
            found[column] = _list(cell)
        elif column in MAPPINGS:
            found.setdefault(column, {}).update(_mapping(cell))
        elif group in MAPPINGS and name:
            said = _plain(cell)
            if group == "tests" and said in (0, 1):
                said = bool(said)
            found.setdefault(group, {})[name] = said
        elif column == "age":
            found[column] = _number(cell)
        elif column in KEYS:
            found[column] = cell
    return found


def _list(cell: str) -> Any:
    if cell.startswith("["):
        return json.loads(cell)
    return [name for name in _PARTED.split(cell) if name]


def _mapping(cell: str) -> dict[str, Any]:
    """Read `{"name": value}`, or `name=value` parted by blanks."""
    if cell.startswith("{"):
        found = json.loads(cell)
        if not isinstance(found, dict):
            raise ValueError("not an object in braces")
        return found
    pairs = [pair.partition("=") for pair in _PARTED.split(cell) if pair]
    return {name: _plain(value) for name, _, value in pairs}


def _plain(cell: str) -> Any:
    truth = _TRUTH.get(cell.lower())
    return _number(cell) if truth is None else truth


def _number(cell: str) -> Any:
    """Give a number where it is one; else the text, which the case's check then tells of."""
    try:
        number = float(cell)
    except ValueError:
        return cell
    return int(number) if number.is_integer() else number


def evened(found: dict[str, Any]) -> dict[str, Any]:
    """Bring the ways in which tables write a case into one."""
    for key in MAPPINGS:
        value = found.get(key)
        if isinstance(value, str):
            found[key] = _mapping(value) if value.strip() else None
        elif isinstance(value, list):  # a map
            found[key] = dict(value)
    for key in LISTS:
        value = found.get(key)
        if isinstance(value, str):
            found[key] = _list(value)
        elif value is None and key in found:
            found[key] = []
    for name in [name for name in found if "." in name]:
        value = found.pop(name)
        group, _, inner = name.partition(".")
        if value is not None and group in MAPPINGS:
            found[group] = {**(found.get(group) or {}), inner: value}
    return found
