"""Which of our languages a browser would like."""

from __future__ import annotations

from fastapi import HTTPException

from kedut.knowledge.words import LANGUAGES

_MOST_NAMED = 20


def known(language: str) -> str:
    """Give the language of a path.

    Raises
    ------
    HTTPException
        404: we have no pages in it.
    """
    if language not in LANGUAGES:
        raise HTTPException(404)
    return language


def wanted(accept_language: str, default: str) -> str:
    """Give the first of our languages that an `Accept-Language` header asks for."""
    named: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept_language.split(",")[:_MOST_NAMED]):
        tag, _, weight = part.strip().partition(";q=")
        try:
            named.append((-float(weight or 1), place, tag.strip()[:2].lower()))
        except ValueError:
            continue
    ours = (language for _, _, language in sorted(named) if language in LANGUAGES)
    return next(ours, default)
