"""What the pages of sources say: the list to search, and what rests on each source."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kedut.knowledge.entities import Source
from kedut.report.library import Ref, Shelf
from kedut.report.library_search import folded

A_PAGE = 40
_WEB = ("https://", "http://")
_FIGURES = {"links": "finding", "risks": "factor"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceList:
    """One page of the list of sources."""

    query: str
    total: int
    page: int
    pages: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePage:
    """All that the page of a source shows."""

    source: Source
    address: str
    kind: str
    read_as: str
    caution: str
    also: tuple[str, ...]
    figures: tuple[tuple[Ref, tuple[Ref, ...]], ...]
    causes: tuple[Ref, ...]
    rules: tuple[str, ...]
    claims: tuple[str, ...]
    other: tuple[tuple[str, int], ...]


def source_list(shelf: Shelf, query: str, page: int) -> SourceList:
    """Give the sources that hold all words of a query, by author, one page of them."""
    wanted = folded(query).split()
    found = [
        source
        for source in {source.key: source for source in shelf.knowledge.sources.values()}.values()
        if all(word in _text(source) for word in wanted)
    ]
    found.sort(key=lambda source: (source.authors.casefold(), source.year, source.key))
    pages = max(1, -(-len(found) // A_PAGE))
    page = min(max(1, page), pages)
    shown = tuple(found[(page - 1) * A_PAGE : page * A_PAGE])
    return SourceList(query=query, total=len(found), page=page, pages=pages, sources=shown)


def _text(source: Source) -> str:
    return folded(f"{source.key} {source.citation} {source.pmid} {source.kind}")


def source_page(shelf: Shelf, key: str) -> SourcePage | None:
    """Give what to show of a source, or nothing where there is none."""
    source = shelf.knowledge.sources.get(key)
    if source is None:
        return None
    rows = shelf.used_by.get(source.key, [])
    aliases = shelf.knowledge.aliases
    figures: dict[str, dict[str, None]] = {}
    for table, row in rows:
        if table in _FIGURES:
            factor = row[_FIGURES[table]]
            figures.setdefault(row["cause"], {})[aliases.get(factor, factor)] = None
    named = {"rules": "reason", "claims": "statement"}
    told = {
        table: tuple(
            dict.fromkeys(
                shelf.local(text)
                for own, row in rows
                if own == table and (text := shelf.words.of(table, row["id"], column))
            )
        )
        for table, column in named.items()
    }
    causes = [row["id"] for table, row in rows if table == "causes"]
    causes += [row["cause"] for table, row in rows if table not in _FIGURES and row["cause"]]
    counted = Counter(table for table, _ in rows if table not in (*_FIGURES, *named, "causes"))
    return SourcePage(
        source=source,
        address=_address(source),
        kind=_said(shelf, f"library.kind.{source.kind}"),
        read_as=_said(shelf, f"library.read.{source.accessed_as.replace(' ', '_')}"),
        caution=shelf.say("source.ai_page") if source.kind == "ai-page" else "",
        also=tuple(
            k for k, other in shelf.knowledge.sources.items() if other is source and k != key
        ),
        figures=tuple(
            (ref, shelf.refs("finding", (f"finding:{f}" for f in findings)))
            for cause, findings in figures.items()
            if (ref := shelf.ref("cause", cause)) is not None
        ),
        causes=shelf.refs("cause", (f"cause:{cause}" for cause in causes)),
        rules=told["rules"],
        claims=told["claims"],
        other=tuple(sorted(counted.items())),
    )


def _address(source: Source) -> str:
    """Give where the publication is, if that is an address of the web."""
    if source.doi:
        return f"https://doi.org/{source.doi}"
    return source.url if source.url.startswith(_WEB) else ""


def _said(shelf: Shelf, key: str) -> str:
    text = shelf.say(key)
    return "" if text == key else text
