"""Places and complaints noted in a diary that mean nothing here, and what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kedut.case.bodymap import sides_of
from kedut.diary.entry import Entry
from kedut.knowledge.errors import UnknownIdentifier
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.nearest import nearest

_TWITCHES = "twitches"


def not_understood(entries: Iterable[Entry], knowledge: Knowledge) -> tuple[UnknownIdentifier, ...]:
    """Give each name noted that no table holds, once, in the order noted; these do not count."""
    places = known_places(knowledge)
    found: dict[str, UnknownIdentifier] = {}
    for entry in entries:
        for fault in _faults(entry, places, knowledge):
            found.setdefault(fault.identifier, fault)
    return tuple(found.values())


def known_places(knowledge: Knowledge) -> frozenset[str]:
    """Give every way to write a place where it can twitch: `calf`, `calf:left`, or a finding."""
    sides = sides_of(knowledge)
    regions = {place.region for place in knowledge.places if place.sensation == _TWITCHES}
    marks = {f"{region}:{side}" for region in regions for side in sides[region]}
    return frozenset({*regions, *marks, *(f"{mark}:{_TWITCHES}" for mark in marks)})


def check_place(name: str, places: frozenset[str], knowledge: Knowledge) -> None:
    """Do nothing, unless a place is not known.

    Raises
    ------
    UnknownIdentifier
        Names the nearest places.
    """
    if name not in places and name not in knowledge.findings:
        raise UnknownIdentifier(name, nearest(name, _short(places)))


def _faults(
    entry: Entry, places: frozenset[str], knowledge: Knowledge
) -> Iterator[UnknownIdentifier]:
    for name in entry.where:
        try:
            check_place(name, places, knowledge)
        except UnknownIdentifier as fault:
            yield fault
    for name in entry.new_symptoms:
        try:
            knowledge.resolve(name)
        except UnknownIdentifier as fault:
            yield fault


def _short(places: frozenset[str]) -> list[str]:
    return sorted(name for name in places if not name.endswith(f":{_TWITCHES}"))
