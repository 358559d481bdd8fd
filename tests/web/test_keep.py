"""Keeping, exporting and erasing through the pages: opt-in, by link alone, never lost, never 5xx."""

from __future__ import annotations

import csv
import html
import io
import json
import logging
import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from kedut.web import keep
from kedut.web.csrf import COOKIE, browser_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kedut.assess.entries import BadEntries, Entry, appended, entries_of
from kedut.assess.interview import Question
from kedut.assess.transcript import Transcript, answered, back, pack
from kedut.case.wire import read_case
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours
from kedut.storage.errors import NotKept, StoreFull
from kedut.storage.token import Token
from kedut.web.keep import add, entry_of, token_in
from kedut.web.settings import Settings
from tests.web.client import TestClient


def create_app(settings: Settings, knowledge: Knowledge) -> FastAPI:
    app = FastAPI()
    app.state.settings, app.state.knowledge = settings, knowledge
    app.include_router(keep.router)

    @app.middleware("http")
    async def cookie(request, call_next):
        response = await call_next(request)
        response.set_cookie(COOKIE, browser_of(request), httponly=True)
        return response

    return app


TWITCH = Question("yes_no", "twitch_calf_one_side", ("twitch_calf_one_side",))
PAIN = Question("yes_no", "calf_pain", ("calf_pain",))
FIELD = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
LINK = re.compile(r"/(?:id|en)/kept/([A-Za-z0-9_-]{43})")


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return ours()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept.sqlite"


def person(knowledge: Knowledge, file: Path) -> TestClient:
    """Give the browser of one person, on a server of its own that shares the database."""
    app = create_app(
        Settings(database=f"sqlite:///{file}", requests_per_minute=0, secret="s" * 43), knowledge
    )
    return TestClient(app, base_url="http://kedut.example", raise_server_exceptions=True)


@pytest.fixture
def client(knowledge: Knowledge, file: Path) -> Iterator[TestClient]:
    one = person(knowledge, file)
    yield one
    leave(one)


def leave(client: TestClient) -> None:
    """Let go of the database."""
    store = getattr(client.app.state, "store", None)  # type: ignore[attr-defined]
    if store is not None:
        store.close()
    client.close()


def told(*, pain: bool = False) -> str:
    """Give a packed interview."""
    transcript = Transcript(whom="myself", age=34.0, sex="male")
    transcript = answered(transcript, TWITCH, present=TWITCH.findings)
    transcript = answered(transcript, PAIN, **{"present" if pain else "absent": PAIN.findings})
    return pack(transcript)


def csrf(client: TestClient) -> str:
    """Give the token of this browser's forms."""
    found = FIELD.search(client.get("/id/keep").text)
    assert found
    return found[1]


def press(client: TestClient, path: str, **fields: str) -> Any:
    """Send a form of ours."""
    return client.post(path, data={"csrf": csrf(client), **fields})


def kept(client: TestClient, **fields: str) -> str:
    """Keep an interview and give its token."""
    page = press(client, "/id/keep", **{"t": told(), **fields})
    assert page.status_code == 200
    found = LINK.search(page.text)
    assert found
    return found[1]


def test_what_is_kept_comes_back_by_its_link(client: TestClient) -> None:
    token = kept(client)
    page = client.get(f"/id/kept/{token}")
    assert page.status_code == 200
    assert ("t", told()) in HIDDEN.findall(page.text)
    assert "Periksa terjadwal" in page.text
    assert "What you kept" in client.get(f"/en/kept/{token}").text


def test_the_link_is_shown_whole_as_this_browser_reaches_us(client: TestClient) -> None:
    page = press(client, "/en/keep", t=told()).text
    token = LINK.search(page)
    assert token
    assert f">http://kedut.example/en/kept/{token[1]}<" in page
    assert "we cannot find it for you" in page


def test_the_link_as_a_file_holds_the_link_and_how_to_erase(client: TestClient) -> None:
    token = kept(client)
    answer = press(client, "/en/keep/file", token=token)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert f'href="http://kedut.example/en/kept/{token}"' in answer.text
    assert "Erase everything" in answer.text
    assert "<script" not in answer.text


def test_a_pasted_link_opens_what_it_names(client: TestClient) -> None:
    token = kept(client)
    for text in (token, f" http://kedut.example/id/kept/{token}\n", f"/en/kept/{token}?from=chat"):
        answer = client.post(
            "/id/kept", data={"csrf": csrf(client), "link": text}, follow_redirects=False
        )
        assert (answer.status_code, answer.headers["location"]) == (303, f"/id/kept/{token}")


def test_keeping_again_under_the_link_adds_and_loses_nothing(client: TestClient) -> None:
    token = kept(client)
    assert kept(client, kept=token, t=told(pain=True)) == token
    page = client.get(f"/en/kept/{token}").text
    values = [html.unescape(value) for name, value in HIDDEN.findall(page) if name == "t"]
    assert set(values) == {told(), told(pain=True)}
    assert page.index(told(pain=True)) < page.index(told())


def test_a_button_pressed_twice_adds_once(client: TestClient) -> None:
    token = kept(client)
    page = press(client, "/en/keep", kept=token, t=told())
    assert page.status_code == 200
    assert "not kept twice" in page.text
    store = client.app.state.store  # type: ignore[attr-defined]
    assert store.read(Token.parse(token)).revision == 1


def test_two_tabs_that_save_at_once_both_keep(client: TestClient, knowledge: Knowledge) -> None:
    token, many = kept(client), 8
    store = client.app.state.store  # type: ignore[attr-defined]
    start = threading.Barrier(many)

    def save(age: int) -> None:
        transcript = answered(Transcript(whom="myself", age=age), PAIN, present=PAIN.findings)
        entry = entry_of(knowledge, transcript)
        start.wait()
        add(store, Token.parse(token), entry)

    tabs = [threading.Thread(target=save, args=(age,)) for age in range(20, 20 + many)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    entries = entries_of(store.read(Token.parse(token)).document)
    assert len({entry.t for entry in entries}) == len(entries) == many + 1


def test_an_old_link_that_is_gone_keeps_the_answers_in_the_page(client: TestClient) -> None:
    page = press(client, "/en/keep", t=told(), kept=Token.fresh().text)
    assert page.status_code == 404
    assert ("t", told()) in HIDDEN.findall(page.text)
    assert "not lost" in page.text


def test_a_form_from_elsewhere_does_nothing_and_loses_nothing(
    client: TestClient, file: Path
) -> None:
    token = kept(client)
    before = count(client)
    for path in ("/id/keep", "/id/export/json", "/id/erase", "/id/keep/file"):
        fields = {"t": told(), "token": token, "sure": "yes"}
        answer = client.post(path, data={"csrf": "0" * 64, **fields})
        assert answer.status_code == 200
        found = dict(HIDDEN.findall(answer.text))
        assert {name: found[name] for name in fields} == fields
        assert f'action="{path}"' in answer.text
        assert "content-disposition" not in answer.headers
        assert client.post(path, data=found).status_code == 200  # pressed once more, it works
        if path == "/id/keep":
            assert count(client) == before + 1


def count(client: TestClient) -> int:
    return sum(client.app.state.store.keys_in_use().values())  # type: ignore[attr-defined]


def test_two_people_never_see_each_other(
    client: TestClient, knowledge: Knowledge, file: Path
) -> None:
    mine = kept(client)
    other = person(knowledge, file)
    theirs = kept(other, t=told(pain=True))
    assert mine != theirs
    assert told(pain=True) not in client.get(f"/id/kept/{mine}").text
    assert told() not in other.get(f"/id/kept/{theirs}").text
    stolen = client.post("/id/erase", data={"csrf": csrf(other), "token": theirs, "sure": "yes"})
    assert "Sekali lagi" in stolen.text  # another browser's token is none of ours
    assert other.get(f"/id/kept/{theirs}").status_code == 200
    leave(other)


def test_erasing_asks_once_and_then_leaves_no_byte(client: TestClient, file: Path) -> None:
    token = kept(client)
    secret = sealed(client)
    assert any(secret in part.read_bytes() for part in parts(file))
    asked = press(client, "/en/erase", token=token)
    assert "Yes, erase everything" in asked.text
    assert client.get(f"/id/kept/{token}").status_code == 200
    assert "Erased" in press(client, "/en/erase", token=token, sure="yes").text
    assert client.get(f"/id/kept/{token}").status_code == 404
    assert not any(secret in part.read_bytes() for part in parts(file))
    assert press(client, "/en/erase", token=token, sure="yes").status_code == 200


def parts(file: Path) -> list[Path]:
    return [part for part in file.parent.iterdir() if part.name.startswith(file.name)]


def sealed(client: TestClient) -> bytes:
    """Give bytes of the one sealed document, as they stand in the file."""
    from sqlalchemy import select

    from kedut.storage.tables import kept as table

    store = client.app.state.store  # type: ignore[attr-defined]
    with store.reading() as connection:
        return bytes(connection.execute(select(table.c.ciphertext)).scalar_one())[100:400]


@pytest.mark.parametrize(
    "token", ["x", "A" * 43, "A" * 42 + "B", "..%2f..%2fetc", "A" * 5000, "é" * 43, "%00", "%ff"]
)
def test_a_wrong_link_is_one_plain_page(client: TestClient, token: str) -> None:
    page = client.get(f"/en/kept/{token}")
    assert page.status_code == 404
    if "%2f" not in token:
        assert "Nothing is kept under this link" in page.text


@pytest.mark.parametrize("kind", ["json", "csv", "fhir", "case"])
def test_every_export_is_a_file_to_take_along(client: TestClient, kind: str) -> None:
    answer = press(client, f"/en/export/{kind}", t=told())
    assert answer.status_code == 200
    assert re.fullmatch(
        rf'attachment; filename="kedut-{kind}-\d{{4}}-\d\d-\d\d\.(json|csv)"',
        answer.headers["content-disposition"],
    )
    assert "calf_pain" in answer.text


def test_the_exported_answers_are_a_case_that_can_be_read_again(
    client: TestClient, knowledge: Knowledge
) -> None:
    case = read_case(press(client, "/id/export/case", t=told()).text, knowledge, where="the export")
    assert (case.age, case.sex) == (34.0, "male")
    assert (case.present, case.absent) == (TWITCH.findings, PAIN.findings)


def test_the_exported_result_has_the_fixed_shape(client: TestClient) -> None:
    shape = press(client, "/id/export/json", t=told()).json()
    assert shape["case"]["findings_absent"] == ["calf_pain"]
    assert shape["assessment"]["urgency"]["level"] == "routine"
    assert {"causes", "advice", "come_back", "tests"} <= shape["assessment"].keys()


def test_the_exported_table_has_every_answer_and_cause(client: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(press(client, "/en/export/csv", t=told()).text)))
    assert {(row["id"], row["value"]) for row in rows if row["part"] == "finding"} == {
        ("twitch_calf_one_side", "present"),
        ("calf_pain", "absent"),
    }
    assert sum(row["part"] == "cause" for row in rows) > 50


def test_everything_kept_is_exported_in_one_file(client: TestClient) -> None:
    token = kept(client)
    kept(client, kept=token, t=told(pain=True))
    shape = press(client, "/id/export/kept", token=token).json()
    assert [entry["t"] for entry in shape["entries"]] == [told(), told(pain=True)]
    for entry in shape["entries"]:
        assert datetime.fromisoformat(entry["answered_at"]).tzinfo is not None
        assert entry["level"] in ("routine", "soon")
        assert entry["knowledge_version"]


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


def test_a_lost_server_key_is_told_plainly(client: TestClient, knowledge: Knowledge) -> None:
    address = client.app.state.settings.database  # type: ignore[attr-defined]
    keyed = Settings(database=address, keys=("A" * 43,), requests_per_minute=0)
    one = TestClient(create_app(keyed, knowledge))
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


ENTRY = Entry(
    t="1.x",
    answered_at=datetime(2027, 3, 1, 8, tzinfo=UTC),
    knowledge_version="1",
    software_version="1",
    level=Level.ROUTINE,
)


def test_what_a_newer_kedut_added_is_carried_along() -> None:
    shape = json.loads(appended(None, ENTRY))
    shape["more"] = 1
    shape["entries"][0]["also"] = "this"
    later = Entry(
        t="1.y",
        answered_at=ENTRY.answered_at + timedelta(days=1),
        knowledge_version="1",
        software_version="1",
        level=Level.SOON,
    )
    again = json.loads(appended(json.dumps(shape).encode(), later))
    assert again["more"] == 1
    assert again["entries"][0]["also"] == "this"
    assert [e.t for e in entries_of(json.dumps(again).encode())] == ["1.x", "1.y"]


@pytest.mark.parametrize(
    "document",
    [b"", b"[]", b"{}", b'{"schema":2,"entries":[]}', b'{"schema":1,"entries":[1]}', b"\xff"]
    + [b'{"schema":1,"entries":[{"t":"x"}]}', b'{"schema":1,"entries":{}}'],
)
def test_a_document_of_another_shape_is_never_written_over(document: bytes) -> None:
    with pytest.raises(BadEntries):
        appended(document, ENTRY)


def test_what_was_taken_back_is_no_answer() -> None:
    transcript = answered(Transcript(), PAIN, present=PAIN.findings)
    assert pack(back(transcript)) != pack(Transcript())
    assert date(2027, 3, 1) == ENTRY.answered_at.date()
