"""What is in a diary and does not count, in words: days not yet begun, names nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from kedut.case.noted_names import not_understood
from kedut.diary.ahead import is_ahead
from kedut.diary.entry import Entry
from kedut.diary.journal import Journal
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.report.day import day_in_words

_NAMES_TOLD = 12
_LONGEST_NAME = 60


def doubts(journal: Journal, knowledge: Knowledge, words: Words, now: datetime) -> Iterator[str]:
    """Give what to look at before the diary is believed."""
    entries = journal.entries()
    ahead = [entry for entry in entries if is_ahead(entry, now)]
    if ahead:
        day = day_in_words(ahead[0].day, words)
        yield words.say("diary.ahead", n=len(ahead), day=day, id=ahead[0].id)
    names = names_told(entries, knowledge, words)
    if names:
        yield names


def names_told(entries: Iterable[Entry], knowledge: Knowledge, words: Words) -> str:
    """Give the names that mean nothing here, with what was meant; empty where there are none."""
    faults = not_understood(entries, knowledge)
    told = [
        words.say("diary.name_meant", name=plain(fault.identifier), near=fault.nearest[0])
        if fault.nearest
        else plain(fault.identifier)
        for fault in faults[:_NAMES_TOLD]
    ]
    if len(faults) > _NAMES_TOLD:
        told.append("…")
    return words.say("diary.not_understood", names="; ".join(told)) if told else ""


def plain(name: str) -> str:
    """Give a name of anybody's as a terminal may show it."""
    return "".join(sign if sign.isprintable() else "?" for sign in name[:_LONGEST_NAME])
