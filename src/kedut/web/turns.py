"""Whole assessments take turns: one interpreter reckons for all, and many at once are all late."""

from __future__ import annotations

import threading

from kedut.assess.assessment import Assessment
from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.knowledge.knowledge_base import Knowledge

AT_ONCE = 1  # in each worker: no thread of an interpreter runs beside another
_TURN = threading.BoundedSemaphore(AT_ONCE)


def assess_in_turn(
    case: Case, knowledge: Knowledge, *, language: str, detail: str = "full"
) -> Assessment:
    """Assess a case as soon as a place is free; call it in a thread of its own, it waits there.

    Each takes a tenth of a second of a core and some MiB. Thirty at once would all be ready only
    when the last is, and meanwhile every short answer would wait for all of them.
    """
    with _TURN:
        return assess(case, knowledge, detail=detail, language=language)
