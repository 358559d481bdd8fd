"""What the tables do not cover yet: gaps are told, they are no faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from kedut.knowledge.check import LEAST_COURSE_POINTS, as_date
from kedut.knowledge.check_rules import clinician_only
from kedut.knowledge.entities import CALF_MOVEMENT, Kind, Link
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.parse_rows import keys
from kedut.quantity.sourced import Grade

LEAST_FINDINGS = 10
USED_ROLES = frozenset({"finding", "measured"})
USED_RISKS = frozenset({"risk", "amplifier"})
_ADULT_YEARS = range(18, 121)
_SEXES = ("female", "male")
_NEEDS_BACKGROUND = frozenset(Kind) - {Kind.DEMOGRAPHIC, Kind.COMPOSITE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One kind of gap, and where it is."""

    title: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure that answers are reckoned from, by table, key and grade."""

    table: str
    key: tuple[str, ...]
    grade: Grade

    @property
    def name(self) -> str:
        """Give the key as one word: cause/finding."""
        return "/".join(self.key)


def gaps(knowledge: Knowledge, today: date) -> tuple[Gap, ...]:
    """Give what is not covered, as of a day."""
    found = (
        ("causes without a prior for every adult age and sex", _prior_holes(knowledge)),
        (f"causes with fewer than {LEAST_FINDINGS} findings", _silent_causes(knowledge)),
        ("causes without a course", _without_course(knowledge)),
        ("findings without a background", _without_background(knowledge)),
        ("findings no rule, cause or screen uses", _idle_findings(knowledge)),
        ("links at or below the background: no link", _below_background(knowledge)),
        ("rules that only a clinician or a test can make fire", _clinician_only(knowledge)),
        ("rows whose review is due", _due(knowledge, today)),
        ("sources never used", _unused_sources(knowledge)),
    )
    return tuple(Gap(title=title, items=tuple(items)) for title, items in found)


def figures(knowledge: Knowledge) -> Iterator[Figure]:
    """Give every figure that is used: priors, links, risks, backgrounds, courses."""
    for row in knowledge.tables["priors"]:
        grade = Grade(row["grade"]) if row["grade"] in tuple(Grade) else Grade.JUDGEMENT
        whom = f"{row['sex'] or 'both'} {row['age_from']}-{row['age_to']}"
        yield Figure(table="priors", key=(row["cause"], whom), grade=grade)
    for link in used_links(knowledge):
        yield Figure(table="links", key=(link.cause, link.finding), grade=link.p.grade)
    for risk in knowledge.risks:
        if risk.role in USED_RISKS:
            yield Figure(table="risks", key=(risk.cause, risk.factor), grade=risk.grade)
    for finding, background in knowledge.background.items():
        yield Figure(table="background", key=(finding,), grade=background.p.grade)
    for points in knowledge.course.values():
        for point in points:
            day = (point.cause, f"day {point.day:g}")
            yield Figure(table="course", key=day, grade=point.resolved.grade)


def used_links(knowledge: Knowledge) -> Iterator[Link]:
    """Give the links that carry weight."""
    return (link for link in knowledge.links if link.role in USED_ROLES)


def _causes(knowledge: Knowledge) -> list[str]:
    return [cause.id for cause in knowledge.causes.values() if not cause.replaced_by]


def _prior_holes(knowledge: Knowledge) -> Iterator[str]:
    for cause in _causes(knowledge):
        rows = [prior for prior in knowledge.priors if prior.cause == cause]
        holes = [
            (sex, age)
            for sex in _SEXES
            for age in _ADULT_YEARS
            if not any(r.age_from <= age <= r.age_to and r.sex in ("", sex) for r in rows)
        ]
        if holes:
            ages = [age for _, age in holes]
            sexes = " and ".join(sorted({sex for sex, _ in holes}))
            yield f"{cause}: {sexes}, from {min(ages)} to {max(ages)} years"


def _silent_causes(knowledge: Knowledge) -> Iterator[str]:
    counts = Counter(link.cause for link in used_links(knowledge) if link.finding != CALF_MOVEMENT)
    for cause in _causes(knowledge):
        if counts[cause] < LEAST_FINDINGS:
            yield f"{cause}: {counts[cause]}"


def _without_course(knowledge: Knowledge) -> Iterator[str]:
    for cause in _causes(knowledge):
        points = len(knowledge.course.get(cause, ()))
        if points < LEAST_COURSE_POINTS:
            yield f"{cause}: {points} of {LEAST_COURSE_POINTS} points"


def _without_background(knowledge: Knowledge) -> Iterator[str]:
    for finding in knowledge.findings.values():
        wider = len(finding.states) > 1
        if finding.kind not in _NEEDS_BACKGROUND or finding.replaced_by or wider:
            continue
        if finding.id not in knowledge.background and finding.id not in knowledge.opening:
            yield finding.id  # what only opens a list carries no weight
    if CALF_MOVEMENT not in knowledge.background:
        yield CALF_MOVEMENT


def _idle_findings(knowledge: Knowledge) -> Iterator[str]:
    used = {link.finding for link in used_links(knowledge)}
    used |= {risk.factor for risk in knowledge.risks if risk.role in USED_RISKS}
    used |= set(knowledge.screen_findings)
    used |= {test.finding for test in knowledge.tests}
    used |= {threshold.finding for threshold in knowledge.thresholds}
    for rule in knowledge.rules:
        used |= rule.condition.wanted | rule.condition.unwanted
    for treatment in knowledge.treatments:
        for condition in (treatment.only_when, treatment.not_when):
            if condition is not None:
                used |= condition.wanted | condition.unwanted
    used |= set(knowledge.implied) | set(knowledge.implied_by)
    for finding in knowledge.findings.values():
        if finding.asked and finding.id not in used and not finding.replaced_by:
            yield finding.id


def _below_background(knowledge: Knowledge) -> Iterator[str]:
    for link in used_links(knowledge):
        background = knowledge.background.get(link.finding)
        finding = knowledge.findings.get(link.finding)
        if background is None or finding is None or finding.gated:
            continue
        if link.p.value <= background.p.value and finding.kind is not Kind.RISK_FACTOR:
            yield (
                f"{link.cause}/{link.finding}: {link.p.value:g} in the cause, "
                f"{background.p.value:g} without"
            )


def _clinician_only(knowledge: Knowledge) -> Iterator[str]:
    for rule in clinician_only(knowledge):
        yield f"{rule.id} ({rule.level}, {rule.kind})"


def _due(knowledge: Knowledge, today: date) -> Iterator[str]:
    for table in ("causes", "findings", "rules"):
        for row in knowledge.tables[table]:
            day = as_date(row["review_by"])
            if day is not None and day < today:
                yield f"{row.file}:{row.line}: {row['id']}, due {day.isoformat()}"


def _unused_sources(knowledge: Knowledge) -> Iterator[str]:
    canonical = {row["alias"]: row["key"] for row in knowledge.tables["source-aliases"]}
    used = {
        canonical.get(key, key)
        for table in knowledge.tables.values()
        for row in table
        for key in (*keys(row), *row["source"].split(";"))
    }
    for row in knowledge.tables["sources"]:
        if canonical.get(row["key"], row["key"]) not in used:
            yield f"{row.file}:{row.line}: {row['key']}"
