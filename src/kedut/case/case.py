"""What is known of one person, as told."""

from __future__ import annotations

from dataclasses import dataclass, field

from kedut.knowledge.entities import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """How soon an assessment with more answers than these said: no later may be said of these.

    because : why, as the words name it (`why.…`)
    """

    level: Level
    within_days: int
    because: str = "told_before"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseSeen:
    """How the twitching went on after the answers of a case, as a diary has it.

    asked_days : how long it had lasted when the answers were given; where that is not known to the
        day, `asked` holds the findings of the duration that were told then
    seen_days, noted_days : from that day to the last day it twitched, and to the last day noted
    gone : chance that it has gone by the last day noted; easing : whether it gets less
    comes_and_goes : whether it was gone for long in between; which course that is, is not told
    """

    asked_days: float | None = None
    asked: tuple[str, ...] = ()
    seen_days: int = 0
    noted_days: int = 0
    gone: float = 0.0
    easing: bool = False
    comes_and_goes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One person's answers; a finding named nowhere is unknown.

    `present` and `absent` hold identifiers of the knowledge base (aliases resolved),
    `values` measurements with the unit in the name, `ignored` what was not understood,
    `at_least` an urgency that was found with more answers than are here, `course` how the
    twitching went on after the answers.
    """

    id: str = ""
    age: float | None = None
    sex: str | None = None
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    values: dict[str, float] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    at_least: AtLeast | None = None
    course: CourseSeen | None = None
