"""Every word a person reads, by language; loaded when first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from kedut.knowledge.errors import Fault
from kedut.knowledge.tables import read_table

LANGUAGES = ("id", "en")

_TABLES: dict[str, tuple[str, ...]] = {
    "causes": ("id", "name", "summary", "fear"),
    "claims": ("id", "statement", "comment"),
    "clinical": ("id", "name"),
    "findings": ("id", "name", "question", "help"),
    "glossary": ("term", "explanation"),
    "interface": ("id", "text"),
    "rules": ("id", "reason", "action", "avoid"),
    "screen": ("group", "question", "help"),
    "tests": ("test", "name"),
    "topics": ("id", "title", "body", "links"),
    "treatments": ("id", "text", "evidence", "limits"),
}
WORD_TABLES = tuple(_TABLES)


@dataclass
class Words:
    """The words of one language: `words.of("findings", "leg_weakness", "name")`."""

    folder: Path
    language: str
    _read: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def table(self, name: str) -> dict[str, dict[str, str]]:
        """Give a word table as id → column → text, in the order of the files."""
        if name not in self._read:
            columns = _TABLES[name]
            table = read_table(self.folder / self.language, name, columns, self.faults)
            rows: dict[str, dict[str, str]] = {}
            for row in table:
                if row[columns[0]] in rows:
                    self.faults.append(row.fault(f"{row[columns[0]]!r} has words twice"))
                rows[row[columns[0]]] = row.cells
            self._read[name] = rows
        return self._read[name]

    def of(self, table: str, identifier: str, column: str) -> str:
        """Give one text; where it is missing, the identifier in readable form."""
        text = self.table(table).get(identifier, {}).get(column, "")
        if text or column not in {"name", "title", "statement"}:
            return text
        return identifier.replace("_", " ")

    def clinical(self, finding: str) -> str:
        """Give a finding's name as clinicians write it."""
        return self.of("clinical", finding, "name")

    def say(self, identifier: str, **values: object) -> str:
        """Give a text of the interface with its placeholders filled."""
        text = self._interface.get(identifier, identifier)
        return text.format(**values) if values else text

    @cached_property
    def _interface(self) -> dict[str, str]:
        return {key: row["text"] for key, row in self.table("interface").items()}
