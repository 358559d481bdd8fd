"""Places on the body: what a mark on them means, and which nerve serves which skin."""

from __future__ import annotations

from dataclasses import dataclass

from kedut.knowledge.parse_rows import grade, keys, number, one_of
from kedut.knowledge.tables import Row
from kedut.quantity.sourced import Grade

SENSATIONS = ("twitches", "hurts", "runs", "tingles", "numb", "weak", "swollen")
SIDES = ("left", "right")
MIDDLE = "middle"
SIDE_RULES = ("one", "both", "any", MIDDLE)
TERRITORY_SIDES = ("one", "both", MIDDLE)
TERRITORY_KINDS = ("root", "nerve", "pattern")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What it means when a region is marked with a sensation; without a finding it is kept only.

    `sides`: on exactly `one` side, on `both`, on `any`; a region in the `middle` has no sides.
    """

    region: str
    sensation: str
    sides: str
    finding: str
    position: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """The skin of one nerve root, of one nerve, or of a pattern of many.

    core : one of these must be marked
    regions : all that may be marked, or it is not this one
    findings : what belongs to it and can be asked or examined; never concluded from it
    """

    id: str
    kind: str
    sides: str
    core: tuple[str, ...]
    regions: tuple[str, ...]
    findings: tuple[str, ...]
    position: int
    grade: Grade
    sources: tuple[str, ...] = ()
    note: str = ""


def place(row: Row) -> Place:
    """Read a row of bodymap.csv."""
    return Place(
        region=row["region"],
        sensation=one_of(row, "sensation", SENSATIONS),
        sides=one_of(row, "sides", SIDE_RULES),
        finding=row["finding"],
        position=int(number(row, "position")),
        note=row["note"],
    )


def territory(row: Row) -> Territory:
    """Read a row of territories.csv."""
    core, regions = names(row["core"]), names(row["regions"])
    if not core:
        raise ValueError("core must name at least one region")
    outside = [region for region in core if region not in regions]
    if outside:
        raise ValueError(f"core names {', '.join(outside)}, which is not among its regions")
    return Territory(
        id=row["id"],
        kind=one_of(row, "kind", TERRITORY_KINDS),
        sides=one_of(row, "sides", TERRITORY_SIDES),
        core=core,
        regions=regions,
        findings=names(row["findings"]),
        position=int(number(row, "position")),
        grade=grade(row),
        sources=keys(row),
        note=row["note"],
    )


def names(text: str) -> tuple[str, ...]:
    """Give the names in a cell, separated by semicolons."""
    return tuple(name.strip() for name in text.split(";") if name.strip())
