"""The result of assessing one person."""

from __future__ import annotations

from dataclasses import dataclass

from kedut.advice.actions import Advice
from kedut.advice.urgency import Urgency
from kedut.outlook.come_back import ComeBack
from kedut.outlook.course import Course
from kedut.outlook.observed import Observed
from kedut.quantity.sourced import Grade
from kedut.reasoning.turning import Turning

Bits = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseResult:
    """One cause: its chance to be at work, with range, and what speaks for and against.

    `sources` and `grades` are of the figures that carried it: its prior and its findings.
    """

    id: str
    probability: float
    prevalent: float
    low: float | None = None
    high: float | None = None
    grade: Grade = Grade.JUDGEMENT
    grades: tuple[tuple[str, int], ...] = ()
    sources: tuple[str, ...] = ()
    speaks_for: Bits = ()
    speaks_against: Bits = ()
    prior_bits: float | None = None
    posterior_bits: float | None = None
    amplified_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question worth asking next, or a test worth doing."""

    id: str
    value: float
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything said about one case; the same case and versions give the same assessment."""

    id: str
    knowledge_version: str
    software_version: str
    detail: str
    adult: bool
    urgency: Urgency
    causes: tuple[CauseResult, ...] = ()
    joint: tuple[tuple[tuple[str, ...], float], ...] = ()
    course: tuple[Course, ...] = ()
    advice: tuple[Advice, ...] = ()
    come_back: ComeBack | None = None
    next: tuple[Question, ...] = ()
    tests: tuple[Question, ...] = ()
    turning: tuple[Turning, ...] = ()
    not_asked: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    observed: Observed | None = None
