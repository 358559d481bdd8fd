"""What is different between two answers about one person, and which findings moved it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kedut.assess.assessment import Assessment, CauseResult
from kedut.case.followed_finding import FollowedFinding
from kedut.knowledge.entities import Level

_NAMED_CAUSES = 4
_MOVED_BY = 0.03  # constant: chances that moved less look the same in whole numbers
_TOLD_FROM, _TIMES = 0.01, 2  # constant: a small chance is named when it doubled or halved
_WEIGHTY_BITS = 0.15  # constant: a finding that weighs less explains no change


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A cause whose chance moved, and the findings that came new and weigh on it that way."""

    cause: str
    before: float
    after: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """All that changed.

    late : it lasts longer than expected, and did not before
    """

    level_before: Level
    level_after: Level
    findings: tuple[FollowedFinding, ...]
    causes: tuple[Moved, ...]
    late: bool

    @property
    def nothing(self) -> bool:
        """Tell whether nothing changed."""
        same = self.level_before is self.level_after
        return same and not self.findings and not self.causes and not self.late


def changed(before: Assessment, now: Assessment, new: Iterable[FollowedFinding]) -> Changed:
    """Give what changed from one answer to the next.

    Parameters
    ----------
    new : findings that were not there before
    """
    came = tuple(new)
    then = {cause.id: cause.probability for cause in before.causes}
    names = [one.id for one in came]
    moved = [
        Moved(
            cause=cause.id,
            before=then[cause.id],
            after=cause.probability,
            because=_because(cause, names, up=cause.probability > then[cause.id]),
        )
        for cause in now.causes
        if cause.id in then and _moved(then[cause.id], cause.probability)
    ]
    moved.sort(key=lambda one: (-abs(one.after - one.before), one.cause))
    late = now.observed is not None and now.observed.late
    return Changed(
        level_before=before.urgency.level,
        level_after=now.urgency.level,
        findings=came,
        causes=tuple(moved[:_NAMED_CAUSES]),
        late=late and not (before.observed is not None and before.observed.late),
    )


def _moved(before: float, after: float) -> bool:
    if abs(after - before) >= _MOVED_BY:
        return True
    low, high = sorted((before, after))
    return high >= _TOLD_FROM and high >= _TIMES * low


def _because(cause: CauseResult, names: list[str], *, up: bool) -> tuple[str, ...]:
    weights = dict((*cause.speaks_for, *cause.speaks_against))
    return tuple(
        name
        for name in names
        if abs(weights.get(name, 0.0)) >= _WEIGHTY_BITS and (weights[name] > 0) is up
    )
