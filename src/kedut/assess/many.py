"""Many cases at once: the urgencies and chances that `Brief` writes, as arrays.

What cases share is reckoned once: cases that agree in what counts share one posterior, and all
posteriors are taken in one compiled call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kedut.advice.urgency import Because, Urgency
from kedut.assess.batch import Brief, is_usual
from kedut.assess.pipeline import assess
from kedut.assess.wire import rounded
from kedut.case.case import Case
from kedut.case.finding_space import Findings
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.inference import MOST_BITS, without_worry
from kedut.reasoning.sorter import Places

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NONE = -1


@dataclass(frozen=True, slots=True)
class Answers:
    """What N cases come to.

    chances : (N, C) that each cause is at work, with six significant digits; NaN for children
    leading : place of the likeliest cause, or -1 where none is at work or told
    """

    chances: Floats
    leading: Ints
    urgencies: list[Urgency]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The posteriors that are wanted, each once: a prior's place, and evidence by place."""

    priors: dict[bytes, int] = field(default_factory=dict)
    rows: list[Floats] = field(default_factory=list)
    places: dict[tuple[int, Places], int] = field(default_factory=dict)

    def place(self, prior: Floats, evidence: Places) -> int:
        """Give the place of a posterior, the same for the same."""
        key = prior.tobytes()
        row = self.priors.get(key)
        if row is None:
            row = self.priors[key] = len(self.rows)
            self.rows.append(prior)
        return self.places.setdefault((row, evidence), len(self.places))


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which posteriors the quick cases take: (N, 4) whole, calmer, unflagged, unflagged calmer."""

    number: list[int] = field(default_factory=list)
    findings: list[Findings] = field(default_factory=list)
    taken: list[tuple[int, int, int, int]] = field(default_factory=list)


class Many:
    """Assesses many cases of one knowledge base, brief."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.brief = Brief(knowledge)
        self.causes = self.brief.reasoner.network.causes

    def answers(self, cases: Sequence[Case]) -> Answers:
        """Give urgencies and chances, as the plain way gives them case by case."""
        chances = np.full((len(cases), len(self.causes)), np.nan)
        leading = np.full(len(cases), _NONE, np.int64)
        urgencies: list[Urgency | None] = [None] * len(cases)
        plan, wanted = _Plan(), _Wanted()
        for number, case in enumerate(cases):
            if not self._take_on(number, case, plan, wanted):
                urgencies[number] = self._alone(number, case, chances, leading)
        if plan.number:
            self._together(plan, wanted, chances, leading, urgencies)
        return Answers(chances, leading, [one for one in urgencies if one is not None])

    def _take_on(self, number: int, case: Case, plan: _Plan, wanted: _Wanted) -> bool:
        """Say which posteriors a case takes; not for those that need a way of their own."""
        brief = self.brief
        if brief.reasoner.fast is None or not is_usual(case):
            return False
        findings = brief.space.close(case)
        unflagged = brief.triage.unflagged(findings)
        seen = [findings, without_worry(self.knowledge, findings)]
        if unflagged.present & brief.space.symptoms:
            seen += [unflagged, without_worry(self.knowledge, unflagged)]
        else:
            seen += [None, None]
        sorted_out = [None if one is None else brief.sorter.places(one) for one in seen]
        whole = sorted_out[0]
        if whole is None or len(whole.present) + len(whole.shown) + len(whole.states) >= MOST_BITS:
            return False
        taken = tuple(
            _NONE if one is None or places is None else wanted.place(brief.prior(one), places)
            for one, places in zip(seen, sorted_out, strict=True)
        )
        plan.number.append(number)
        plan.findings.append(findings)
        plan.taken.append((taken[0], taken[1], taken[2], taken[3]))
        return True

    def _alone(self, number: int, case: Case, chances: Floats, leading: Ints) -> Urgency:
        """Assess a case by the plain way."""
        found = assess(case, self.knowledge, detail="brief")
        if found.causes:
            by_name = {one.id: one.probability for one in found.causes}
            chances[number] = [rounded(by_name[name]) for name in self.causes]
            if found.causes[0].probability > 0:
                leading[number] = self.causes.index(found.causes[0].id)
        return found.urgency

    def _together(
        self,
        plan: _Plan,
        wanted: _Wanted,
        chances: Floats,
        leading: Ints,
        urgencies: list[Urgency | None],
    ) -> None:
        """Assess all others, from posteriors taken in one call."""
        prevalent, at_work = self._posteriors(wanted)
        taken = np.array(plan.taken, np.int64)
        whole = self._kept_grave(at_work, taken[:, 0], taken[:, 1])
        harms = self._harms(plan, at_work, taken)
        for number, findings, harm in zip(plan.number, plan.findings, harms, strict=True):
            urgencies[number] = self.brief.triage.judge(findings, harm)
        from kedut.reasoning.six_digits import six_digits

        shown = six_digits(whole)
        chances[plan.number] = shown
        leading[plan.number] = self._first(shown, prevalent, taken)

    def _posteriors(self, wanted: _Wanted) -> tuple[Floats, Floats]:
        from kedut.reasoning.exact_many import posteriors

        fast = self.brief.reasoner.fast
        if fast is None:
            raise RuntimeError("the compiled version is gone, though cases were taken on for it")
        which = [row for row, _ in wanted.places]
        seen = [places for _, places in wanted.places]
        return posteriors(fast, np.array(wanted.rows), which, seen)

    def _kept_grave(self, found: Floats, main: Ints, calmer: Ints) -> Floats:
        """Give chances, those of grave causes not below what they are without worry."""
        rows: Floats = found[main]
        worried = np.flatnonzero(calmer != _NONE)
        if len(worried):
            mine = np.ix_(worried, self.brief.grave)
            rows[mine] = np.maximum(rows[mine], found[np.ix_(calmer[worried], self.brief.grave)])
        return rows

    def _harms(self, plan: _Plan, at_work: Floats, taken: Ints) -> list[Because | None]:
        """Give the level that the likely causes ask for, as `expected_harm` does."""
        harms: list[Because | None] = [None] * len(taken)
        judged = np.flatnonzero(taken[:, 2] != _NONE)
        if not len(judged):
            return harms
        brief = self.brief
        rows = self._kept_grave(at_work, taken[judged, 2], taken[judged, 3])
        for row, number in zip(rows, judged.tolist(), strict=True):
            row *= brief.denied(brief.triage.flags_denied(plan.findings[number]))
        for level, needing, threshold in reversed(brief.harm):  # the highest is said last
            chances = rows[:, needing]
            reached = np.flatnonzero(1 - np.prod(1 - chances, axis=1) >= threshold)
            for place, most in zip(reached, chances[reached].max(axis=1, initial=0), strict=True):
                name = max(self.causes[c] for c in needing[chances[place] == most])
                harms[judged[place]] = Because(kind="harm", id=name, level=level)
        return harms

    def _first(self, at_work: Floats, prevalent: Floats, taken: Ints) -> Ints:
        """Give the place of the cause that stands first, or -1 where none is at work."""
        most = at_work.max(axis=1)
        first = at_work.argmax(axis=1)
        tied = at_work == most[:, None]
        several = np.flatnonzero((most > 0) & (tied.sum(axis=1) > 1))
        if len(several):  # then by the chance to be there, then by name, as `ranking` does
            there = self._kept_grave(prevalent, taken[several, 0], taken[several, 1])
            for row, chances in zip(several, there.tolist(), strict=True):
                places = np.flatnonzero(tied[row]).tolist()
                ranks = [(-rounded(chances[c]), self.brief.names[c], c) for c in places]
                first[row] = min(ranks)[2]
        return np.where(most > 0, first, _NONE)
