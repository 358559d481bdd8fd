"""The adaptive form asks what the interview asks, one step a call, and forgets nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from kedut.assess.interview import Interview, answer, step, text_of
from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.fhir.next_question import next_response
from kedut.fhir.response import case_of
from kedut.knowledge.load import ours
from tests.fhir.adaptive import answers_of, form_of, played, urgency_told
from tests.fhir.people import cases, examples, read

DENIED = {"findings_present": ["twitch_calf_one_side"], "findings_absent": []}


def plain_interview(case: Case) -> list[str]:
    """Give what the interview itself asks somebody with these answers."""
    known = answers_of(case)
    interview = Interview(case=Case(age=case.age, sex=case.sex))
    texts = []
    while (question := step(ours(), interview).question) is not None:
        texts.append(text_of(question, ours().words("en")))
        if question.kind == "choice":
            told = known.get(question.key, [])
            here = tuple(a["valueCoding"]["code"] for a in told)
            interview = answer(interview, question, present=here)
            continue
        here = tuple(f for f in question.findings if f in known and f in case.present)
        away = tuple(f for f in question.findings if f in known and f in case.absent)
        interview = answer(interview, question, present=here, absent=away)
    return texts


@pytest.mark.parametrize("case", examples(), ids=lambda c: c.id)
def test_it_asks_what_the_interview_asks_and_ends_with_its_urgency(case):
    *_, last = played(case, "en")
    asked = [i["text"] for i in form_of(last)["item"] if i["type"] not in ("display", "boolean")]
    assert asked[1:] == plain_interview(case)
    known = case_of(last, ours())
    assert urgency_told(last) == str(assess(known, ours(), detail="brief").urgency.level)


@settings(max_examples=8)
@given(cases())
def test_it_ends_for_anybody_and_asks_nothing_twice(case):
    *_, last = played(case, "id")
    top = [item["linkId"] for item in form_of(last)["item"]]
    assert len(top) == len(set(top))


def test_the_form_only_grows_while_it_asks():
    before: list[str] = []
    for response in played(examples()[0], "en"):
        now = [item["linkId"] for item in form_of(response)["item"]]
        assert now[: len(before)] == before
        assert response["status"] == "completed" or len(now) == len(before) + 1
        before = now


def test_each_answer_stays_where_it_was_put():
    *_, earlier, last = played(examples()[0], "en")
    assert last["item"][: len(earlier["item"])] == earlier["item"]


def test_unanswered_items_are_unknown_and_not_asked_again():
    *_, last = played(Case(), "en")
    assert case_of(last, ours()) == Case()
    assert urgency_told(last) == "routine"


def test_an_emergency_ends_the_questions_until_it_was_read():
    *_, last = played(read({"age": 50, "sex": "male", "findings_present": ["convulsion"]}), "en")
    assert last["status"] == "completed"
    assert urgency_told(last) == "emergency"
    told, read_it = form_of(last)["item"][-2:]
    assert (told["linkId"], told["type"]) == ("urgency", "display")
    assert "Now" in told["text"]
    yes = {"linkId": read_it["linkId"], "answer": [{"valueBoolean": True}]}
    on = next_response({**last, "item": [*last["item"], yes]}, ours(), "en")
    assert on["status"] == "in-progress"
    assert "extension" not in on
    assert "urgency" not in [item["linkId"] for item in form_of(on)["item"]]


def test_no_urgency_is_told_before_the_questions_end():
    for response in played(examples()[0], "en"):
        assert ("extension" in response) == (response["status"] == "completed")


def test_what_a_client_keeps_beside_the_form_comes_back():
    sent = {
        "resourceType": "QuestionnaireResponse",
        "status": "in-progress",
        "identifier": {"system": "urn:x", "value": "7"},
        "contained": [{"resourceType": "Patient", "id": "p"}],
        "subject": {"reference": "#p"},
    }
    copy = json.loads(json.dumps(sent))
    found = next_response(sent, ours(), "id")
    assert sent == copy
    assert found["subject"] == sent["subject"]
    assert sent["contained"][0] in found["contained"]
