"""Days noted late, twice, in two tabs, corrected and taken back; at any hour of any zone."""

from __future__ import annotations

import html
from datetime import UTC, date, datetime, timedelta

import pytest

from kedut.diary.entry import Said
from kedut.diary.trend import rate_trend
from tests.web.client import TestClient
from tests.web.diary.noting import (
    HIDDEN,
    Clock,
    begun,
    bring,
    filled,
    form_of,
    journal,
    level_of,
    note,
    text_of,
)
from tests.web.keep.person import csrf, press, told
from tests.web.recordings import motion_csv


def test_a_first_entry_begins_a_diary_under_a_link_that_is_shown(client: TestClient) -> None:
    token = begun(client, note="after the run", sleep="6,5", remedy=["magnesium"])
    page = client.get(f"/en/diary/{token}")
    assert page.status_code == 200
    assert f"http://kedut.example/en/diary/{token}" in page.text
    assert "Today is noted" in text_of(page.text)
    (entry,) = journal(client, token).entries()
    assert entry.said is Said.SOME
    assert entry.where == ("calf:left",)
    assert entry.function.ten_heel_raises_left is True
    assert entry.function.tripped is False
    assert entry.context.sleep_hours == 6.5
    assert entry.context.remedies == ("magnesium",)
    assert entry.context.stress is None, "what is left open is unknown"
    assert entry.note == "after the run"


def test_the_same_form_sent_twice_is_one_entry(client: TestClient, clock: Clock) -> None:
    page = client.get("/en/diary").text
    sent = filled(page)
    places = set()
    for _ in range(3):
        answer = client.post("/en/diary", data=sent, follow_redirects=False)
        places.add(answer.headers["location"])
        clock.pass_(seconds=2)
    assert len(places) == 1, "one diary, one link"
    token = places.pop().rpartition("/")[2]
    assert len(journal(client, token).events) == 1
    sent = filled(client.get(f"/en/diary/{token}").text, day="2026-11-19", said="none")
    for _ in range(3):
        client.post(f"/en/diary/{token}", data=sent)
        clock.pass_(minutes=2)
    assert len(journal(client, token).events) == 2


def test_a_form_gone_back_to_and_changed_corrects_its_entry(client: TestClient) -> None:
    token = begun(client)
    sent = filled(client.get(f"/en/diary/{token}").text, day="2026-11-19")
    client.post(f"/en/diary/{token}", data=sent)
    client.post(f"/en/diary/{token}", data={**sent, "said": "a_lot"})
    client.post(f"/en/diary/{token}", data=sent)  # the old page loaded anew
    entries = journal(client, token).entries()
    assert [entry.said for entry in entries] == [Said.A_LOT, Said.SOME]
    assert len(journal(client, token).events) == 3


def test_two_tabs_on_one_day_keep_both_entries(client: TestClient) -> None:
    token = begun(client, day="2026-11-18")
    one, other = (client.get(f"/en/diary/{token}").text for _ in range(2))
    client.post(f"/en/diary/{token}", data=filled(one, said="a_lot", tripped=""))
    client.post(f"/en/diary/{token}", data=filled(other, said="", tripped="yes"))
    assert len(journal(client, token).entries()) == 3
    (_, today) = journal(client, token).days()
    assert today.said is Said.A_LOT
    assert today.function.tripped is True


def test_a_day_may_be_noted_late_and_is_its_own_day(client: TestClient) -> None:
    token = begun(client)
    assert note(client, token, day="2026-11-02").status_code == 303
    assert [entry.day for entry in journal(client, token).entries()] == [
        date(2026, 11, 2),
        date(2026, 11, 20),
    ]


def test_a_correction_keeps_what_was_there_and_says_so(client: TestClient, clock: Clock) -> None:
    token = begun(client, where=["calf:left", "thigh_back:left"])
    listed = client.get(f"/en/diary/{token}/entries").text
    (place,) = {part.split('"')[0] for part in listed.split(f"{token}/entries/")[1:]}
    page = client.get(f"/en/diary/{token}/entries/{place}").text
    assert 'value="thigh_back:left" checked' in page
    clock.pass_(hours=3)
    answer = client.post(
        f"/en/diary/{token}/entries/{place}",
        data=filled(page, said="none", where=["calf:left"]),
        follow_redirects=False,
    )
    assert answer.status_code == 303
    (entry,) = journal(client, token).entries()
    assert entry.said is Said.NONE
    assert entry.where == ("calf:left",)
    assert entry.at.hour == 12, "the hour it was noted stays"
    history = text_of(client.get(f"/en/diary/{token}/entries/{place}").text).partition("History")[2]
    assert "Noted 20 November 2026, 12:00" in history
    assert "The twitch: Some" in history
    assert "Changed 20 November 2026, 15:00" in history
    assert "The twitch: None" in history


def test_an_entry_taken_back_is_gone_from_the_answer_and_may_be_put_in_again(
    client: TestClient,
) -> None:
    token = begun(client, day="2026-11-19")
    note(client, token, ten_heel_raises_left="no", new=["slurred_speech"])
    assert level_of(client.get(f"/en/diary/{token}").text) in {"soon", "urgent", "emergency"}
    listed = client.get(f"/en/diary/{token}/entries").text
    place = listed.split(f"{token}/entries/")[1].split('"')[0]
    where = f"/en/diary/{token}/entries/{place}"
    page = client.get(where).text
    for _ in range(2):
        client.post(where, data={**form_of(page), "action": "retract"})
    assert level_of(client.get(f"/en/diary/{token}").text) == "routine"
    assert [event.kind.value for event in journal(client, token).events] == [
        "add",
        "add",
        "retract",
    ]
    page = client.get(where).text
    assert "This entry was taken back" in page
    client.post(where, data=filled(page, new=[]))
    assert len(journal(client, token).entries()) == 2


@pytest.mark.parametrize(
    "fields, fault",
    [
        ({"day": "2026-11-21"}, "has not come yet"),
        ({"day": "yesterday"}, "cannot be read"),
        ({"day": "1066-10-14"}, "cannot be read"),
        ({"zone": "Middle/Earth"}, "time zone is not known"),
        ({"zone": "../../etc/passwd"}, "time zone is not known"),
        ({"count": "12"}, "and the minutes"),
        ({"count": "1.5", "minutes": "5"}, "whole number"),
        ({"count": "12", "minutes": "0"}, "and the minutes"),
        ({"sleep": "25"}, "0 to 24"),
        ({"caffeine": "a lot"}, "0 to 50"),
        ({"remedy": "massage", "no_remedy": "yes"}, "Take one of them back"),
        ({"measured": "{}"}, "cannot be read"),
        ({"measured": '{"rate_per_min": {"value": NaN, "low": 0, "high": 1}}'}, "cannot be read"),
        ({"measured": '{"quality": {"usable": false}, "rate_per_min": null}'}, "not good enough"),
        ({"note": "x" * 2001}, "too long"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client: TestClient, fields: dict[str, str], fault: str
) -> None:
    token = begun(client)
    answer = note(client, token, **{"note": "kept as typed", **fields, "said": "a_lot"})
    assert answer.status_code == 422
    assert fault in text_of(answer.text)
    assert 'name="said" value="a_lot" checked' in answer.text
    assert "kept as typed" in answer.text or "note" in fields
    assert len(journal(client, token).events) == 1


def test_an_empty_form_is_told_that_one_thing_is_enough(client: TestClient) -> None:
    page = client.get("/id/diary").text
    answer = client.post("/id/diary", data=form_of(page) | {"day": "2026-11-20", "zone": "UTC"})
    assert answer.status_code == 422
    assert "Isi satu hal saja sudah cukup" in answer.text


def test_the_day_is_that_of_the_clock_where_the_person_is(client: TestClient, clock: Clock) -> None:
    clock.moment = datetime(
        2026, 11, 20, 18, 30, tzinfo=UTC
    )  # half past one of the 21st in Jakarta
    token = begun(client, day="2026-11-21")
    assert note(client, token, day="2026-11-21", zone="America/New_York").status_code == 422
    assert note(client, token, day="2026-11-20", zone="America/New_York").status_code == 303
    entries = {entry.at.isoformat(): entry.day for entry in journal(client, token).entries()}
    assert entries == {
        "2026-11-21T01:30:00+07:00": date(2026, 11, 21),
        "2026-11-20T13:30:00-05:00": date(2026, 11, 20),
    }


@pytest.mark.parametrize(
    "day, offset",
    [("2026-03-29", 2), ("2026-03-28", 1), ("2026-10-25", 1), ("2026-10-24", 2)],
)
def test_late_entries_around_a_clock_change_have_the_offset_of_their_own_day(
    client: TestClient, day: str, offset: int
) -> None:
    token = begun(client, day=day, zone="Europe/Amsterdam")
    (entry,) = journal(client, token).entries()
    assert entry.day.isoformat() == day
    assert entry.at.utcoffset() == timedelta(hours=offset)


def test_an_hour_that_the_clock_skips_stays_on_its_day(client: TestClient, clock: Clock) -> None:
    clock.moment = datetime(2026, 4, 20, 0, 30, tzinfo=UTC)  # half past two in Amsterdam
    token = begun(client, day="2026-03-29", zone="Europe/Amsterdam")
    (entry,) = journal(client, token).entries()
    assert entry.day == date(2026, 3, 29)


def test_who_flew_east_finds_the_day_already_noted(client: TestClient, clock: Clock) -> None:
    token = begun(client, day="2026-11-20", zone="Asia/Tokyo")
    clock.moment = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    page = client.get(f"/en/diary/{token}").text
    assert "Today is noted" not in text_of(page), "in Tokyo it is the 21st"
    note(client, token, day="2026-11-21", zone="Asia/Tokyo")
    note(client, token, day="2026-11-20", zone="America/Los_Angeles")
    assert len(journal(client, token).days()) == 2


def test_an_interviews_answer_opens_a_diary_that_keeps_the_case(client: TestClient) -> None:
    answer = press(client, "/en/diary", t=told(pain=True), action="begin")
    assert answer.status_code == 200, "led to the diary's page"
    token = str(answer.url).rpartition("/")[2]
    assert "The questions were last answered on 20 November 2026" in text_of(answer.text)
    assert told(pain=True) in client.get(f"/en/kept/{token}").text
    again = press(client, "/en/diary", t=told(), action="begin", kept=token)
    assert str(again.url).endswith(token), "answers given later go into the same diary"
    assert client.get(f"/en/kept/{token}").text.count("keep-entry") == 2


def test_questions_answered_again_in_the_midst_leave_the_days_before_in_the_drawing(
    client: TestClient, clock: Clock
) -> None:
    token = begun(client, day="2026-11-10")
    note(client, token)
    press(client, "/en/diary", t=told(), action="begin", kept=token)
    page = client.get(f"/en/diary/{token}").text
    drawn = page.partition('<figure class="diary-course">')[2].partition("</figure>")[0]
    assert "10 November 2026" in drawn
    assert "20 November 2026" in drawn


def test_the_same_answer_followed_twice_is_one_diary(client: TestClient) -> None:
    form = {"csrf": csrf(client), "t": told(), "action": "begin"}
    places = {str(client.post("/en/diary", data=form).url) for _ in range(2)}
    assert len(places) == 1


def test_the_doctors_sheet_from_the_diary_has_its_answer_and_its_days(client: TestClient) -> None:
    answer = press(client, "/en/diary", t=told(), action="begin")
    token = str(answer.url).rpartition("/")[2]
    note(client, token, day="2026-11-19")
    note(client, token, ten_heel_raises_left="no", note="a private thought")
    page = client.get(f"/en/diary/{token}").text
    form = page.partition('action="/en/doctor"')[2].partition("</form>")[0]
    sent = form_of('class="diary-form"' + form)
    sheet = client.post("/en/doctor", data=sent)
    assert sheet.status_code == 200
    assert "doctor-diary" in sheet.text
    assert "Diary" in text_of(sheet.text)
    assert "20 Nov" in text_of(sheet.text) or "2026-11-20" in sheet.text
    assert "a private thought" not in sheet.text
    assert client.post("/en/doctor", data={**sent, "diary": "x"}).status_code == 404
    assert client.post("/en/doctor.pdf", data={**sent, "diary": token[::-1]}).status_code == 404


def test_days_noted_more_than_once_a_day_bring_the_offer_of_a_pause(
    client: TestClient, clock: Clock
) -> None:
    token = begun(client, day="2026-11-14")
    for day in range(15, 21):
        note(client, token, day=f"2026-11-{day}")
    assert "Pause for three days" not in text_of(client.get(f"/en/diary/{token}").text)
    for said in ("none", "a_lot"):
        note(client, token, day="2026-11-19", said=said)
    page = text_of(client.get(f"/en/diary/{token}").text)
    assert "Pause for three days" in page
    assert "therapy" in page
    assert level_of(client.get(f"/en/diary/{token}").text) == "routine", "and nothing rises for it"


def test_an_emergency_is_not_told_to_rest_from_the_diary(client: TestClient) -> None:
    token = begun(client, day="2026-11-14")
    for _ in range(8):
        note(client, token)
    assert "Rest from this diary" in text_of(client.get(f"/en/diary/{token}").text)
    note(client, token, new=["thunderclap_headache"])
    page = client.get(f"/en/diary/{token}").text
    assert level_of(page) == "emergency"
    assert "Rest from this diary" not in text_of(page)
    assert 'value="pause"' not in page


def test_counts_that_rise_alone_never_raise_the_urgency(client: TestClient) -> None:
    answer = press(client, "/en/diary", t=told(), action="begin")
    token = str(answer.url).rpartition("/")[2]
    before = level_of(answer.text)
    rows = [f"2026-11-{d:02}T09:00+07:00,a_lot,{2 ** (d // 2)},5" for d in range(1, 21)]
    bring(client, token, "\n".join(["at,said,count.twitches,count.minutes", *rows]).encode())
    page = client.get(f"/en/diary/{token}").text
    assert level_of(page) == before == "routine"
    assert "That alone is no sign of getting worse" in text_of(page)


@pytest.mark.parametrize("said, gone", [("some", False), ("none", True)])
def test_a_twitch_noted_today_is_not_told_to_be_gone(
    client: TestClient, said: str, gone: bool
) -> None:
    token = begun(client, said=said)
    rows = [f"2026-11-{d}T09:00+07:00,{'a_lot' if d % 4 < 2 else 'none'}" for d in range(10, 20)]
    bring(client, token, "\n".join(["at,said", *rows]).encode())
    rate = rate_trend(journal(client, token).days(), date(2026, 11, 20))
    assert rate is not None
    assert rate.chances.resolved > rate.chances.resolving
    text = text_of(client.get(f"/en/diary/{token}").text)
    assert ("The twitching seems to be gone" in text) == gone
    assert ("Fewer twitches than a week ago" in text) != gone


def test_what_the_measuring_page_counts_goes_into_the_diary(client: TestClient) -> None:
    token = begun(client, day="2026-11-19")
    page = client.get(f"/en/diary/{token}").text
    opened = client.post("/en/measure", data={**form_of(page), "diary": token})
    assert f'name="diary" value="{token}"' in opened.text
    result = client.post(
        "/en/measure",
        data={"csrf": csrf(client), "diary": token},
        files={"recording": ("run.csv", motion_csv(), "text/csv")},
    )
    form = result.text.partition(f'action="/en/diary/{token}"')[2].partition("</form>")[0]
    page = client.post(f"/en/diary/{token}", data=form_of('class="diary-form"' + form)).text
    assert "The measurement is attached" in text_of(page)
    measured = html.unescape(page.partition('name="measured"')[2].split(">")[1].split("<")[0])
    client.post(f"/en/diary/{token}", data=filled(page, measured=measured))
    entry = journal(client, token).entries()[-1]
    assert entry.measured is not None
    assert entry.measured.modality == "motion"
    assert entry.measured.low <= entry.measured.rate_per_min <= entry.measured.high


def test_what_was_typed_before_measuring_is_there_afterwards(client: TestClient) -> None:
    token = begun(client, day="2026-11-19")
    typed = {
        "said": "a_lot",
        "note": 'after a run & "tea" <3',
        "where": ["calf:left", "calf:right"],
    }
    page = client.get(f"/en/diary/{token}").text
    opened = client.post("/en/measure", data=filled(page, **typed) | {"diary": token}).text
    noted = html.unescape(opened.partition('name="noted" value="')[2].partition('"')[0])
    result = client.post(
        "/en/measure",
        data={"csrf": csrf(client), "diary": token, "noted": noted},
        files={"recording": ("run.csv", motion_csv(), "text/csv")},
    )
    form = result.text.partition(f'action="/en/diary/{token}"')[2].partition("</form>")[0]
    fields: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(form):
        fields.setdefault(name, []).append(html.unescape(value))
    back = client.post(f"/en/diary/{token}", data=fields).text
    for name, value in (("said", "a_lot"), ("where", "calf:left"), ("where", "calf:right")):
        assert f'name="{name}" value="{value}" checked' in back
    assert typed["note"] in html.unescape(back)


@pytest.mark.parametrize("noted", ["a=1&" * 600, "%ff%00=x", "x" * 70_000, "=&=;"])
def test_a_packed_form_that_is_none_of_ours_is_left_out(client: TestClient, noted: str) -> None:
    result = client.post(
        "/en/measure",
        data={"csrf": csrf(client), "diary": "new", "noted": noted},
        files={"recording": ("run.csv", motion_csv(), "text/csv")},
    )
    assert result.status_code == 200
    assert 'name="measured"' in result.text


def test_where_a_measurement_goes_is_a_link_of_ours_or_nothing(client: TestClient) -> None:
    for place in ("https://elsewhere.example", '"><script>', "x" * 44):
        page = client.post("/en/measure", data={"diary": place})
        assert 'name="diary"' not in page.text
