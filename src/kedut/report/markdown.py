"""Markdown for the reference pages: tables, escaped text, footnotes of sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kedut.knowledge.entities import Source
from kedut.knowledge.knowledge_base import Knowledge

_SPECIAL = re.compile(r"([\\`*\[\]<>|$~^])|(?<![a-z0-9])_|_(?![a-z0-9])", re.IGNORECASE)


def escaped(text: str) -> str:
    """Give text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


def code(text: str) -> str:
    """Give text as code; a bar is escaped, since tables end their cells at it."""
    return f"`{' '.join(text.split())}`".replace("|", "\\|") if text.strip() else ""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a table; cells are Markdown already. Without rows there is no table."""
    lines = [" | ".join(row) for row in rows]
    if not lines:
        return ""
    head = [" | ".join(header), " | ".join("---" for _ in header)]
    return "\n".join(f"| {line} |" for line in (*head, *lines))


def bullets(items: Iterable[str]) -> str:
    """Give a list."""
    return "\n".join(f"- {item}" for item in items)


def page(title: str, *parts: str) -> str:
    """Give a whole page."""
    return "\n\n".join((f"# {title}", *(part for part in parts if part))) + "\n"


class Footnotes:
    """The sources one page names, each as one footnote."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.sources = knowledge.sources
        self.named: dict[str, Source] = {}

    def marks(self, keys: Iterable[str]) -> str:
        """Give the marks of some sources."""
        found = [self.sources[key] for key in keys if key in self.sources]
        for source in found:
            self.named[source.key] = source
        return "".join(f"[^{key}]" for key in dict.fromkeys(source.key for source in found))

    def text(self) -> str:
        """Give the footnotes named so far, by key."""
        return "\n".join(f"[^{key}]: {cited(self.named[key])}" for key in sorted(self.named))


def cited(source: Source) -> str:
    """Give a citation with its address as a link, and how it was read."""
    parts = [
        p.strip().rstrip(".") for p in (source.authors, source.year, source.title, source.venue)
    ]
    text = escaped(". ".join(part for part in parts if part) + ".")
    if source.doi:
        text += f" [doi:{escaped(source.doi)}](<https://doi.org/{source.doi}>)."
    elif source.url:
        text += f" [{escaped(_host(source.url))}](<{source.url}>)."
    read = ", ".join(part for part in (source.kind, source.accessed_as) if part)
    return f"{text} ({escaped(read)})" if read else text


def _host(url: str) -> str:
    return re.sub(r"^https?://(www\.)?([^/]+).*$", r"\2", url)
