"""What a clinician is handed, ready to be set: every text in one language, every figure rounded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kedut.report.doctor_timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """What comes from outside of an assessment.

    whom : `myself`, `other`, or empty where nobody said who answered
    day : the day of the answers; there is no clock in here
    ticked : kinds of private answers the person allowed, of `PRIVATE_KINDS`
    """

    whom: str = ""
    day: date | None = None
    ticked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One finding; `alarm` where it is a red flag, `value` where it was measured."""

    name: str
    alarm: bool = False
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagGroup:
    """One group of the safety screen: what of it is there, is not, and was not asked."""

    title: str
    present: tuple[str, ...]
    absent: tuple[str, ...]
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why this urgency: findings and the rule's identifier, with the numbers of its sources."""

    text: str
    rule: str = ""
    notes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """A finding and the likelihood ratio it came to in this person."""

    name: str
    ratio: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRow:
    """One cause of the differential; `bar` holds low, middle, high in percent."""

    name: str
    code: str
    chance: str
    interval: str
    bar: tuple[float, float, float] | None
    grade: str
    notes: tuple[int, ...]
    speaks_for: tuple[Weight, ...]
    speaks_against: tuple[Weight, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workup:
    """An examination or a test: what it looks for, what it separates, how well it tells."""

    name: str
    looks_for: str = ""
    told: str = ""
    separates: str = ""
    accuracy: str = ""
    where: str = ""
    notes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorReport:
    """A whole note for a clinician.

    left_out : a sentence where private answers were left out, else empty
    timeline : the page of the diary, where one goes along
    child : a sentence where there are no figures because of the age, else empty
    """

    language: str
    title: str
    person: tuple[tuple[str, str], ...]
    level: str
    urgency: str
    reasons: tuple[Reason, ...]
    left_out: str
    present: tuple[Answer, ...]
    absent: tuple[str, ...]
    values: tuple[Answer, ...]
    self_tests: tuple[Answer, ...]
    flags: tuple[FlagGroup, ...]
    flags_asked: str
    causes: tuple[CauseRow, ...]
    child: str
    grave: tuple[tuple[str, str], ...]
    examinations: tuple[Workup, ...]
    tests: tuple[Workup, ...]
    tests_none: str
    turning: tuple[str, ...]
    limits: tuple[str, ...]
    versions: str
    sources: tuple[tuple[int, str], ...]
    timeline: Timeline | None = None
