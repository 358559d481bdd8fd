"""The whole interview as one Questionnaire."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kedut.fhir import systems
from kedut.fhir.items import Item, Items, Say
from kedut.fhir.layout import Entry, Section, Sort, group_of, layout
from kedut.knowledge.knowledge_base import Knowledge


@lru_cache(maxsize=4)
def questionnaire(knowledge: Knowledge, language: str) -> dict[str, Any]:
    """Give the Questionnaire in one language, the other as translations; not to be changed."""
    items = Items(knowledge, language)
    return {
        "resourceType": "Questionnaire",
        "id": "kedut",
        "language": language,
        "contained": [items.answers()],
        "extension": [{"url": systems.SDC_ADAPTIVE, "valueBoolean": True}],
        "url": systems.QUESTIONNAIRE,
        "version": knowledge.version,
        "name": "Kedut",
        **items.texts("title", lambda w: w.say("fhir.title")),
        "status": "draft",
        "experimental": True,
        "subjectType": ["Patient"],
        "date": systems.released(knowledge.version),
        "publisher": "kedut",
        **items.texts("description", lambda w: w.say("intended_use")),
        "copyright": "CC BY 4.0",
        "item": [_section(items, section) for section in layout(knowledge)],
    }


def _section(items: Items, section: Section) -> Item:
    members = [item_of(items, entry) for entry in section.entries]
    say = group_text(items.knowledge, section.link_id)
    return items.group(section.link_id, say, members, hidden=section.hidden)


def group_text(knowledge: Knowledge, link_id: str) -> Say:
    """Give how a group's heading is said."""
    group = group_of(link_id)
    if group in knowledge.screen or group in knowledge.opening:
        return lambda w: w.of("screen", group, "question")
    if link_id.startswith("kind-"):
        return lambda w: w.say(f"fhir.group.{link_id.removeprefix('kind-')}")
    if link_id.startswith("followup"):
        return lambda w: w.say(f"group.{link_id}")
    return lambda w: w.say(f"fhir.group.{link_id}")


def item_of(items: Items, entry: Entry) -> Item:
    """Give one question as an item."""
    match entry.sort:
        case Sort.AGE:
            return items.age()
        case Sort.SEX:
            return items.sex()
        case Sort.CHOICE:
            return items.choice(entry.link_id)
        case Sort.VALUE:
            return items.value(entry.link_id)
        case Sort.YES_NO:
            return items.yes_no(entry.link_id)


def with_server(knowledge: Knowledge, language: str, server: str) -> dict[str, Any]:
    """Give the Questionnaire with the address of the server that asks question by question."""
    adaptive = {"url": systems.SDC_ADAPTIVE, "valueUrl": server}
    return {**questionnaire(knowledge, language), "extension": [adaptive]}
