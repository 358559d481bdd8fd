"""What goes wrong is told in plain words and with a way on, in the reader's language."""

from __future__ import annotations

import json
import re

import pytest
from fastapi import FastAPI, HTTPException, Request

from kedut.knowledge.load import ours
from kedut.knowledge.words import LANGUAGES
from kedut.storage.errors import StoreFull, StoreUnavailable
from kedut.web.failures import add_failures, failure
from kedut.web.security import add_security
from kedut.web.settings import Settings
from tests.web.client import TestClient

STATUSES = (400, 403, 404, 405, 408, 413, 415, 422, 429, 500, 503)


def failing() -> FastAPI:
    """Give an application whose pages fail in every way."""
    app = FastAPI()
    app.state.settings = Settings(secret="s", requests_per_minute=0)
    app.state.knowledge = ours()

    @app.get("/{door}/status/{status}")
    async def status(door: str, status: int) -> None:
        raise HTTPException(status)

    @app.get("/{door}/store")
    def store(door: str) -> None:
        raise StoreUnavailable("the database at postgresql://somebody@secret does not answer")

    @app.get("/{door}/full")
    def full(door: str) -> None:
        raise StoreFull

    @app.get("/{door}/fault")
    def fault(door: str) -> None:
        raise RuntimeError("a secret")

    add_failures(app)
    add_security(app)
    return app


@pytest.fixture(scope="module")
def failures() -> TestClient:
    """Give a browser at the failing pages."""
    return TestClient(failing())


def heading(text: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", text, re.DOTALL)
    assert found
    return found[1].strip()


@pytest.mark.parametrize("status", STATUSES)
def test_a_page_of_a_failure_speaks_each_language_and_leads_on(
    status: int, failures: TestClient
) -> None:
    headings = set()
    for language in LANGUAGES:
        answer = failures.get(f"/{language}/status/{status}")
        assert answer.status_code == status
        assert f'<html lang="{language}">' in answer.text
        assert f'href="/{language}/"' in answer.text
        assert "failure." not in answer.text, "a text is missing"
        assert "119" in answer.text, "who is in danger is told whom to call"
        headings.add(heading(answer.text))
    assert len(headings) == len(LANGUAGES)


def test_a_status_without_words_of_its_own_gets_the_nearest(failures: TestClient) -> None:
    same = heading(failures.get("/en/status/400").text)
    assert heading(failures.get("/en/status/418").text) == same
    assert heading(failures.get("/en/status/502").text) == heading(
        failures.get("/en/status/500").text
    )


def test_outside_the_languages_the_browser_is_asked(failures: TestClient) -> None:
    for wanted, language in (("en-GB,en;q=0.9", "en"), ("id", "id"), ("nl", "id")):
        answer = failures.get("/nothing", headers={"Accept-Language": wanted})
        assert (answer.status_code, f'lang="{language}"' in answer.text) == (404, True)


@pytest.mark.parametrize("path", ["store", "full"])
def test_a_database_that_does_not_answer_is_told_without_its_address(
    path: str, failures: TestClient
) -> None:
    page = failures.get(f"/id/{path}")
    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    assert "postgresql" not in page.text


def test_a_fault_of_ours_shows_nothing_of_its_inside(failures: TestClient) -> None:
    page = failures.get("/en/fault")
    assert page.status_code == 500
    assert "secret" not in page.text
    assert "Traceback" not in page.text
    assert page.headers["content-security-policy"]


def test_programs_get_where_what_and_what_would_do(client: TestClient) -> None:
    for method, path, status in (
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/assess", 405),
        ("POST", "/api/v1/assess?lang=nl", 422),
    ):
        answer = client.request(method, path, json={"findings_present": []})
        assert answer.status_code == status
        assert set(answer.json()["error"]) == {"where", "what", "try"}
    assert client.get("/api/v1/assess").headers["allow"] == "POST"


def test_what_was_sent_in_a_query_is_not_repeated(client: TestClient) -> None:
    answer = client.post("/api/v1/assess?detail=Siti", json={})
    assert answer.status_code == 422
    assert "Siti" not in answer.text
    assert answer.json()["error"]["where"] == "query, detail"


@pytest.mark.parametrize("status", STATUSES)
def test_systems_of_fhir_get_an_operation_outcome(status: int) -> None:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/fhir/x",
        "query_string": b"",
        "headers": [],
        "app": failing(),
    }
    answer = failure(Request(scope), status)
    told = json.loads(bytes(answer.body))
    assert told["resourceType"] == "OperationOutcome"
    assert told["issue"][0]["severity"] == "error"
    assert answer.media_type == "application/fhir+json"
