"""Nobody sees another's diary, nothing of it is logged, and whatever goes wrong is said."""

from __future__ import annotations

import logging
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kedut.knowledge.knowledge_base import Knowledge
from kedut.storage.errors import StoreFull
from kedut.storage.token import Token
from kedut.web import diary_log
from kedut.web.csrf import FIELD
from tests.web.client import TestClient
from tests.web.diary.noting import begun, filled, form_of, journal, note, text_of
from tests.web.keep.person import csrf, leave, person, press

PATHS = ("", "/entries", "/entries/{place}")
ACTIONS = ("", "/entries/{place}", "/export/csv", "/export/json", "/calendar", "/import")
SECRET = "lump behind the left knee"


def place_in(client: TestClient, token: str) -> str:
    found = re.search(r"/entries/([0-9a-f]{24})", client.get(f"/en/diary/{token}/entries").text)
    assert found
    return found[1]


def test_another_persons_link_a_guessed_and_a_cut_one_open_nothing(client: TestClient) -> None:
    ani = begun(client, note=SECRET)
    budi = begun(client)
    place = place_in(client, ani)
    wrong = [
        Token.fresh().text,
        ani[:-1],
        ani[:-1] + ("A" if ani[-1] != "A" else "E"),
        ani.swapcase(),
        ani[::-1],
        "A" * 43,
        "..%2f..%2fetc",
        "%00",
    ]
    for token in wrong:
        for path in PATHS:
            page = client.get(f"/en/diary/{token}{path.format(place=place)}")
            assert page.status_code == 404
            assert SECRET not in page.text
        for path in ACTIONS:
            page = press(client, f"/en/diary/{token}{path.format(place=place)}", said="none")
            assert page.status_code in {404, 405, 422}
            assert SECRET not in page.text
    for path in PATHS:
        page = client.get(f"/en/diary/{budi}{path.format(place=place)}")
        assert SECRET not in page.text, "her entry's name under his link"
    assert client.get(f"/en/diary/{budi}/entries/{place}").status_code == 404
    assert press(client, f"/en/diary/{budi}/entries/{place}", action="retract").status_code == 404
    assert len(journal(client, ani).entries()) == 1


def test_without_a_form_of_ours_nothing_is_written_or_taken(client: TestClient) -> None:
    token = begun(client)
    place = place_in(client, token)
    sent = {**filled(client.get(f"/en/diary/{token}").text, said="none"), FIELD: "x"}
    for path in ("", f"/entries/{place}"):
        page = client.post(f"/en/diary/{token}{path}", data=sent)
        assert page.status_code == 403
        assert 'name="said" value="none" checked' in page.text, "what was typed stays"
    strange = {**sent, FIELD: csrf(client)}
    page = client.post(f"/en/diary/{token}", data=strange, headers={"sec-fetch-site": "cross-site"})
    assert page.status_code == 403
    for path in ("/export/csv", "/calendar", "/import"):
        assert "attachment" not in str(client.post(f"/en/diary/{token}{path}", data=sent).headers)
    assert client.post("/en/diary", data={**sent, "token": Token.fresh().text}).status_code == 403
    assert len(journal(client, token).events) == 1


def test_neither_link_nor_note_nor_day_is_logged(
    client: TestClient, caplog: pytest.LogCaptureFixture, file: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # the browser's own log
    token = begun(client, note=SECRET)
    client.get(f"/en/diary/{token}/entries")
    press(client, f"/en/diary/{token}/export/csv")
    page = client.get(f"/en/diary/{token}").text
    file.rename(file.with_suffix(".away"))
    away = client.post(f"/en/diary/{token}", data=filled(page, note=SECRET))
    assert away.status_code == 503
    logged = [r.getMessage() for r in caplog.records if r.name.split(".")[0] == "kedut"]
    assert any("/{language}/diary/{token}" in line for line in logged)
    for told in (token, SECRET, "2026-11-20"):
        assert not any(told in line for line in logged)


def test_pages_of_a_diary_are_kept_by_no_cache_and_no_search_engine(client: TestClient) -> None:
    token = begun(client)
    for path in ("/en/diary", f"/en/diary/{token}", f"/en/diary/{token}/entries"):
        answer = client.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_store_that_is_away_keeps_what_was_typed_in_the_form(
    client: TestClient, file: Path
) -> None:
    token = begun(client)
    sent = filled(client.get(f"/en/diary/{token}").text, said="a_lot", note=SECRET, sleep="7")
    file.rename(away := file.with_suffix(".away"))
    page = client.post(f"/en/diary/{token}", data=sent)
    assert page.status_code == 503
    assert page.headers["retry-after"]
    assert "does not answer now" in text_of(page.text)
    assert 'name="said" value="a_lot" checked' in page.text
    assert SECRET in page.text
    assert client.get(f"/en/diary/{token}").status_code == 503
    away.rename(file)
    again = client.post(f"/en/diary/{token}", data={**sent, **form_of(page.text)})
    assert again.status_code == 200
    assert len(journal(client, token).entries()) == 2


@pytest.mark.parametrize("first", [True, False])
def test_a_full_disk_says_so_and_keeps_what_was_typed(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    token = begun(client)

    def full(*_: object) -> None:
        raise StoreFull

    monkeypatch.setattr(diary_log, "add_notes", full)
    path = "/en/diary" if first else f"/en/diary/{token}"
    sent = filled(client.get(path).text, said="a_lot", note=SECRET)
    page = client.post(path, data=sent)
    assert page.status_code == 503
    assert "no room left" in text_of(page.text)
    assert "What was kept before is whole" in text_of(page.text)
    assert SECRET in page.text
    assert form_of(page.text)["entry"] == sent["entry"], "sent again it is the same entry"
    assert len(journal(client, token).entries()) == 1


def test_a_diary_erased_meanwhile_offers_to_begin_anew_with_what_was_typed(
    client: TestClient,
) -> None:
    token = begun(client)
    sent = filled(client.get(f"/en/diary/{token}").text, note=SECRET)
    press(client, "/en/erase", token=token, sure="yes")
    page = client.post(f"/en/diary/{token}", data=sent)
    assert page.status_code == 404
    assert SECRET in page.text
    fresh = client.post("/en/diary", data={**sent, **form_of(page.text)}, follow_redirects=False)
    assert fresh.status_code == 303
    assert token not in fresh.headers["location"]


def test_erasing_takes_the_whole_diary_in_one_action(client: TestClient) -> None:
    token = begun(client)
    asked = press(client, "/en/erase", token=token)
    assert "Erase" in asked.text
    press(client, "/en/erase", token=token, sure="yes")
    assert client.get(f"/en/diary/{token}").status_code == 404
    assert client.get(f"/en/kept/{token}").status_code == 404
    assert client.app.state.store.keys_in_use() == {}  # type: ignore[attr-defined]


def test_writers_in_many_servers_at_once_all_keep_their_entry(
    client: TestClient, knowledge: Knowledge, file: Path
) -> None:
    token = begun(client)
    others = [person(knowledge, file) for _ in range(3)]
    pages = [one.get(f"/en/diary/{token}").text for one in others]
    start = threading.Barrier(len(others))
    failed: list[int] = []

    def write(number: int) -> None:
        start.wait()
        sent = filled(pages[number], day=f"2026-11-1{number}", note=f"of writer {number}")
        for _ in range(2):
            answer = others[number].post(f"/en/diary/{token}", data=sent, follow_redirects=False)
            if answer.status_code != 303:
                failed.append(answer.status_code)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(len(others))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in others:
        leave(one)
    assert not failed
    notes = {entry.note for entry in journal(client, token).entries()}
    assert notes == {"", "of writer 0", "of writer 1", "of writer 2"}


NAMES = (
    *("day", "zone", "said", "count", "minutes", "where", "new", "note", "measured", "entry"),
    *("ten_heel_raises_left", "tripped", "sleep", "caffeine", "alcohol", "exercise", "remedy"),
    *("no_remedy", "action", "what", "sure", "token", "t", "kept", "link", "diary", "x"),
)
SAID = (
    "2026-11-20",
    "9999-12-31",
    "0001-01-01",
    "UTC",
    "Asia/Jakarta",
    "yes",
    "no",
    "some",
    "calf:left",
    "plan",
    "end-plan",
    "measured",
    "retract",
    "begin",
    "magnesium",
    "1e400",
    "-1",
    "nan",
    "٣",
    '{"rate_per_min": {"value": 1, "low": 0, "high": 2}}',
    "[]",
    "00000000000000000000000000000000",
)
VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(SAID),
    st.binary(max_size=40),
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    path=st.sampled_from(["", "/T", "/T/entries/P", "/T/export/csv", "/T/calendar", "/T/import"]),
    fields=st.dictionaries(st.sampled_from(NAMES), st.lists(VALUES, max_size=2), max_size=12),
    ours_too=st.booleans(),
)
def test_no_form_whatever_it_holds_breaks_the_server(
    client: TestClient, path: str, fields: dict[str, Any], ours_too: bool
) -> None:
    if not hasattr(client, "diary"):
        token = begun(client)
        client.diary = (token, place_in(client, token), csrf(client))  # type: ignore[attr-defined]
    token, place, form = client.diary  # type: ignore[attr-defined]
    if ours_too:
        fields = {**fields, FIELD: form}
    where = path.replace("/T", f"/{token}").replace("/P", f"/{place}")
    assert client.post(f"/id/diary{where}", data=fields).status_code < 500
    assert client.get(f"/id/diary/{token}").status_code == 200


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=st.binary(max_size=400), page=st.text(max_size=12))
def test_no_bytes_and_no_page_number_break_the_server(
    client: TestClient, body: bytes, page: str
) -> None:
    token = getattr(client, "token", None) or begun(client)
    client.token = token  # type: ignore[attr-defined]
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "a/b"):
        for path in ("/import", ""):
            answer = client.post(
                f"/en/diary/{token}{path}", content=body, headers={"content-type": kind}
            )
            assert answer.status_code < 500
    assert client.get(f"/en/diary/{token}/entries", params={"page": page}).status_code == 200


def test_a_note_too_large_for_any_page_is_refused_before_it_is_read(client: TestClient) -> None:
    token = begun(client)
    page = note(client, token, measured="x" * 400_000)
    assert page.status_code == 413
