"""The course seen since the answers revises the urgency: only upwards, and only when it is late.

That a twitch has gone, or goes as it should, never moves the urgency: rules and findings have said
what there is to say. What should have gone by now and has not is worth a visit, and the causes that
this makes likelier may ask for more.
"""

from __future__ import annotations

import math
from dataclasses import replace

from kedut.advice.urgency import DAYS, Because, Urgency, triage_of
from kedut.case.case import CourseSeen
from kedut.case.finding_space import Findings, finding_space
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.outlook.observed import own_states, then_and_since
from kedut.reasoning.inference import absence_factor, infer, log_chance

LATE = "course_late"


def still_expected(knowledge: Knowledge, findings: Findings, course: CourseSeen) -> float:
    """Give the chance, by what was told at the start, that it would still be there when last seen.

    Reckoned without red flags, so that one more of them cannot make a course look as expected.
    """
    told = triage_of(knowledge).unflagged(findings)
    both = then_and_since(knowledge, course)
    if both is None or not told.present & finding_space(knowledge).symptoms:
        return 1.0
    then, since = (log_chance(knowledge, told, own) for own in both)
    return min(1.0, math.exp(since - then))


def not_calm_if_late(
    knowledge: Knowledge, findings: Findings, urgency: Urgency, course: CourseSeen, *, late: bool
) -> Urgency:
    """Give the urgency after the course; as it was where the course is as expected."""
    if not late:
        return urgency
    triage = triage_of(knowledge)
    told = triage.unflagged(findings)
    found = infer(knowledge, told, own_states(knowledge, course, ended=False))
    chances = found.at_work * absence_factor(knowledge, triage.flags_denied(findings))
    harm = triage.assess(findings, dict(zip(found.causes, chances.tolist(), strict=True)))
    if harm.level.rank > urgency.level.rank:
        urgency = harm
    because = Because(kind="default", id=LATE, level=Level.ROUTINE)
    if urgency.level.rank > Level.ROUTINE.rank:
        return urgency
    if urgency.level is Level.ROUTINE:
        return replace(urgency, because=(*urgency.because, because))
    return replace(
        urgency, level=Level.ROUTINE, within_days=DAYS[Level.ROUTINE], because=(because,)
    )
