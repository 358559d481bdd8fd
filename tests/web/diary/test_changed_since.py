"""A form changed there and back, sent twice, or shown before another changed its entry."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.diary.entry import Entry, Said
from kedut.diary.journal import Event, Journal
from kedut.web.diary_change import ChangedSince, changed, noted, seen_of, standing_of, taken_back
from tests.web.client import TestClient
from tests.web.diary.noting import Clock, begun, filled, form_of, journal, level_of, text_of
from tests.web.keep.person import press

CAN, CANNOT = "yes", "no"


def said_of(client: TestClient, token: str) -> bool | None:
    (entry,) = journal(client, token).entries()
    return entry.function.ten_heel_raises_left


def test_changed_there_and_back_on_the_page_of_an_entry_it_is_as_said_last(
    client: TestClient, clock: Clock
) -> None:
    token = begun(client, ten_heel_raises_left=CANNOT)
    where = place_of(client, token)
    for answer in (CAN, CANNOT, CAN, CANNOT):
        clock.pass_(minutes=1)
        page = client.get(where).text
        client.post(where, data=filled(page, ten_heel_raises_left=answer))
        assert said_of(client, token) is (answer == CAN)
    assert len(journal(client, token).events) == 5


def test_the_form_of_a_day_changed_there_and_back_asks_and_takes_the_answer(
    client: TestClient, clock: Clock
) -> None:
    first = filled(client.get("/en/diary").text, ten_heel_raises_left=CANNOT)
    token = sent(client, "/en/diary", first).rpartition("/")[2]
    where = f"/en/diary/{token}"
    clock.pass_(minutes=1)
    sent(client, where, {**first, "ten_heel_raises_left": CAN})
    assert said_of(client, token) is True
    clock.pass_(minutes=1)
    page = client.post(where, data=first)
    assert page.status_code == 409
    assert "was changed since" in text_of(page.text)
    assert "It says now: On tiptoe 10 times, left leg: Can" in text_of(page.text)
    assert 'name="ten_heel_raises_left" value="no" checked' in page.text
    assert said_of(client, token) is True, "not undone silently"
    sent(client, where, {**first, **form_of(page.text)})
    assert said_of(client, token) is False, "and not lost silently"
    assert len(journal(client, token).events) == 3


def test_a_first_form_sent_again_after_a_change_does_not_undo_it(client: TestClient) -> None:
    first = filled(client.get("/en/diary").text, ten_heel_raises_left=CAN)
    token = sent(client, "/en/diary", first).rpartition("/")[2]
    sent(client, f"/en/diary/{token}", {**first, "ten_heel_raises_left": CANNOT})
    page = client.post("/en/diary", data=first)
    assert page.status_code == 409
    assert said_of(client, token) is False
    sent(client, "/en/diary", {**first, **form_of(page.text)})
    assert said_of(client, token) is True


def test_a_page_shown_before_another_changed_the_entry_undoes_nothing_silently(
    client: TestClient,
) -> None:
    token = begun(client, ten_heel_raises_left=CAN)
    where = place_of(client, token)
    old, new = client.get(where).text, client.get(where).text
    client.post(where, data=filled(new, ten_heel_raises_left=CANNOT))
    page = client.post(where, data=filled(old, ten_heel_raises_left=CAN, note="slept badly"))
    assert page.status_code == 409
    assert "It says now: On tiptoe 10 times, left leg: Cannot" in text_of(page.text)
    assert "slept badly" in page.text
    assert said_of(client, token) is False
    back = client.post(where, data={**form_of(old), "action": "retract"})
    assert back.status_code == 409
    assert said_of(client, token) is False


def test_a_wrong_form_keeps_what_it_was_shown_and_is_asked_all_the_same(
    client: TestClient,
) -> None:
    token = begun(client, ten_heel_raises_left=CAN)
    where = place_of(client, token)
    old = client.get(where).text
    client.post(where, data=filled(client.get(where).text, ten_heel_raises_left=CANNOT))
    wrong = client.post(where, data=filled(old, sleep="25"))
    assert wrong.status_code == 422
    again = {**filled(old), **form_of(wrong.text), "sleep": "7"}
    assert client.post(where, data=again).status_code == 409


def test_the_form_of_a_day_gone_back_to_after_a_correction_asks_and_undoes_nothing(
    client: TestClient, clock: Clock
) -> None:
    first = filled(client.get("/en/diary").text, speech_changed="")
    token = sent(client, "/en/diary", first).rpartition("/")[2]
    place, where = place_of(client, token), f"/en/diary/{token}"
    clock.pass_(minutes=1)
    worse = {"speech_changed": "yes", "ten_heel_raises_left": CANNOT}
    sent(client, place, filled(client.get(place).text, **worse))
    assert level_of(client.get(where).text) == "urgent"
    clock.pass_(minutes=1)
    for to in (where, "/en/diary"):
        page = client.post(to, data={**first, "note": "slept well"})
        assert page.status_code == 409
        assert "On tiptoe 10 times, left leg: Cannot" in text_of(page.text)
        assert "slept well" in page.text
        assert said_of(client, token) is False
        assert level_of(client.get(where).text) == "urgent"
    assert len(journal(client, token).events) == 2
    sent(client, where, {**first, "note": "slept well", **form_of(page.text)})
    assert said_of(client, token) is True, "asked once, then taken"


def test_an_entry_taken_back_is_not_put_in_again_by_an_old_page(client: TestClient) -> None:
    first = filled(client.get("/en/diary").text)
    token = sent(client, "/en/diary", first).rpartition("/")[2]
    where = place_of(client, token)
    press(client, where, action="retract", seen=form_of(client.get(where).text)["seen"])
    assert not journal(client, token).entries()
    page = client.post(f"/en/diary/{token}", data=first)
    assert page.status_code == 409
    assert "taken back since" in text_of(page.text)
    sent(client, f"/en/diary/{token}", {**first, **form_of(page.text)})
    assert len(journal(client, token).entries()) == 1


GRADES = st.sampled_from(list(Said))


def entry(said: Said) -> Entry:
    return Entry(id="a" * 32, at=datetime(2026, 11, 20, 5, tzinfo=UTC), said=said)


@given(grades=st.lists(GRADES, min_size=1, max_size=8))
def test_forms_shown_what_stands_are_taken_as_sent_and_sent_twice_change_nothing(
    grades: list[Said],
) -> None:
    history: tuple[Event, ...] = ()
    for said in grades:
        seen = seen_of(history) if history else ""
        for _ in range(2):
            history = after(history, noted(history, entry(said), seen, entry(said).at))
        standing = standing_of(history)
        assert standing is not None
        assert standing.said is said
    steps = sum(one is not other for one, other in pairwise(grades))
    assert len(history) == 1 + steps


@given(before=st.lists(GRADES, min_size=1, max_size=5), mine=GRADES, shown=st.integers(0, 4))
def test_a_form_that_was_not_shown_what_stands_changes_nothing_or_is_asked(
    before: list[Said], mine: Said, shown: int
) -> None:
    states: list[tuple[Event, ...]] = []
    history: tuple[Event, ...] = ()
    for said in before:
        seen = seen_of(history) if history else ""
        history = after(history, noted(history, entry(said), seen, entry(said).at))
        states.append(history)
    old = states[min(shown, len(states) - 1)]
    if old == history or mine is before[-1]:
        new = changed(history, entry(mine), seen_of(old), entry(mine).at)
        assert bool(new) == (mine is not before[-1])
        return
    with pytest.raises(ChangedSince) as asked:
        changed(history, entry(mine), seen_of(old), entry(mine).at)
    new = changed(history, entry(mine), asked.value.seen, entry(mine).at)
    assert [one.entry for one in new] == [entry(mine)], "asked once, then taken"


@given(words=st.lists(st.none() | GRADES, min_size=1, max_size=5), mine=GRADES)
def test_a_form_shown_nothing_corrects_only_what_it_added_itself(
    words: list[Said | None], mine: Said
) -> None:
    history = after((), noted((), entry(Said.SOME), "", entry(Said.SOME).at))
    for said in words:
        events = (
            taken_back(history, seen_of(history), entry(Said.SOME).at)
            if said is None
            else changed(history, entry(said), seen_of(history), entry(said).at)
        )
        history = after(history, events)
    standing = standing_of(history)
    if standing is not None and standing.said is mine:
        assert not noted(history, entry(mine), "", entry(mine).at)
    elif len(history) == 1:
        assert [one.entry for one in noted(history, entry(mine), "", entry(mine).at)] == [
            entry(mine)
        ]
    else:
        with pytest.raises(ChangedSince):
            noted(history, entry(mine), "", entry(mine).at)


def test_taking_back_twice_is_once() -> None:
    history = tuple(noted((), entry(Said.SOME), "", entry(Said.SOME).at))
    moment = entry(Said.SOME).at
    with pytest.raises(ChangedSince):
        taken_back(history, "", moment)
    history = after(history, taken_back(history, seen_of(history), moment))
    assert standing_of(history) is None
    assert not taken_back(history, "", moment)


def after(history: tuple[Event, ...], events: list[Event]) -> tuple[Event, ...]:
    return Journal((*history, *events)).events


def place_of(client: TestClient, token: str) -> str:
    listed = client.get(f"/en/diary/{token}/entries").text
    return f"/en/diary/{token}/entries/" + listed.split(f"{token}/entries/")[1].split('"')[0]


def sent(client: TestClient, where: str, form: dict[str, object]) -> str:
    """Send a form that is taken, and give where it leads."""
    answer = client.post(where, data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])
