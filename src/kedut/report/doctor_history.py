"""The structured history: what is there, what is not, what was not asked, what was measured."""

from __future__ import annotations

from functools import lru_cache

from kedut.case.case import Case
from kedut.case.finding_space import Findings, finding_space
from kedut.case.private import withheld
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.report.doctor_figures import number
from kedut.report.doctor_types import Answer, FlagGroup

# Tests a person is guided through; each is told even where it was not done.
GUIDED = ("heel_raise_weakness", "foot_drop", "muscle_wasting", "twitch_tongue")


@lru_cache(maxsize=8)
def _alarming_alone(knowledge: Knowledge) -> frozenset[str]:
    """Give the findings that ask for a visit soon all by themselves."""
    return frozenset(
        name
        for rule in knowledge.rules
        if rule.level.rank >= Level.SOON.rank
        for wanted, unwanted in rule.condition.alternatives
        if len(wanted) == 1 and not unwanted
        for name in wanted
    )


class History:
    """One person's answers in one language, without what is not handed on."""

    def __init__(
        self,
        case: Case,
        findings: Findings,
        knowledge: Knowledge,
        words: Words,
        ticked: frozenset[str],
    ) -> None:
        self.case = case
        self.findings = findings
        self.knowledge = knowledge
        self.words = words
        self.space = finding_space(knowledge)
        self.private = withheld(knowledge, ticked)
        self.screen = frozenset(knowledge.screen_findings)

    def name(self, finding: str) -> str:
        """Give a finding's name."""
        return self.words.clinical(finding)

    def state(self, finding: str) -> str:
        """Give `present`, `absent` or `open`."""
        bit = self.space.bit[finding]
        if self.findings.present & bit:
            return "present"
        return "absent" if self.findings.absent & bit else "open"

    def present(self) -> tuple[Answer, ...]:
        """Give what was reported present, alarm signs first."""
        alarming = self.screen | _alarming_alone(self.knowledge)
        stated = [name for name in self.case.present if not self._of_age_or_sex(name)]
        answers = [(name not in alarming, self.name(name)) for name in stated]
        return tuple(Answer(name=name, alarm=not calm) for calm, name in sorted(answers))

    def absent(self) -> tuple[str, ...]:
        """Give what was reported absent besides the safety screen."""
        there = {self.knowledge.findings[name].variable for name in self.case.present} - {""}
        return tuple(
            sorted(
                self.name(name)
                for name in self.case.absent
                if name not in self.screen
                and not self._of_age_or_sex(name)
                and self.knowledge.findings[name].variable not in there
            )
        )

    def _of_age_or_sex(self, name: str) -> bool:
        return bool(self.space.bit[name] & self.space.demographic)

    def values(self) -> tuple[Answer, ...]:
        """Give measured values with their units; bold where they set a finding."""
        units = {t.value: t.unit for t in self.knowledge.thresholds}
        reached = {
            t.value
            for t in self.knowledge.thresholds
            if t.value in self.case.values
            and t.reached(self.case.values[t.value])
            and self.knowledge.resolve(t.finding) in _alarming_alone(self.knowledge)
        }
        return tuple(
            Answer(
                name=self.words.say(f"doctor.value.{name}"),
                value=f"{number(value, self.words.language)} {self._unit(units[name])}".strip(),
                alarm=name in reached,
            )
            for name, value in sorted(self.case.values.items())
        )

    def _unit(self, unit: str) -> str:
        return self.words.say(f"doctor.unit.{unit}") if unit in ("day", "1/min", "h") else unit

    def self_tests(self) -> tuple[Answer, ...]:
        """Give the result of each guided self-test, or that it was not done."""
        say = self.words.say
        results = []
        for finding in GUIDED:
            if finding not in self.knowledge.findings:
                continue
            state = self.state(finding)
            if state == "absent" and finding not in self.case.absent:
                state = "open"  # follows from another answer; the test itself was not done
            results.append(
                Answer(
                    name=say(f"doctor.self_test.{finding}"),
                    value=say(f"doctor.self_test.{state}"),
                    alarm=state == "present",
                )
            )
        return tuple(results)

    def flags(self) -> tuple[FlagGroup, ...]:
        """Give the safety screen by group; what is not handed on is not called unasked."""
        groups = []
        for group, members in self.knowledge.screen.items():
            told: dict[str, list[str]] = {"present": [], "absent": [], "open": []}
            for member in members:
                if member not in self.private:
                    told[self.state(member)].append(self.name(member))
            groups.append(
                FlagGroup(
                    title=self.words.say(f"doctor.flags.{group}"),
                    present=tuple(told["present"]),
                    absent=tuple(told["absent"]),
                    open=tuple(told["open"]),
                )
            )
        return tuple(groups)
