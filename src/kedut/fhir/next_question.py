"""The adaptive form: the response comes back with the next question in its Questionnaire.

What was asked stands in the contained Questionnaire, so nothing is remembered here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kedut.assess.interview import (
    FIRST_VARIABLES,
    Interview,
    Question,
    Step,
    step,
    step_after_emergency,
    text_of,
)
from kedut.case.case import Case
from kedut.case.finding_space import finding_space
from kedut.fhir import systems
from kedut.fhir.codings import coding
from kedut.fhir.items import Item, Items
from kedut.fhir.layout import (
    ABOUT,
    EMERGENCY_READ,
    TOLD,
    Entry,
    Sort,
    group_ids,
    group_link,
    group_of,
)
from kedut.fhir.questionnaire import item_of
from kedut.fhir.response import answered, case_of
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words

Found = dict[str, Any]
CONTAINED = "kedut-adaptive"


def next_response(response: Found, knowledge: Knowledge, language: str) -> Found:
    """Give a checked QuestionnaireResponse with the next question, or completed.

    Raises
    ------
    BadResource
        The answers so far contradict each other or cannot be read.
    """
    case = case_of(response, knowledge)
    form = _form(response, knowledge, language)
    items = Items(knowledge, language, inline=True)
    shown = {item["linkId"] for item in _all_items(form.get("item", ()))}
    asked = shown | {item["linkId"] for _, item in answered(response)}
    new: list[Item] = []
    if ABOUT in asked or (case.age is not None and case.sex is not None):
        now = _step(response, knowledge, interview_of(case, asked, form, knowledge))
        new = _new_items(items, now, shown)
        done = now.question is None
        urgency = str(now.urgency.level)
    else:
        new = [items.group(ABOUT, lambda w: w.say("fhir.group.about"), [items.age(), items.sex()])]
        done, urgency = False, ""
    before = [item for item in form.get("item", ()) if item["linkId"] != TOLD]
    form = {**form, "item": [*before, *new]}
    if not form["item"]:
        del form["item"]
    return _answer(response, form, done=done, urgency=urgency if done else "", words=items.words)


def interview_of(case: Case, asked: set[str], form: Found, knowledge: Knowledge) -> Interview:
    """Give where the interview stands: what was shown and not answered is put aside."""
    settled = {*case.present, *case.absent}
    aside: set[str] = set()
    for name in asked:
        if name in knowledge.variables:
            aside |= {name, *(f for f in knowledge.variables[name] if f not in settled)}
        elif name in knowledge.findings:
            if name not in settled:
                aside.add(name)
        elif name in group_ids(knowledge) or name.startswith("followup"):
            aside.add(group_of(name))
    space = finding_space(knowledge)
    findings = space.close(case)
    known = findings.present | findings.absent
    asked_alone = [
        name for item in form.get("item", ()) if _single(name := item["linkId"], knowledge)
    ]
    unknown = 0
    for name in reversed(asked_alone):
        if known & space.mask(knowledge.variables.get(name, (name,))):
            break
        unknown += 1
    return Interview(
        case=case, aside=frozenset(aside), asked=len(asked_alone), unknown_in_a_row=unknown
    )


def _single(link_id: str, knowledge: Knowledge) -> bool:
    """Say whether an item was a single question of the interview."""
    choice = link_id in knowledge.variables and link_id not in FIRST_VARIABLES
    return choice or link_id in knowledge.findings


def _step(response: Found, knowledge: Knowledge, interview: Interview) -> Step:
    read = any(
        item["linkId"] == EMERGENCY_READ and answer.get("valueBoolean") is True
        for _, item in answered(response)
        for answer in item["answer"]
    )
    return (step_after_emergency if read else step)(knowledge, interview)


def _new_items(items: Items, now: Step, shown: set[str]) -> list[Item]:
    if now.question is not None:
        return [question_item(items, now.question)]
    level = now.urgency.level

    def told(words: Words) -> str:
        line = words.say(f"level.{level}.line")
        return words.say("fhir.told", level=words.say(f"level.{level}"), line=line)

    new = [items.told(TOLD, told)]
    if level is Level.EMERGENCY and EMERGENCY_READ not in shown:
        read = items.texts("text", lambda w: w.say("fhir.emergency_read"))
        new.append({"linkId": EMERGENCY_READ, **read, "type": "boolean"})
    return new


def question_item(items: Items, question: Question) -> Item:
    """Give a question of the interview as an item."""
    if question.kind == "group":
        members = [items.yes_no(name) for name in question.findings]
        return items.group(
            group_link(items.knowledge, question.key), lambda w: text_of(question, w), members
        )
    sort = Sort.CHOICE if question.kind == "choice" else Sort.YES_NO
    return item_of(items, Entry(question.key, sort))


def _form(response: Found, knowledge: Knowledge, language: str) -> Found:
    """Give the contained Questionnaire, or a new one."""
    for contained in response.get("contained") or ():
        if contained.get("resourceType") == "Questionnaire":
            return {"id": CONTAINED, **contained}
    items = Items(knowledge, language)
    return {
        "resourceType": "Questionnaire",
        "id": CONTAINED,
        "language": language,
        "extension": [{"url": systems.SDC_ADAPTIVE, "valueBoolean": True}],
        "url": f"{systems.BASE}/Questionnaire/{CONTAINED}",
        "version": knowledge.version,
        "derivedFrom": [systems.QUESTIONNAIRE],
        **items.texts("title", lambda w: w.say("fhir.title")),
        "status": "draft",
        "subjectType": ["Patient"],
    }


def _all_items(items: Any) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _all_items(item.get("item", ()))


def _answer(response: Found, form: Found, *, done: bool, urgency: str, words: Words) -> Found:
    """Give the response with its form replaced, and whether anything more is asked."""
    others = [
        c for c in response.get("contained") or () if c.get("resourceType") != "Questionnaire"
    ]
    kept = [e for e in response.get("extension", ()) if e.get("url") != systems.URGENCY_NOW]
    if urgency:
        told = coding(systems.URGENCY, urgency, words.say(f"level.{urgency}"))
        kept.append({"url": systems.URGENCY_NOW, "valueCoding": told})
    answer = {
        **{key: value for key, value in response.items() if key != "extension"},
        "contained": [form, *others],
        "questionnaire": f"#{form['id']}",
        "status": "completed" if done else "in-progress",
    }
    if kept:
        answer["extension"] = kept
    return answer
