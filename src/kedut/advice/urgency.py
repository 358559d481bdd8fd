"""How soon somebody should be seen: the highest of rules, expected harm and a default."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from kedut.case.case import AtLeast
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


_Way = tuple[int, int, int, bool]  # a rule's place, what must be there and must not, strictly


class Triage:
    """The rules of a knowledge base, compiled."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.space = finding_space(knowledge)
        self.rules: tuple[tuple[Rule, tuple[Mask, ...], bool], ...] = tuple(
            (rule, self.space.compile(rule.condition), rule.level.rank < Level.SOON.rank)
            for rule in sorted(knowledge.rules, key=lambda r: (-r.level.rank, r.within_days, r.id))
        )
        self._by_finding, self._always = self._index()
        self._keys = sum(self._by_finding)
        self._screen_bits = tuple((f, self.space.bit[f]) for f in knowledge.screen_findings)
        self._calm = tuple(masks for rule, masks, _ in self.rules if rule.kind == "calm")
        self._defaults = {
            key: Because(kind="default", id=key, level=level)
            for key, level in (
                ("not_enough_known", Level.ROUTINE),
                ("screen_not_complete", Level.ROUTINE),
                ("calm", Level.SELF_CARE),
                ("something_told", Level.ROUTINE),
            )
        }
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
        return Findings(findings.present & keep, findings.absent & keep, findings.age, findings.sex)

    def flags_denied(self, findings: Findings) -> int:
        """Give the red flags known to be absent: each may only lower what would bring it.

        Taken cause by cause, without explaining away, so that a flag turned present only raises.
        """
        return findings.absent & self._flagged

    def _index(self) -> tuple[dict[int, list[_Way]], list[_Way]]:
        """Sort the ways in which rules hold under the finding they need that fewest others need.

        Age and sex come last: everybody has them.
        """
        common = self.space.demographic
        ways = [
            (place, wanted, unwanted, strict)
            for place, (_, masks, strict) in enumerate(self.rules)
            for wanted, unwanted in masks
        ]
        needed = Counter(bit for _, wanted, _, _ in ways for bit in bits_of(wanted))
        by_finding: dict[int, list[_Way]] = {}
        always: list[_Way] = []
        for way in ways:
            if way[1]:
                rarest = min(bits_of(way[1]), key=lambda bit: (bit & common > 0, needed[bit], bit))
                by_finding.setdefault(rarest, []).append(way)
            else:
                always.append(way)
        return by_finding, always

    def firing(self, findings: Findings) -> list[Rule]:
        """Give the rules that hold, the highest first."""
        return [self.rules[place][0] for place in self._firing(findings)]

    def ways_up(self, findings: Findings, above: Level) -> Iterator[tuple[Rule, int, int]]:
        """Give each way in which unknown answers would make a rule above a level hold.

        Yields
        ------
        rule, the bits it needs present, and those of them that are still unknown
        """
        for rule, masks in self.could_fire(findings, above):
            for present, absent in masks:
                missing = present & ~findings.present
                if not missing & findings.absent and not absent & findings.present:
                    yield rule, present, missing

    def calming(self, findings: Findings, level: Level) -> int:
        """Give the bits of what, were it present, would take back a rule that holds at a level.

        A visit alone is taken back so: what is urgent is not talked away by a list.
        """
        bits = 0
        for place in self._firing(findings):
            rule, masks, _ = self.rules[place]
            if rule.level is level is Level.SOON:
                for present, absent in masks:
                    if present & findings.present == present and not absent & findings.present:
                        bits |= absent
        return bits

    def _firing(self, findings: Findings) -> list[int]:
        """Give the places of the rules that hold, in order; only what could hold is looked at."""
        present, absent = findings.present, findings.absent
        index, held = self._by_finding, set()
        rest = present & self._keys
        while rest:
            bit = rest & -rest
            rest ^= bit
            for place, wanted, unwanted, strict in index[bit]:
                if wanted & present == wanted and (
                    unwanted & absent == unwanted if strict else not unwanted & present
                ):
                    held.add(place)
        for place, _, unwanted, strict in self._always:
            if unwanted & absent == unwanted if strict else not unwanted & present:
                held.add(place)
        return sorted(held)

    def open_screen(self, findings: Findings) -> tuple[str, ...]:
        """Give the findings of the safety screen that are not answered."""
        answered = findings.present | findings.absent
        left = self.screen & ~answered
        return tuple([name for name, bit in self._screen_bits if left & bit])

    def assess(self, findings: Findings, at_work: Mapping[str, float]) -> Urgency:
        """Give the urgency.

        Parameters
        ----------
        at_work : cause → chance that it is at work, for expected harm; may be empty
        """
        return self.judge(findings, expected_harm(self.knowledge, at_work))

    def judge(self, findings: Findings, harm: Because | None) -> Urgency:
        """Give the urgency when expected harm is known already."""
        open_screen = self.open_screen(findings)
        held = [self.rules[place] for place in self._firing(findings)]
        default = self._default(findings, bool(open_screen))
        level = default.level
        for other in (harm.level if harm else level, held[0][0].level if held else level):
            if other.rank > level.rank:  # the highest rule comes first
                level = other
        here = [(rule, masks) for rule, masks, _ in held if rule.level is level]
        days = min([rule.within_days for rule, _ in here] + [DAYS[level]])
        reasons = (
            *(
                Because(
                    kind="rule",
                    id=rule.id,
                    level=level,
                    findings=_findings(rule, masks, findings),
                    sources=rule.sources,
                )
                for rule, masks in here
            ),
            *(b for b in (harm, default) if b is not None and b.level is level),
        )
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
            return self._defaults["not_enough_known"]
        if screen_open:
            return self._defaults["screen_not_complete"]
        if any(holds(masks, findings, strictly=True) for masks in self._calm):
            return self._defaults["calm"]
        return self._defaults["something_told"]

    def could_fire(self, findings: Findings, above: Level) -> list[tuple[Rule, tuple[Mask, ...]]]:
        """Give the rules above a level that unknown answers could still make hold."""
        return [
            (rule, masks)
            for rule, masks, _ in self.rules
            if rule.level.rank > above.rank and could_hold(masks, findings)
        ]


def _findings(rule: Rule, masks: tuple[Mask, ...], findings: Findings) -> tuple[str, ...]:
    """Give the findings that made a rule hold."""
    for (wanted, unwanted), (present, _) in zip(masks, rule.condition.alternatives, strict=True):
        if wanted & findings.present == wanted and not unwanted & findings.present:
            return tuple(sorted(present))
    return ()


def bits_of(mask: int) -> Iterator[int]:
    """Give the bits of a mask one by one."""
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit


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


def not_below(urgency: Urgency, told: AtLeast | None) -> Urgency:
    """Give an urgency, or the one that was found before with more answers where that is higher."""
    if told is None:
        return urgency
    before = Because(kind="default", id=told.because, level=told.level)
    days = min(told.within_days, DAYS[told.level])
    if told.level.rank > urgency.level.rank:
        return replace(urgency, level=told.level, within_days=days, because=(before,))
    if told.level is urgency.level and days < urgency.within_days:
        return replace(urgency, within_days=days, because=(*urgency.because, before))
    return urgency


@lru_cache(maxsize=8)
def triage_of(knowledge: Knowledge) -> Triage:
    """Give the compiled rules of a knowledge base, built once."""
    return Triage(knowledge)
