"""What decides whether something told is an alarm: asked as one list, twice at most."""

from __future__ import annotations

from collections.abc import Callable, Set

from kedut.advice.urgency import Urgency, triage_of
from kedut.case.finding_space import Findings, finding_space
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge

_LENGTH = 18
_MOST_MISSING = 2
_CALMING = 0.01  # constant: worth of an answer that lowers; after all that could raise


def deciding(
    knowledge: Knowledge,
    findings: Findings,
    urgency: Urgency,
    askable: Callable[[str], bool],
    *,
    above: Level,
    told: int,
) -> tuple[str, ...]:
    """Give what decides whether something told is an alarm: the tempo of a weakness, say.

    An unknown that could raise the urgency of what is there is asked, whatever it gains otherwise;
    then what would take an alarm back: soreness after sport, beside a painful calf.

    Parameters
    ----------
    above : only rules higher than this
    told : bits of what counts as told
    """
    space = finding_space(knowledge)
    worth: dict[str, float] = {}
    for rule, present, missing in triage_of(knowledge).ways_up(findings, above):
        if not present & told and not _due(knowledge, told, missing):
            continue
        names = [n for n in space.names(missing) if askable(n)]
        if missing and len(names) == missing.bit_count() <= _MOST_MISSING:
            gain = (rule.level.rank - urgency.level.rank) / len(names)
            for name in names:
                worth[name] = max(worth.get(name, 0.0), gain)
    for name in space.names(triage_of(knowledge).calming(findings, above) & ~findings.absent):
        if askable(name):
            worth.setdefault(name, _CALMING)
    return tuple(sorted(worth, key=lambda name: (-worth[name], name))[:_LENGTH])


def raising(knowledge: Knowledge, findings: Findings, urgency: Urgency) -> Set[str]:
    """Give what could raise the urgency alone, or with one other to a visit the same day."""
    space = finding_space(knowledge)
    found: set[str] = set()
    for rule, _, missing in triage_of(knowledge).ways_up(findings, urgency.level):
        most = _MOST_MISSING if rule.level.rank >= Level.URGENT.rank else 1
        if missing.bit_count() <= most:
            found |= set(space.names(missing))
    return found


def _due(knowledge: Knowledge, told: int, missing: int) -> bool:
    """Say whether one finding alone would raise, and what it belongs to was told."""
    space = finding_space(knowledge)
    names = list(space.names(missing))
    if len(names) != 1:
        return False
    wider = space.implied_up(names[0]) & ~missing
    return bool(told & wider)
