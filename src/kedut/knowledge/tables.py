"""Reading the CSV tables: rows with the file and line they came from."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kedut.knowledge.errors import Fault


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table and where it stands."""

    cells: dict[str, str]
    file: str
    line: int

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def fault(self, what: str) -> Fault:
        """Give a fault that points at this row."""
        return Fault(file=self.file, line=self.line, what=what)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the union of `name.csv` and `name-<part>.csv` in one folder."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...] = field(default=())

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


def read_table(folder: Path, name: str, columns: tuple[str, ...], faults: list[Fault]) -> Table:
    """Read a table; what is wrong with its files is added to `faults`, the rest is read.

    Parameters
    ----------
    folder : holds `name.csv` and/or `name-<part>.csv`
    columns : columns that must be there; others are kept
    """
    pattern = re.compile(rf"{re.escape(name)}(-[a-z0-9_-]+)?\.csv")
    files = sorted(p for p in folder.glob(f"{name}*.csv") if pattern.fullmatch(p.name))
    if not files:
        faults.append(Fault(file=f"{folder.name}/{name}.csv", line=0, what="the file is missing"))
    rows: list[Row] = []
    seen: dict[str, None] = dict.fromkeys(columns)
    for path in files:
        rows += _read_file(path, columns, faults, seen)
    return Table(name, tuple(seen), tuple(rows))


def _read_file(
    path: Path, columns: tuple[str, ...], faults: list[Fault], seen: dict[str, None]
) -> list[Row]:
    shown = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(Fault(file=shown, line=0, what=f"cannot be read as UTF-8 text: {error}"))
        return []
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    rows: list[Row] = []
    header: list[str] = []
    try:
        header = next(reader, [])
        missing = [c for c in columns if c not in header]
        if missing:
            faults.append(Fault(file=shown, line=1, what=f"columns missing: {', '.join(missing)}"))
        seen.update(dict.fromkeys(header))
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(header):
                faults.append(
                    Fault(
                        file=shown,
                        line=reader.line_num,
                        what=f"{len(cells)} cells, the header has {len(header)}; quote commas",
                    )
                )
                continue
            rows.append(Row(dict(zip(header, cells, strict=True)), shown, reader.line_num))
    except csv.Error as error:
        faults.append(Fault(file=shown, line=reader.line_num, what=f"not a CSV file: {error}"))
    return rows
