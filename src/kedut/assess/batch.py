"""Many cases, brief: the same lines as the plain way writes, by the compiled posterior.

What does not depend on the case is made once; a line is put together from ready pieces of JSON.
Without numba the plain way is taken.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import kedut
from kedut.advice.urgency import Because, Urgency, triage_of
from kedut.assess.pipeline import assess, is_adult
from kedut.assess.wire import to_json, urgency_shape
from kedut.case.case import Case
from kedut.case.finding_space import Findings, finding_space
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.inference import (
    MOST_BITS,
    absence_factor,
    case_prior,
    grave_places,
    names_rank,
    reasoner_of,
    without_worry,
)
from kedut.reasoning.sorter import sorter_of

if TYPE_CHECKING:
    from kedut.reasoning.exact_emission import Seen
    from kedut.reasoning.exact_fast import FastExact

Floats = NDArray[np.float64]

# From so many cases on, loading the compiled version pays.
WORTH_FROM = 50
_LEVELS = (Level.EMERGENCY, Level.URGENT, Level.SOON)
_REMEMBERED = 10_000


class Brief:
    """Writes brief assessments of one knowledge base, one line of JSON each."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.space = finding_space(knowledge)
        self.sorter = sorter_of(knowledge)
        self.triage = triage_of(knowledge)
        self.reasoner = reasoner_of(knowledge)
        self.reasoner.quicken()
        causes = self.reasoner.network.causes
        self.names = names_rank(causes)
        self.grave = grave_places(knowledge)
        self._known = self.space.mask(self.reasoner.network.factors)
        self._factors: dict[int, Floats] = {}
        self._priors: dict[tuple[int | None, str | None, int, int], Floats] = {}
        ranks = np.array([knowledge.causes[name].harm_level.rank for name in causes])
        self.harm = [
            (level, np.flatnonzero(ranks >= level.rank), knowledge.decisions[f"harm.{level}"])
            for level in _LEVELS
        ]
        self._encode = json.JSONEncoder(ensure_ascii=False).encode
        start = [f'{{"id": {_text(name)}, "probability": ' for name in causes]
        self._some = [piece.replace("%", "%%") + "%.6g}" for piece in start]
        self._none = [piece + "0.0}" for piece in start]
        self._all = [piece + "1.0}" for piece in start]
        self._versions = (
            f', "knowledge_version": {_text(knowledge.version)}'
            f', "software_version": {_text(kedut.__version__)}, "urgency": '
        )

    def line(self, case: Case) -> str:
        """Give the assessment of a case as one line of JSON, without the line's end."""
        fast = self.reasoner.fast
        if fast is None or not is_usual(case):
            found = assess(case, self.knowledge, detail="brief")
            return to_json(found, self.knowledge, "id")
        findings = self.space.close(case)
        prior = self.prior(findings)
        seen = self._seen(fast, findings)
        prevalent, at_work, _ = fast.run(prior, seen)
        urgency = self._urgency(fast, findings, prior, at_work)
        calmer = without_worry(self.knowledge, findings)
        if calmer is not None:
            prevalent, at_work = self._keep_grave(fast, calmer, prevalent, at_work)
        order = fast.ranked(at_work, prevalent, self.names)
        return "".join(
            (
                '{"id": ',
                _text(case.id),
                self._versions,
                self._encode(urgency_shape(urgency)),
                ', "causes": [',
                self._causes(order, at_work),
                '], "ignored": ',
                self._encode(list(case.ignored)) if case.ignored else "[]",
                "}",
            )
        )

    def _seen(self, fast: FastExact, findings: Findings) -> Seen:
        """Give the evidence by place; of very many findings those that can be taken on."""
        places = self.sorter.places(findings)
        if len(places.present) + len(places.shown) + len(places.states) < MOST_BITS:
            return fast.seen_at(places)
        evidence, _ = self.reasoner.limited(self.sorter.sort(findings))
        return fast.seen(evidence)

    def prior(self, findings: Findings) -> Floats:
        """Give the chances before symptoms; the same array for the same."""
        key = (
            None if findings.age is None else int(findings.age),
            findings.sex,
            findings.present & self._known,
            findings.absent & self._known,
        )
        prior = self._priors.get(key)
        if prior is None:
            if len(self._priors) >= _REMEMBERED:
                self._priors.clear()
            prior = self._priors[key] = case_prior(self.knowledge, findings)
        return prior

    def _keep_grave(
        self, fast: FastExact, calmer: Findings, prevalent: Floats, at_work: Floats
    ) -> tuple[Floats, Floats]:
        """Give the chances with those of grave causes not below what they are without worry."""
        other = fast.run(self.prior(calmer), self._seen(fast, calmer))
        kept = []
        for mine, theirs in zip((prevalent, at_work), other[:2], strict=True):
            both = mine.copy()
            both[self.grave] = np.maximum(mine[self.grave], theirs[self.grave])
            kept.append(both)
        return kept[0], kept[1]

    def _urgency(
        self,
        fast: FastExact,
        findings: Findings,
        prior: Floats,
        at_work: Floats,
    ) -> Urgency:
        unflagged = self.triage.unflagged(findings)
        if not unflagged.present & self.space.symptoms:
            return self.triage.judge(findings, None)
        known = self.prior(unflagged)
        if known is not prior or unflagged != findings:
            _, at_work, _ = fast.run(known, self._seen(fast, unflagged))
        calmer = without_worry(self.knowledge, unflagged)
        if calmer is not None:
            _, at_work = self._keep_grave(fast, calmer, at_work, at_work)
        at_work = at_work * self.denied(self.triage.flags_denied(findings))
        return self.triage.judge(findings, self._expected_harm(at_work))

    def denied(self, absent: int) -> Floats:
        """Give how much each cause loses by red flags that are absent."""
        factor = self._factors.get(absent)
        if factor is None:
            if len(self._factors) >= _REMEMBERED:
                self._factors.clear()
            factor = self._factors[absent] = absence_factor(self.knowledge, absent)
        return factor

    def _expected_harm(self, at_work: Floats) -> Because | None:
        """Give the level that the likely causes ask for, as `expected_harm` does."""
        for level, needing, threshold in self.harm:
            chances = at_work[needing]
            if 1 - np.prod(1 - chances) >= threshold:
                most = chances.max()
                causes = self.reasoner.network.causes
                leading = max(causes[c] for c in needing[chances == most])
                return Because(kind="harm", id=leading, level=level)
        return None

    def _causes(self, order: list[int], at_work: Floats) -> str:
        """Give the list of causes; the first are at work with some chance, the last with none."""
        chances = at_work[order].tolist()
        some = len(chances) - chances.count(0.0)
        sure = 0
        while sure < some and f"{chances[sure]:.6g}" == "1":  # JSON would lose the ".0"
            sure += 1
        lists = (
            [self._all[c] for c in order[:sure]],
            [self._some[c] for c in order[sure:some]],
            [self._none[c] for c in order[some:]],
        )
        written = ", ".join(lists[1]) % tuple(chances[sure:some])
        return ", ".join(filter(None, (", ".join(lists[0]), written, ", ".join(lists[2]))))


def is_usual(case: Case) -> bool:
    """Say whether a case is of the usual kind; others go the plain way."""
    return is_adult(case) and case.at_least is None and case.course is None


def _text(text: str) -> str:
    return encode_basestring(text)
