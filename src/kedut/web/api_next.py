"""The next question for a program that holds the interview itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import kedut
from kedut.assess.interview import (
    FOLLOW_UPS,
    Interview,
    Question,
    Step,
    step,
    step_after_emergency,
    text_of,
)
from kedut.assess.wire import rounded, urgency_shape
from kedut.case.case import Case
from kedut.case.errors import BadCase
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.reasoning.inference import infer
from kedut.reasoning.why import separates
from kedut.web.api_cases import WHERE

_MOST_ASIDE = 1000
_NAMED = 3


def next_question(
    knowledge: Knowledge, case: Case, told: Mapping[str, Any], language: str
) -> dict[str, Any]:
    """Give where an interview stands: the next question, or why there is none.

    Parameters
    ----------
    told : the object the case came in; may hold `aside`, `asked` and `acknowledged`

    Raises
    ------
    BadCase
    """
    interview = Interview(case=case, aside=_aside(told), asked=_asked(told))
    acknowledged = _acknowledged(told)
    now = (step_after_emergency if acknowledged else step)(knowledge, interview)
    words = knowledge.words(language)
    emergency = now.urgency.level is Level.EMERGENCY
    return {
        "id": case.id,
        "knowledge_version": knowledge.version,
        "software_version": kedut.__version__,
        "urgency": urgency_shape(now.urgency),
        "question": None
        if now.question is None
        else _question(knowledge, now.question, now, words),
        "ended": None
        if now.question is not None
        else "emergency"
        if emergency and not acknowledged
        else "nothing_more_pays",
        "ignored": list(case.ignored),
    }


def _question(knowledge: Knowledge, question: Question, now: Step, words: Words) -> dict[str, Any]:
    return {
        "kind": question.kind,
        "key": question.key,
        "findings": [
            {"id": name, "name": words.of("findings", name, "name")} for name in question.findings
        ],
        "text": text_of(question, words),
        "help": _help(question, words),
        "why": _why(knowledge, question, now, words),
        "danger": question.key in knowledge.screen or question.key == FOLLOW_UPS[0],
        "value": rounded(question.value),
    }


def _help(question: Question, words: Words) -> str:
    if question.kind == "yes_no":
        return words.of("findings", question.key, "help")
    return words.of("screen", question.key, "help") if question.kind == "group" else ""


def _why(knowledge: Knowledge, question: Question, now: Step, words: Words) -> list[dict[str, str]]:
    """Name the causes an answer would move; a group asks for danger, whatever the cause."""
    if question.kind == "group":
        return []
    inference = infer(knowledge, now.findings)
    moved: dict[str, None] = {}
    for finding in question.findings:
        moved.update(dict.fromkeys(separates(knowledge, inference, finding)))
    return [{"id": c, "name": words.of("causes", c, "name")} for c in list(moved)[:_NAMED]]


def _aside(told: Mapping[str, Any]) -> frozenset[str]:
    aside = told.get("aside")
    if aside is None:
        return frozenset()
    if not isinstance(aside, list) or not all(isinstance(name, str) for name in aside):
        raise _wrong("aside", "a list of findings and keys in quotes")
    if len(aside) > _MOST_ASIDE:
        raise _wrong("aside", f"a list of at most {_MOST_ASIDE}")
    return frozenset(aside)


def _asked(told: Mapping[str, Any]) -> int:
    asked = told.get("asked")
    if asked is None:
        return 0
    whole = isinstance(asked, int) or (isinstance(asked, float) and asked.is_integer())
    if isinstance(asked, bool) or not whole or asked < 0:
        raise _wrong("asked", "a whole number from 0")
    return int(asked)


def _acknowledged(told: Mapping[str, Any]) -> bool:
    said = told.get("acknowledged")
    if said is None:
        return False
    if not isinstance(said, bool):
        raise _wrong("acknowledged", "true or false")
    return said


def _wrong(key: str, wanted: str) -> BadCase:
    return BadCase(
        where=f"{WHERE}, key {key!r}",
        what=f"must be {wanted}",
        remedy=f"write {wanted}, or leave it out",
    )
