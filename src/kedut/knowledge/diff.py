"""What differs between two knowledge folders: figures that moved, rows that came or went."""

from __future__ import annotations

from dataclasses import dataclass

from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.row_keys import key_of, order
from kedut.knowledge.tables import Row, Table

# Columns that move no answer; a row that differs only here is counted, not listed.
_BESIDES = frozenset({"note", "source_keys", "review_by", "checked", "n", "k"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One cell that differs."""

    table: str
    key: tuple[str, ...]
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Everything that differs; rows are named by table and key."""

    moved: tuple[Moved, ...]
    added: tuple[tuple[str, tuple[str, ...]], ...]
    removed: tuple[tuple[str, tuple[str, ...]], ...]
    reworded: int

    def __bool__(self) -> bool:
        return bool(self.moved or self.added or self.removed or self.reworded)


def difference(before: Knowledge, after: Knowledge) -> Difference:
    """Give what differs from one knowledge to another, table by table in the order of keys."""
    moved: list[Moved] = []
    added: list[tuple[str, tuple[str, ...]]] = []
    removed: list[tuple[str, tuple[str, ...]]] = []
    reworded = 0
    for name in sorted({*before.tables, *after.tables}):
        old = _by_key(name, before.tables.get(name))
        new = _by_key(name, after.tables.get(name))
        for key in sorted({*old, *new}, key=order):
            if key not in old:
                added.append((name, key))
            elif key not in new:
                removed.append((name, key))
            else:
                cells = _moved(name, key, old[key], new[key])
                moved += cells
                reworded += not cells and old[key].cells != new[key].cells
    return Difference(
        moved=tuple(moved), added=tuple(added), removed=tuple(removed), reworded=reworded
    )


def _by_key(name: str, table: Table | None) -> dict[tuple[str, ...], Row]:
    """Give rows by key; a key that stands again gets a number."""
    rows: dict[tuple[str, ...], Row] = {}
    for row in table or ():
        key = key_of(name, row)
        again = 2
        while key in rows:
            key = (*key_of(name, row), f"({again})")
            again += 1
        rows[key] = row
    return rows


def _moved(table: str, key: tuple[str, ...], old: Row, new: Row) -> list[Moved]:
    return [
        Moved(table=table, key=key, column=column, before=old[column], after=new[column])
        for column in dict.fromkeys((*old.cells, *new.cells))
        if column not in _BESIDES and not _same(old[column], new[column])
    ]


def _same(left: str, right: str) -> bool:
    """Say whether two cells say the same; .6 and 0.60 are one number."""
    if left == right:
        return True
    try:
        return float(left) == float(right)
    except ValueError:
        return False
