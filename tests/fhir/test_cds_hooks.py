"""CDS Hooks: discovery, one card, and other origins let in there alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kedut.fhir import systems
from kedut.fhir.records import age_on, case_from_record, finding_codes
from kedut.knowledge.load import ours

SERVICE = "/cds-services/kedut-twitch"
TODAY = date(2026, 11, 23)
ADULT = {"resourceType": "Patient", "gender": "male", "birthDate": "1980-05-01"}


def call(prefetch=None, **other):
    body = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "7"},
        **other,
    }
    return body if prefetch is None else {**body, "prefetch": prefetch}


def condition(system, code, **other):
    return {
        "resourceType": "Condition",
        "code": {"coding": [{"system": system, "code": code}]},
        **other,
    }


def observation(system, code, day=TODAY, **other):
    return {
        **condition(system, code),
        "resourceType": "Observation",
        "status": "final",
        "effectiveDateTime": f"{day}T08:00:00+07:00",
        **other,
    }


def record(*resources):
    entries = [{"resource": resource} for resource in resources]
    return {"patient": ADULT, "conditions": {"resourceType": "Bundle", "entry": entries}}


def read(*resources):
    return case_from_record(record(*resources), ours(), TODAY)


def card(client, prefetch, language="en"):
    answer = client.post(SERVICE, json=call(prefetch), headers={"Accept-Language": language})
    assert answer.status_code == 200
    (found,) = answer.json()["cards"]
    return found


def test_discovery_names_the_service_with_what_it_wants_fetched(client):
    (service,) = client.get("/cds-services").json()["services"]
    assert {"hook", "id", "title", "description", "prefetch"} == set(service)
    assert f"/cds-services/{service['id']}" == SERVICE
    assert service["hook"] == "patient-view"


@pytest.mark.parametrize("prefetch", [None, {}, record(), {"patient": None}])
def test_with_nothing_told_the_card_offers_the_interview(client, prefetch):
    found = card(client, prefetch)
    assert found["indicator"] == "info"
    assert found["links"][0]["url"] == "http://testserver/en/"
    assert found["links"][0]["type"] == "absolute"


def test_a_danger_sign_in_the_record_is_a_critical_card(client):
    found = card(client, record(condition(systems.FINDINGS, "convulsion")))
    assert found["indicator"] == "critical"
    assert found["summary"].startswith("Twitching leg: Emergency")


def test_the_card_names_causes_and_what_the_record_does_not_hold(client):
    found = card(client, record(condition(systems.FINDINGS, "twitch_calf_one_side")))
    assert "in 100" in found["detail"]
    assert "does not mean absent" in found["detail"]


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_card_has_the_shape_of_the_specification(client, language):
    for name in ("twitch_calf_one_side", "convulsion", "leg_swelling"):
        found = card(client, record(condition(systems.FINDINGS, name)), language)
        assert len(found["summary"]) < 140
        assert found["indicator"] in {"info", "warning", "critical"}
        assert found["source"]["label"]


def test_a_child_gets_no_causes(client):
    child = {"resourceType": "Patient", "birthDate": str(TODAY - timedelta(days=3000))}
    prefetch = {**record(condition(systems.FINDINGS, "twitch_calf_one_side")), "patient": child}
    assert "in 100" not in card(client, prefetch)["detail"]


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        call(hook="order-sign"),
        call(hookInstance=None),
        call(context={}),
        call(prefetch=[1]),
    ],
)
def test_another_call_is_refused_as_an_outcome(client, body):
    answer = client.post(SERVICE, json=body)
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_other_origins_may_call_the_cds_services_and_nothing_else(client):
    origin = {"Origin": "https://clinic.example"}
    for answer in (
        client.get("/cds-services", headers=origin),
        client.post(SERVICE, json=call(), headers=origin),
        client.post(SERVICE, json={}, headers=origin),
        client.options(SERVICE, headers=origin | {"Access-Control-Request-Method": "POST"}),
    ):
        assert answer.headers["access-control-allow-origin"] == "*"
    preflight = client.options("/fhir/metadata", headers=origin)
    assert "access-control-allow-origin" not in preflight.headers
    assert "access-control-allow-origin" not in client.get("/fhir/metadata", headers=origin).headers


def test_a_code_that_means_two_findings_means_none():
    names = [f for f in ours().findings.values() if f.hpo == "HP:0002380"]
    assert len(names) > 1
    assert (systems.HPO, "HP:0002380") not in finding_codes(ours())


def test_conditions_count_when_active_and_speak_against_when_refuted():
    def status(code):
        return {"coding": [{"code": code}]}

    hpo = next(f for f in ours().findings.values() if f.id == "arm_weakness").hpo
    assert read(condition(systems.HPO, hpo)).present == ("arm_weakness",)
    refuted = condition(systems.HPO, hpo, verificationStatus=status("refuted"))
    assert read(refuted).absent == ("arm_weakness",)
    for over in ("resolved", "inactive", "remission"):
        assert read(condition(systems.HPO, hpo, clinicalStatus=status(over))).present == ()
    mistake = condition(systems.HPO, hpo, verificationStatus=status("entered-in-error"))
    assert read(mistake).present == ()


def test_an_icd_code_of_a_known_illness_is_that_illness():
    assert read(condition(systems.ICD10, "N18.5")).present == ("chronic_kidney_disease_known",)


def test_a_recent_value_counts_and_an_old_or_undated_one_or_another_unit_does_not():
    potassium = (systems.LOINC, "2823-3")
    low = {"valueQuantity": {"value": 2.9, "code": "mmol/L"}}
    assert read(observation(*potassium, **low)).values == {"serum_potassium_mmol_per_l": 2.9}
    old = TODAY - timedelta(days=400)
    assert read(observation(*potassium, old, **low)).values == {}
    assert read({**observation(*potassium, **low), "effectiveDateTime": None}).values == {}
    other = {"valueQuantity": {"value": 2.9, "code": "mg/dL"}}
    assert read(observation(*potassium, **other)).values == {}


def test_the_latest_of_two_values_counts():
    def at(days, value):
        quantity = {"value": value, "code": "mmol/L"}
        day = TODAY - timedelta(days=days)
        return observation(systems.LOINC, "2823-3", day, valueQuantity=quantity)

    for order in ((at(2, 4.0), at(9, 2.9)), (at(9, 2.9), at(2, 4.0))):
        assert read(*order).values == {"serum_potassium_mmol_per_l": 4.0}


@pytest.mark.parametrize(
    "born, age",
    [("1980-11-23", 46), ("1980-11-24", 45), ("1980-11", 45), ("1980", 45), ("x", None), (7, None)],
)
def test_of_an_incomplete_date_of_birth_the_certain_age_is_taken(born, age):
    assert age_on(TODAY, born) == age
