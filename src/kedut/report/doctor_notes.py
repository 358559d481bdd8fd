"""Numbered sources of a note for a clinician, short enough to stand on it."""

from __future__ import annotations

from collections.abc import Iterable

from kedut.knowledge.entities import Source
from kedut.knowledge.knowledge_base import Knowledge

_LONGEST_TITLE = 90
_AUTHOR_ENDS = (";", ",")


class Notes:
    """Numbers sources in the order they are first cited."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._numbers: dict[str, int] = {}

    def cite(self, keys: Iterable[str], most: int) -> tuple[int, ...]:
        """Give the numbers of the first few of some sources; one paper has one number."""
        known = (self.knowledge.sources[key] for key in keys if key in self.knowledge.sources)
        papers = list(dict.fromkeys(source.key for source in known))[:most]
        return tuple(self._numbers.setdefault(key, len(self._numbers) + 1) for key in papers)

    def listed(self) -> tuple[tuple[int, str], ...]:
        """Give every number with its source."""
        return tuple((n, short(self.knowledge.sources[key])) for key, n in self._numbers.items())


def short(source: Source) -> str:
    """Give a source as first author, year, title, and where to find it."""
    author = source.authors
    for ending in _AUTHOR_ENDS:
        author = author.partition(ending)[0]
    more = author.strip() != source.authors.strip()
    who = f"{author.strip().removesuffix(' et al.')} et al." if more else author.strip()
    title = source.title.strip().rstrip(".")
    if len(title) > _LONGEST_TITLE:
        title = title[:_LONGEST_TITLE].rsplit(" ", 1)[0] + " …"
    place = f"doi:{source.doi}" if source.doi else source.venue or source.url
    dated = " ".join(part for part in (who, source.year) if part and part != "authors not seen")
    parts = [
        part if part[-1] in "?…" else part.rstrip(".") + "."
        for part in (dated, title, place)
        if part
    ]
    return " ".join(parts)
