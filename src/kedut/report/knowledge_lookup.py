"""Names, sources and uses of what the knowledge base holds, in one language."""

from __future__ import annotations

from kedut.knowledge.entities import CALF_MOVEMENT, Cause, Finding, Source
from kedut.knowledge.errors import UnknownIdentifier
from kedut.knowledge.expression import Condition
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.nearest import nearest
from kedut.knowledge.tables import Row
from kedut.quantity.sourced import Sourced
from kedut.report.knowledge_text import Block, Heading, Pairs

GENERATED = "docs/reference/generated"


class Lookup:
    """Looks things up in one knowledge base and tells them in one language."""

    def __init__(self, knowledge: Knowledge, language: str) -> None:
        self.knowledge = knowledge
        self.words = knowledge.words(language)
        self._indexes: dict[tuple[str, str], dict[str, list[Row]]] = {}

    def say(self, label: str, **values: object) -> str:
        """Give a label of these texts."""
        return self.words.say(f"knowledge.{label}", **values)

    def grade(self, grade: str) -> str:
        """Give a grade with its meaning."""
        return f"{grade} ({self.words.say(f'grade.{grade}')})"

    def finding_name(self, identifier: str) -> str:
        """Give a finding's name."""
        return self.words.of("findings", identifier, "name")

    def cause_name(self, identifier: str) -> str:
        """Give a cause's name."""
        return self.words.of("causes", identifier, "name")

    def cause(self, identifier: str) -> Cause:
        """Give a cause; a merged one leads to the one it became.

        Raises
        ------
        UnknownIdentifier
            Names the nearest causes.
        """
        found = self.knowledge.causes.get(identifier)
        if found is None:
            raise UnknownIdentifier(identifier, nearest(identifier, self.knowledge.causes))
        return self.knowledge.causes.get(found.replaced_by, found)

    def finding(self, identifier: str) -> Finding | None:
        """Give a finding, or nothing for the gate.

        Raises
        ------
        UnknownIdentifier
            Names the nearest findings.
        """
        if identifier == CALF_MOVEMENT:
            return None
        return self.knowledge.findings[self.knowledge.resolve(identifier)]

    def rows(self, table: str, **cells: str) -> list[Row]:
        """Give the rows of a table that hold these cells; findings match by any of their names."""
        (first, wanted), *rest = ((column, self._meant(cell)) for column, cell in cells.items())
        return [
            row
            for row in self._index(table, first).get(wanted, ())
            if all(self._meant(row[column]) == cell for column, cell in rest)
        ]

    def _index(self, table: str, column: str) -> dict[str, list[Row]]:
        """Give the rows of a table by what one column means, sorted once."""
        if (table, column) not in self._indexes:
            index = self._indexes.setdefault((table, column), {})
            for row in self.knowledge.tables[table]:
                index.setdefault(self._meant(row[column]), []).append(row)
        return self._indexes[table, column]

    def _meant(self, identifier: str) -> str:
        return self.knowledge.aliases.get(identifier, identifier)

    def source(self, key: str) -> Source | None:
        """Give a source by any of its keys."""
        return self.knowledge.sources.get(key)

    def sources(self, keys: list[str]) -> list[Block]:
        """Give the citations of some sources, each once."""
        rows = []
        for key in dict.fromkeys(keys):
            source = self.source(key)
            if source is not None:
                read = f" [{source.accessed_as}]" if source.accessed_as else ""
                rows.append((key, source.citation + read))
        return [Heading(self.say("sources")), Pairs(tuple(rows))] if rows else []

    def rules_naming(self, finding: str) -> list[str]:
        """Give the rules a finding can make fire or hold back, itself or by what it implies."""
        meant = {finding, *self.implied(finding)}
        return [
            f"{rule.id} ({rule.level}{', not' if not meant & rule.condition.wanted else ''})"
            for rule in self.knowledge.rules
            if meant & names(rule.condition)
        ]

    def implied(self, finding: str) -> list[str]:
        """Give what the presence of a finding implies, step by step."""
        found: dict[str, None] = {}
        waiting = [finding]
        while waiting:
            for name, _ in self.knowledge.implied.get(waiting.pop(), ()):
                if name not in found:
                    found[name] = None
                    waiting.append(name)
        return list(found)

    def uses_of_finding(self, finding: str) -> Pairs:
        """Give where a finding is used."""
        knowledge = self.knowledge
        groups = [group for group, members in knowledge.screen.items() if finding in members]
        treatments = [
            t.id
            for t in knowledge.treatments
            if any(c is not None and finding in names(c) for c in (t.only_when, t.not_when))
        ]
        found = knowledge.findings.get(finding)
        page = [f"{GENERATED}/{page_of_finding(found)}"] if found is not None else []
        return self._uses(
            ("rules", self.rules_naming(finding)),
            ("screen", groups),
            ("tests", [t.id for t in knowledge.tests if t.finding == finding]),
            ("treatments", treatments),
            ("thresholds", [t.value for t in knowledge.thresholds if t.finding == finding]),
            ("claims", self._claims(f"finding:{finding}")),
            ("topics", self._topics(f"finding:{finding}")),
            ("pages", page),
        )

    def uses_of_cause(self, cause: Cause) -> Pairs:
        """Give where a cause is used, besides its own figures."""
        return self._uses(
            ("claims", self._claims(f"cause:{cause.id}")),
            ("topics", self._topics(f"cause:{cause.id}")),
            ("pages", [f"{GENERATED}/{page_of_cause(cause)}"]),
        )

    def _uses(self, *rows: tuple[str, list[str]]) -> Pairs:
        return Pairs(
            tuple(
                (self.say(label), ", ".join(dict.fromkeys(items))) for label, items in rows if items
            )
        )

    def _claims(self, carrier: str) -> list[str]:
        return [claim.id for claim in self.knowledge.claims if carrier in claim.carried_by]

    def _topics(self, carrier: str) -> list[str]:
        topics = self.words.table("topics")
        return [name for name, texts in topics.items() if carrier in texts["links"].split(";")]


def names(condition: Condition) -> frozenset[str]:
    """Give every identifier of a condition."""
    return condition.wanted | condition.unwanted


def page_of_cause(cause: Cause) -> str:
    """Give the generated page that tells of a cause, with the place on it."""
    return f"causes-{cause.family}.md#{cause.id}"


def page_of_finding(finding: Finding) -> str:
    """Give the generated page that tells of a finding, with the place on it."""
    return f"findings-{finding.kind.replace('_', '-')}.md#{finding.id}"


def with_range(value: float, low: float, high: float) -> str:
    """Give a figure with its range."""
    return f"{value:.3g} ({low:.3g} - {high:.3g})"


def figure(p: Sourced) -> str:
    """Give a sourced figure with its range."""
    return with_range(p.value, p.low, p.high)


def cell_range(row: Row, column: str) -> str:
    """Give the figure of a row as it stands in the table, with its range."""
    if not row["low"] and not row["high"]:
        return row[column]
    return f"{row[column]} ({row['low']} - {row['high']})"
