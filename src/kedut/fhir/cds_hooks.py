"""One card for the doctor who opens a record: urgency and causes, or the way to the interview."""

from __future__ import annotations

from datetime import date
from typing import Any

import kedut
from kedut.assess.assessment import Assessment
from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.case.finding_space import finding_space
from kedut.fhir.errors import BadResource, Issue
from kedut.fhir.identity import Identity
from kedut.fhir.plan import Planner
from kedut.fhir.records import case_from_record
from kedut.knowledge.chance_words import in_words
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words

Found = dict[str, Any]
SERVICE = "kedut-twitch"
HOOK = "patient-view"
_LONGEST_SUMMARY = 139
_SHOWN = 5
_SHOWN_FROM = 0.01  # constant: what is less likely has no place on a card
_INDICATOR = {Level.EMERGENCY: "critical", Level.URGENT: "warning", Level.SOON: "warning"}


def discovery() -> Found:
    """Give the services there are."""
    return {
        "services": [
            {
                "hook": HOOK,
                "id": SERVICE,
                "title": "kedut: twitching leg",
                "description": "How soon somebody with a twitching leg should be seen, and the "
                "likely causes, from what is in the record; else the way to an interview. "
                "Information, not a diagnosis.",
                "prefetch": {
                    "patient": "Patient/{{context.patientId}}",
                    "conditions": "Condition?patient={{context.patientId}}&clinical-status=active",
                    "observations": "Observation?patient={{context.patientId}}&_sort=-date"
                    "&_count=100",
                },
            }
        ]
    }


def cards(request: Any, knowledge: Knowledge, language: str, *, today: date, start: str) -> Found:
    """Give the answer to a call of the service.

    Parameters
    ----------
    today : for the age, and for which values are recent
    start : absolute address of the interview

    Raises
    ------
    BadResource
        It is no call of `patient-view`.
    """
    words = knowledge.words(language)
    case = case_from_record(_checked(request), knowledge, today)
    space = finding_space(knowledge)
    if not space.close(case).present & space.symptoms:
        return {"cards": [_way_to_the_interview(words, case, start)]}
    return {"cards": [_card(case, knowledge, words, start)]}


def _checked(request: Any) -> Any:
    if not isinstance(request, dict):
        raise BadResource([Issue("structure", "a call must be an object in braces")])
    if request.get("hook") != HOOK:
        raise BadResource([Issue("value", f"must be {HOOK!r}", "hook")])
    if not isinstance(request.get("hookInstance"), str):
        raise BadResource([Issue("required", "must be a text", "hookInstance")])
    context = request.get("context")
    if not isinstance(context, dict) or not isinstance(context.get("patientId"), str):
        raise BadResource([Issue("required", "must be a text", "context.patientId")])
    prefetch = request.get("prefetch")
    if not isinstance(prefetch, dict | None):
        raise BadResource([Issue("structure", "must be an object in braces", "prefetch")])
    return prefetch


def _source(start: str) -> Found:
    return {"label": f"kedut {kedut.__version__}", "url": start}


def _links(words: Words, start: str) -> list[Found]:
    return [{"label": words.say("fhir.card.link"), "url": start, "type": "absolute"}]


def _way_to_the_interview(words: Words, case: Case, start: str) -> Found:
    return {
        "uuid": Identity(case, words.language).of("Card"),
        "summary": words.say("fhir.card.ask")[:_LONGEST_SUMMARY],
        "detail": words.say("fhir.card.ask_detail"),
        "indicator": "info",
        "source": _source(start),
        "links": _links(words, start),
    }


def _card(case: Case, knowledge: Knowledge, words: Words, start: str) -> Found:
    assessment = assess(case, knowledge, language=words.language)
    urgency = assessment.urgency
    summary = words.say(
        "fhir.card.summary",
        level=words.say(f"level.{urgency.level}"),
        within=_within(urgency, words),
    )
    return {
        "uuid": Identity(case, words.language).of("Card"),
        "summary": summary[:_LONGEST_SUMMARY],
        "detail": _detail(case, assessment, knowledge, words),
        "indicator": _INDICATOR.get(urgency.level, "info"),
        "source": _source(start),
        "links": _links(words, start),
    }


def _within(urgency: Any, words: Words) -> str:
    if urgency.within_days == 0:
        return words.say("level.within_now")
    if urgency.within_days == 1:
        return words.say("level.within_today")
    return words.say("level.within_days", days=urgency.within_days)


def _detail(case: Case, assessment: Assessment, knowledge: Knowledge, words: Words) -> str:
    """Give the card's text in Markdown: reasons, causes, what the record does not hold."""
    planner = Planner(assessment, knowledge, words, Identity(case), None)
    lines = list(dict.fromkeys(planner.reason(b) for b in assessment.urgency.because))
    told = [c for c in assessment.causes if c.probability >= _SHOWN_FROM][:_SHOWN]
    if told:
        lines += ["", f"**{words.say('heading.causes')}**", ""]
        lines += [
            f"- {words.of('causes', c.id, 'name')}: {in_words(c.probability, words)}" for c in told
        ]
    names = [words.clinical(name) for name in case.present]
    lines += ["", f"{words.say('fhir.card.used')}: {'; '.join(names)}."]
    if assessment.not_asked:
        lines += ["", words.say("fhir.card.not_asked", count=len(assessment.not_asked))]
    return "\n".join([*lines, "", words.say("intended_use")])
