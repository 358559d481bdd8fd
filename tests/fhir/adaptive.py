"""A client of the adaptive form that answers from a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kedut.case.case import Case
from kedut.fhir import systems
from kedut.fhir.next_question import next_response
from kedut.fhir.parse import check
from kedut.fhir.respond import response_of
from kedut.knowledge.load import ours

Found = dict[str, Any]
_MOST_STEPS = 60


def answers_of(case: Case) -> dict[str, list[Found]]:
    """Give the answers of a case by linkId."""
    groups = response_of(case, ours(), "en").get("item", [])
    return {item["linkId"]: item["answer"] for group in groups for item in group["item"]}


def answered(item: Found, known: dict[str, list[Found]]) -> Found | None:
    """Give an item answered as far as the case knows; a group with what is known in it."""
    if item["type"] == "group":
        inner = [told for part in item["item"] if (told := answered(part, known))]
        return {"linkId": item["linkId"], "item": inner} if inner else None
    if item["linkId"] in known:
        return {"linkId": item["linkId"], "answer": known[item["linkId"]]}
    return None


def form_of(response: Found) -> Found:
    """Give the contained Questionnaire."""
    return next(c for c in response["contained"] if c["resourceType"] == "Questionnaire")


def played(
    case: Case, language: str, call: Callable[[Found], Found] | None = None
) -> Iterator[Found]:
    """Give every response of an interview, from the first call to completed."""
    known = answers_of(case)
    call = call or (lambda r: next_response(check(r, "QuestionnaireResponse"), ours(), language))
    response: Found = {"resourceType": "QuestionnaireResponse", "status": "in-progress"}
    for _ in range(_MOST_STEPS):
        response = call(response)
        yield response
        if response["status"] == "completed":
            return
        told = answered(form_of(response)["item"][-1], known)
        if told:
            response = {**response, "item": [*response.get("item", []), told]}
    raise AssertionError("the interview does not end")


def urgency_told(response: Found) -> str:
    """Give the urgency of a completed interview."""
    told = [e for e in response["extension"] if e["url"] == systems.URGENCY_NOW]
    code: str = told[0]["valueCoding"]["code"]
    return code
