"""The whole of the knowledge, read and indexed; handed to everything that reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from kedut.knowledge.bodymap import Place, Territory
from kedut.knowledge.entities import (
    Background,
    Cause,
    Claim,
    CoursePoint,
    Finding,
    Implication,
    Link,
    Prior,
    Risk,
    Rule,
    Source,
    Test,
    Threshold,
    Treatment,
)
from kedut.knowledge.errors import UnknownIdentifier
from kedut.knowledge.nearest import nearest
from kedut.knowledge.parse_measured import Limit, PublishedRate
from kedut.knowledge.tables import Table
from kedut.knowledge.words import LANGUAGES, Words


@dataclass(frozen=True, kw_only=True, eq=False)
class Knowledge:
    """Everything the tables hold; immutable, compared and hashed by identity."""

    version: str
    folder: Path
    findings: dict[str, Finding]
    causes: dict[str, Cause]
    aliases: dict[str, str]
    priors: tuple[Prior, ...]
    links: tuple[Link, ...]
    risks: tuple[Risk, ...]
    background: dict[str, Background]
    implications: tuple[Implication, ...]
    thresholds: tuple[Threshold, ...]
    measured: tuple[Limit, ...]
    rates: tuple[PublishedRate, ...]
    rules: tuple[Rule, ...]
    screen: dict[str, tuple[str, ...]]
    opening: dict[str, tuple[str, ...]]
    treatments: tuple[Treatment, ...]
    tests: tuple[Test, ...]
    course: dict[str, tuple[CoursePoint, ...]]
    claims: tuple[Claim, ...]
    private: dict[str, frozenset[str]]
    lasting: frozenset[str]
    local: dict[tuple[str, str], str]
    decisions: dict[str, float]
    places: tuple[Place, ...]
    territories: tuple[Territory, ...]
    tables: dict[str, Table] = field(repr=False)

    def resolve(self, identifier: str) -> str:
        """Give the finding an identifier or alias stands for.

        Raises
        ------
        UnknownIdentifier
            Names the nearest identifiers.
        """
        target = self.aliases.get(identifier, identifier)
        finding = self.findings.get(target)
        if finding is None:
            raise UnknownIdentifier(
                identifier, nearest(identifier, [*self.findings, *self.aliases])
            )
        return finding.replaced_by or target

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Give the sources by key; other keys of the same paper lead to it too."""
        columns = tuple(Source.__dataclass_fields__)
        sources = {
            row["key"]: Source(**{column: row[column] for column in columns})
            for row in self.tables["sources"]
        }
        for row in self.tables["source-aliases"]:
            if row["key"] in sources:
                sources.setdefault(row["alias"], sources[row["key"]])
        return sources

    @cached_property
    def screen_findings(self) -> tuple[str, ...]:
        """Give every finding of the safety screen, in the order asked."""
        return tuple(finding for group in self.screen.values() for finding in group)

    @cached_property
    def implied(self) -> dict[str, tuple[tuple[str, float], ...]]:
        """Give for each finding the ones its presence implies, with the share, one step."""
        steps: dict[str, list[tuple[str, float]]] = {}
        for row in self.implications:
            steps.setdefault(row.finding, []).append((row.implies, row.share))
        return {finding: tuple(general) for finding, general in steps.items()}

    @cached_property
    def implied_by(self) -> dict[str, tuple[str, ...]]:
        """Give for each finding the more special ones that imply it, one step."""
        steps: dict[str, list[str]] = {}
        for row in self.implications:
            steps.setdefault(row.implies, []).append(row.finding)
        return {finding: tuple(special) for finding, special in steps.items()}

    @cached_property
    def variables(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """Give the exclusive variables: name → finding → the states it stands for."""
        variables: dict[str, dict[str, tuple[int, ...]]] = {}
        for finding in self.findings.values():
            if finding.variable:
                variables.setdefault(finding.variable, {})[finding.id] = finding.states
        return variables

    @cached_property
    def red_flags(self) -> frozenset[str]:
        """Give the identifiers that stand in a rule at or above soon and never negated there."""
        wanted: set[str] = set()
        unwanted: set[str] = set()
        for rule in self.rules:
            if rule.level.rank >= _SOON_RANK:
                wanted |= rule.condition.wanted
                unwanted |= rule.condition.unwanted
        return frozenset(wanted - unwanted)

    def words(self, language: str) -> Words:
        """Give the words of a language.

        Raises
        ------
        LookupError
            The language is not one of the product's.
        """
        if language not in LANGUAGES:
            raise LookupError(f"no words in {language!r}; there are {', '.join(LANGUAGES)}")
        if language not in self._words:
            self._words[language] = Words(self.folder / "words", language)
        return self._words[language]

    @cached_property
    def _words(self) -> dict[str, Words]:
        return {}


_SOON_RANK = 2
