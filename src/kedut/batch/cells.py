"""Cells of a table read as what they stand for in a case."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from kedut.case.errors import BadCase
from kedut.case.wire import parse_object

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
    """Give the object that a row of text stands for; an empty cell says nothing.

    Raises
    ------
    ValueError
        A cell cannot be read, or two tell of the same.
    """
    found: dict[str, Any] = {"findings_present": []}
    for column, cell in zip(header, cells, strict=False):
        cell = cell.strip()
        if not cell:
            continue
        group, _, name = column.partition(".")
        if column in LISTS:
            found[column] = _list(cell)
        elif column in MAPPINGS:
            _tell(found, column, _mapping(cell))
        elif group in MAPPINGS and name:
            said = _plain(cell)
            if group == "tests" and said in (0, 1):
                said = bool(said)
            _tell(found, group, {name: said})
        elif column == "age":
            found[column] = _number(cell)
        elif column in KEYS:
            found[column] = cell
    return found


def _tell(found: dict[str, Any], group: str, more: dict[str, Any]) -> None:
    """Add to the tests or the values; one that is told twice would lose what it said first."""
    told = found.get(group)
    if told is None:
        told = found[group] = {}
    for name, value in more.items():
        if told.get(name) is not None:
            raise ValueError(f"{group}.{name} is told twice")
        told[name] = value


def _json(cell: str) -> Any:
    try:
        return parse_object(cell, where="")
    except BadCase as error:
        raise ValueError(error.what) from None


def _list(cell: str) -> Any:
    if cell.lstrip().startswith("["):
        return _json(cell)
    if '"' in cell:
        raise ValueError("a quotation mark stands among identifiers")
    return [name for name in _PARTED.split(cell) if name]


def _mapping(cell: str) -> dict[str, Any]:
    """Read `{"name": value}`, or `name=value` parted by blanks."""
    if cell.lstrip().startswith("{"):
        found: dict[str, Any] = _json(cell)
        return found
    told: dict[str, Any] = {"": {}}
    for pair in filter(None, _PARTED.split(cell)):
        name, _, value = pair.partition("=")
        _tell(told, "", {name: _plain(value)})
    read: dict[str, Any] = told[""]
    return read


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
    """Bring the ways in which tables write a case into one.

    Raises
    ------
    ValueError
        A cell cannot be read, or two tell of the same.
    """
    for key in MAPPINGS:
        if found.get(key) is not None:
            found[key] = _named(key, found[key])
    for key in LISTS:
        value = found.get(key)
        if isinstance(value, str):
            found[key] = _list(value)
        elif value is None and key in found:
            found[key] = []
    for name in [name for name in found if "." in name]:
        value = found.pop(name)
        group, _, inner = name.partition(".")
        if value is not None and inner and group in MAPPINGS:
            _tell(found, group, {inner: _even(value)})
    if "age" in found:
        found["age"] = _even(found["age"])
    return found


def _named(key: str, value: Any) -> dict[str, Any]:
    """Give what a struct, a map or a text says by name."""
    if isinstance(value, str):
        return _mapping(value)
    if isinstance(value, dict):
        return {name: _even(one) for name, one in value.items()}
    told: dict[str, Any] = {key: {}}
    for pair in value if isinstance(value, list) else [None]:
        if not (isinstance(pair, tuple) and isinstance(pair[0], str)):
            kind = type(value).__name__
            raise ValueError(f"{key} must be a struct, a map of names or JSON text, not {kind}")
        _tell(told, key, {pair[0]: _even(pair[1])})
    named: dict[str, Any] = told[key]
    return named


def _even(value: Any) -> Any:
    """Give a decimal number as any other number."""
    return float(value) if isinstance(value, Decimal) else value
