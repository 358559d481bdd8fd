"""What of a case is handed on: private answers stay with the person unless ticked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache

from kedut.case.case import Case
from kedut.knowledge.knowledge_base import Knowledge


@lru_cache(maxsize=32)
def _withheld(knowledge: Knowledge, ticked: frozenset[str]) -> frozenset[str]:
    kinds = (names for kind, names in knowledge.private.items() if kind not in ticked)
    return frozenset[str]().union(*kinds)


def withheld(knowledge: Knowledge, ticked: Collection[str] = ()) -> frozenset[str]:
    """Give the findings that are not handed on.

    Parameters
    ----------
    ticked : kinds of `PRIVATE_KINDS` that the person allowed
    """
    return _withheld(knowledge, frozenset(ticked))


def telling_values(knowledge: Knowledge, findings: Collection[str]) -> frozenset[str]:
    """Give the measured values that tell whether one of some findings is there."""
    return frozenset(
        t.value for t in knowledge.thresholds if knowledge.resolve(t.finding) in findings
    )


def handed_on(case: Case, knowledge: Knowledge, ticked: Collection[str] = ()) -> tuple[Case, bool]:
    """Give the case without private answers, and whether anything was left out.

    A private answer is left out whether it was yes or no: that one was given tells nothing. A
    measured value goes with the finding it sets.
    """
    private = withheld(knowledge, ticked)
    telling = telling_values(knowledge, private)
    kept = replace(
        case,
        present=tuple(name for name in case.present if name not in private),
        absent=tuple(name for name in case.absent if name not in private),
        values={name: number for name, number in case.values.items() if name not in telling},
        ignored=(),
    )
    return kept, replace(kept, ignored=case.ignored) != case
