"""What a Bundle says is what the assessment says, and no more than the rules of wording allow."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from kedut.assess.pipeline import assess
from kedut.assess.wire import rounded
from kedut.fhir import systems
from kedut.fhir.bundle import bundle
from kedut.knowledge.load import ours
from tests.fhir.people import cases, examples, read

WHEN = "2026-11-23T17:35:00+07:00"
MARATHON = {
    "id": "m",
    "age": 34,
    "sex": "male",
    "findings_present": ["twitch_calf_one_side", "intense_exercise_48h"],
    "findings_absent": ["leg_weakness"],
    "values": {"serum_magnesium_mmol_per_l": 0.81, "body_temperature_c": 36.8},
}


def made(shape, language="en", **options):
    case = read(shape)
    return bundle(case, assess(case, ours(), language=language), ours(), language, **options)


def of(kind, found):
    return [e["resource"] for e in found["entry"] if e["resource"]["resourceType"] == kind]


def one(kind, found):
    (resource,) = of(kind, found)
    return resource


def codes(concept):
    return {(c["system"], c["code"]) for c in concept["coding"]}


def test_every_cause_has_its_probability_in_order():
    found = assess(read(MARATHON), ours())
    told = one("RiskAssessment", made(MARATHON))["prediction"]
    assert [p["probabilityDecimal"] for p in told] == [
        rounded(cause.probability) for cause in found.causes
    ]
    assert [p["outcome"]["coding"][0]["code"] for p in told] == [c.id for c in found.causes]


def test_only_causes_that_are_not_rare_have_an_interval():
    rare_below = ours().decisions["show.rare_below"]
    for prediction in one("RiskAssessment", made(MARATHON))["prediction"]:
        urls = {extension["url"] for extension in prediction["extension"]}
        assert (systems.INTERVAL in urls) == (prediction["probabilityDecimal"] >= rare_below)


def test_an_interval_holds_its_probability():
    for prediction in one("RiskAssessment", made(MARATHON))["prediction"]:
        for extension in prediction["extension"]:
            if extension["url"] == systems.INTERVAL:
                low, high = extension["valueRange"]["low"], extension["valueRange"]["high"]
                assert low["value"] <= prediction["probabilityDecimal"] <= high["value"]


def test_chances_are_said_in_whole_numbers():
    first = one("RiskAssessment", made(MARATHON))["prediction"][0]
    assert first["qualitativeRisk"]["text"].startswith("about ")


def test_a_private_icd_code_goes_out_only_when_asked_for():
    for asked_for in (False, True):
        told = one("RiskAssessment", made(MARATHON, private=asked_for))["prediction"]
        icd = {c for p in told for s, c in codes(p["outcome"]) if s == systems.ICD10}
        assert any(code.startswith(("F", "B23")) for code in icd) is asked_for
        assert "R25.3" in icd


@pytest.mark.parametrize("case", examples(), ids=lambda c: c.id)
def test_the_first_flag_tells_the_urgency_of_the_assessment(case):
    found = assess(case, ours())
    first, *reasons = of("Flag", bundle(case, found, ours(), "id"))
    assert codes(first["code"]) == {(systems.URGENCY, str(found.urgency.level))}
    if found.urgency.level == "emergency":
        assert reasons


def test_a_child_has_urgency_and_advice_but_no_predictions():
    child = {"age": 9, "sex": "female", "findings_present": ["convulsion"]}
    found = made(child)
    assert "prediction" not in one("RiskAssessment", found)
    assert of("Flag", found)
    assert one("CarePlan", found)["activity"]


def test_present_absent_and_measured_become_observations():
    told = {tuple(sorted(codes(o["code"]))): o for o in of("Observation", made(MARATHON))}
    by_code = {code: o for key, o in told.items() for _, code in key}
    assert by_code["twitch_calf_one_side"]["valueBoolean"] is True
    assert by_code["leg_weakness"]["valueBoolean"] is False
    assert by_code["2601-3"]["valueQuantity"] == {
        "value": 0.81,
        "unit": "mmol/l",
        "system": systems.UCUM,
        "code": "mmol/L",
    }
    assert by_code["8310-5"]["category"][0]["coding"][0]["code"] == "vital-signs"
    assert by_code["30525-0"]["valueQuantity"]["value"] == 34


def test_what_is_unknown_has_no_observation_and_is_named_as_not_asked():
    found = made(MARATHON)
    told = {code for o in of("Observation", found) for _, code in codes(o["code"])}
    open_sign = ours().screen_findings[0]
    assert open_sign not in told
    notes = " ".join(note["text"] for note in one("RiskAssessment", found)["note"])
    assert ours().words("en").clinical(open_sign) in notes


def test_the_person_is_nobody_but_their_sex():
    found = one("Patient", made(MARATHON))
    assert set(found) == {"resourceType", "id", "meta", "gender"}


def test_versions_and_sources_are_named():
    found = made(MARATHON)
    versions = {v["type"]["text"]: v["value"] for v in one("Device", found)["version"]}
    assert versions["knowledge"] == ours().version
    entities = one("Provenance", found)["entity"]
    assert any("identifier" in entity["what"] for entity in entities)


def test_what_was_left_out_is_told():
    found = made({**MARATHON, "findings_present": ["twitch_calf_one_side", "left_ear"]})
    (issue,) = one("OperationOutcome", found)["issue"]
    assert issue["severity"] == "warning"
    assert "left_ear" in issue["diagnostics"]


@settings(max_examples=15)
@given(cases())
def test_every_reference_leads_to_an_entry(case):
    found = bundle(case, assess(case, ours()), ours(), "id", when=WHEN)
    urls = [entry["fullUrl"] for entry in found["entry"]]
    assert len(urls) == len(set(urls))
    text = json.dumps(found)
    pointed = {part.split('"')[0] for part in text.split('"reference": "')[1:]}
    assert pointed <= set(urls)


def test_the_same_case_gives_the_same_bytes_and_another_case_other_names():
    once, again = json.dumps(made(MARATHON)), json.dumps(made(MARATHON))
    assert once == again
    other = made({**MARATHON, "id": "n"})
    assert not {e["fullUrl"] for e in other["entry"]} & {
        e["fullUrl"] for e in made(MARATHON)["entry"]
    }


def test_without_a_time_there_is_no_date_but_a_marked_one():
    found = made(MARATHON)
    provenance = one("Provenance", found)
    assert provenance["_recorded"]["extension"][0]["url"] == systems.TIME_NOT_TOLD
    assert "timestamp" not in found
    assert not any("effectiveDateTime" in o for o in of("Observation", found))
    assert one("Provenance", made(MARATHON, when=WHEN))["recorded"] == WHEN


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_key_stands_where_a_text_should(language):
    text = json.dumps(made(MARATHON, language), ensure_ascii=False)
    assert "fhir." not in text.replace("hl7.org/fhir", "")
