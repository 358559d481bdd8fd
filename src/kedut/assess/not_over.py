"""What was noted as a warning and is not known to be over: silence alone does not talk it away.

After its stretch of days such a finding is open, neither there nor absent. What would be urgent if
it were there is then worth a visit, and what would be worth a visit soon is worth a routine one,
until somebody says that it has gone.
"""

from __future__ import annotations

from dataclasses import replace

from kedut.advice.urgency import DAYS
from kedut.assess.pipeline import is_adult, urgency_of
from kedut.case.case import AtLeast, Case
from kedut.case.finding_space import finding_space
from kedut.case.followed import Followed
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge

_BECAUSE = "noted_and_open"
_FALLS_TO = {Level.EMERGENCY: Level.SOON, Level.URGENT: Level.SOON, Level.SOON: Level.ROUTINE}


def not_below_open(case: Case, told: Followed, knowledge: Knowledge) -> Case:
    """Give the case with the least that may be said of it while something noted is open."""
    names = tuple(dict.fromkeys(one.id for one in told.open))
    if not names:
        return case
    there = replace(
        case,
        present=tuple(dict.fromkeys((*case.present, *names))),
        absent=tuple(name for name in case.absent if name not in names),
    )
    space, adult = finding_space(knowledge), is_adult(case)
    now, then = (urgency_of(knowledge, space.close(one), adult=adult) for one in (case, there))
    level = _FALLS_TO.get(then.level)
    if level is None or then.level.rank <= now.level.rank or level.rank <= now.level.rank:
        return case
    if case.at_least is not None and case.at_least.level.rank >= level.rank:
        return case
    return replace(case, at_least=AtLeast(level=level, within_days=DAYS[level], because=_BECAUSE))
