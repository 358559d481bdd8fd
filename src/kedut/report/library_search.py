"""Finding a page by a word people use, and asking which is meant where a word has two meanings."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from kedut.knowledge.nearest import nearest
from kedut.report.library import Ref, Shelf
from kedut.report.library_topics import Term, glossary, terms

LONGEST = 100
_MOST = {"topic": 6, "cause": 12, "finding": 20}
_MOST_TERMS = 5
_NOT_A_LETTER = re.compile(r"[^\w]+")
_SAME, _WORD, _ALL, _TEXT, _MEANT, _LINKED = 100, 60, 40, 10, 90, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page that can be found, its name and its text made comparable."""

    ref: Ref
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A word with several meanings: the question that tells them apart, and where each leads."""

    term: Term
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a query leads to."""

    query: str
    asked: tuple[Asked, ...]
    topics: tuple[Ref, ...]
    causes: tuple[Ref, ...]
    findings: tuple[Ref, ...]
    glossary: tuple[tuple[str, str], ...]
    instead: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Say whether nothing was found."""
        return not (self.asked or self.topics or self.causes or self.findings or self.glossary)


def cleaned(query: str) -> str:
    """Give a query without what cannot be seen, and not longer than a sentence."""
    text = "".join(c if c.isprintable() else " " for c in query[: 4 * LONGEST])
    return " ".join(text.split())[:LONGEST]


def folded(text: str) -> str:
    """Give a text without case, accents and signs, to compare."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in bare if not unicodedata.combining(c))
    return _NOT_A_LETTER.sub(" ", kept).strip()


@lru_cache(maxsize=8)
def _entries(shelf: Shelf) -> tuple[Entry, ...]:
    knowledge = shelf.knowledge
    pages = [
        *(("topic", name, ("topics", ("body",))) for name in shelf.words.table("topics")),
        *(("cause", c.id, ("causes", ("summary", "fear"))) for c in knowledge.causes.values()),
        *(("finding", f, ("findings", ("question", "help"))) for f in knowledge.findings),
    ]
    entries = []
    for kind, name, (table, columns) in pages:
        ref = shelf.ref(kind, name)
        if ref is not None and not (kind == "cause" and knowledge.causes[name].replaced_by):
            words = shelf.words.table(table).get(name, {})
            text = " ".join(
                [ref.name, name.replace("_", " "), *(words.get(c, "") for c in columns)]
            )
            entries.append(Entry(ref=ref, name=folded(ref.name), text=folded(text)))
    return tuple(entries)


@lru_cache(maxsize=8)
def _terms(shelf: Shelf) -> tuple[tuple[str, Term], ...]:
    return tuple((folded(term.term), term) for term in terms(shelf))


def search(shelf: Shelf, query: str) -> Found:
    """Give the pages a query leads to, the best first."""
    shown = cleaned(query)
    wanted = folded(shown)
    if not wanted:
        return _found(shelf, shown, {}, ())
    meant = _meant(shelf, wanted)
    scores: dict[tuple[str, str], float] = {}
    for term in meant:
        for place, ref in enumerate(term.findings):
            _raise(scores, ref, _MEANT - place)
            for topic in shelf.topics_with(f"finding:{ref.id}"):
                _raise(scores, topic, _LINKED - place)
    for entry in _entries(shelf):
        score = _score(entry, wanted)
        if score:
            _raise(scores, entry.ref, score)
    return _found(shelf, shown, scores, meant)


def _raise(scores: dict[tuple[str, str], float], ref: Ref, score: float) -> None:
    key = (ref.kind, ref.id)
    scores[key] = max(score, scores.get(key, 0))


def _meant(shelf: Shelf, wanted: str) -> tuple[Term, ...]:
    """Give the words people use that stand in a query; a longer one hides the shorter inside."""
    padded = f" {wanted} "
    there = [(name, term) for name, term in _terms(shelf) if f" {name} " in padded]
    own = shelf.words.language
    there.sort(key=lambda pair: (pair[1].language != own, -len(pair[0])))
    kept: dict[str, Term] = {}
    for name, term in there:
        if not any(name in other and name != other for other in kept) or _two_ways(term):
            kept.setdefault(name, term)
    return tuple(kept.values())[:_MOST_TERMS]


def _two_ways(term: Term) -> bool:
    """Say whether a word can mean a fit as well as something else: then it is always asked."""
    found = {ref.id for ref in term.findings}
    return "convulsion" in found and len(found) > 1


def _score(entry: Entry, wanted: str) -> float:
    if entry.name == wanted:
        return _SAME
    if f" {wanted} " in f" {entry.name} ":
        return _WORD
    parts = wanted.split()
    names = entry.name.split()
    if all(any(word.startswith(part) for word in names) for part in parts):
        return _ALL - len(names) / LONGEST
    padded = f" {entry.text}"
    if all(f" {part}" in padded for part in parts):
        return _TEXT
    return 0


def _found(
    shelf: Shelf, query: str, scores: dict[tuple[str, str], float], meant: tuple[Term, ...]
) -> Found:
    ranked: dict[str, list[Ref]] = {kind: [] for kind in _MOST}
    for (kind, name), _ in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
        ref = shelf.ref(kind, name)
        if ref is not None and len(ranked[kind]) < _MOST[kind]:
            ranked[kind].append(ref)
    wanted = folded(query)
    parts = wanted.split()
    defined = tuple(
        (term, text)
        for term, text in glossary(shelf)
        if parts and all(f" {part}" in f" {folded(term)}" for part in parts)
    )
    nothing = bool(wanted) and not scores and not meant and not defined
    return Found(
        query=query,
        asked=tuple(_asked(shelf, term) for term in meant if term.ask or len(term.findings) > 1),
        topics=tuple(ranked["topic"]),
        causes=tuple(ranked["cause"]),
        findings=tuple(ranked["finding"]),
        glossary=defined,
        instead=_instead(shelf, wanted) if nothing else (),
    )


def _asked(shelf: Shelf, term: Term) -> Asked:
    key = f"words.{term.term}"
    own = shelf.say(key)
    if own != key:
        return Asked(term=term, question=own)
    return Asked(term=term, question=term.ask if term.language == shelf.words.language else "")


def _instead(shelf: Shelf, wanted: str) -> tuple[str, ...]:
    """Give words near to one that led nowhere."""
    known = dict.fromkeys(name for name, _ in _terms(shelf))
    known |= dict.fromkeys(word for entry in _entries(shelf) for word in entry.name.split())
    return nearest(wanted, [word for word in known if len(word) > 2])
