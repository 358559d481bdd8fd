"""What a bench prints becomes figures by name."""

from __future__ import annotations

import re

_COLUMNS = re.compile(r"\s{2,}")
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?")


def figures_of(text: str) -> dict[str, str]:
    """Give the lines `label: value`, rows of columns, and cells of tables, by label.

    A cell of a table is `heading / row / column`. What comes again keeps its first value, the
    second one is found under its heading: `heading / label`.
    """
    found: dict[str, str] = {}
    heading = ""
    header: list[str] = []
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("#"):
            heading, header = line.lstrip("# ").strip(), []
            continue
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not header:
                header = cells
            elif set(line) - set("|-: "):
                for column, cell in zip(header[1:], cells[1:], strict=False):
                    found.setdefault(f"{heading} / {cells[0]} / {column}", cell)
            continue
        header = []
        line = line.removeprefix("- ")
        label, colon, value = line.partition(", " if line.startswith("predicted ") else ": ")
        columns = _COLUMNS.split(line)
        if len(columns) > 1:
            _keep(found, heading, columns[0].removesuffix(":"), "; ".join(columns[1:]))
        elif colon and value:
            _keep(found, heading, label, value)
    return found


def _keep(found: dict[str, str], heading: str, label: str, value: str) -> None:
    if label in found:
        label = f"{heading} / {label}"
    found.setdefault(label, value)


def number_of(text: str) -> float | None:
    """Give the first number in a text."""
    found = _NUMBER.search(text)
    return float(found[0].replace(",", "")) if found else None
