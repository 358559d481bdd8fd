"""Kept by a link alone, added to without loss, erased without a trace."""

from __future__ import annotations

import html
import threading
from pathlib import Path

import pytest

from kedut.assess.entries import entries_of
from kedut.assess.transcript import Transcript, answered
from kedut.knowledge.knowledge_base import Knowledge
from kedut.storage.errors import StoreUnavailable
from kedut.storage.store import Store
from kedut.storage.token import Token
from kedut.web.keep import add, entry_of
from tests.web.client import TestClient
from tests.web.keep.person import HIDDEN, LINK, PAIN, count, csrf, kept, leave, person, press, told


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


def test_a_form_sent_twice_keeps_once(client: TestClient) -> None:
    """By a proxy whose first server died, or by a finger."""
    form = {"csrf": csrf(client), "t": told()}
    first, second = (LINK.search(client.post("/id/keep", data=form).text) for _ in range(2))
    assert first
    assert second
    assert first[1] == second[1]
    assert count(client) == 1
    assert kept(client) != first[1], "the button of another page keeps under another link"
    other = LINK.search(client.post("/id/keep", data={**form, "t": told(pain=True)}).text)
    assert other
    assert other[1] != first[1], "so do other answers"
    assert count(client) == 3


def test_a_save_that_was_done_and_whose_answer_got_lost_is_not_done_again(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page that says so has a number of its own, and carries that of the first."""
    kept(client)
    real = Store.keep

    def gone_at_the_end(store: Store, document: bytes, token: Token) -> Token:
        real(store, document, token)
        raise StoreUnavailable("it went away before it said that it was done")

    monkeypatch.setattr(Store, "keep", gone_at_the_end)
    page = press(client, "/en/keep", t=told())
    assert page.status_code == 503
    page = client.post("/en/keep", data=dict(HIDDEN.findall(page.text)) | {"csrf": csrf(client)})
    assert page.status_code == 503, "and once more"
    monkeypatch.undo()
    assert count(client) == 2
    page = client.post("/en/keep", data=dict(HIDDEN.findall(page.text)) | {"csrf": csrf(client)})
    link = LINK.search(page.text)
    assert link
    assert client.get(f"/en/kept/{link[1]}").status_code == 200
    assert count(client) == 2


def test_whoever_knows_the_number_of_a_page_finds_nothing_by_it(
    client: TestClient, knowledge: Knowledge, file: Path
) -> None:
    form = {"csrf": csrf(client), "t": told(), "once": "of the first"}
    client.post("/id/keep", data=form)
    stranger = person(knowledge, file)
    mine = kept(client, once="of the first")
    theirs = kept(stranger, once="of the first")
    assert mine != theirs
    assert count(client) == 2
    leave(stranger)


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
