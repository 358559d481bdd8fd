"""Marks on the body map become findings; what is not marked stays unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kedut.knowledge.bodymap import MIDDLE, SENSATIONS, SIDES, Territory
from kedut.knowledge.knowledge_base import Knowledge

# What tells one nerve from another. Pain that does not run, weakness and twitching say too little.
_FELT_IN_SKIN = frozenset({"runs", "tingles", "numb"})


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mark:
    """One place where one thing is felt: `calf:left:twitches`."""

    region: str
    side: str
    sensation: str

    def __str__(self) -> str:
        return f"{self.region}:{self.side}:{self.sensation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A territory that all felt marks of a side lie in; `side` is left, right, both or middle."""

    territory: Territory
    side: str


def sides_of(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """Give for each region, in the order shown, the sides it can be marked on."""
    return {
        place.region: (MIDDLE,) if place.sides == MIDDLE else SIDES for place in knowledge.places
    }


def offered(knowledge: Knowledge) -> dict[str, tuple[Mark, ...]]:
    """Give for each sensation, in order, every mark that can be made."""
    sides = sides_of(knowledge)
    regions: dict[str, dict[str, None]] = {sensation: {} for sensation in SENSATIONS}
    for place in knowledge.places:
        regions[place.sensation][place.region] = None
    return {
        sensation: tuple(
            Mark(region=region, side=side, sensation=sensation)
            for region in own
            for side in sides[region]
        )
        for sensation, own in regions.items()
    }


def marks_of(knowledge: Knowledge, values: Iterable[str]) -> tuple[Mark, ...]:
    """Read the values of a form; what the map does not offer is left out, each mark is once."""
    known = {str(mark): mark for marks in offered(knowledge).values() for mark in marks}
    return tuple(dict.fromkeys(known[value] for value in values if value in known))


def findings_of_map(knowledge: Knowledge, marks: Iterable[str]) -> tuple[str, ...]:
    """Give the findings that marks (`calf:left:twitches`) make present, in the map's order.

    Rows with the same finding and the same rule for the sides count together: pain in the left
    calf and the right thigh is pain in both legs.
    """
    marked: dict[tuple[str, str], set[str]] = {}
    for mark in marks_of(knowledge, marks):
        marked.setdefault((mark.region, mark.sensation), set()).add(mark.side)
    felt: dict[tuple[str, str], set[str]] = {}
    for place in knowledge.places:
        if place.finding:
            sides = felt.setdefault((place.finding, place.sides), set())
            sides |= marked.get((place.region, place.sensation), set())
    return tuple(
        dict.fromkeys(
            knowledge.resolve(finding)
            for (finding, rule), sides in felt.items()
            if _holds(rule, len(sides))
        )
    )


def _holds(rule: str, count: int) -> bool:
    if rule == "one":
        return count == 1
    return count >= (2 if rule == "both" else 1)


def territories_of_map(knowledge: Knowledge, marks: Iterable[str]) -> tuple[Fit, ...]:
    """Give the nerve areas that fit where it runs, tingles or is numb.

    An area fits a side if every felt place of that side lies in it, one of them in its core;
    places that no area names (a hand) do not count. Where a pattern of both sides fits, the areas
    of single nerves say nothing more and are left out.
    """
    counted = {region for one in knowledge.territories for region in one.regions}
    felt: dict[str, set[str]] = {}
    for mark in marks_of(knowledge, marks):
        if mark.sensation in _FELT_IN_SKIN and mark.region in counted:
            felt.setdefault(mark.side, set()).add(mark.region)
    own = [one for one in knowledge.territories if one.sides == "both"]
    both = [Fit(territory=one, side="both") for one in own if _fits_both(one, felt)]
    rest = [one for one in knowledge.territories if one.sides != "both"]
    single = [
        Fit(territory=one, side=side)
        for one in rest
        for side in ((MIDDLE,) if one.sides == MIDDLE else SIDES)
        if (side == MIDDLE or not both) and _fits(one, felt.get(side, set()))
    ]
    return (*both, *single)


def _fits(territory: Territory, regions: set[str]) -> bool:
    return regions <= set(territory.regions) and bool(regions & set(territory.core))


def _fits_both(territory: Territory, felt: dict[str, set[str]]) -> bool:
    return all(_fits(territory, felt.get(side, set())) for side in SIDES)
