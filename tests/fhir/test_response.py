"""Reading a QuestionnaireResponse: unknown is not no, and what is wrong is told with its path."""

from __future__ import annotations

import pytest

from kedut.case.case import Case
from kedut.fhir.errors import BadResource
from kedut.fhir.parse import check, parse
from kedut.fhir.response import case_of
from kedut.knowledge.load import ours


def response(*items):
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "item": list(items)}


def item(link_id, *answers):
    return {"linkId": link_id, "answer": list(answers)}


def coded(code):
    return {"valueCoding": {"code": code}}


def read(*items):
    return case_of(check(response(*items), "QuestionnaireResponse"), ours())


def issues(*items):
    with pytest.raises(BadResource) as caught:
        read(*items)
    return caught.value.issues


@pytest.mark.parametrize("answer", [coded("UNK"), coded("ASKU"), {"valueString": "unknown"}])
def test_an_unknown_answer_is_neither_present_nor_absent(answer):
    assert read(item("leg_weakness", answer)) == Case()


@pytest.mark.parametrize("answer", [coded("Y"), {"valueBoolean": True}])
def test_yes_may_come_as_code_or_as_truth_value(answer):
    assert read(item("leg_weakness", answer)).present == ("leg_weakness",)


@pytest.mark.parametrize("answer", [coded("N"), {"valueBoolean": False}])
def test_no_may_come_as_code_or_as_truth_value(answer):
    assert read(item("leg_weakness", answer)).absent == ("leg_weakness",)


def test_items_in_groups_and_under_answers_are_read():
    deep = {"linkId": "g", "item": [{"linkId": "leg_weakness", "answer": [coded("Y")]}]}
    under = item("fever", {**coded("N"), "item": [item("back_pain", coded("Y"))]})
    found = read(deep, under)
    assert set(found.present) == {"leg_weakness", "back_pain"}
    assert found.absent == ("fever",)


def test_an_item_nobody_knows_is_listed_and_the_rest_is_read():
    found = read(item("left_ear", coded("Y")), item("fever", coded("Y")))
    assert found.ignored == ("left_ear",)
    assert found.present == ("fever",)


def test_another_name_of_a_finding_is_understood():
    alias, target = next((a, t) for a, t in ours().aliases.items() if t in ours().findings)
    assert read(item(alias, coded("Y"))).present == (target,)


def test_an_exclusive_answer_is_present_and_unknown_is_nothing():
    assert read(item("twitch_duration", coded("twitch_days"))).present == ("twitch_days",)
    assert read(item("twitch_duration", coded("UNK"))) == Case()


def test_yes_and_no_to_one_question_is_told_with_both_places():
    (issue,) = issues(item("fever", coded("Y")), item("fever", coded("N")))
    assert issue.path == "QuestionnaireResponse.item[1].answer[0]"
    assert "QuestionnaireResponse.item[0].answer[0]" in issue.text


def test_two_states_that_exclude_each_other_are_told():
    (issue,) = issues(item("twitch_duration", coded("twitch_days"), coded("twitch_weeks")))
    assert "twitch_days" in issue.text
    assert "twitch_weeks" in issue.text


def test_a_value_that_contradicts_an_answer_is_told_at_the_value():
    found = issues(
        item("low_serum_potassium", coded("N")),
        item("serum_potassium_mmol_per_l", {"valueDecimal": 2.2}),
    )
    assert found[0].path == "QuestionnaireResponse.item[1].answer[0]"


@pytest.mark.parametrize(
    "age",
    [{"valueDecimal": 34}, {"valueInteger": 34}, {"valueQuantity": {"value": 34, "code": "a"}}],
)
def test_an_age_may_come_as_any_sort_of_number(age):
    assert read(item("age", age)).age == 34


@pytest.mark.parametrize(
    "wrong",
    [
        item("age", {"valueDecimal": 130}),
        item("age", {"valueString": "old"}),
        item("age", {"valueQuantity": {"value": 34, "code": "mo"}}),
        item("sex", coded("m")),
        item("fever", coded("maybe")),
        item("fever", {"valueDecimal": 1}),
        item("twitch_duration", coded("fever")),
        item("serum_potassium_mmol_per_l", {"valueDecimal": 4000}),
        item("blood_glucose_mmol_per_l", {"valueQuantity": {"value": 90, "unit": "mg/dL"}}),
    ],
)
def test_an_answer_that_cannot_be_is_told_at_its_place(wrong):
    (issue,) = issues(item("back_pain", coded("Y")), wrong)
    assert issue.path == "QuestionnaireResponse.item[1].answer[0]"


def test_a_unit_that_is_the_items_own_is_taken():
    told = {"valueQuantity": {"value": 5.1, "unit": "mmol/l"}}
    assert read(item("blood_glucose_mmol_per_l", told)).values == {"blood_glucose_mmol_per_l": 5.1}


@pytest.mark.parametrize(
    "found, path",
    [
        ({"resourceType": "QuestionnaireResponse"}, "QuestionnaireResponse.status"),
        (
            {**response(), "status": "perhaps"},
            "QuestionnaireResponse.status",
        ),
        (response({"answer": [coded("Y")]}), "QuestionnaireResponse.item[0].linkId"),
        ({**response(), "colour": "red"}, "QuestionnaireResponse.colour"),
        ({**response(), "authored": "yesterday"}, "QuestionnaireResponse.authored"),
    ],
)
def test_what_the_models_refuse_is_told_with_its_path(found, path):
    found = {key: value for key, value in found.items() if value != []}
    with pytest.raises(BadResource) as caught:
        check(found, "QuestionnaireResponse")
    assert path in {issue.path for issue in caught.value.issues}


@pytest.mark.parametrize("found", [None, 7, [], {}, {"resourceType": "Patient"}])
def test_another_thing_than_a_response_is_refused(found):
    with pytest.raises(BadResource):
        check(found, "QuestionnaireResponse")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a": 1, "a": 2}', b"[" * 100_000])
def test_broken_json_is_refused(body):
    with pytest.raises(BadResource):
        parse(body)


def test_items_far_too_deep_are_refused():
    nested = {"linkId": "a"}
    for _ in range(60):
        nested = {"linkId": "a", "item": [nested]}
    with pytest.raises(BadResource, match="deep"):
        check(response(nested), "QuestionnaireResponse")
