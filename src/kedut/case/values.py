"""Measured values become findings, by the thresholds of the knowledge base."""

from __future__ import annotations

from collections.abc import Mapping, Set

from kedut.case.errors import BadCase
from kedut.knowledge.knowledge_base import Knowledge


def findings_from_values(
    values: Mapping[str, float],
    present: Set[str],
    absent: Set[str],
    knowledge: Knowledge,
    where: str,
) -> tuple[list[str], list[str]]:
    """Give the findings that some values make present, and those they make absent.

    Raises
    ------
    BadCase
        A value contradicts a finding stated directly.
    """
    now: list[str] = []
    away: list[str] = []
    for threshold in knowledge.thresholds:
        if threshold.value not in values:
            continue
        number = values[threshold.value]
        reached = threshold.reached(number)
        finding = knowledge.resolve(threshold.finding)
        if finding in (absent if reached else present):
            raise BadCase(
                where=f"{where}, key 'values.{threshold.value}'",
                what=f"{number:g} {threshold.unit} makes {finding!r} "
                f"{'present' if reached else 'absent'}, but it is stated otherwise "
                f"(limit: {threshold.op} {threshold.threshold})",
                remedy="correct the value or the finding",
            )
        (now if reached else away).append(finding)
    return now, away
