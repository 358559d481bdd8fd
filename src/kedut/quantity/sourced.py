"""A fraction that can say where it came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How well a figure is founded; A is best."""

    MEASURED = "A"
    REVIEWED = "B"
    DESCRIBED = "C"
    JUDGEMENT = "D"


def weakest(grades: Iterable[Grade]) -> Grade:
    """Give the weakest of several grades; a result without figures is a judgement."""
    return max(grades, default=Grade.JUDGEMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """A fraction in [0, 1] with its plausible range, its grade and its sources."""

    value: float
    low: float
    high: float
    grade: Grade
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.value <= self.high <= 1:
            raise ValueError(
                "need 0 <= low <= value <= high <= 1, "
                f"got low={self.low}, value={self.value}, high={self.high}"
            )
        if not self.sources and self.grade is not Grade.JUDGEMENT:
            raise ValueError(f"a grade {self.grade} figure needs a source; without one, grade it D")
