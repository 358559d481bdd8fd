"""Whether somebody may try something against the twitch by themselves: kidneys, pregnancy, drink.

Unknown is not no: what was not answered is asked first.
"""

from __future__ import annotations

from dataclasses import dataclass

from kedut.case.case import Case
from kedut.case.finding_space import finding_space, holds
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge

# Never tried alone then (review section 8); the first of each is asked where all are unknown.
_NEVER = (
    ("chronic_kidney_disease_known", "dialysis", "low_egfr"),
    ("pregnancy",),
    ("heavy_alcohol_use", "alcohol_withdrawal"),
)
ASKED = tuple(group[0] for group in _NEVER)
_TABLETS = "magnesium"
_SAFE_TABLETS = "everyday_twitch.magnesium"  # the row that says when tablets are no good idea
_PLACEBO = ("magnesium_deficiency", "fraction of placebo users with 25% fewer cramps at 4 weeks")


@dataclass(frozen=True, slots=True, kw_only=True)
class MayTry:
    """Whether it may be tried.

    barred : findings that forbid it; ask : findings to ask first; see_first : the answer itself
        asks for a doctor soon, and that comes first
    """

    barred: tuple[str, ...]
    ask: tuple[str, ...]
    see_first: bool

    @property
    def yes(self) -> bool:
        """Tell whether nothing stands against it."""
        return not (self.barred or self.ask or self.see_first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placebo:
    """In how many of those on a dummy tablet it got better, and where that was read."""

    share: float
    sources: tuple[str, ...]


def may_try(case: Case, what: str, level: Level, knowledge: Knowledge) -> MayTry:
    """Give whether somebody may try something and set days with it against days without."""
    space = finding_space(knowledge)
    findings = space.close(case)
    barred = [
        name for group in _NEVER for name in group if findings.present & space.bit.get(name, 0)
    ]
    if what == _TABLETS:
        against = (row.not_when for row in knowledge.treatments if row.id == _SAFE_TABLETS)
        for condition in against:
            if condition and holds(space.compile(condition), findings, strictly=False):
                barred += [n for n in condition.wanted if findings.present & space.bit[n]]
    known = findings.present | findings.absent
    ask = [name for name in ASKED if not known & space.bit.get(name, 0)]
    return MayTry(
        barred=tuple(dict.fromkeys(barred)),
        ask=() if barred else tuple(ask),
        see_first=level.rank > Level.ROUTINE.rank,
    )


def placebo(knowledge: Knowledge) -> Placebo | None:
    """Give how often a dummy tablet is followed by a quarter fewer cramps; none if no row says."""
    for row in knowledge.tables["course"]:
        if (row["cause"], row["measure"]) == _PLACEBO:
            sources = tuple(key for key in row["source_keys"].split(";") if key)
            return Placebo(share=float(row["value"]), sources=sources)
    return None
