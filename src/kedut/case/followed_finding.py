"""One finding that a diary makes, and what in it makes the finding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Why(StrEnum):
    """What in the diary makes a finding."""

    SAID = "said"
    LASTING = "lasting"
    NEW_PLACE = "new_place"
    PLACE = "place"
    LOST = "lost"
    FROM_THE_START = "from_the_start"
    SAID_ONCE = "said_once"
    PASSED = "passed"
    AS_BEFORE = "as_before"
    FUNCTION_WORSE = "function_worse"
    RATE = "rate"
    DURATION = "duration"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedFinding:
    """One finding and what in the diary makes it; `noted` are sign, place or complaint."""

    id: str
    present: bool
    why: Why
    noted: str
    first: date
    last: date

    @property
    def because(self) -> str:
        """Give the reason as one line, for programs."""
        span = f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"
        return f"{self.why}: {self.noted}, {span}"


def finding_of(
    name: str, why: Why, noted: str, first: date, last: date, *, present: bool = True
) -> FollowedFinding:
    """Give one finding."""
    return FollowedFinding(
        id=name, present=present, why=why, noted=str(noted), first=first, last=last
    )
