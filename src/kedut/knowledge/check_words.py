"""Whether every language has every word, with the same blanks to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kedut.knowledge.entities import Kind
from kedut.knowledge.errors import Fault
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.tables import Row
from kedut.knowledge.words import LANGUAGES, WORD_TABLES, Words

# Word table, the table that says which rows need words, its column, and the texts needed.
_NEEDED: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("causes", "causes", "id", ("name", "summary")),
    ("claims", "claims", "id", ("statement", "comment")),
    ("clinical", "findings", "id", ("name",)),
    ("rules", "rules", "id", ("reason", "action")),
    ("screen", "opening", "group", ("question",)),
    ("screen", "screen", "group", ("question",)),
    ("tests", "tests", "test", ("name",)),
    ("treatments", "treatments", "id", ("text",)),
)
# Texts that may be empty, but then in every language.
_ALIKE: dict[str, tuple[str, ...]] = {
    "causes": ("fear",),
    "rules": ("avoid",),
    "treatments": ("limits",),
}
# Tables of words that belong to no other table: the languages must agree on their rows.
_FREE: dict[str, tuple[str, ...]] = {"interface": ("text",), "topics": ("title", "body")}
_WITHOUT_QUESTION = (Kind.COMPOSITE, Kind.DEMOGRAPHIC, Kind.MEASURED)
_BLANK = re.compile(r"\{(\w*)\}")
_ANY_COUNTRY = "*"


def word_faults(knowledge: Knowledge) -> list[Fault]:
    """Give the words that are missing in a language, or speak of what is not there."""
    words = {language: knowledge.words(language) for language in LANGUAGES}
    faults: list[Fault] = []
    for of_one in words.values():
        for table in WORD_TABLES:
            of_one.table(table)
        faults += of_one.faults
    faults += [
        *_of_rows(knowledge, words),
        *_of_findings(knowledge, words),
        *_alike(words),
        *_free(words),
        *_strangers(knowledge, words),
        *_local_blanks(knowledge, words),
    ]
    return faults


def _missing(row: Row, table: str, language: str, name: str, column: str) -> Fault:
    return row.fault(f"{name!r} has no {column} in words/{language}/{table}.csv")


def _of_rows(knowledge: Knowledge, words: dict[str, Words]) -> Iterator[Fault]:
    for table, origin, key, columns in _NEEDED:
        seen: set[str] = set()
        for row in knowledge.tables.get(origin, ()):
            name = row[key]
            if not name or name in seen or row["replaced_by"] or row["kind"] == "merged":
                continue
            seen.add(name)
            for language, of_one in words.items():
                texts = of_one.table(table).get(name, {})
                for column in columns:
                    if not texts.get(column, "").strip():
                        yield _missing(row, table, language, name, column)


def _of_findings(knowledge: Knowledge, words: dict[str, Words]) -> Iterator[Fault]:
    for row in knowledge.tables["findings"]:
        finding = knowledge.findings.get(row["id"])
        if finding is None or finding.replaced_by:
            continue
        asked = finding.asked or finding.kind not in _WITHOUT_QUESTION
        for language, of_one in words.items():
            texts = of_one.table("findings").get(finding.id, {})
            for column in ("name", "question") if asked else ("name",):
                if not texts.get(column, "").strip():
                    yield _missing(row, "findings", language, finding.id, column)


def _alike(words: dict[str, Words]) -> Iterator[Fault]:
    """Give texts that one language has and another lacks."""
    for table, columns in _ALIKE.items():
        for column in columns:
            having = {language: _having(w, table, column) for language, w in words.items()}
            for language, names in having.items():
                others = frozenset().union(*having.values()) - names
                for name in sorted(others & set(words[language].table(table))):
                    yield _in_words(language, table, f"{name!r} has {column} in another language")


def _having(words: Words, table: str, column: str) -> set[str]:
    return {name for name, texts in words.table(table).items() if texts.get(column, "").strip()}


def _free(words: dict[str, Words]) -> Iterator[Fault]:
    for table, columns in _FREE.items():
        names = sorted(frozenset().union(*(w.table(table) for w in words.values())))
        for name in names:
            texts = {language: w.table(table).get(name, {}) for language, w in words.items()}
            for language, of_one in texts.items():
                for column in columns:
                    if not of_one.get(column, "").strip():
                        yield _in_words(language, table, f"{name!r} has no {column}")
            blanks = {frozenset(_BLANK.findall(t.get("text", ""))) for t in texts.values() if t}
            if table == "interface" and len(blanks) > 1:
                yield _in_words(
                    "*", table, f"{name!r} has other blanks to fill in from language to language"
                )


def _strangers(knowledge: Knowledge, words: dict[str, Words]) -> Iterator[Fault]:
    """Give words of causes, findings, rules and so on that are in no table."""
    known: dict[str, set[str]] = {}
    for table, origin, key, _ in (*_NEEDED, ("findings", "findings", "id", ())):
        known.setdefault(table, set()).update(r[key] for r in knowledge.tables.get(origin, ()))
    for language, of_one in words.items():
        for table, names in known.items():
            for name in sorted(set(of_one.table(table)) - names):
                yield _in_words(language, table, f"words for {name!r}, which is in no table")


def _local_blanks(knowledge: Knowledge, words: dict[str, Words]) -> Iterator[Fault]:
    """Give blanks of actions that no row of local.csv fills for every country."""
    everywhere = {key for country, key in knowledge.local if country == _ANY_COUNTRY}
    for language, of_one in words.items():
        for name, texts in of_one.table("rules").items():
            for column in ("action", "avoid"):
                for blank in sorted(set(_BLANK.findall(texts.get(column, ""))) - everywhere):
                    yield _in_words(
                        language, "rules", f"{name!r} {column} wants {{{blank}}}, not in local.csv"
                    )


def _in_words(language: str, table: str, what: str) -> Fault:
    return Fault(file=f"words/{language}/{table}.csv", line=0, what=what)
