"""What to examine now and which tests would move the answer, from what the tables say they tell."""

from __future__ import annotations

from collections.abc import Iterable

from kedut.case.finding_space import Findings
from kedut.knowledge.entities import Kind, Level, Test
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.reasoning.inference import Inference
from kedut.reasoning.next_question import chooser_of
from kedut.reasoning.why import separates
from kedut.report.doctor_figures import percent
from kedut.report.doctor_history import History
from kedut.report.doctor_notes import Notes
from kedut.report.doctor_types import Workup

# Strength, reflexes, feeling, pulses, and a look at the bare calf: examined in everybody.
ALWAYS = (
    "heel_raise_test",
    "strength_examination",
    "reflex_examination",
    "pinprick",
    "pulse_examination",
    "visual_inspection",
)
_SIGNS = frozenset({Kind.CLINICIAN_SIGN, Kind.SELF_SIGN})
_MORE_EXAMINATIONS, _MOST_TESTS = 3, 5
_LEAST_OF_BEST = 0.1  # below this share of the best one's value an item is not worth its line
_LEAST_BEFORE_TEST = 0.01  # rarer than this, most positive results are false
_NAMED = 2


class Bench:
    """Ranks examinations and tests for one person; without an inference only what is always due."""

    def __init__(
        self, history: History, knowledge: Knowledge, words: Words, inference: Inference | None
    ) -> None:
        self.history = history
        self.knowledge = knowledge
        self.words = words
        self.inference = inference
        self.by_test: dict[str, list[Test]] = {}
        for test in knowledge.tests:
            self.by_test.setdefault(test.test, []).append(test)

    def _gains(self, kinds: frozenset[Kind]) -> dict[str, float]:
        if self.inference is None:
            return {}
        findings: Findings = self.history.findings
        found = chooser_of(self.knowledge).candidates(
            findings, self.inference, (), kinds=kinds, only_asked=False
        )
        return {c.finding: c.value for c in found}

    def examinations(self) -> tuple[Workup, ...]:
        """Give what primary care can examine now: what is always due, then what tells most here."""
        gains = self._gains(_SIGNS)
        worth = {
            name: max((gains.get(self._finding(t), 0.0) for t in rows), default=0.0)
            for name, rows in self.by_test.items()
            if all(row.where in ("primary", "self") for row in rows)
            and any(self._kind(row) in _SIGNS for row in rows)
        }
        always = [name for name in ALWAYS if name in self.by_test]
        least = _LEAST_OF_BEST * max(worth.values(), default=0.0)
        more = sorted(
            (n for n in worth if n not in always and worth[n] > least),
            key=lambda n: (-worth[n], n),
        )
        return tuple(self._examination(name, gains) for name in always + more[:_MORE_EXAMINATIONS])

    def _examination(self, name: str, gains: dict[str, float]) -> Workup:
        findings = dict.fromkeys(self._finding(row) for row in self.by_test[name])
        known = [f for f in findings if f in self.knowledge.findings]
        known.sort(key=lambda f: -gains.get(f, 0.0))
        states = [self.history.state(f) for f in known]
        told = next((s for s in ("present", "absent") if s in states), "open")
        if told == "open" and not any(self.knowledge.findings[f].asked for f in known):
            told = "examined"  # only an examination can tell
        return Workup(
            name=self.words.of("tests", name, "name"),
            looks_for="; ".join(self.history.name(f) for f in known[:_NAMED]),
            told=self.words.say(f"doctor.told.{told}"),
            separates=self._names(self._causes(known[:1])[:1]),
        )

    def tests(self, level: Level, notes: Notes) -> tuple[Workup, ...]:
        """Give the investigations whose result would move the answer most.

        None where care for oneself suffices: a chance result harms more than it tells. What only a
        hospital does counts less, as in the assessment.
        """
        if level is Level.SELF_CARE:
            return ()
        hospital = self.knowledge.decisions["tests.weight_hospital"]
        gains = self._gains(frozenset({Kind.TEST}))
        best: dict[str, tuple[float, Test]] = {}
        for test in self.knowledge.tests:
            value = gains.get(self._finding(test), 0.0)
            value *= hospital if test.where == "hospital" else 1.0
            if value > 0 and (test.test not in best or best[test.test][0] < value):
                best[test.test] = (value, test)
        ranked = sorted(best.values(), key=lambda found: (-found[0], found[1].id))
        chosen: dict[str, tuple[float, Test]] = {}
        for value, test in ranked:  # of several tests for one finding the best
            chosen.setdefault(self._finding(test), (value, test))
        least = _LEAST_OF_BEST * (ranked[0][0] if ranked else 0.0)
        shown = [test for value, test in chosen.values() if value >= least and self._due(test)]
        return tuple(self._test(test, notes) for test in shown[:_MOST_TESTS])

    def _due(self, test: Test) -> bool:
        """Say whether something it looks for is likely enough for a positive to be believed."""
        if self.inference is None:
            return False
        chances = dict(zip(self.inference.causes, self.inference.prevalent.tolist(), strict=True))
        causes = self._causes([self._finding(test)])
        return any(chances[cause] >= _LEAST_BEFORE_TEST for cause in causes)

    def _test(self, test: Test, notes: Notes) -> Workup:
        finding = self._finding(test)
        causes = self._causes([finding])
        told = next(
            (
                row
                for cause in causes
                for row in self.by_test[test.test]
                if row.cause == cause and self._finding(row) == finding
            ),
            test,
        )
        return Workup(
            name=self.words.of("tests", test.test, "name"),
            separates=self._names(causes),
            accuracy=self._accuracy(told),
            where=self.words.say(f"doctor.where.{test.where}"),
            notes=notes.cite(told.sources, 1),
        )

    def _accuracy(self, test: Test) -> str:
        if test.sensitivity is None and test.specificity is None:
            return ""
        unknown = self.words.say("doctor.accuracy.unknown")
        shares = [
            unknown if share is None else percent(share, self.words.language)
            for share in (test.sensitivity, test.specificity)
        ]
        return self.words.say(
            "doctor.accuracy", sensitivity=shares[0], specificity=shares[1], grade=test.grade
        )

    def _finding(self, test: Test) -> str:
        return self.knowledge.aliases.get(test.finding, test.finding)

    def _kind(self, test: Test) -> Kind | None:
        finding = self.knowledge.findings.get(self._finding(test))
        return finding.kind if finding else None

    def _causes(self, findings: Iterable[str]) -> tuple[str, ...]:
        if self.inference is None:
            return ()
        inference = self.inference
        named = (c for f in findings for c in separates(self.knowledge, inference, f)[:_NAMED])
        return tuple(dict.fromkeys(named))

    def _names(self, causes: Iterable[str]) -> str:
        return "; ".join(self.words.of("causes", cause, "name") for cause in causes)
