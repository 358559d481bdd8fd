"""What to do now, said once: several rules ask for the same visit, and warn of the same thing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from kedut.advice.actions import Advice, local_ways
from kedut.knowledge.knowledge_base import Knowledge

_SENTENCES = re.compile(r"(?<=[.!?]) +")


def said_once(
    steps: Iterable[Advice], knowledge: Knowledge, language: str, country: str
) -> Iterator[Advice]:
    """Give the steps, most pressing first, without what an earlier one has said.

    The first says where to go and by when. A later one keeps only what it adds: its own visit, by a
    later date, would only take the first back.
    """
    said: set[str] = set()
    visits = _visits(knowledge, language, country)
    for place, step in enumerate(steps):
        sentences = _SENTENCES.split(step.text)
        if place and sentences[0] in visits:
            del sentences[0]
        text = _new(sentences, said)
        avoid = _new(_SENTENCES.split(step.avoid), said)
        if text or avoid:
            yield replace(step, text=text, avoid=avoid)


def _new(sentences: Iterable[str], said: set[str]) -> str:
    """Give the sentences not yet said, and note them."""
    new = [sentence for sentence in dict.fromkeys(sentences) if sentence not in said]
    said.update(new)
    return " ".join(new)


@lru_cache(maxsize=8)
def _visits(knowledge: Knowledge, language: str, country: str) -> frozenset[str]:
    """Give the first sentences that several rules share: they say whom to see and by when."""
    words = knowledge.words(language)
    ways = local_ways(knowledge, country, language)
    first = Counter(
        _SENTENCES.split(words.of("rules", rule.id, "action").format_map(ways))[0]
        for rule in knowledge.rules
    )
    return frozenset(text for text, times in first.items() if text and times > 1)
