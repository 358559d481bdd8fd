"""Identifiers: every one that was ever in use resolves, and none leads in circles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kedut.knowledge.parse_rows import identifiers

VOCABULARY = (Path(__file__).parent / "vocabulary.txt").read_text(encoding="utf-8").split()
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def test_every_line_of_the_vocabulary_resolves(knowledge):
    unresolved = []
    for identifier in VOCABULARY:
        try:
            knowledge.resolve(identifier)
        except LookupError:
            unresolved.append(identifier)
    assert not unresolved
    assert len(VOCABULARY) > 480


def test_what_something_resolves_to_resolves_to_itself(knowledge):
    for identifier in (*knowledge.findings, *knowledge.aliases):
        target = knowledge.resolve(identifier)
        assert knowledge.resolve(target) == target


def test_an_alias_leads_to_a_finding_and_not_to_another_alias(knowledge):
    for alias, target in knowledge.aliases.items():
        assert alias not in knowledge.findings, alias
        assert target in knowledge.findings, f"{alias} -> {target}"


def test_a_merged_cause_or_finding_leads_to_one_that_is_not_merged(knowledge):
    for things in (knowledge.findings, knowledge.causes):
        for thing in things.values():
            if thing.replaced_by:
                assert not things[thing.replaced_by].replaced_by, thing.id


def test_implications_lead_nowhere_back(knowledge):
    def reaches(start: str, goal: str, seen: set[str]) -> bool:
        seen.add(start)
        below = [name for name, _ in knowledge.implied.get(start, ())]
        return goal in below or any(reaches(n, goal, seen) for n in below if n not in seen)

    assert not [name for name in knowledge.implied if reaches(name, name, set())]


def test_identifiers_are_lower_case_words_with_underscores(knowledge):
    names = {*knowledge.causes, *knowledge.findings, *knowledge.aliases}
    names |= {rule.id for rule in knowledge.rules}
    assert not [name for name in names if not SNAKE.fullmatch(name)]


def test_a_treatment_and_a_test_are_named_after_their_cause(knowledge):
    for row in (*knowledge.tables["treatments"], *knowledge.tables["tests"]):
        assert row["id"].split(".")[0] == row["cause"], row["id"]


@pytest.mark.parametrize("table, column", [("terms", "findings"), ("rules", "asks_first")])
def test_lists_of_findings_in_a_cell_resolve(knowledge, table, column):
    for row in knowledge.tables[table]:
        for name in filter(None, (part.strip() for part in row[column].split(";"))):
            assert knowledge.resolve(name), f"{row.file}:{row.line}"


def test_every_row_of_a_condition_resolves(knowledge):
    for row in knowledge.tables["rules"]:
        for name in identifiers(row["when"]):
            assert knowledge.resolve(name)


def test_there_are_at_least_sixty_causes_and_two_hundred_and_twenty_findings(knowledge):
    assert len(knowledge.causes) >= 60
    assert len(knowledge.findings) >= 220
    assert "other" in knowledge.causes
