"""Coverage of the knowledge, and what differs between two of them, as blocks of text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from kedut.knowledge.coverage import gaps
from kedut.knowledge.diff import Difference
from kedut.knowledge.knowledge_base import Knowledge
from kedut.quantity.sourced import Grade
from kedut.report.coverage import Founding, founding, heaviest_judgements
from kedut.report.knowledge_text import Block, Grid, Heading, Line, Pairs

_JUDGEMENTS_SHOWN = 20


def coverage(knowledge: Knowledge, today: date, *, weighed: bool) -> list[Block]:
    """Give how well founded the figures are, and every gap.

    Parameters
    ----------
    weighed : whether the knowledge is sound enough to reckon with, so that weights can be given
    """
    blocks = _founding(knowledge) if weighed else []
    for gap in gaps(knowledge, today):
        blocks.append(Heading(f"{gap.title}: {len(gap.items)}"))
        blocks += [Line(item) for item in gap.items]
    return blocks


def _founding(knowledge: Knowledge) -> list[Block]:
    found = founding(knowledge)
    judged = heaviest_judgements(knowledge, _JUDGEMENTS_SHOWN)
    return [
        Heading("Figures per grade: A counted, B from reviews, C from words, D judged"),
        _grid(found, "figures", lambda one, grade: str(one.counts[grade])),
        Heading("The same by how far they move the answer of a typical person who asks, in %"),
        _grid(found, "% of bits", lambda one, grade: _percent(one.weight, grade)),
        Heading("The same within grave causes, each counted alike, in %"),
        _grid(found, "% of bits", lambda one, grade: _percent(one.grave, grade)),
        Heading("Judged figures that move answers most: look for a source here first"),
        Pairs(
            tuple(
                (f"{figure.table} {figure.name}", f"{weight:.3f} bit") for figure, weight in judged
            )
        ),
    ]


def _percent(shares: dict[Grade, float], grade: Grade) -> str:
    return f"{100 * shares[grade]:.0f}" if any(shares.values()) else "-"


def _grid(found: tuple[Founding, ...], title: str, cell: Callable[[Founding, Grade], str]) -> Grid:
    return Grid(
        (title, *(str(grade) for grade in Grade)),
        tuple((one.table, *(cell(one, grade) for grade in Grade)) for one in found),
    )


def difference_text(found: Difference) -> list[Block]:
    """Give what moved from one knowledge to another."""
    if not found:
        return [Line("nothing differs")]
    blocks: list[Block] = []
    if found.moved:
        blocks += [
            Heading(f"figures and texts that moved: {len(found.moved)}"),
            Pairs(
                tuple(
                    (
                        f"{one.table} {_named(one.key)}",
                        f"{one.column}: {one.before or 'empty'} -> {one.after or 'empty'}",
                    )
                    for one in found.moved
                )
            ),
        ]
    for title, rows in (("rows added", found.added), ("rows removed", found.removed)):
        if rows:
            blocks.append(Heading(f"{title}: {len(rows)}"))
            blocks += [Line(f"{table} {_named(key)}") for table, key in rows]
    if found.reworded:
        blocks.append(Heading(f"rows that differ in note, sources or date only: {found.reworded}"))
    return blocks


def _named(key: tuple[str, ...]) -> str:
    return "/".join(cell for cell in key if cell)
