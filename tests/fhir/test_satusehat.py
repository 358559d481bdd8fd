"""The bundle for SATUSEHAT: what its public pages ask for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from fhir.resources.R4B.bundle import Bundle

from kedut.assess.pipeline import assess
from kedut.fhir import systems
from kedut.fhir.satusehat import Visit, satusehat_bundle
from kedut.knowledge.load import ours
from tests.fhir.people import examples, published, read

WIB = timezone(timedelta(hours=7))
WHEN = datetime(2023, 8, 23, 17, 35, tzinfo=WIB)
VISIT = Visit(patient="P1", encounter="E1", organization="O1", practitioner="N1")


def made(case, **options):
    return satusehat_bundle(case, assess(case, ours()), ours(), when=WHEN, **options)


def resources(kind, found):
    return [e["resource"] for e in found["entry"] if e["resource"]["resourceType"] == kind]


def some_cases():
    return [*examples(), *published()[:8]]


@pytest.mark.parametrize("case", some_cases(), ids=lambda c: c.id)
def test_each_condition_has_one_icd_10_code_and_stays_differential(case):
    found = made(case, visit=VISIT)
    Bundle.model_validate(found)
    conditions = resources("Condition", found)
    assert conditions
    for condition in conditions:
        (code,) = condition["code"]["coding"]
        assert code["system"] == systems.ICD10
        assert condition["verificationStatus"]["coding"][0]["code"] == "differential"
        assert condition["identifier"][0]["system"].endswith("/condition/O1")


def test_times_are_written_as_the_pages_show_it():
    # the example of the page on Condition: 17.35 WIB on 23 August 2023
    (first, *_) = resources("Condition", made(examples()[0]))
    assert first["recordedDate"] == "2023-08-23T10:35:00+00:00"


def test_it_is_a_transaction_of_posts_with_urn_uuids():
    found = made(examples()[0])
    assert found["type"] == "transaction"
    for entry in found["entry"]:
        assert entry["fullUrl"].startswith("urn:uuid:")
        assert entry["request"] == {"method": "POST", "url": entry["resource"]["resourceType"]}


def test_measured_values_go_with_loinc_alone():
    case = read(
        {
            "findings_present": ["twitch_calf_one_side"],
            "values": {"serum_potassium_mmol_per_l": 3.1, "twitch_rate_per_min": 12},
        }
    )
    (observation,) = resources("Observation", made(case, visit=VISIT))
    assert observation["code"]["coding"] == [{"system": systems.LOINC, "code": "2823-3"}]
    assert observation["encounter"] == {"reference": "Encounter/E1"}
    assert observation["performer"] == [{"reference": "Practitioner/N1"}]


def test_what_the_clinic_has_to_fill_in_stands_out():
    (first, *_) = resources("Condition", made(examples()[0]))
    assert first["subject"] == {"reference": "Patient/PATIENT-IHS-NUMBER"}
    assert first["encounter"] == {"reference": "Encounter/ENCOUNTER-ID"}


def test_no_code_of_the_mind_is_filed_unasked():
    worried = read(
        {
            "age": 30,
            "findings_present": [
                "panic_attack",
                "anxiety",
                "high_distress",
                "twitch_eyelid",
                "hyperventilation_episode",
            ],
        }
    )
    unasked, asked = made(worried), made(worried, private=True)

    def filed(found):
        return {c["code"]["coding"][0]["code"] for c in resources("Condition", found)}

    assert not {code for code in filed(unasked) if code.startswith("F")}
    assert {code for code in filed(asked) if code.startswith("F")}


def test_with_no_likely_cause_the_symptom_itself_is_filed():
    child = read({"age": 9, "findings_present": ["twitch_calf_one_side"]})
    (condition,) = resources("Condition", made(child))
    assert condition["code"]["coding"][0]["code"] == "R25.3"


def test_a_time_of_utc_stays_what_it_is():
    found = satusehat_bundle(
        examples()[0],
        assess(examples()[0], ours()),
        ours(),
        when=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert resources("Condition", found)[0]["recordedDate"] == "2026-01-01T00:00:00+00:00"
