"""Which item stands in which group: the one order that Questionnaire and response share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from kedut.fhir.codings import values_of
from kedut.knowledge.entities import Kind
from kedut.knowledge.knowledge_base import Knowledge

ABOUT = "about"
AGE, SEX = "age", "sex"
CHOICES = "choices"
MEASUREMENTS = "measurements"
DERIVED = "derived"
EMERGENCY_READ = "emergency-acknowledged"
TOLD = "urgency"
_LIST = "list-"
_LAY = (Kind.SYMPTOM, Kind.SELF_SIGN, Kind.RISK_FACTOR)
_CLINICAL = (Kind.CLINICIAN_SIGN, Kind.TEST, Kind.MEASURED)


class Sort(StrEnum):
    """What sort of answer an item takes."""

    AGE = "age"
    SEX = "sex"
    CHOICE = "choice"
    YES_NO = "yes_no"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Entry:
    """One question: its linkId and the sort of its answer."""

    link_id: str
    sort: Sort


@dataclass(frozen=True, slots=True)
class Section:
    """A group of questions.

    hidden : for programs that carry a whole case; nobody is asked these
    """

    link_id: str
    entries: tuple[Entry, ...]
    hidden: bool = False


@lru_cache(maxsize=8)
def layout(knowledge: Knowledge) -> tuple[Section, ...]:
    """Give the groups: about, danger signs, what opens the talk, choices, the rest, measurements.

    Every finding has a place, so that a case that names it can go out and come back whole.
    """
    findings = knowledge.findings
    states = {name for members in knowledge.variables.values() for name in members}
    placed = set(states)
    sections = [Section(ABOUT, (Entry(AGE, Sort.AGE), Entry(SEX, Sort.SEX)))]
    for groups in (knowledge.screen, knowledge.opening):
        for group, members in groups.items():
            fresh = [name for name in members if name not in placed]
            placed.update(fresh)
            sections.append(_yes_no(group_link(knowledge, group), fresh))
    sections.insert(
        1 + len(knowledge.screen),
        Section(CHOICES, tuple(Entry(name, Sort.CHOICE) for name in knowledge.variables)),
    )
    for kind in (*_LAY, *_CLINICAL):
        wanted = [
            f.id
            for f in findings.values()
            if f.kind is kind and f.id not in placed and (f.asked or kind in _CLINICAL)
        ]
        placed.update(wanted)
        sections.append(_yes_no(f"kind-{kind}", wanted))
    sections.append(
        Section(MEASUREMENTS, tuple(Entry(v, Sort.VALUE) for v in values_of(knowledge)))
    )
    rest = [name for name in findings if name not in placed or name in states]
    sections.append(Section(DERIVED, _yes_no(DERIVED, rest).entries, hidden=True))
    return tuple(section for section in sections if section.entries)


def group_link(knowledge: Knowledge, group: str) -> str:
    """Give the linkId of a list; one that is opened by a finding must not bear its linkId too."""
    return f"{_LIST}{group}" if group in knowledge.findings else group


def group_of(link_id: str) -> str:
    """Give the list that a linkId stands for."""
    return link_id.removeprefix(_LIST)


def _yes_no(link_id: str, names: list[str]) -> Section:
    return Section(link_id, tuple(Entry(name, Sort.YES_NO) for name in names))


@lru_cache(maxsize=8)
def group_ids(knowledge: Knowledge) -> frozenset[str]:
    """Give the linkIds that hold no answer of their own."""
    return frozenset(section.link_id for section in layout(knowledge)) | {TOLD}
