"""Cases whose answer moves when the knowledge does."""

from __future__ import annotations

from dataclasses import dataclass

from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.knowledge.knowledge_base import Knowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person would notice first: how soon, and the leading cause."""

    urgency: str
    cause: str

    def __str__(self) -> str:
        return f"{self.urgency}, {self.cause or 'no cause'}"


def answer(case: Case, knowledge: Knowledge) -> Answer:
    """Give the urgency and the leading cause of a case."""
    found = assess(case, knowledge, detail="brief")
    return Answer(
        urgency=str(found.urgency.level),
        cause=found.causes[0].id if found.causes else "",
    )
