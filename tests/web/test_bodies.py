"""Bodies and methods that nobody should send: refused in order, whichever interface they meet."""

from __future__ import annotations

import pytest

from tests.web.client import TestClient

DOORS = {
    "/api/v1/assess": "application/json",
    "/api/v1/next": "application/json",
    "/fhir/QuestionnaireResponse/$assess": "application/fhir+json",
    "/fhir/Questionnaire/$next-question": "application/fhir+json",
    "/cds-services/kedut-twitch": "application/json",
}
DEEP = 100_000


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize(
    "body",
    [b"[" * DEEP, b'{"a":' * (DEEP // 4), b'{"age": NaN}', b'{"age": 1e999}', b"\xff\xfe", b""],
    ids=["deep list", "deep object", "no number", "endless number", "no letters", "nothing"],
)
def test_what_is_no_case_is_refused(body: bytes, path: str, client: TestClient) -> None:
    answer = client.post(path, content=body, headers={"Content-Type": DOORS[path]})
    assert answer.status_code in (400, 422), answer.text[:200]


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize("kind", ["application/fhir+xml", "text/xml", "application/x-yaml"])
def test_no_other_language_than_json_is_read(kind: str, path: str, client: TestClient) -> None:
    body = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    answer = client.post(path, content=body, headers={"Content-Type": kind})
    assert answer.status_code == 415


@pytest.mark.parametrize("path", ["/api/v1/assess", "/en/interview", "/en/erase"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_only_the_methods_that_are_meant_are_taken(
    method: str, path: str, client: TestClient
) -> None:
    assert client.request(method, path).status_code == 405
