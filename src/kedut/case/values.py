"""Measured values become findings, by the thresholds of the knowledge base."""

from __future__ import annotations

from collections.abc import Mapping, Set

from kedut.case.errors import BadCase
from kedut.knowledge.entities import Threshold
from kedut.knowledge.knowledge_base import Knowledge


def findings_from_values(
    values: Mapping[str, float],
    present: Set[str],
    absent: Set[str],
    knowledge: Knowledge,
    where: str,
) -> tuple[list[str], list[str]]:
    """Give the findings that some values make present, and those they make absent.

    A finding with several thresholds is present when any is reached, and absent only when all are
    known and none is.

    Raises
    ------
    BadCase
        A value contradicts a finding stated directly.
    """
    if not values:
        return [], []
    rows: dict[str, list[Threshold]] = {}
    for threshold in knowledge.thresholds:
        rows.setdefault(knowledge.resolve(threshold.finding), []).append(threshold)
    now: list[str] = []
    away: list[str] = []
    for finding, thresholds in rows.items():
        known = [t for t in thresholds if t.value in values]
        reached = [t for t in known if t.reached(values[t.value])]
        if reached:
            if finding in absent:
                raise _contradiction(reached[0], values, finding, where, present=True)
            now.append(finding)
        elif known and len(known) == len(thresholds):
            if finding in present:
                raise _contradiction(known[0], values, finding, where, present=False)
            away.append(finding)
    return now, away


def _contradiction(
    threshold: Threshold, values: Mapping[str, float], finding: str, where: str, *, present: bool
) -> BadCase:
    return BadCase(
        where=f"{where}, key 'values.{threshold.value}'",
        what=f"{values[threshold.value]:g} {threshold.unit} makes {finding!r} "
        f"{'present' if present else 'absent'}, but it is stated otherwise "
        f"(limit: {threshold.op} {threshold.threshold})",
        remedy="correct the value or the finding",
    )
