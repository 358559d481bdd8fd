"""What names a row in each table, and the order rows stand in."""

from __future__ import annotations

import math

from kedut.knowledge.tables import Row, Table

KEYS: dict[str, tuple[str, ...]] = {
    "aliases": ("alias",),
    "background": ("finding",),
    "bodymap": ("region", "sensation", "sides", "finding"),
    "causes": ("id",),
    "claims": ("id",),
    "course": ("cause", "measure", "day"),
    "decisions": ("key",),
    "findings": ("id",),
    "implications": ("finding", "implies"),
    "lasting": ("finding",),
    "links": ("cause", "finding"),
    "local": ("country", "key"),
    "measured": ("finding", "feature"),
    "opening": ("group", "finding"),
    "pictures": ("picture", "thing", "id"),
    "priors": ("cause", "sex", "age_from", "age_to", "measure"),
    "private": ("finding",),
    "rates": ("id",),
    "review": ("item",),
    "risks": ("cause", "factor", "measure"),
    "rules": ("id",),
    "screen": ("group", "finding"),
    "source-aliases": ("alias",),
    "sources": ("key",),
    "terms": ("term", "language", "region"),
    "territories": ("id",),
    "tests": ("id",),
    "treatments": ("id",),
    "values": ("value", "finding"),
}

Order = tuple[tuple[int, float, str], ...]


def key_of(table: str, row: Row) -> tuple[str, ...]:
    """Give the cells that name a row; a table we do not know is named by its first cell."""
    columns = KEYS.get(table) or tuple(row.cells)[:1]
    return tuple(row[column] for column in columns)


def order(cells: tuple[str, ...]) -> Order:
    """Give what rows are sorted by: empty cells first, numbers by size, then words."""
    return tuple(_order(cell) for cell in cells)


def columns_of(table: Table) -> tuple[str, ...]:
    """Give the columns in the order of the files, not of what loading asks for."""
    written = (column for row in table for column in row.cells)
    return tuple(dict.fromkeys((*written, *table.columns)))


def sorted_rows(table: Table) -> list[Row]:
    """Give the rows of all files of a table in the order they stand in."""
    return sorted(table, key=lambda row: order(key_of(table.name, row)))


def _order(cell: str) -> tuple[int, float, str]:
    if not cell:
        return (0, 0.0, "")
    try:
        number = float(cell)
    except ValueError:
        return (2, 0.0, cell)
    return (1, number, "") if not math.isnan(number) else (2, 0.0, cell)
