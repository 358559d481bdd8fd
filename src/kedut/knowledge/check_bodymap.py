"""Whether the body map, the nerve areas and the pictures speak of what is there."""

from __future__ import annotations

from collections.abc import Iterator

from kedut.knowledge.bodymap import MIDDLE, names
from kedut.knowledge.errors import Fault
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.nearest import nearest
from kedut.knowledge.tables import Row
from kedut.knowledge.words import LANGUAGES


def bodymap_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Give the names in these three tables that lead nowhere."""
    regions = {place.region for place in knowledge.places}
    findings = {*knowledge.findings, *knowledge.aliases}
    for row in knowledge.tables["territories"]:
        yield from _strangers(row, "core", "region", regions)
        yield from _strangers(row, "regions", "region", regions)
        yield from _strangers(row, "findings", "finding", findings)
    yield from _two_natured(knowledge)
    yield from _pictures(knowledge, findings)


def _strangers(row: Row, column: str, thing: str, known: set[str]) -> Iterator[Fault]:
    for name in names(row[column]):
        if name not in known:
            hint = ", ".join(repr(n) for n in nearest(name, known, 1))
            yield row.fault(
                f"{column} names the {thing} {name!r}, which is not there"
                + (f"; nearest: {hint}" if hint else "")
            )


def _two_natured(knowledge: Knowledge) -> Iterator[Fault]:
    """Give the regions that lie in the middle in one row and have sides in another."""
    middle = {place.region for place in knowledge.places if place.sides == MIDDLE}
    for row in knowledge.tables["bodymap"]:
        if row["region"] in middle and row["sides"] != MIDDLE:
            yield row.fault(f"{row['region']} lies in the middle elsewhere; it has no sides")


def _pictures(knowledge: Knowledge, findings: set[str]) -> Iterator[Fault]:
    known = {
        "cause": set(knowledge.causes),
        "finding": findings,
        "topic": {name for one in LANGUAGES for name in knowledge.words(one).table("topics")},
    }
    for row in knowledge.tables["pictures"]:
        if row["thing"] not in known:
            yield row.fault(f"thing must be one of {', '.join(known)}, got {row['thing']!r}")
        else:
            yield from _strangers(row, "id", row["thing"], known[row["thing"]])
