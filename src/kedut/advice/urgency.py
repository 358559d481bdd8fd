"""How soon somebody should be seen: the highest of rules, expected harm and a default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from kedut.case.finding_space import Findings, Mask, could_hold, finding_space, holds
from kedut.knowledge.entities import Level, Rule
from kedut.knowledge.knowledge_base import Knowledge

DAYS = {
    Level.EMERGENCY: 0,
    Level.URGENT: 1,
    Level.SOON: 14,
    Level.ROUTINE: 28,
    Level.SELF_CARE: 14,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """One reason for an urgency."""

    kind: str
    id: str
    level: Level
    findings: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgency:
    """How soon, why, and whether the safety screen was answered."""

    level: Level
    within_days: int
    screen_complete: bool
    screen_open: tuple[str, ...]
    because: tuple[Because, ...]


class Triage:
    """The rules of a knowledge base, compiled."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.space = finding_space(knowledge)
        self.rules: tuple[tuple[Rule, tuple[Mask, ...], bool], ...] = tuple(
            (rule, self.space.compile(rule.condition), rule.level.rank < Level.SOON.rank)
            for rule in sorted(knowledge.rules, key=lambda r: (-r.level.rank, r.within_days, r.id))
        )
        self.screen = self.space.mask(knowledge.screen_findings)
        self._flagged = self._flagged_and_implied()

    def _flagged_and_implied(self) -> int:
        """Give red flags, what they imply, and the variables they are states of."""
        mask = 0
        for flag in self.knowledge.red_flags:
            mask |= self.space.implied_up(flag)
        for states in self.knowledge.variables.values():
            bits = self.space.mask(states)
            if bits & mask:
                mask |= bits
        return mask & ~self.space.demographic

    def unflagged(self, findings: Findings) -> Findings:
        """Give the findings without red flags: the evidence expected harm is reckoned from.

        Rules answer for red flags. Were they evidence here too, one flag could explain another
        away, and adding it could lower the urgency.
        """
        keep = ~self._flagged
        return Findings(
            findings.present & keep, findings.absent & keep, findings.age, findings.sex
        )

    def firing(self, findings: Findings) -> list[Rule]:
        """Give the rules that hold, the highest first."""
        return [rule for rule, masks, strict in self.rules if holds(masks, findings, strictly=strict)]

    def open_screen(self, findings: Findings) -> tuple[str, ...]:
        """Give the findings of the safety screen that are not answered."""
        answered = findings.present | findings.absent
        return tuple(self.space.names(self.screen & ~answered))

    def assess(self, findings: Findings, at_work: Mapping[str, float]) -> Urgency:
        """Give the urgency.

        Parameters
        ----------
        at_work : cause → chance that it is at work, for expected harm; may be empty
        """
        open_screen = self.open_screen(findings)
        rules = self.firing(findings)
        because = [
            Because(
                kind="rule",
                id=rule.id,
                level=rule.level,
                findings=self._findings(rule, findings),
                sources=rule.sources,
            )
            for rule in rules
        ]
        harm = expected_harm(self.knowledge, at_work)
        if harm is not None:
            because.append(harm)
        because.append(self._default(findings, bool(open_screen)))
        level = max((b.level for b in because), key=lambda found: found.rank)
        days = min(
            [r.within_days for r in rules if r.level is level] + [DAYS[level]],
        )
        reasons = tuple(b for b in because if b.level is level)
        return Urgency(
            level=level,
            within_days=days,
            screen_complete=not open_screen,
            screen_open=open_screen,
            because=reasons,
        )

    def _default(self, findings: Findings, screen_open: bool) -> Because:
        """Give routine, unless a calm rule holds on a complete screen."""
        told = findings.present & ~self.space.demographic
        if not told:
            return Because(kind="default", id="not_enough_known", level=Level.ROUTINE)
        if screen_open:
            return Because(kind="default", id="screen_not_complete", level=Level.ROUTINE)
        if any(
            rule.kind == "calm" and holds(masks, findings, strictly=True)
            for rule, masks, _ in self.rules
        ):
            return Because(kind="default", id="calm", level=Level.SELF_CARE)
        return Because(kind="default", id="something_told", level=Level.ROUTINE)

    def _findings(self, rule: Rule, findings: Findings) -> tuple[str, ...]:
        """Give the findings that made a rule hold."""
        for present, absent in rule.condition.alternatives:
            mask = self.space.mask(present)
            if mask & findings.present == mask and not self.space.mask(absent) & findings.present:
                return tuple(sorted(present))
        return ()

    def could_fire(self, findings: Findings, above: Level) -> list[tuple[Rule, tuple[Mask, ...]]]:
        """Give the rules above a level that unknown answers could still make hold."""
        return [
            (rule, masks)
            for rule, masks, _ in self.rules
            if rule.level.rank > above.rank and could_hold(masks, findings)
        ]


def expected_harm(knowledge: Knowledge, at_work: Mapping[str, float]) -> Because | None:
    """Give the level that the likely causes ask for, or nothing.

    The level is reached when the chance that any cause needing it is at work passes the threshold
    of `decisions.csv` (grade D).
    """
    for level in (Level.EMERGENCY, Level.URGENT, Level.SOON):
        needing = {
            cause: p
            for cause, p in at_work.items()
            if knowledge.causes[cause].harm_level.rank >= level.rank
        }
        nothing = 1.0
        for p in needing.values():
            nothing *= 1 - p
        if 1 - nothing >= knowledge.decisions[f"harm.{level}"]:
            leading = max(needing, key=lambda cause: (needing[cause], cause))
            return Because(kind="harm", id=leading, level=level)
    return None


@lru_cache(maxsize=8)
def triage_of(knowledge: Knowledge) -> Triage:
    """Give the compiled rules of a knowledge base, built once."""
    return Triage(knowledge)
