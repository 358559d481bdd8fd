"""The FHIR door over HTTP: what it answers, and that every error is an OperationOutcome."""

from __future__ import annotations

import json

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.operationoutcome import OperationOutcome
from hypothesis import given, settings
from hypothesis import strategies as st

from kedut.assess.pipeline import assess
from kedut.fhir import systems
from kedut.fhir.respond import response_of
from kedut.knowledge.load import ours
from tests.fhir.adaptive import played, urgency_told
from tests.fhir.conftest import bare_app
from tests.fhir.people import ROOT, cases, examples, published
from tests.web.client import TestClient

ASSESS = "/fhir/QuestionnaireResponse/$assess"
NEXT = "/fhir/Questionnaire/$next-question"
FHIR_JSON = {"Content-Type": "application/fhir+json"}


def sent(client, path, resource, **headers):
    return client.post(path, content=json.dumps(resource), headers=FHIR_JSON | headers)


def urgency_of(bundle):
    flag = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Flag")
    return flag["code"]["coding"][0]["code"]


def is_outcome(answer):
    OperationOutcome.model_validate(answer.json())
    assert answer.headers["content-type"].startswith("application/fhir+json")
    return True


@pytest.mark.parametrize("case", [*examples(), *published()[:4]], ids=lambda c: c.id)
def test_assess_ends_with_the_urgency_of_the_assessment(client, case):
    answer = sent(client, ASSESS, response_of(case, ours(), "en"))
    assert answer.status_code == 200
    Bundle.model_validate(answer.json())
    assert urgency_of(answer.json()) == str(assess(case, ours(), detail="brief").urgency.level)


def test_assess_takes_parameters_too_and_gives_the_other_shape(client):
    case = examples()[0]
    parameters = [
        {"name": "questionnaire-response", "resource": response_of(case, ours(), "id")},
        {"name": "shape", "valueCode": "satusehat"},
        {"name": "patient", "valueString": "P0000"},
    ]
    answer = sent(client, ASSESS, {"resourceType": "Parameters", "parameter": parameters})
    assert answer.json()["type"] == "transaction"
    assert "Patient/P0000" in answer.text


@pytest.mark.parametrize(
    "parameters",
    [
        [],
        [{"name": "questionnaire-response"}],
        [{"name": "shape", "valueCode": "round"}],
        [{"name": "shape", "valueCode": "satusehat"}, {"name": "patient", "valueString": "a b/c"}],
    ],
)
def test_parameters_that_cannot_be_are_told(client, parameters):
    response = {
        "name": "questionnaire-response",
        "resource": response_of(examples()[0], ours(), "id"),
    }
    if parameters and parameters[0]["name"] == "shape":
        parameters = [response, *parameters]
    answer = sent(client, ASSESS, {"resourceType": "Parameters", "parameter": parameters})
    assert answer.status_code == 400
    assert is_outcome(answer)


def test_the_answer_is_in_the_language_asked_for(client):
    for language, word in (("id", "Yang perlu dilakukan"), ("en", "What to do")):
        answer = sent(
            client,
            ASSESS,
            response_of(examples()[0], ours(), "id"),
            **{"Accept-Language": language},
        )
        assert answer.headers["content-language"] == language
        assert word in answer.text


def test_the_time_has_an_offset(client):
    stamp = sent(client, ASSESS, response_of(examples()[0], ours(), "id")).json()["timestamp"]
    assert stamp[-6] in "+-"


def test_a_whole_interview_goes_over_the_door(client):
    case = examples()[0]
    *_, last = played(case, "en", lambda response: sent(client, NEXT, response).json())
    assessed = sent(client, ASSESS, last)
    assert urgency_of(assessed.json()) == urgency_told(last)


@pytest.mark.parametrize(
    "path",
    [
        "/fhir/metadata",
        "/fhir/Questionnaire/kedut",
        "/fhir/OperationDefinition/assess",
        "/fhir/CodeSystem/kedut-findings",
        "/fhir/CodeSystem/kedut-causes",
        "/fhir/ValueSet/kedut-causes",
        f"/fhir/Questionnaire?url={systems.QUESTIONNAIRE}",
        "/fhir/CodeSystem",
        "/fhir/ValueSet",
    ],
)
def test_definitions_are_read(client, path):
    answer = client.get(path, headers={"Accept": "application/fhir+json"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/fhir+json")
    assert answer.json()["resourceType"] in (
        path.split("/")[2].split("?")[0],
        "Bundle",
        "CapabilityStatement",
    )


def test_the_capability_statement_names_what_there_is(client):
    rest = client.get("/fhir/metadata").json()["rest"][0]
    operations = {o["name"] for r in rest["resource"] for o in r.get("operation", ())}
    assert operations == {"assess", "next-question"}
    for resource in rest["resource"]:
        if {"code": "search-type"} in resource.get("interaction", ()):
            assert client.get(f"/fhir/{resource['type']}").json()["type"] == "searchset"


def test_the_questionnaire_names_the_server_that_asks_on(client):
    extension = client.get("/fhir/Questionnaire/kedut").json()["extension"]
    assert extension == [{"url": systems.SDC_ADAPTIVE, "valueUrl": "http://testserver/fhir"}]


def test_a_search_by_an_unknown_address_finds_nothing(client):
    assert client.get("/fhir/CodeSystem?url=urn:none").json()["total"] == 0


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/fhir", 404),
        ("GET", "/fhir/Patient/7", 404),
        ("GET", "/fhir/Patient", 404),
        ("GET", "/fhir/CodeSystem/none", 404),
        ("GET", "/fhir/Questionnaire/none", 404),
        ("PUT", "/fhir/Questionnaire/kedut", 405),
        ("DELETE", "/fhir/metadata", 405),
        ("GET", ASSESS, 405),
        ("GET", "/cds-services/none", 404),
        ("GET", "/cds-services/kedut-twitch", 405),
        ("POST", "/cds-services", 405),
    ],
)
def test_an_address_or_method_that_is_not_there_is_told(client, method, path, status):
    answer = client.request(method, path)
    assert answer.status_code == status
    assert is_outcome(answer)


@pytest.mark.parametrize(
    "body, headers, status",
    [
        (b"{", FHIR_JSON, 400),
        (b"", FHIR_JSON, 400),
        (b"[]", FHIR_JSON, 400),
        (b"\xff\xfe", FHIR_JSON, 400),
        (b'{"resourceType": "Patient"}', FHIR_JSON, 400),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"{}", {}, 415),
        (b"{}", FHIR_JSON | {"Accept": "application/fhir+xml"}, 406),
        (b" " * 1_100_000, FHIR_JSON, 413),
    ],
    ids=range(9),
)
@pytest.mark.parametrize("path", [ASSESS, NEXT])
def test_a_body_that_cannot_be_used_is_told(client, path, body, headers, status):
    answer = client.post(path, content=body, headers=headers)
    assert answer.status_code == status
    assert is_outcome(answer)


def test_too_much_in_pieces_is_stopped(client):
    pieces = (b" " * 65_536 for _ in range(40))
    answer = client.post(ASSESS, content=pieces, headers=FHIR_JSON)
    assert answer.status_code == 413
    assert is_outcome(answer)


def test_contradictory_answers_are_told_with_their_place(client):
    items = [
        {"linkId": "fever", "answer": [{"valueCoding": {"code": code}}]} for code in ("Y", "N")
    ]
    wrong = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": items}
    for path in (ASSESS, NEXT):
        answer = sent(client, path, wrong)
        assert answer.status_code == 422
        (issue,) = answer.json()["issue"]
        assert issue["expression"] == ["QuestionnaireResponse.item[1].answer[0]"]


def test_an_error_nobody_thought_of_is_an_outcome_without_its_words():
    app = bare_app()
    app.state.knowledge = None
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/fhir/metadata")
    assert answer.status_code == 500
    assert is_outcome(answer)
    assert "NoneType" not in answer.text


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["item", "answer", "linkId", "valueCoding", "contained", "status", "extension", "id", "text"]
)
NAMES = st.sampled_from(["age", "sex", "fever", "twitch_duration", "urgency", "awareness", "x"])


@st.composite
def spoilt(draw):
    """Give a response of a case in which something was replaced."""
    response = response_of(draw(cases()), ours(), "id")
    place = response
    for _ in range(draw(st.integers(0, 6))):
        parts = place.values() if isinstance(place, dict) else place
        inner = [v for v in parts if isinstance(v, dict | list) and v]
        if not inner:
            break
        place = draw(st.sampled_from(inner))
    value = draw(JSON | NAMES)
    if isinstance(place, dict):
        place[draw(KEYS)] = value
    else:
        place[0] = value
    return response


@settings(max_examples=150)
@given(spoilt(), st.sampled_from([ASSESS, NEXT]))
def test_no_spoilt_response_is_ever_a_server_error(client, response, path):
    answer = sent(client, path, response)
    assert answer.status_code in {200, 400, 422}
    if answer.status_code != 200:
        assert is_outcome(answer)


def test_the_request_of_the_guide_works(client):
    guide = (ROOT / "docs" / "how-to" / "send-to-satusehat.md").read_text("utf-8")
    request = json.loads(guide.partition("```json")[2].partition("```")[0])
    answer = sent(client, ASSESS, request)
    assert answer.status_code == 200
    assert "Patient/P00000000000" in answer.text
