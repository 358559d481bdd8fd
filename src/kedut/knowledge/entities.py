"""The things the tables speak of, one type each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kedut.knowledge.expression import Condition
from kedut.quantity.sourced import Grade, Sourced

CALF_MOVEMENT = "calf_movement"
OTHER = "other"
# Kinds of answers that are handed on only where the person ticks them.
PRIVATE_KINDS = ("substances", "mental", "intimate")


class Kind(StrEnum):
    """What sort of thing a finding is."""

    SYMPTOM = "symptom"
    SELF_SIGN = "self_sign"
    CLINICIAN_SIGN = "clinician_sign"
    RISK_FACTOR = "risk_factor"
    TEST = "test"
    MEASURED = "measured"
    DEMOGRAPHIC = "demographic"
    COMPOSITE = "composite"


class Level(StrEnum):
    """How soon somebody should be seen; ordered by `rank`, 4 is now."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    SOON = "soon"
    ROUTINE = "routine"
    SELF_CARE = "self-care"

    @property
    def rank(self) -> int:
        """Give 0 for self-care to 4 for emergency."""
        return _RANKS[self]


_RANKS = {level: 4 - place for place, level in enumerate(Level)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a person has, does not have, or was not asked about."""

    id: str
    kind: Kind
    asked: bool
    seconds: float
    variable: str = ""
    states: tuple[int, ...] = ()
    gated: bool = False
    only_after: str = ""
    worry: bool = False
    hpo: str = ""
    loinc: str = ""
    replaced_by: str = ""
    review_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Something that can make a calf twitch, or must be told apart from it."""

    id: str
    family: str
    harm_level: Level
    grave: bool
    icd10: str = ""
    icd11: str = ""
    replaced_by: str = ""
    review_by: str = ""
    sources: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """The chance that a cause is at work in an episode, in people of some age and sex."""

    cause: str
    sex: str
    age_from: float
    age_to: float
    measure: str
    chance: Sourced
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """How often a finding is there in people in whom a cause is at work."""

    cause: str
    finding: str
    p: Sourced
    role: str
    n: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """How a factor moves the odds of a cause; `role` risk or amplifier is used."""

    cause: str
    factor: str
    measure: str
    value: float
    low: float
    high: float
    grade: Grade
    role: str
    sources: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """How often a finding is there in people in whom none of the causes is at work."""

    finding: str
    p: Sourced
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Implication:
    """Whoever has `finding` has `implies`; `share` of those with `implies` have `finding`."""

    finding: str
    implies: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """When a measured value makes a finding present, and its physical range."""

    value: str
    unit: str
    low: float
    high: float
    finding: str
    op: str
    threshold: str
    sources: tuple[str, ...] = ()

    def reached(self, number: float) -> bool:
        """Say whether this number makes the finding present."""
        if self.op == "between":
            start, end = self.threshold.split("..")
            return float(start) <= number < float(end)
        limit = float(self.threshold)
        return {
            ">=": number >= limit,
            ">": number > limit,
            "<=": number <= limit,
            "<": number < limit,
        }[self.op]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Findings that set an urgency by themselves."""

    id: str
    condition: Condition
    level: Level
    within_days: int
    kind: str
    sources: tuple[str, ...] = ()
    review_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What can be done about a cause, and by whom."""

    id: str
    cause: str
    who: str
    strength: str
    only_when: Condition | None
    not_when: Condition | None
    grade: Grade
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """An examination or test for a cause, the finding it sets, and how well it tells."""

    id: str
    cause: str
    test: str
    finding: str
    sensitivity: float | None
    specificity: float | None
    where: str
    grade: Grade
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursePoint:
    """The share in whom a cause has resolved by a day."""

    cause: str
    day: float
    resolved: Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A publication or page a figure was read in."""

    key: str
    authors: str
    year: str
    title: str
    venue: str
    doi: str
    pmid: str
    url: str
    kind: str
    accessed_as: str

    @property
    def citation(self) -> str:
        """Give one line to print under an answer."""
        place = f"doi:{self.doi}" if self.doi else self.url
        parts = (self.authors, self.year, self.title, self.venue, place)
        return ". ".join(part.strip().rstrip(".") for part in parts if part.strip()) + "."


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A statement of the article and what evidence says of it."""

    id: str
    section: str
    verdict: str
    carried_by: tuple[str, ...]
    sources: tuple[str, ...]
    note: str = ""
