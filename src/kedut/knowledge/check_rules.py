"""Whether every rule can come to fire: whom one would have to ask, and for what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from kedut.knowledge.entities import Finding, Kind, Level, Rule
from kedut.knowledge.errors import Fault
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import LANGUAGES


def rule_faults(knowledge: Knowledge) -> list[Fault]:
    """Give the rules that name what nobody can be asked, or that no lay answers can fire."""
    return [*_unaskable(knowledge), *_out_of_reach(knowledge), *_unlike_screen(knowledge)]


def clinician_only(knowledge: Knowledge) -> list[Rule]:
    """Give the rules that only a clinician or a test result can make fire."""
    lay = reachable(knowledge, _lay)
    return [rule for rule in knowledge.rules if not can_fire(rule, lay)]


def can_fire(rule: Rule, reach: frozenset[str]) -> bool:
    """Say whether one alternative of a rule needs only findings within reach."""
    return any(present <= reach for present, _ in rule.condition.alternatives)


def reachable(knowledge: Knowledge, start: Callable[[Finding], bool]) -> frozenset[str]:
    """Give the findings that are known once those that `start` allows have been answered."""
    return upwards(knowledge, (f.id for f in knowledge.findings.values() if start(f)))


def upwards(knowledge: Knowledge, names: Iterable[str]) -> frozenset[str]:
    """Give some findings and all that their presence implies."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        waiting += [implied for implied, _ in knowledge.implied.get(name, ())]
        waiting += _wider_states(knowledge, name)
    return frozenset(found)


def _wider_states(knowledge: Knowledge, name: str) -> list[str]:
    finding = knowledge.findings.get(name)
    if finding is None or not finding.variable:
        return []
    members = knowledge.variables[finding.variable]
    return [other for other, states in members.items() if set(finding.states) < set(states)]


def _lay(finding: Finding) -> bool:
    return finding.asked or finding.kind is Kind.DEMOGRAPHIC


def _lay_or_test(finding: Finding) -> bool:
    return _lay(finding) or finding.kind is Kind.TEST


def _unaskable(knowledge: Knowledge) -> Iterator[Fault]:
    """Give rules and treatments that name a composite, or a finding without a question."""
    questions = {
        name: any(
            knowledge.words(language).of("findings", name, "question") for language in LANGUAGES
        )
        for name in knowledge.findings
    }

    def askable(finding: Finding) -> bool:
        if finding.kind is Kind.COMPOSITE:
            return False
        return finding.kind in (Kind.DEMOGRAPHIC, Kind.MEASURED) or questions[finding.id]

    reach = reachable(knowledge, askable)
    rows = {row["id"]: row for row in knowledge.tables["rules"]}
    for rule in knowledge.rules:
        for name in sorted(rule.condition.wanted | rule.condition.unwanted):
            finding = knowledge.findings.get(name)
            if finding is None or name in reach:
                continue
            why = (
                "a composite that no question leads to"
                if finding.kind is Kind.COMPOSITE
                else "a finding without a question"
            )
            yield rows[rule.id].fault(f"when names {name!r}, which nobody can be asked: {why}")


def _out_of_reach(knowledge: Knowledge) -> Iterator[Fault]:
    """Give alarm rules at or above soon that answers of a lay person cannot make fire."""
    reach = reachable(knowledge, _lay_or_test)
    rows = {row["id"]: row for row in knowledge.tables["rules"]}
    for rule in knowledge.rules:
        if rule.kind != "alarm" or rule.level.rank < Level.SOON.rank or can_fire(rule, reach):
            continue
        ways = (sorted(present - reach) for present, _ in rule.condition.alternatives)
        least = min(ways, key=len, default=[])
        yield rows[rule.id].fault(
            f"rule {rule.id} at {rule.level} cannot be reached by answers of a lay person"
            + (f"; the nearest way needs {', '.join(least)}" if least else "")
        )


def _unlike_screen(knowledge: Knowledge) -> Iterator[Fault]:
    """Give findings of the safety screen that a lay person is never asked."""
    reach = reachable(knowledge, _lay)
    for row in knowledge.tables["screen"]:
        name = knowledge.aliases.get(row["finding"], row["finding"])
        if name in knowledge.findings and name not in reach:
            yield row.fault(f"{name!r} stands in the safety screen, but nobody is asked it")
