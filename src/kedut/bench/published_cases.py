"""How the assessment does on published cases with a known outcome."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kedut.assess.pipeline import is_adult, urgency_of
from kedut.bench.proportion import Proportion
from kedut.case.finding_space import finding_space
from kedut.case.wire import case_from
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.inference import infer

# Labels of the cases, and the finer causes the knowledge base has parted from them since.
SPLIT = {
    "alcohol_related": {"alcohol_withdrawal_syndrome"},
    "benign_fasciculation": {"everyday_twitch"},
    "medication_side_effect": {
        "statin_myopathy",
        "lithium_toxicity",
        "neuroleptic_malignant_syndrome",
        "serotonin_toxicity",
        "drug_withdrawal_syndrome",
    },
    "ruptured_baker_cyst": {"baker_cyst"},
}
TOP = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case: where the right cause stood (0 is first), and how the urgency compared."""

    id: str
    title: str
    right: tuple[str, ...]
    rank: int
    leading: tuple[str, ...]
    apart: bool
    presumed: bool
    leg_twitch: bool
    level: Level
    accepted: tuple[Level, ...]

    @property
    def too_low(self) -> bool:
        """Say whether the urgency lies below all accepted levels."""
        return self.level.rank < min(level.rank for level in self.accepted)

    @property
    def too_high(self) -> bool:
        """Say whether the urgency lies above all accepted levels."""
        return self.level.rank > max(level.rank for level in self.accepted)

    @property
    def missed_emergency(self) -> bool:
        """Say whether an emergency was put below urgent."""
        only = all(level is Level.EMERGENCY for level in self.accepted)
        return only and self.level.rank < Level.URGENT.rank


@dataclass(slots=True)
class Report:
    """Shares over groups of cases."""

    outcomes: list[Outcome] = field(default_factory=list)

    def top(self, count: int, group: str) -> Proportion:
        """Give the share with a right cause among the first `count` of a group."""
        members = [o for o in self.outcomes if _in_group(o, group)]
        return Proportion(sum(o.rank < count for o in members), len(members))

    def urgency(self, what: str) -> Proportion:
        """Give the share of all cases that are `too_low`, `too_high` or `missed_emergency`."""
        return Proportion(sum(getattr(o, what) for o in self.outcomes), len(self.outcomes))


GROUPS = ("examined", "presumed", "leg twitch", "apart")


def _in_group(outcome: Outcome, group: str) -> bool:
    if group == "apart":
        return outcome.apart
    if outcome.apart:
        return False
    if group == "leg twitch":
        return outcome.leg_twitch
    return outcome.presumed == (group == "presumed")


def score(knowledge: Knowledge, paths: Iterable[Path]) -> Report:
    """Score published cases: findings, age and sex are given, labels are not."""
    report = Report()
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip():
                report.outcomes.append(_outcome(knowledge, json.loads(line), f"{path} {number}"))
    return report


def _outcome(knowledge: Knowledge, found: dict[str, Any], where: str) -> Outcome:
    case = case_from(found, knowledge, where=where, lenient=True)
    findings = finding_space(knowledge).close(case)
    inference = infer(knowledge, findings)
    order = [inference.causes[c] for c in inference.ranked()]
    right = {name.removeprefix("other:") for name in found["acceptable_diagnoses"]}
    right = right.union(*(SPLIT.get(name, set()) for name in right))
    ranks = [place for place, name in enumerate(order) if name in right]
    return Outcome(
        id=found["id"],
        title=found["title"],
        right=tuple(sorted(right)),
        rank=min(ranks, default=len(order)),
        leading=tuple(order[:TOP]),
        apart=bool(found.get("score_apart")),
        presumed=found["diagnosis_confidence"] == "presumed",
        leg_twitch=bool(found["has_calf_or_leg_twitch"]),
        level=urgency_of(knowledge, findings, adult=is_adult(case)).level,
        accepted=tuple(Level(level) for level in found["acceptable_urgencies"]),
    )


def lines(report: Report) -> list[str]:
    """Give the report as lines to print."""
    told = []
    for group in GROUPS:
        first, three = report.top(1, group), report.top(TOP, group)
        told.append(f"right cause first, {group}: {first}")
        told.append(f"right cause among three, {group}: {three}")
    told.append(f"urgency too low: {report.urgency('too_low')}")
    told.append(f"emergency below urgent: {report.urgency('missed_emergency')}")
    told.append(f"urgency too high: {report.urgency('too_high')}")
    return told
