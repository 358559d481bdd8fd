"""Whatever goes wrong: a plain page, nothing lost, never a fault of the server."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kedut.knowledge.knowledge_base import Knowledge
from kedut.storage.errors import NotKept, StoreFull
from kedut.storage.token import Token
from kedut.web.keep import token_in
from kedut.web.settings import Settings
from tests.web.client import TestClient
from tests.web.keep.person import HIDDEN, csrf, kept, leave, person, press, told


def test_an_old_link_that_is_gone_keeps_the_answers_in_the_page(client: TestClient) -> None:
    page = press(client, "/en/keep", t=told(), kept=Token.fresh().text)
    assert page.status_code == 404
    assert ("t", told()) in HIDDEN.findall(page.text)
    assert "not lost" in page.text


@pytest.mark.parametrize(
    "token", ["x", "A" * 43, "A" * 42 + "B", "..%2f..%2fetc", "A" * 5000, "é" * 43, "%00", "%ff"]
)
def test_a_wrong_link_is_one_plain_page(client: TestClient, token: str) -> None:
    page = client.get(f"/en/kept/{token}")
    assert page.status_code == 404
    if "%2f" not in token:
        assert "Nothing is kept under this link" in page.text


@pytest.mark.parametrize("path", ["/id/keep", "/id/export/json"])
@pytest.mark.parametrize("t", ["", "rubbish", "1.", "1.AAAA", told()[:-9]])
def test_answers_that_did_not_arrive_are_asked_for_again(
    client: TestClient, path: str, t: str
) -> None:
    page = press(client, path, t=t)
    assert page.status_code == 422
    assert '<a class="button" href="/id/interview">' in page.text


def test_a_store_that_is_gone_loses_nothing_and_comes_back_by_itself(
    client: TestClient, file: Path
) -> None:
    token = kept(client)
    away = file.with_suffix(".away")
    file.rename(away)
    page = press(client, "/en/keep", t=told(pain=True), kept=token)
    assert page.status_code == 503
    assert page.headers["retry-after"]
    assert "Nothing was lost" in page.text
    found = dict(HIDDEN.findall(page.text))
    assert (found["t"], found["kept"]) == (told(pain=True), token)
    assert press(client, "/en/export/json", t=found["t"]).status_code == 200
    assert client.get(f"/en/kept/{token}").status_code == 503
    away.rename(file)
    assert client.post("/en/keep", data=found).status_code == 200
    assert told(pain=True) in client.get(f"/en/kept/{token}").text


def test_a_full_store_says_so_and_keeps_the_answers_in_the_page(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = kept(client)
    store = client.app.state.store  # type: ignore[attr-defined]

    def full(*_: object) -> None:
        raise StoreFull

    monkeypatch.setattr(type(store), "keep", full)
    page = press(client, "/en/keep", t=told())
    assert page.status_code == 503
    assert "no room" in page.text
    assert ("t", told()) in HIDDEN.findall(page.text)
    assert client.get(f"/en/kept/{token}").status_code == 200


def test_a_link_under_which_no_more_fits_offers_a_new_one(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = kept(client)
    store = client.app.state.store  # type: ignore[attr-defined]
    monkeypatch.setattr(store, "_largest_bytes", 10)
    page = press(client, "/en/keep", t=told(pain=True), kept=token)
    assert page.status_code == 413
    assert ("t", told(pain=True)) in HIDDEN.findall(page.text)


def test_a_lost_server_key_is_told_plainly(
    client: TestClient, knowledge: Knowledge, file: Path
) -> None:
    address = client.app.state.settings.database  # type: ignore[attr-defined]
    keyed = Settings(database=address, keys=("A" * 43,), requests_per_minute=0)
    one = person(knowledge, file, keyed)
    token = kept(one)
    page = client.get(f"/en/kept/{token}")
    assert page.status_code == 503
    assert "cannot be opened now" in page.text
    assert one.get(f"/en/kept/{token}").status_code == 200
    leave(one)


def test_no_link_and_no_answer_is_logged(
    client: TestClient, caplog: pytest.LogCaptureFixture, file: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the browser's own log
    token = kept(client)
    client.get(f"/id/kept/{token}")
    press(client, "/id/export/kept", token=token)
    file.rename(file.with_suffix(".away"))
    client.get(f"/id/kept/{token}")
    press(client, "/id/keep", t=told(), kept=token)
    logged = [
        record.getMessage() for record in caplog.records if record.name.split(".")[0] == "kedut"
    ]
    assert len(logged) >= 2
    everything = caplog.text
    assert token not in everything
    assert told() not in everything


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    path=st.sampled_from(
        ["keep", "keep/file", "kept", "erase", "export/json", "export/kept", "export/csv"]
    ),
    fields=st.dictionaries(
        st.sampled_from(["t", "kept", "link", "token", "sure", "csrf", "x"]),
        st.one_of(st.text(max_size=60), st.just("yes"), st.just(told()), st.binary(max_size=40)),
    ),
    ours_too=st.booleans(),
)
def test_no_form_whatever_it_holds_breaks_the_server(
    client: TestClient, path: str, fields: dict[str, Any], ours_too: bool
) -> None:
    if ours_too:
        fields = {**fields, "csrf": csrf(client)}
    assert client.post(f"/id/{path}", data=fields).status_code < 500


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    body=st.binary(max_size=300),
    kind=st.sampled_from(
        [
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "application/json",
            "",
        ]
    ),
)
def test_no_bytes_whatever_break_the_server(client: TestClient, body: bytes, kind: str) -> None:
    for path in ("/id/keep", "/id/erase", "/en/export/fhir"):
        answer = client.post(path, content=body, headers={"content-type": kind})
        assert answer.status_code < 500


@given(text=st.text(max_size=80))
def test_a_text_is_a_token_or_nothing_is_kept(text: str) -> None:
    try:
        token = token_in(text)
    except NotKept:
        return
    assert token.text in text
