"""The sentences an assessment is told in, the same for terminal and page.

The rules of the wording: urgency and what to do first; whole numbers in words; no bar and no
interval for a cause under one in a thousand; the calm sentences where calm is right; always how to
tell that the answer no longer holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kedut.advice.actions import COUNTRY, Advice
from kedut.advice.urgency import Because
from kedut.assess.assessment import Assessment, CauseResult
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.quantity.sourced import Grade
from kedut.reasoning.turning import Turning
from kedut.report.steps import said_once
from kedut.report.whole_numbers import in_words

LIKELY_SHOWN = 6
UNLIKELY_SHOWN = 4
_UNLIKELY_BELOW = 0.01  # constant: what is likelier is no unlikely cause
MOST_NAMES = 12
_FEARED_FAMILIES = ("nerve", "brain", "vascular")
_SHOWN_FROM = 0.01
_STRONG_TIMES = 5  # the odds change by so many times: a likelihood ratio that moves a mind
_SOME_TIMES = 2
_BENIGN_TOO = frozenset({"muscle_cramp", "tingling_calf_or_foot", "perceived_weakness"})
ALS = "amyotrophic_lateral_sclerosis"


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseLine:
    """One cause as shown: words first, bar and range only where they help."""

    id: str
    name: str
    summary: str
    chance: str
    bar: tuple[float, float, float] | None
    grade: str
    speaks_for: tuple[tuple[str, float], ...]
    speaks_against: tuple[tuple[str, float], ...]
    amplified_by: tuple[str, ...]
    sources: tuple[str, ...]


class Teller:
    """Tells one assessment in one language."""

    def __init__(self, assessment: Assessment, knowledge: Knowledge, language: str) -> None:
        self.assessment = assessment
        self.knowledge = knowledge
        self.words: Words = knowledge.words(language)
        self._numbers: dict[str, int] = {}

    def finding(self, identifier: str) -> str:
        """Give a finding's name."""
        return self.words.of("findings", identifier, "name")

    def cause(self, identifier: str) -> str:
        """Give a cause's name."""
        return self.words.of("causes", identifier, "name")

    def note(self, sources: tuple[str, ...]) -> str:
        """Give footnote marks for some sources, numbering new ones."""
        numbers = [number for number, _ in self.marks(sources)]
        return f" [{', '.join(map(str, numbers))}]" if numbers else ""

    def marks(self, sources: tuple[str, ...]) -> list[tuple[int, str]]:
        """Give number and key of some sources, numbering new ones; a page makes links of them."""
        known = [key for key in sources if key in self.knowledge.sources]
        return [(self._numbers.setdefault(k, len(self._numbers) + 1), k) for k in known]

    def cited(self) -> list[tuple[int, str, str]]:
        """Give number, key and citation of the sources used so far."""
        return [(n, key, self.knowledge.sources[key].citation) for key, n in self._numbers.items()]

    def footnotes(self) -> list[tuple[int, str]]:
        """Give the numbered sources used so far."""
        return [(n, self.knowledge.sources[key].citation) for key, n in self._numbers.items()]

    def level(self) -> str:
        """Give the urgency in one word or two."""
        return self.words.say(f"level.{self.assessment.urgency.level}")

    def level_line(self) -> str:
        """Give what the urgency means."""
        return self.words.say(f"level.{self.assessment.urgency.level}.line")

    def within(self) -> str:
        """Give the time within which to be seen."""
        days = self.assessment.urgency.within_days
        if days == 0:
            return self.words.say("level.within_now")
        if days == 1:
            return self.words.say("level.within_today")
        if days % 7 == 0 and days > 14:
            return self.words.say("level.within_weeks", weeks=days // 7)
        return self.words.say("level.within_days", days=days)

    def reasons(self) -> list[str]:
        """Give why this urgency, a sentence each."""
        return [text + self.note(sources) for text, sources in self.grounds()]

    def grounds(self) -> list[tuple[str, tuple[str, ...]]]:
        """Give why this urgency, a sentence each with its sources."""
        told = self.assessment.urgency.because
        return list(dict.fromkeys((self._ground(b), b.sources) for b in told))

    def _ground(self, because: Because) -> str:
        if because.kind == "rule":
            text = self.words.of("rules", because.id, "reason") or because.id
        elif because.kind == "harm":
            text = self.words.say("why.harm", cause=self.cause(because.id))
        else:
            text = self.words.say(f"why.{because.id}")
        return text

    def now(self) -> list[Advice]:
        """Give what the urgency itself asks to do, each thing said once."""
        asked = (a for a in self.assessment.advice if not a.cause)
        return list(said_once(asked, self.knowledge, self.words.language, COUNTRY))

    def more(self) -> list[tuple[str, list[Advice]]]:
        """Give the advice for the likely causes, by who does it."""
        by_helper: dict[str, list[Advice]] = {}
        for advice in self.assessment.advice:
            if advice.cause:
                by_helper.setdefault(advice.who, []).append(advice)
        if self.assessment.urgency.level.rank < Level.URGENT.rank and "emergency" in by_helper:
            by_helper["emergency"] = by_helper.pop("emergency")  # last: it is for an if
        return [(self.words.say(f"who.{who}"), lines) for who, lines in by_helper.items()]

    def likely(self) -> list[CauseLine]:
        """Give the causes worth showing, likeliest first."""
        shown = [c for c in self.assessment.causes if c.probability >= _SHOWN_FROM]
        return [self._line(c) for c in shown[:LIKELY_SHOWN]]

    def unlikely_grave(self) -> list[CauseLine]:
        """Give grave causes that people fear and that are unlikely here, told honestly.

        Where nothing was found all are at nought, and that would calm for no reason: none is given.
        """
        if not self.assessment.present:
            return []
        shown = {line.id for line in self.likely()}
        rest = [
            c
            for c in self.assessment.causes
            if c.id not in shown
            and c.probability < _UNLIKELY_BELOW
            and self.knowledge.causes[c.id].grave
            and self.knowledge.causes[c.id].family in _FEARED_FAMILIES
            and self.words.of("causes", c.id, "fear")
        ]
        rest.sort(key=lambda c: (c.id != ALS, -c.probability, c.id))
        return [self._line(c) for c in rest[:UNLIKELY_SHOWN]]

    def fear(self, cause: str) -> str:
        """Give what calms about a feared cause, or nothing where strength is gone.

        These sentences speak of a twitch with normal strength; beside a weak muscle they are wrong.
        """
        gone = set(self.knowledge.screen.get("strength", ())) & set(self.assessment.present)
        return "" if gone else self.words.of("causes", cause, "fear")

    def _line(self, cause: CauseResult) -> CauseLine:
        rare = cause.probability < self.knowledge.decisions["show.rare_below"]
        bar = None
        if not rare and cause.low is not None and cause.high is not None:
            bar = (cause.low, cause.probability, cause.high)
        return CauseLine(
            id=cause.id,
            name=self.cause(cause.id),
            summary=self.words.of("causes", cause.id, "summary"),
            chance=in_words(cause.probability, self.words),
            bar=bar,
            grade=self.words.say(f"grade.{cause.grade}"),
            speaks_for=tuple((self.weighed(f), b) for f, b in cause.speaks_for),
            speaks_against=tuple((self.weighed(f), b) for f, b in cause.speaks_against),
            amplified_by=tuple(self.finding(f) for f in cause.amplified_by),
            sources=cause.sources,
        )

    def weighed(self, finding: str) -> str:
        """Give a finding's name, said to be missing where it is."""
        name = self.finding(finding)
        if finding in self.assessment.present:
            return name
        return self.words.say("finding.missing", name=name[:1].lower() + name[1:])

    def strength(self, bits: float) -> str:
        """Give in words how much a finding says: by how many times it moves the odds."""
        times = 2 ** abs(bits)
        size = "strong" if times >= _STRONG_TIMES else "some" if times >= _SOME_TIMES else "little"
        return self.words.say(f"strength.{size}")

    def calm(self) -> Iterator[str]:
        """Give the sentences that calm where calm is right, and never more than is true."""
        present = set(self.assessment.present)
        level = self.assessment.urgency.level
        if level.rank > Level.ROUTINE.rank:
            return
        if not present & {"leg_weakness", "muscle_wasting"}:
            yield self.words.say("calm.real")
        if present & _BENIGN_TOO:
            yield self.words.say("calm.benign_too")
        if present & {"health_anxiety", "high_distress", "anxiety"}:
            yield self.words.say("calm.anxiety_amplifier")
        yield self.words.say("calm.group_result")

    def turning(self) -> list[str]:
        """Give the figures whose uncertainty decides which cause leads."""
        return [self._turning(t) for t in self.assessment.turning]

    def _turning(self, turning: Turning) -> str:
        if not turning.finding:
            return self.words.say("turning.prior", cause=self.cause(turning.cause))
        name = self.finding(turning.finding)
        if not turning.cause:
            return self.words.say("turning.background", finding=name)
        return self.words.say("turning.link", finding=name, cause=self.cause(turning.cause))

    def closing(self) -> Iterator[str]:
        """Give the signs that end waiting, and that a visit is right."""
        if self.assessment.urgency.level is not Level.EMERGENCY:
            yield self.words.say("stop_and_go")
        if self.assessment.urgency.level.rank <= Level.ROUTINE.rank:
            yield self.words.say("calm.uneasy")

    def grades(self) -> str:
        """Give how well the figures behind the leading causes are founded."""
        total = dict.fromkeys("abcd", 0)
        for cause in self.assessment.causes[:LIKELY_SHOWN]:
            for grade, count in cause.grades:
                total[Grade(grade).lower()] += count
        return self.words.say("figures.grades", **total)

    def limits(self) -> list[str]:
        """Give what this answer cannot know."""
        names = ("limits.adults", "limits.not_examined", "limits.clinical_sign_off")
        return [self.words.say(name) for name in names]

    def some(self, names: list[str]) -> str:
        """Give the first names of a list and how many more there are."""
        if len(names) <= MOST_NAMES:
            return "; ".join(names)
        shown = "; ".join(names[:MOST_NAMES])
        return self.words.say("names.more", names=shown, count=len(names) - MOST_NAMES)

    def not_asked(self) -> list[str]:
        """Give what of the safety screen is still open, by name."""
        return [self.finding(name) for name in self.assessment.not_asked]
