"""Whole assessments take turns: one interpreter reckons for all, and many at once are all late."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from kedut.assess.assessment import Assessment
from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.knowledge.knowledge_base import Knowledge

AT_ONCE = 1  # in each worker: no thread of an interpreter runs beside another
STEPS_BACK = 5  # nice: a third of a core is left to it where short answers want all of it


def step_back() -> None:
    """Let this thread give way to short answers, of this worker and of those beside it.

    Only on Linux, where a thread has a niceness of its own; it keeps it until it ends.
    """
    if sys.platform == "linux":
        os.nice(STEPS_BACK)


_RECKONING = ThreadPoolExecutor(AT_ONCE, "reckoning", initializer=step_back)


def assess_in_turn(
    case: Case, knowledge: Knowledge, *, language: str, detail: str = "full"
) -> Assessment:
    """Assess a case when those before it are done; call it in a thread of its own, it waits there.

    Each takes a tenth of a second of a core and some MiB. Thirty at once would all be ready only
    when the last is, and meanwhile every short answer would wait for all of them.
    """
    return _RECKONING.submit(assess, case, knowledge, detail=detail, language=language).result()
