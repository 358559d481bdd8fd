"""A diary taken along, brought in, and remembered by the person's own calendar."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from kedut.diary.table import COLUMNS
from tests.web.client import TestClient
from tests.web.diary.noting import Clock, begun, bring, filled, journal, level_of, note, text_of
from tests.web.keep.person import press

EXAMPLES = Path(__file__).parents[3] / "examples"


def test_a_diary_goes_along_as_a_table_and_comes_back_into_another(client: TestClient) -> None:
    token = begun(client, day="2026-11-18", note='=HYPERLINK("x"); "quoted", ünï', sleep="6.5")
    note(client, token, day="2026-11-19", count="12", minutes="5", remedy=["warmth", "massage"])
    taken = press(client, f"/en/diary/{token}/export/csv")
    assert taken.headers["content-disposition"] == 'attachment; filename="kedut-diary.csv"'
    rows = list(csv.DictReader(io.StringIO(taken.content.decode())))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["note"].startswith("'="), "no spreadsheet takes it for a formula"
    other = begun(client, day="2026-11-01")
    page = bring(client, other, taken.content)
    assert "2 new entries, 0 changed, 0 were here already" in text_of(page.text)
    mine, theirs = (journal(client, one).entries() for one in (token, other))
    assert theirs[1:] == mine
    again = bring(client, other, taken.content)
    assert "0 new entries, 0 changed, 2 were here already" in text_of(again.text)


def test_with_all_changes_it_comes_back_with_all_changes(client: TestClient, clock: Clock) -> None:
    token = begun(client)
    listed = client.get(f"/en/diary/{token}/entries").text
    where = f"/en/diary/{token}/entries/" + listed.split(f"{token}/entries/")[1].split('"')[0]
    clock.pass_(hours=1)
    client.post(where, data=filled(client.get(where).text, said="none"))
    taken = press(client, f"/en/diary/{token}/export/json")
    lines = [json.loads(line) for line in taken.text.splitlines()]
    assert [line["event"] for line in lines] == ["add", "correct"]
    other = begun(client, day="2026-11-01")
    bring(client, other, taken.content, "diary.jsonl")
    assert set(journal(client, token).events) <= set(journal(client, other).events)


def test_a_diary_goes_into_a_health_record(client: TestClient) -> None:
    token = begun(client, count="12", minutes="4")
    taken = press(client, f"/en/diary/{token}/export/fhir")
    assert taken.headers["content-type"] == "application/fhir+json"
    kinds = {entry["resource"]["resourceType"] for entry in taken.json()["entry"]}
    assert {"Observation", "Provenance", "Patient"} <= kinds
    assert press(client, f"/en/diary/{token}/export/xml").status_code == 404


def test_times_without_a_zone_are_read_in_the_one_that_is_chosen(client: TestClient) -> None:
    token = begun(client)
    table = "at,said\n2026-11-01T20:00,some\n"
    bring(client, token, table.encode(), zone="Asia/Makassar")
    assert journal(client, token).entries()[0].at.isoformat() == "2026-11-01T20:00:00+08:00"


def test_a_broken_table_loses_no_good_line_and_tells_every_bad_one(client: TestClient) -> None:
    token = begun(client)
    table = (
        "at,said,count.twitches,count.minutes,note\n"
        "2026-11-01T20:00+07:00,some,,,fine\n"
        "2026-11-02T20:00,some,,,no zone\n"
        "yesterday,some,,,\n"
        '2026-11-03T20:00+07:00,loads,,,"<script>alert(1)</script>"\n'
        "2026-11-04T20:00+07:00,none,,,fine too\n"
        "2026-11-05T20:00+07:00,some,twelve,5,\n"
        '2026-11-06T20:00+07:00,some,,,"open quote\n'
        "2026-11-07T20:00+07:00,a_lot,,,the last\n"
    )
    page = bring(client, token, table.encode())
    assert page.status_code == 200
    said = text_of(page.text)
    assert "3 new entries" in said
    assert "5 lines were left out" in said
    for line in (3, 4, 5, 7, 8):
        assert f"Line {line}" in said
    assert "<script>alert" not in page.text
    days = [entry.day.day for entry in journal(client, token).entries()]
    assert days == [1, 4, 7, 20]


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\xfe", b"no,columns\n1,2\n", b"{", b"PK\x03\x04" + bytes(500)]
)
def test_what_is_no_diary_is_told_and_changes_nothing(client: TestClient, content: bytes) -> None:
    token = begun(client)
    page = bring(client, token, content)
    assert page.status_code == 422
    assert "cannot be read" in text_of(page.text)
    assert len(journal(client, token).events) == 1


@pytest.mark.parametrize(
    "name, content",
    [
        ("d.csv", "at,said\n2026-11-19T20:00+07:00,some\n2062-11-19T20:00+07:00,a_lot\n"),
        (
            "d.jsonl",
            '{"at": "2026-11-19T20:00+07:00", "said": "some"}\n'
            '{"at": "2062-11-19T20:00+07:00", "said": "a_lot"}\n',
        ),
    ],
)
@pytest.mark.parametrize("language, told", [("en", "has not come yet"), ("id", "belum tiba")])
def test_a_day_that_has_not_come_is_not_taken_in_and_is_told(
    client: TestClient, name: str, content: str, language: str, told: str
) -> None:
    token = begun(client, day="2026-11-18")
    page = bring(client, token, content.encode(), name, language=language)
    assert page.status_code == 200
    assert told in text_of(page.text)
    assert "2062-11-19" in page.text
    assert ("Line" if language == "en" else "Baris") in text_of(page.text)
    days = [str(entry.day) for entry in journal(client, token).entries()]
    assert days == ["2026-11-18", "2026-11-19"]
    assert "2062" not in client.get(f"/en/diary/{token}").text


def test_a_row_mended_in_a_spreadsheet_corrects_its_entry(client: TestClient) -> None:
    token = begun(client, said="some")
    table = press(client, f"/en/diary/{token}/export/csv").content.decode()
    mended = table.replace(",some,", ",a_lot,")
    assert mended != table
    page = bring(client, token, mended.encode())
    assert "0 new entries, 1 changed, 0 were here already" in text_of(page.text)
    (entry,) = journal(client, token).entries()
    assert entry.said == "a_lot"
    page = bring(client, token, table.encode())
    assert "The change stays" in text_of(page.text)
    assert "/entries/" in page.text, "a link to the entry"
    (entry,) = journal(client, token).entries()
    assert entry.said == "a_lot", "what it once said does not come back by itself"


def test_a_row_of_the_same_moment_as_another_entry_is_told(client: TestClient) -> None:
    token = begun(client)
    at = journal(client, token).entries()[0].at.isoformat()
    page = bring(client, token, f"at,said\n{at},a_lot\n".encode())
    assert "of the same moment as another one" in text_of(page.text)


def test_a_table_of_an_old_spreadsheet_is_read(client: TestClient) -> None:
    token = begun(client)
    table = "at;said;note\r\n2026-11-01T20:00+07:00;some;wärmer\r\n".encode("cp1252")
    bring(client, token, table)
    assert journal(client, token).entries()[0].note == "wärmer"


def test_an_entry_longer_than_is_kept_is_named_and_the_rest_taken(client: TestClient) -> None:
    token = begun(client)
    table = f"at,note\n2026-11-01T20:00+07:00,{'x' * 17000}\n2026-11-02T20:00+07:00,short\n"
    page = bring(client, token, table.encode())
    assert "1 new entries" in text_of(page.text)
    assert "1 entries are too long" in text_of(page.text)
    assert "2026-11-01" in page.text


def test_the_example_of_the_command_line_says_the_same_here(
    client: TestClient, clock: Clock
) -> None:
    token = begun(client, day="2026-11-12", ten_heel_raises_left="no")
    bring(client, token, (EXAMPLES / "diary-new-weakness.csv").read_bytes())
    page = client.get(f"/en/diary/{token}").text
    assert level_of(page) == "soon"
    assert "One leg cannot rise on tiptoe ten times" in text_of(page)


def test_ten_years_of_days_fit_into_one_import(client: TestClient) -> None:
    token = begun(client)
    rows = [f"{2016 + n // 365}-01-01T{n % 24:02}:00+07:00,some,calf:left,{n}" for n in range(3650)]
    page = bring(client, token, ("at,said,where,note\n" + "\n".join(rows)).encode())
    assert "3650 new entries" in text_of(page.text)
    assert client.get(f"/en/diary/{token}").status_code == 200


@pytest.mark.parametrize("what", ["again", "daily", "pause", "", "x"])
def test_a_reminder_is_a_calendar_file_that_says_nothing_of_health(
    client: TestClient, what: str
) -> None:
    token = begun(client, new=["slurred_speech"])
    answer = press(client, f"/en/diary/{token}/calendar", what=what)
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.text.count("BEGIN:VEVENT") == 1
    assert "SUMMARY:Diary" in answer.text
    assert token not in answer.text
    for told in ("twitch", "speech", "kedut.example"):
        assert told not in answer.text.lower()
    assert ("RRULE" in answer.text) == (what == "daily")
