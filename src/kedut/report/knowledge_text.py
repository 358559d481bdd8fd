"""A look into the knowledge base as blocks of text, printed to fit the window.

On a terminal, or where COLUMNS is set, text wraps to the width; into a pipe every item stays on one
line, so that it can be searched.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kedut.report.terminal import console_for

_INDENT = 2
_LEFT_SHARE = 2  # the left column may take one part in so many of the width
_LONGEST_LABEL = 60


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that opens a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels on the left, what they hold on the right."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table: a header and rows; all columns but the first are set to the right."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Line | Pairs | Grid


def print_blocks(blocks: list[Block], out: TextIO) -> None:
    """Print blocks, wrapped where somebody looks on, else one item a line."""
    console = console_for(out)
    wrapped = console.is_terminal or "COLUMNS" in os.environ
    first = True
    for block in blocks:
        if isinstance(block, Heading) and not first:
            console.print()
        first = False
        if wrapped:
            _wrapped(block, console)
        else:
            out.write(_plain(block))


def _wrapped(block: Block, console: Console) -> None:
    if isinstance(block, Heading):
        console.print(Text(block.text, style="bold underline"))
    elif isinstance(block, Line):
        style = "dim" if block.quiet else ""
        console.print(Padding(Text(block.text, style=style), (0, 0, 0, _INDENT), expand=False))
    elif isinstance(block, Grid):
        table = Table(box=None, padding=(0, 1))
        for place, column in enumerate(block.header):
            table.add_column(column, justify="right" if place else "left")
        for row in block.rows:
            table.add_row(*(Text(cell) for cell in row))
        console.print(Padding(table, (0, 0, 0, 1), expand=False))
    else:
        _wrapped_pairs(block, console)


def _wrapped_pairs(block: Pairs, console: Console) -> None:
    longest = max((len(label) for label, _ in block.rows), default=0)
    if longest > console.width // _LEFT_SHARE:
        for label, text in block.rows:
            console.print(Padding(Text(label, style="bold"), (0, 0, 0, _INDENT), expand=False))
            console.print(Padding(Text(text), (0, 0, 0, 2 * _INDENT), expand=False))
        return
    grid = Table.grid(padding=(0, _INDENT))
    grid.add_column(style="bold", width=longest)
    grid.add_column(overflow="fold")
    for label, text in block.rows:
        grid.add_row(Text(label), Text(text))
    console.print(Padding(grid, (0, 0, 0, _INDENT), expand=False))


def _plain(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{block.text}\n"
    if isinstance(block, Line):
        return f"  {_one_line(block.text)}\n"
    if isinstance(block, Grid):
        rows = (block.header, *block.rows)
        widths = [max(len(row[place]) for row in rows) for place in range(len(block.header))]
        return "".join(f"  {_cells(row, widths)}\n" for row in rows)
    longest = min(max((len(label) for label, _ in block.rows), default=0), _LONGEST_LABEL)
    return "".join(
        f"  {label:<{longest}}  {_one_line(text)}".rstrip() + "\n" for label, text in block.rows
    )


def _cells(row: tuple[str, ...], widths: list[int]) -> str:
    first = f"{row[0]:<{widths[0]}}"
    rest = (f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
    return "  ".join((first, *rest))


def _one_line(text: str) -> str:
    return " ".join(text.split())
