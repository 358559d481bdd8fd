"""Private answers: labelled where they are told, nowhere to be found where they were not ticked."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given, settings
from hypothesis import strategies as st

from kedut.assess.pipeline import assess
from kedut.case.case import AtLeast, Case
from kedut.case.private import handed_on, withheld
from kedut.fhir.bundle import bundle, handed_bundle
from kedut.fhir.respond import response_of
from kedut.fhir.response import case_of
from kedut.fhir.satusehat import satusehat_bundle
from kedut.knowledge.entities import PRIVATE_KINDS, Level
from kedut.knowledge.load import ours
from kedut.knowledge.words import LANGUAGES
from tests.fhir.people import cases
from tests.fhir.test_satusehat import WHEN

ALARM = Case(age=40.0, sex="male", present=("twitch_calf_one_side", "suicidal_thoughts"))
DRINKER = Case(age=40.0, present=("calf_pain",), values={"alcohol_g_per_day": 80.0})
CALM = Case(age=40.0, present=("twitch_calf_one_side",), absent=("leg_weakness",))


def labels(resource):
    return {code["code"] for code in resource.get("meta", {}).get("security", ())}


def resources(found):
    return [entry["resource"] for entry in found["entry"]]


def made(case, language="en"):
    return bundle(case, assess(case, ours(), language=language), ours(), language)


def own_words(resource):
    """Give what a resource tells of the person, without the questions it repeats of everybody."""
    if resource["resourceType"] != "RiskAssessment":
        return json.dumps(resource)
    told = {k: v for k, v in resource.items() if k != "note"}  # the danger signs not asked
    return json.dumps(told)


@pytest.mark.parametrize(
    "name, code",
    [
        ("heavy_alcohol_use", "ETH"),
        ("low_mood", "PSY"),
        ("suicidal_thoughts", "PSY"),
        ("pregnancy", "SEX"),
        ("hiv_known", "HIV"),
    ],
)
def test_a_private_finding_and_what_rests_on_it_carry_labels(name, code):
    found = made(replace(CALM, present=(*CALM.present, name)))
    assert {"R", code} <= labels(found)
    by_kind = {}
    for resource in resources(found):
        by_kind.setdefault(resource["resourceType"], []).append(resource)
    for kind in ("QuestionnaireResponse", "RiskAssessment", "CarePlan"):
        assert {"R", code} <= labels(by_kind[kind][0]), kind
    marked = {
        coding["code"]
        for observation in by_kind["Observation"]
        if "R" in labels(observation)
        for coding in observation["code"]["coding"]
    }
    assert name in marked
    assert marked <= {*withheld(ours()), *(f.hpo for f in ours().findings.values() if f.hpo)}


def test_a_measured_value_that_tells_a_private_finding_is_labelled():
    (value,) = [r for r in resources(made(DRINKER)) if "valueQuantity" in r][1:]
    assert {"R", "ETH"} <= labels(value)


def test_a_no_is_labelled_like_a_yes_and_nothing_private_has_no_label():
    assert "PSY" in labels(made(replace(CALM, absent=("suicidal_thoughts",))))
    assert not labels(made(CALM))
    assert {c for r in resources(made(CALM)) for c in labels(r)} == {"ANONYED"}


@settings(max_examples=30)
@given(cases(), st.sets(st.sampled_from(PRIVATE_KINDS)), st.sampled_from(LANGUAGES))
def test_what_was_not_ticked_is_nowhere_in_what_is_handed_on(case, ticked, language):
    found = handed_bundle(case, ours(), language, ticked=ticked)
    Bundle.model_validate(found)
    told = " ".join(own_words(resource) for resource in resources(found))
    for name in {*case.present, *case.absent} & withheld(ours(), ticked):
        assert f'"{name}"' not in told
    kept, left_out = handed_on(case, ours(), ticked)
    (response,) = [r for r in resources(found) if r["resourceType"] == "QuestionnaireResponse"]
    read = case_of(response, ours())
    assert set(read.present) == set(kept.present)
    assert set(read.absent) == set(kept.absent)
    assert ("REDACTED" in labels(found)) is left_out


@settings(max_examples=30)
@given(cases(), st.sets(st.sampled_from(PRIVATE_KINDS)))
def test_what_is_handed_on_is_as_urgent_as_all_answers_are(case, ticked):
    found = handed_bundle(case, ours(), "en", ticked=ticked)
    flag = next(r for r in resources(found) if r["resourceType"] == "Flag")
    level = Level(flag["code"]["coding"][0]["code"])
    assert level.rank >= assess(case, ours(), detail="brief").urgency.level.rank


def test_a_private_alarm_is_handed_on_as_urgent_without_its_name():
    found = handed_bundle(ALARM, ours(), "en")
    assert "suicid" not in " ".join(own_words(r) for r in resources(found)).lower()
    flags = [r for r in resources(found) if r["resourceType"] == "Flag"]
    assert [f["code"]["coding"][0]["code"] for f in flags] == ["emergency"]
    assert "suicidal_thoughts" in json.dumps(handed_bundle(ALARM, ours(), "en", ticked=("mental",)))


def test_an_urgency_found_with_more_answers_goes_out_and_comes_back():
    floor = AtLeast(level=Level.SOON, within_days=3)
    case = replace(CALM, id="floor", at_least=floor)
    told = response_of(case, ours(), "id")
    assert case_of(told, ours()) == case
    told["extension"][0]["extension"][0]["valueCode"] = "whenever"
    with pytest.raises(ValueError, match="level"):
        case_of(told, ours())


def test_a_private_value_goes_to_the_exchange_only_where_that_was_agreed():
    case = replace(DRINKER, present=("calf_pain", "low_mood"))
    found = assess(case, ours())
    told = satusehat_bundle(case, found, ours(), when=WHEN)
    for resource in resources(told):
        assert resource["resourceType"] != "Condition" or {"R", "PSY", "ETH"} <= labels(resource)
    assert "alcohol" not in json.dumps([r for r in resources(told) if "valueQuantity" in r])
