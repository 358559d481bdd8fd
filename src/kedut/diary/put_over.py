"""A row put over the entry that it is to put right: what the row says nothing of stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from kedut.diary.entry import Entry, Function
from kedut.diary.wire import entry_from_json, entry_to_json

# No empty cell takes these back: one left out by mistake would be a danger sign gone.
STAYING = frozenset({"new_symptoms", *(f"function.{part.name}" for part in fields(Function))})
_ALWAYS = {"id", "at"}
_WHOLE = {"count", "measured"}  # these stand or fall as one
_INSTEAD = {"context.remedies": "context.no_remedy", "context.no_remedy": "context.remedies"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a row does to an entry that stands, by the names of the columns.

    entry : as it stood
    names : of a list also what is no longer in it, such as `where calf:left`
    """

    entry: Entry
    names: tuple[str, ...]


def put_over(row: Entry, held: frozenset[str] | None, entry: Entry) -> Entry:
    """Give the entry as the row would have it.

    Parameters
    ----------
    held : the columns that are there for the row, empty cells too; without it, all
    """
    says = flat(entry_to_json(row))
    stays = {
        column: value
        for column, value in flat(entry_to_json(entry)).items()
        if not _emptied(column, says, held)
    }
    return entry_from_json(_nested(stays | says))


def taken_back(before: Entry, after: Entry) -> Difference | None:
    """Give what an entry no longer says, where that is anything."""
    old, new = (flat(entry_to_json(one)) for one in (before, after))
    names: list[str] = []
    for column, value in old.items():
        now = new.get(column)
        if isinstance(value, list):
            names += [f"{column} {name}" for name in value if name not in (now or ())]
        elif now is None and column not in _ALWAYS:
            names.append(column)
    return Difference(entry=before, names=tuple(names)) if names else None


def left_standing(row: Entry, held: frozenset[str] | None, before: Entry) -> Difference | None:
    """Give what stays though its cell is empty, where that is anything."""
    says, old = (flat(entry_to_json(one)) for one in (row, before))
    there = STAYING if held is None else STAYING & held
    names = tuple(column for column in old if column in there and column not in says)
    return Difference(entry=before, names=names) if names else None


def flat(told: Mapping[str, Any]) -> dict[str, Any]:
    """Give an entry in its outside shape by the names of the columns."""
    found: dict[str, Any] = {}
    for key, value in told.items():
        if isinstance(value, dict):
            found |= {f"{key}.{part}": inner for part, inner in value.items()}
        else:
            found[key] = value
    return found


def _emptied(column: str, says: Mapping[str, Any], held: frozenset[str] | None) -> bool:
    """Tell whether a row that says nothing in a column takes back what stood there."""
    if column in STAYING:
        return False
    if _INSTEAD.get(column) in says:
        return True
    if held is None:
        return True
    group = column.partition(".")[0]
    if group in _WHOLE and not any(name.startswith(f"{group}.") for name in says):
        return any(name == group or name.startswith(f"{group}.") for name in held)
    return column in held


def _nested(found: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for column, value in found.items():
        group, _, part = column.partition(".")
        if part:
            told.setdefault(group, {})[part] = value
        else:
            told[group] = value
    return told
