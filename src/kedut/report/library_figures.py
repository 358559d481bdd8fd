"""What the page of one figure says, and the text with which it can be reported as wrong."""

from __future__ import annotations

from dataclasses import dataclass

from kedut.knowledge.entities import CALF_MOVEMENT, Source
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.parse_rows import keys
from kedut.knowledge.tables import Row
from kedut.report.library import Ref, Shelf

_USED = frozenset({"finding", "measured", "risk", "amplifier"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One row as it stands: the figure, its range, how well it is founded and on what."""

    table: str
    measure: str
    value: str
    in_words: str
    low: str
    high: str
    counted: str
    grade: str
    used: bool
    role: str
    note: str
    place: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigurePage:
    """All that the page of a cause and a finding shows."""

    name: str
    cause: Ref
    finding: Ref | None
    finding_name: str
    gated: bool
    rare: bool
    rows: tuple[Shown, ...]
    usual: Shown | None


def figure_page(shelf: Shelf, cause: str, finding: str) -> FigurePage | None:
    """Give what to show of a cause and a finding, or nothing where one of them is unknown."""
    knowledge = shelf.knowledge
    name = knowledge.aliases.get(finding, finding)
    of_cause = shelf.ref("cause", cause)
    if of_cause is None or (name not in knowledge.findings and name != CALF_MOVEMENT):
        return None
    rows = [
        *(_shown(shelf, "links", row, "p") for row in _rows(shelf, "links", cause, name)),
        *(_shown(shelf, "risks", row, "value") for row in _rows(shelf, "risks", cause, name)),
    ]
    usual = shelf.look.rows("background", finding=name)
    known = knowledge.findings.get(name)
    return FigurePage(
        name=f"{cause}/{name}",
        cause=of_cause,
        finding=shelf.ref("finding", name),
        finding_name=shelf.words.of("findings", name, "name"),
        gated=known is not None and known.gated,
        rare=shelf.rare(cause),
        rows=tuple(rows),
        usual=_shown(shelf, "background", usual[0], "p") if usual else None,
    )


def _rows(shelf: Shelf, table: str, cause: str, finding: str) -> list[Row]:
    column = {"links": "finding", "risks": "factor"}[table]
    return shelf.look.rows(table, **{column: finding, "cause": cause})


def _shown(shelf: Shelf, table: str, row: Row, column: str) -> Shown:
    share = table != "risks" or row["measure"].startswith(("P(", "prevalence"))
    return Shown(
        table=table,
        measure=row["measure"],
        value=row[column],
        in_words=shelf.chance(float(row[column])) if share else "",
        low=row["low"],
        high=row["high"],
        counted=f"{row['k']} / {row['n']}" if row["k"] else row["n"],
        grade=row["grade"] or "D",
        used=table == "background" or row["role"] in _USED,
        role=row["role"],
        note=row["note"],
        place=f"{row.file}:{row.line}",
        sources=shelf.cited(keys(row)),
    )


def reported(knowledge: Knowledge, wanted: str) -> tuple[str, str]:
    """Give the name of what is to be reported and how it stands now; empty where it is unknown."""
    cause, _, finding = wanted.partition("/")
    if cause in knowledge.causes and not finding:
        return cause, ""
    name = knowledge.aliases.get(finding, finding)
    if cause in knowledge.causes and (name in knowledge.findings or name == CALF_MOVEMENT):
        stands = [
            f"{row[column]} ({row['low']} - {row['high']}), {row.file}:{row.line}"
            for table, key, column in (("links", "finding", "p"), ("risks", "factor", "value"))
            for row in knowledge.tables[table]
            if row["cause"] == cause and knowledge.aliases.get(row[key], row[key]) == name
        ]
        return f"{cause}/{name}", "; ".join(stands)
    if not finding and (cause in knowledge.findings or cause in knowledge.sources):
        return cause, ""
    if not finding and cause in {claim.id for claim in knowledge.claims}:
        return cause, ""
    return "", ""
