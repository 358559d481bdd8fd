"""A diary goes out and comes back whole; broken lines are told and the rest goes on."""

import csv
import io
import json
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.diary.entry import Context, Entry, MeasuredRate, Said
from kedut.diary.journal import Event, Journal
from kedut.diary.reminders import Reminder, calendar
from kedut.diary.table import COLUMNS, dump_table, load_table
from kedut.diary.wire import dump_events, load_events
from tests.diary.drawn import entries, events, law


@law
@given(st.lists(events(), max_size=6))
def test_events_written_and_read_are_the_same(log: list[Event]) -> None:
    read = load_events(dump_events(log))
    assert read.events == tuple(log)
    assert not read.faults


@law
@given(st.text(st.characters(), max_size=20))
def test_half_a_sign_is_replaced_and_every_other_sign_stays(text: str) -> None:
    told = {"at": "2026-03-01T20:00Z", "id": f"a{text}", "note": text, "where": [text]}
    event = {"event": "add", "entry_id": f"a{text}", "entry": told, "recorded": "2026-03-01T20:00Z"}
    for line in (json.dumps(told), json.dumps(event)):
        (found,) = load_events(line).events
        assert found.entry is not None
        whole = found.entry.note
        assert whole.encode(errors="surrogatepass") == whole.encode()
        joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        assert len(whole) == len(joined)
        assert all(
            one == other or "\ud800" <= other <= "\udfff"
            for one, other in zip(whole, joined, strict=True)
        )
        assert (found.entry.where, found.entry_id) == ((whole,), f"a{whole}")
        assert load_events(dump_events([found])).events == (found,)


@law
@given(st.lists(entries(), max_size=4))
def test_a_table_written_and_read_is_the_same(kept: list[Entry]) -> None:
    read = load_table(dump_table(kept))
    assert [event.entry for event in read.events] == kept
    assert not read.faults


@law
@given(st.lists(events(), min_size=1, max_size=5), st.text(max_size=30), st.data())
def test_a_bad_line_is_told_and_the_rest_goes_on(
    log: list[Event], junk: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(log)))
    lines = dump_events(log).splitlines()
    bad = "{not json " + junk.replace("\n", " ").replace("\r", " ")
    read = load_events("\n".join([*lines[:place], bad, *lines[place:]]))
    assert read.events == tuple(log)
    assert [fault.line for fault in read.faults] == [place + 1]


@law
@given(st.text() | st.from_regex(r'[\[{"a-z:0-9,}\]\n ]*', fullmatch=True))
def test_no_text_breaks_an_import(text: str) -> None:
    load_events(text)
    load_table(text)
    load_table("at,said,count.twitches\n" + text)


def test_a_broken_table_loses_nothing_and_tells_all() -> None:
    text = (
        "\ufeffat;said;count.twitches;count.minutes;colour\r\n"
        "2026-03-01T20:00+07:00;some;;;red\r\n"
        "2026-03-02T20:00;some;;;\r\n"
        "2026-03-03T20:00+07:00;plenty;;;\r\n"
        "2026-03-04T20:00+07:00;;12;2,5;\r\n"
        "2026-03-05T20:00+07:00;;12;;\r\n"
        "yesterday;none\r\n"
    )
    read = load_table(text)
    assert [event.entry.day.day for event in read.events if event.entry] == [1, 4]
    assert [fault.line for fault in read.faults] == [3, 4, 6, 7]
    assert "time zone" in read.faults[0].what
    assert "none, some, a_lot" in read.faults[1].what
    assert "minutes" in read.faults[2].what


def test_a_quote_left_open_swallows_no_other_line() -> None:
    rows = [f'2026-03-0{day}T20:00+07:00,some,"note {day}"' for day in range(1, 6)]
    rows[1] = rows[1].removesuffix('"')
    read = load_table("\n".join(["at,said,note", *rows]))
    assert [event.entry.day.day for event in read.events if event.entry] == [1, 3, 4, 5]
    assert [fault.line for fault in read.faults] == [3]


def test_figures_and_years_beyond_reason_are_told() -> None:
    lines = [
        '{"at": "2026-03-01T20:00+07:00", "context": {"sleep_hours": 1' + "0" * 400 + "}}",
        '{"at": "0001-01-01T00:00+14:00"}',
        '{"at": "2026-03-01T20:00+07:00", "count": {"twitches": NaN, "minutes": 1}}',
        '{"at": "2026-03-01T20:00+07:00", "measured": {"rate_per_min": 1, "low": 2, "high": 3}}',
    ]
    assert len(load_events("\n".join(lines)).faults) == 4


def test_importing_a_table_twice_changes_nothing() -> None:
    text = "at,said\n2026-03-01T20:00+07:00,some\n2026-03-02T20:00+07:00,none\n"
    once = Journal(load_table(text).events)
    assert once.also(*load_table(text).events).events == once.events
    assert len(once.entries()) == 2


def test_a_bare_entry_is_added_and_the_name_of_its_zone_allowed() -> None:
    line = json.dumps({"at": "2026-03-01T20:00+07:00[Asia/Jakarta]", "said": "some", "mood": 1})
    (event,) = load_events(line).events
    assert event.entry is not None
    assert (event.entry.said, event.entry.at.isoformat()) == (
        Said.SOME,
        "2026-03-01T20:00:00+07:00",
    )


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@x", "'=1"])
def test_nothing_that_looks_like_a_formula_is_one_in_a_spreadsheet(text: str) -> None:
    entry = Entry(
        id=text,
        at=datetime(2026, 3, 1, tzinfo=UTC),
        where=(text,),
        new_symptoms=(text, "b"),
        context=Context(remedies=(text,)),
        measured=MeasuredRate(rate_per_min=1, low=1, high=1, modality=text, recording=text),
        note=text,
    )
    table = dump_table([entry])
    (row,) = csv.reader(io.StringIO(table.split("\r\n", 1)[1]))
    for column in ("id", "where", "new_symptoms", "context.remedies", "note", "measured.modality"):
        assert row[COLUMNS.index(column)].startswith("'"), column
    assert load_table(table).events[0].entry == entry


def test_rfc5545_3_1_lines_are_at_most_75_octets_and_end_with_crlf() -> None:
    title = "Catatan hari ini; “ten, heel raises” \\ " + "kaki " * 20 + "\nBEGIN:VEVENT"
    reminder = Reminder(first=date(2026, 3, 1), at=time(20), title=title, days=14)
    made = datetime(2026, 2, 28, 3, tzinfo=UTC)
    file = calendar((reminder,), made=made, product="-//kedut//diary//ID")
    lines = file.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    whole = file.replace(b"\r\n ", b"").decode().split("\r\n")
    assert whole.count("BEGIN:VEVENT") == 1, "a title cannot begin an event"
    assert "DTSTART:20260301T200000" in whole, "floating: by the clock where the person is"
    assert "DTSTAMP:20260228T030000Z" in whole
    assert "RRULE:FREQ=DAILY;COUNT=14" in whole
    summary = next(line for line in whole if line.startswith("SUMMARY:"))
    assert "Catatan hari ini\\; “ten\\, heel raises” \\\\ " in summary
