"""Findings as bits: what presence and absence imply, and the closed evidence of a case.

The space is built once per knowledge; a set of findings is one integer, so that closing a case
over its implications and deciding a rule take a few machine operations each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from kedut.case.case import Case
from kedut.knowledge.entities import Kind
from kedut.knowledge.expression import Condition
from kedut.knowledge.knowledge_base import Knowledge

# Lower bound in years of each age band and the bound it ends before; derived, never asked.
_AGE_BANDS = {
    "age_under_18": (0, 18),
    "age_18_39": (18, 40),
    "age_40_59": (40, 60),
    "age_40_plus": (40, 999),
    "age_60_plus": (60, 999),
    "age_over_65": (66, 999),
    "age_over_75": (76, 999),
}


# What a male body rules out, unless it is told.
_ONLY_FEMALE = ("oral_contraceptive_use", "pregnancy", "recent_childbirth")


@dataclass(frozen=True, slots=True)
class Findings:
    """The evidence of one person, closed under implication; bits of a `FindingSpace`."""

    present: int
    absent: int
    age: float | None
    sex: str | None


Mask = tuple[int, int]


class FindingSpace:
    """One bit for each finding of a knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.ids = tuple(knowledge.findings)
        self.bit = {name: 1 << place for place, name in enumerate(self.ids)}
        general: dict[str, set[str]] = {name: set() for name in self.ids}
        for implication in knowledge.implications:
            general[implication.finding].add(implication.implies)
        for states in knowledge.variables.values():
            for one, its in states.items():
                for wider, others in states.items():
                    if one != wider and set(its) < set(others):
                        general[one].add(wider)
        results = self._lists(general)
        self._up = {name: self._closure(name, general) for name in self.ids}
        self._down = dict.fromkeys(self.ids, 0)
        for name in self.ids:
            for wider in self.names(self._up[name]):
                self._down[wider] |= self.bit[name]
        for name, opens in results:
            self._up[name] |= self.bit[opens]
        self._rivals = self._find_rivals()
        self._people: dict[tuple[int | None, str | None], Mask] = {}
        self.demographic = self.mask(
            f.id for f in knowledge.findings.values() if f.kind is Kind.DEMOGRAPHIC
        )
        self.symptoms = self.mask(
            f.id
            for f in knowledge.findings.values()
            if f.kind not in (Kind.DEMOGRAPHIC, Kind.COMPOSITE, Kind.RISK_FACTOR)
        )

    def _lists(self, general: dict[str, set[str]]) -> list[tuple[str, str]]:
        """Add that what is in a list implies the finding that opens it: a statin is a medicine.

        Gives the test results apart: a result implies that there was a test, but who had none may
        still be out of range.
        """
        results: list[tuple[str, str]] = []
        for opens, members in self.knowledge.opening.items():
            for name in members if opens in self.bit else ():
                if self.knowledge.findings[name].kind is Kind.TEST:
                    results.append((name, opens))
                else:
                    general[name].add(opens)
        return results

    def _closure(self, name: str, general: dict[str, set[str]]) -> int:
        found, waiting = 0, [name]
        while waiting:
            one = waiting.pop()
            if not found & self.bit[one]:
                found |= self.bit[one]
                waiting += general[one]
        return found

    def _find_rivals(self) -> dict[str, int]:
        """Give for each state of an exclusive variable the states it rules out."""
        rivals: dict[str, int] = {}
        for states in self.knowledge.variables.values():
            for one, its in states.items():
                rivals[one] = self.mask(
                    o for o, theirs in states.items() if not set(its) & set(theirs)
                )
        return rivals

    def mask(self, names: Iterable[str]) -> int:
        """Give the bits of some findings."""
        bits = 0
        for name in names:
            bits |= self.bit[name]
        return bits

    def names(self, mask: int) -> Iterator[str]:
        """Give the findings of some bits, in the order of the space."""
        while mask:
            low = mask & -mask
            yield self.ids[low.bit_length() - 1]
            mask ^= low

    def implied_up(self, name: str) -> int:
        """Give the bits of a finding and all that its presence implies."""
        return self._up[name]

    def compile(self, condition: Condition) -> tuple[Mask, ...]:
        """Give a condition as bit masks: any (present, not present) pair suffices."""
        return tuple((self.mask(p), self.mask(n)) for p, n in condition.alternatives)

    def close(self, case: Case) -> Findings:
        """Give the evidence of a case, closed under implication.

        What is present wins over what is only absent by implication: of the two readings of a
        contradiction the one that asks for more care is kept.
        """
        present = absent = 0
        for name in case.present:
            present |= self._up[name]
        for name in case.absent:
            absent |= self._down[name]
        stated = [name for name in case.present if name in self._rivals]
        for name in stated:
            absent |= self._rivals[name]
        person = (None if case.age is None else int(case.age), case.sex)
        if person not in self._people:
            self._people[person] = self._demographic(*person)
        age_present, age_absent = self._people[person]
        present = (present & ~self.demographic) | age_present
        absent = (absent & ~self.demographic) | age_absent
        return Findings(present, absent & ~present, case.age, case.sex)

    def _demographic(self, age: int | None, sex: str | None) -> Mask:
        present = absent = 0
        if age is not None:
            for name, (start, end) in _AGE_BANDS.items():
                if start <= age < end:
                    present |= self.bit.get(name, 0)
                else:
                    absent |= self.bit.get(name, 0)
        if sex is not None:
            for name, which in (("sex_male", "male"), ("sex_female", "female")):
                if sex == which:
                    present |= self.bit.get(name, 0)
                else:
                    absent |= self.bit.get(name, 0)
        if sex == "male":
            for name in _ONLY_FEMALE:
                absent |= self._down.get(name, 0)
        return present, absent


@lru_cache(maxsize=8)
def finding_space(knowledge: Knowledge) -> FindingSpace:
    """Give the finding space of a knowledge base, built once."""
    return FindingSpace(knowledge)


def holds(masks: tuple[Mask, ...], findings: Findings, *, strictly: bool) -> bool:
    """Decide a compiled condition.

    strictly : `NOT x` needs x known to be absent; otherwise it holds unless x is present.
    """
    present, absent = findings.present, findings.absent
    if strictly:
        return any(p & present == p and n & absent == n for p, n in masks)
    return any(p & present == p and not n & present for p, n in masks)


def could_hold(masks: tuple[Mask, ...], findings: Findings) -> bool:
    """Say whether answers still unknown could make a compiled condition hold."""
    present, absent = findings.present, findings.absent
    return any(not p & absent and not n & present for p, n in masks)
