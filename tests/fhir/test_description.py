"""The FHIR door answers as its description says, whatever is sent: no fault of the server."""

from __future__ import annotations

import json
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CheckFunction

from tests.web.described import described

FHIR_JSON = "application/fhir+json"
OK, PREFLIGHT = 200, 204


@schemathesis.serializer(FHIR_JSON)
def as_fhir(context: schemathesis.SerializationContext, value: object) -> bytes:
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


@schemathesis.check
def told_as_fhir(context: Any, response: Any, case: Any) -> None:
    """Whatever fails is an OperationOutcome, whatever succeeds is FHIR (or a card)."""
    if response.status_code == PREFLIGHT:
        return
    kind = response.headers["content-type"][0].partition(";")[0]
    cds = case.path.startswith("/cds-services")
    if response.status_code != OK:
        assert kind == FHIR_JSON, kind
        assert response.json()["resourceType"] == "OperationOutcome"
    else:
        assert kind == ("application/json" if cds else FHIR_JSON), kind


SCHEMA = described()
DOOR = SCHEMA.include(path_regex=r"^/(fhir|cds-services)")
CHECKS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    schemathesis.specs.openapi.checks.status_code_conformance,
    schemathesis.specs.openapi.checks.content_type_conformance,
    schemathesis.specs.openapi.checks.response_headers_conformance,
    schemathesis.specs.openapi.checks.response_schema_conformance,
    schemathesis.specs.openapi.checks.unsupported_method,
    told_as_fhir,
]


@DOOR.parametrize()
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_is_answered_as_described(case: schemathesis.Case) -> None:
    case.call_and_validate(checks=CHECKS)


def test_every_address_of_the_door_is_described_and_tried() -> None:
    described_here = {(o.ok().method.upper(), o.ok().path) for o in DOOR.get_all_operations()}
    assert described_here == {
        ("GET", "/cds-services"),
        ("POST", "/cds-services/kedut-twitch"),
        ("GET", "/fhir/metadata"),
        ("GET", "/fhir/Questionnaire/kedut"),
        ("GET", "/fhir/OperationDefinition/assess"),
        ("GET", "/fhir/CodeSystem/{name}"),
        ("GET", "/fhir/ValueSet/{name}"),
        ("GET", "/fhir/{kind}"),
        ("POST", "/fhir/Questionnaire/$next-question"),
        ("POST", "/fhir/QuestionnaireResponse/$assess"),
    }
