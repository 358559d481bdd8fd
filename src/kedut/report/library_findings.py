"""What the page of a finding says: the question, how common it is, causes, rules and topics."""

from __future__ import annotations

from dataclasses import dataclass

from kedut.knowledge.entities import Finding, Kind, Rule, Source
from kedut.report.library import Ref, Shelf
from kedut.report.library_causes import telling

_USED = frozenset({"finding", "measured"})
_USED_RISKS = frozenset({"risk", "amplifier"})
_RATIOS = frozenset({"OR", "RR"})
SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """What the finding can lead to, alone or with other signs."""

    id: str
    level: str
    level_word: str
    reason: str
    action: str
    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingPage:
    """All that the page of a finding shows."""

    finding: Finding
    name: str
    question: str
    help: str
    usual: str
    usual_grade: str
    causes: tuple[Ref, ...]
    more_causes: tuple[Ref, ...]
    raises: tuple[Ref, ...]
    rules: tuple[RuleLine, ...]
    more_rules: tuple[RuleLine, ...]
    wider: tuple[Ref, ...]
    narrower: tuple[Ref, ...]
    called: tuple[str, ...]
    topics: tuple[Ref, ...]
    sources: tuple[Source, ...]


def kinds(shelf: Shelf) -> tuple[tuple[Kind, tuple[Ref, ...]], ...]:
    """Give the findings of each kind by name."""
    listed = []
    for kind in Kind:
        refs = [
            ref
            for finding in shelf.knowledge.findings.values()
            if finding.kind is kind and not finding.replaced_by
            if (ref := shelf.ref("finding", finding.id)) is not None
        ]
        listed.append((kind, tuple(sorted(refs, key=lambda ref: ref.name.casefold()))))
    return tuple(listed)


def finding_page(shelf: Shelf, identifier: str) -> FindingPage | None:
    """Give what to show of a finding, or nothing where there is none."""
    knowledge = shelf.knowledge
    name = knowledge.aliases.get(identifier, identifier)
    finding = knowledge.findings.get(name)
    if finding is None:
        return None
    texts = shelf.words.table("findings").get(name, {})
    background = knowledge.background.get(name)
    shown = background is not None and not finding.gated
    causes = _causes(shelf, name)
    rules = _rules(shelf, name)
    return FindingPage(
        finding=finding,
        name=shelf.words.of("findings", name, "name"),
        question=texts.get("question", ""),
        help=texts.get("help", ""),
        usual=shelf.chance(background.p.value) if background is not None and shown else "",
        usual_grade=background.p.grade if background is not None and shown else "",
        causes=causes[:SHOWN],
        more_causes=causes[SHOWN:],
        raises=_raises(shelf, name),
        rules=tuple(line for line in rules if line.alone),
        more_rules=tuple(line for line in rules if not line.alone),
        wider=shelf.refs("finding", (f"finding:{f}" for f, _ in knowledge.implied.get(name, ()))),
        narrower=shelf.refs(
            "finding", (f"finding:{f}" for f in knowledge.implied_by.get(name, ()))
        ),
        called=_called(shelf, name),
        topics=shelf.topics_with(f"finding:{name}"),
        sources=shelf.cited(background.p.sources if background is not None else ()),
    )


def _causes(shelf: Shelf, name: str) -> tuple[Ref, ...]:
    """Give the causes a finding speaks for, those most often behind it first."""
    usual = shelf.usual(name)
    found = [
        (-shelf.commonness.get(link.cause, 0.0) * link.p.value, link.cause)
        for link in shelf.knowledge.links
        if link.finding == name and link.role in _USED and telling(link, usual)
    ]
    return shelf.refs("cause", (f"cause:{cause}" for _, cause in sorted(found)))


def _raises(shelf: Shelf, name: str) -> tuple[Ref, ...]:
    """Give the causes a factor makes likelier, the commonest first."""
    found = [
        (-shelf.commonness.get(risk.cause, 0.0), risk.cause)
        for risk in shelf.knowledge.risks
        if shelf.knowledge.aliases.get(risk.factor, risk.factor) == name
        if risk.role in _USED_RISKS and (risk.measure not in _RATIOS or risk.value > 1)
    ]
    return shelf.refs("cause", (f"cause:{cause}" for _, cause in sorted(found)))


def _rules(shelf: Shelf, name: str) -> tuple[RuleLine, ...]:
    found = [rule for rule in shelf.knowledge.rules if name in rule.condition.wanted]
    lines = [(rule, rule_line(shelf, rule, name)) for rule in found]
    lines.sort(key=lambda pair: (not pair[1].alone, -pair[0].level.rank, pair[0].id))
    return tuple({line.reason: line for _, line in lines if line.reason}.values())


def rule_line(shelf: Shelf, rule: Rule, finding: str = "") -> RuleLine:
    """Give a rule in words, and whether one finding is enough for it."""
    enough = any(wanted == {finding} for wanted, _ in rule.condition.alternatives)
    return RuleLine(
        id=rule.id,
        level=rule.level,
        level_word=shelf.say(f"level.{rule.level}"),
        reason=shelf.local(shelf.words.of("rules", rule.id, "reason")),
        action=shelf.local(shelf.words.of("rules", rule.id, "action")),
        alone=enough and rule.kind != "calm",
    )


def _called(shelf: Shelf, name: str) -> tuple[str, ...]:
    """Give the words people of this language use for a finding."""
    return tuple(
        row["term"]
        for row in shelf.knowledge.tables["terms"]
        if row["language"] == shelf.words.language and name in row["findings"].split(";")
    )
