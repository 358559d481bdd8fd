"""What the pages about causes, findings, topics and sources share: links, names and citations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from kedut.advice.actions import COUNTRY, local_ways
from kedut.knowledge.entities import Source
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.parse_rows import keys
from kedut.knowledge.tables import Row
from kedut.reasoning.priors import priors_of
from kedut.report.knowledge_lookup import Lookup
from kedut.report.whole_numbers import in_words

MOST_SHELVES = 8
FAMILIES = (
    "everyday",
    "nerve",
    "vascular",
    "metabolic",
    "substances",
    "infection",
    "brain",
    "other",
)
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z\"“])")
_SENTENCES_A_PARAGRAPH = 3
_PATHS = {"cause": "causes", "finding": "findings", "topic": "topics", "source": "sources"}
_NAMES = {
    "cause": ("causes", "name"),
    "finding": ("findings", "name"),
    "topic": ("topics", "title"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A link to a page of ours: its path after the language, and the words to tap."""

    kind: str
    id: str
    name: str

    @property
    def path(self) -> str:
        """Give the path after the language."""
        return f"{_PATHS[self.kind]}/{self.id}"


class Shelf:
    """One knowledge base told in one language, for pages to take from."""

    def __init__(self, knowledge: Knowledge, language: str) -> None:
        self.knowledge = knowledge
        self.look = Lookup(knowledge, language)
        self.words = self.look.words
        self.say = self.words.say
        self.ways = local_ways(knowledge, COUNTRY, language)

    def ref(self, kind: str, identifier: str) -> Ref | None:
        """Give the link to a cause, finding or topic; none where there is no such page."""
        pages: dict[str, Mapping[str, object]] = {
            "cause": self.knowledge.causes,
            "finding": self.knowledge.findings,
            "topic": self.words.table("topics"),
        }
        there = pages.get(kind, {})
        if identifier not in there:
            return None
        table, column = _NAMES[kind]
        return Ref(kind=kind, id=identifier, name=self.words.of(table, identifier, column))

    def refs(self, kind: str, carriers: Iterable[str]) -> tuple[Ref, ...]:
        """Give the links of one kind among `kind:id` words, each once."""
        named = (carrier.partition(":") for carrier in carriers)
        found = (self.ref(kind, name) for own, _, name in dict.fromkeys(named) if own == kind)
        return tuple(ref for ref in found if ref is not None)

    def local(self, text: str) -> str:
        """Fill in how care is called where the reader lives."""
        return text.format_map(self.ways)

    def cited(self, wanted: Iterable[str]) -> tuple[Source, ...]:
        """Give the sources of some keys, each once; an unknown key is left out."""
        found = (self.knowledge.sources.get(key) for key in wanted)
        return tuple({source.key: source for source in found if source is not None}.values())

    def chance(self, share: float) -> str:
        """Give a share as whole numbers in words."""
        return in_words(share, self.words)

    def topics_with(self, carrier: str) -> tuple[Ref, ...]:
        """Give the topics that link to a `kind:id`."""
        topics = self.words.table("topics")
        names = (name for name, texts in topics.items() if carrier in texts["links"].split(";"))
        return self.refs("topic", (f"topic:{name}" for name in names))

    @cached_property
    def commonness(self) -> dict[str, float]:
        """Give how common each cause is among adults who ask, to sort by; never shown."""
        priors = priors_of(self.knowledge)
        chances = priors.chances(None, None)
        return dict(zip(priors.network.causes, map(float, chances), strict=True))

    def rare(self, cause: str) -> bool:
        """Say whether a cause is so rare that ranges are shown only when asked for."""
        limit = self.knowledge.decisions["show.rare_below"]
        return self.commonness.get(cause, 0.0) < limit

    @cached_property
    def gated_usual(self) -> dict[str, float]:
        """Give how often a property of the movement is there, over the causes as common as seen."""
        totals: dict[str, list[float]] = {}
        for link in self.knowledge.links:
            finding = self.knowledge.findings.get(link.finding)
            if finding is not None and finding.gated:
                weight = self.commonness.get(link.cause, 0.0)
                total = totals.setdefault(link.finding, [0.0, 0.0])
                total[0] += weight * link.p.value
                total[1] += weight
        return {name: share / weight for name, (share, weight) in totals.items() if weight}

    def usual(self, finding: str) -> float | None:
        """Give how often a finding is there without the causes (or, of a movement, in general)."""
        if finding in self.gated_usual:
            return self.gated_usual[finding]
        background = self.knowledge.background.get(finding)
        return background.p.value if background is not None else None

    @cached_property
    def used_by(self) -> dict[str, list[tuple[str, Row]]]:
        """Give for each source the rows that rest on it, with their table."""
        found: dict[str, list[tuple[str, Row]]] = {}
        for name, table in self.knowledge.tables.items():
            if name in ("sources", "source-aliases"):
                continue
            for row in table:
                for source in self.cited(keys(row)):
                    found.setdefault(source.key, []).append((name, row))
        return found


@lru_cache(maxsize=MOST_SHELVES)
def shelf(knowledge: Knowledge, language: str) -> Shelf:
    """Give the shelf of a knowledge base in a language, made once."""
    return Shelf(knowledge, language)


def sentences(text: str) -> list[str]:
    """Give the sentences of a text."""
    return _SENTENCE.split(text.strip())


def paragraphs(text: str) -> tuple[str, ...]:
    """Give a long text in short paragraphs."""
    said, step = sentences(text), _SENTENCES_A_PARAGRAPH
    return tuple(" ".join(said[at : at + step]) for at in range(0, len(said), step))
