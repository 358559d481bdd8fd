"""What is known of one person, as told."""

from __future__ import annotations

from dataclasses import dataclass, field

from kedut.knowledge.entities import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """How soon an assessment with more answers than these said: no later may be said of these."""

    level: Level
    within_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One person's answers; a finding named nowhere is unknown.

    `present` and `absent` hold identifiers of the knowledge base (aliases resolved),
    `values` measurements with the unit in the name, `ignored` what was not understood,
    `at_least` an urgency that was found with more answers than are here.
    """

    id: str = ""
    age: float | None = None
    sex: str | None = None
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    values: dict[str, float] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    at_least: AtLeast | None = None
