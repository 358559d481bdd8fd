"""The names of our definitions: one base in files, the server's own where they are served."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from kedut.case.case import AtLeast
from kedut.fhir import systems
from kedut.fhir.respond import response_of
from kedut.knowledge.entities import Level
from kedut.knowledge.load import ours
from kedut.web.settings import BadSetting, Settings, settings_from
from tests.fhir.adaptive import played
from tests.fhir.conftest import bare_app
from tests.fhir.people import examples
from tests.web.client import TestClient

ASSESS = "/fhir/QuestionnaireResponse/$assess"
NEXT = "/fhir/Questionnaire/$next-question"
CLINIC = "https://clinic.test/kedut/fhir"
FHIR_JSON = {"Content-Type": "application/fhir+json"}


@pytest.fixture(params=["", CLINIC])
def door(request: pytest.FixtureRequest) -> tuple[TestClient, str]:
    """Give a door with a base of its own, and one that takes the address it was asked at."""
    app = bare_app()
    app.state.settings = Settings(secret="only for tests", fhir_base=request.param)
    return TestClient(app), request.param or "http://testserver/fhir"


@pytest.mark.parametrize(
    "path", ["metadata", "Questionnaire/kedut", "CodeSystem/kedut-findings", "ValueSet"]
)
def test_what_is_served_is_named_by_the_server(door, path):
    client, base = door
    answer = client.get(f"/fhir/{path}")
    assert answer.status_code == 200
    assert systems.BASE not in answer.text
    assert f'"{base}/' in answer.text
    assert len(answer.content) == int(answer.headers["content-length"])


def test_a_definition_is_found_by_the_name_it_is_served_with_and_by_that_of_files(door):
    client, base = door
    for start in (base, systems.BASE):
        found = client.get(f"/fhir/CodeSystem?url={start}/CodeSystem/kedut-causes").json()
        assert found["total"] == 1
        assert found["entry"][0]["resource"]["url"] == f"{base}/CodeSystem/kedut-causes"


def test_what_comes_in_by_either_name_is_understood(door):
    client, base = door
    floor = AtLeast(level=Level.URGENT, within_days=1)
    told = json.dumps(response_of(replace(examples()[0], at_least=floor), ours(), "en"))
    answers = []
    for text in (told, told.replace(systems.BASE, base)):
        answer = client.post(ASSESS, content=text, headers=FHIR_JSON)
        assert answer.status_code == 200
        assert systems.BASE not in answer.text
        flag = next(e["resource"] for e in answer.json()["entry"] if "category" in e["resource"])
        answers.append(flag["code"])
    assert answers[0] == answers[1]
    assert answers[0]["coding"][0] == {
        "system": f"{base}/CodeSystem/kedut-urgency",
        "code": "urgent",
        "display": "Today",
    } | {"display": answers[0]["coding"][0]["display"]}


def test_an_interview_goes_on_under_the_name_of_the_server(door):
    client, base = door

    def call(response):
        answer = client.post(NEXT, content=json.dumps(response), headers=FHIR_JSON)
        assert systems.BASE not in answer.text
        return answer.json()

    *_, last = played(examples()[0], "en", call)
    assert f"{base}/StructureDefinition/urgency" in json.dumps(last)


def test_a_strange_host_stays_inside_its_text(door):
    client, _ = door
    for host in ('a"b', "x\\y", "é.test"):
        answer = client.get("/fhir/metadata", headers={"Host": host.encode()})
        assert answer.status_code in (200, 400)
        assert answer.json()["resourceType"] in ("CapabilityStatement", "OperationOutcome")


def test_deep_nesting_is_told_not_a_fault(door):
    client, _ = door
    for depth in (100, 900, 5_000):
        body = b'{"resourceType":' + b"[" * depth + b"]" * depth + b"}"
        assert client.post(ASSESS, content=body, headers=FHIR_JSON).status_code == 400


@pytest.mark.parametrize("told", ["clinic", "ftp://clinic/fhir", 'https://a"b/fhir', "https://"])
def test_a_base_that_is_no_address_is_refused_at_the_start(told):
    with pytest.raises(BadSetting, match="KEDUT_FHIR_BASE"):
        settings_from({"KEDUT_FHIR_BASE": told})


def test_a_base_loses_the_slash_at_its_end():
    assert settings_from({"KEDUT_FHIR_BASE": f"{CLINIC}/"}).fhir_base == CLINIC
    assert not settings_from({}).fhir_base
