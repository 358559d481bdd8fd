"""Tables as spreadsheets write them: nothing is lost, and what is doubtful is told by its line."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.diary.days import by_day
from kedut.diary.journal import Journal
from kedut.diary.table import dump_table, load_table
from kedut.diary.wire import dump_events, load_events
from tests.diary.drawn import entries as any_entry
from tests.diary.drawn import law

_MINUTES = ("2,5", "2.5", "0,125", "1.125", "1,000")


def table(*rows: str, head: str = "at,said", zone: str | None = None):
    return load_table("\r\n".join([head, *rows]) + "\r\n", zone=zone)


def faults(found) -> list[int]:
    return [fault.line for fault in found.faults]


@law
@given(st.lists(any_entry(), max_size=5, unique_by=lambda entry: entry.id))
def test_what_is_written_as_a_table_reads_the_same(kept) -> None:
    found = load_table(dump_table(kept))
    assert found.faults == ()
    assert Journal(found.events).entries() == tuple(sorted(kept, key=lambda e: (e.at, e.id)))


@law
@given(st.text(max_size=300))
def test_any_text_is_read_or_told_and_raises_nothing(text) -> None:
    found = load_table(text)
    assert found.events or found.faults or len(text.strip().splitlines()) <= 1


def test_an_empty_file_and_one_without_a_time_say_what_is_missing() -> None:
    assert "empty" in load_table("").faults[0].what
    assert "'at'" in load_table("day,said\n2026-11-01,some\n").faults[0].what


def test_unknown_and_doubled_columns_are_told_with_what_was_meant() -> None:
    found = table("2026-11-01T20:00+07:00,some,3,a", head="at,said,wehre,said")
    told = " ".join(remark.what for remark in found.remarks)
    assert "'wehre' is not known" in told
    assert "did you mean 'where'" in told
    assert "'said' stands twice" in told


@pytest.mark.parametrize(
    "written, read",
    [
        ("2026-11-01 20:00", "2026-11-01T20:00:00+07:00"),
        ("13/11/2026 20:00", "2026-11-13T20:00:00+07:00"),
        ("11/13/2026 20:00", "2026-11-13T20:00:00+07:00"),
        ("13.11.2026", "2026-11-13T12:00:00+07:00"),
        ("2026-11-13", "2026-11-13T12:00:00+07:00"),
        ("46339.8333333", "2026-11-13T20:00:00+07:00"),
        ("2026-11-13T20:00+09:00", "2026-11-13T20:00:00+09:00"),
    ],
)
def test_times_as_spreadsheets_write_them_are_read_where_the_zone_is_told(written, read) -> None:
    found = table(f"{written},some", zone="Asia/Jakarta")
    assert found.faults == ()
    assert found.events[0].entry.at.isoformat() == read


def test_a_time_without_a_zone_is_told_with_what_would_do() -> None:
    found = table("2026-11-01 20:00,some", "13/11/2026 20:00,some")
    assert faults(found) == [2, 3]
    assert "--zone" in found.faults[0].what


def test_day_and_month_are_told_apart_by_the_whole_table_or_not_at_all() -> None:
    found = table("03/04/2026,some", "25/04/2026,some", zone="Asia/Jakarta")
    assert [event.entry.day for event in found.events] == [date(2026, 4, 3), date(2026, 4, 25)]
    unclear = table("03/04/2026,some", zone="Asia/Jakarta")
    assert "day or month first" in unclear.faults[0].what
    both = table("25/04/2026,some", "04/25/2026,some", zone="Asia/Jakarta")
    assert faults(both) == [2, 3]


def test_an_hour_the_clock_skipped_is_a_fault_and_one_that_came_twice_is_told() -> None:
    found = table("2026-03-29 02:30,some", "2026-10-25 02:30,some", zone="Europe/Berlin")
    assert faults(found) == [2]
    assert "did not exist" in found.faults[0].what
    (event,) = found.events
    assert event.entry.at.utcoffset() == timedelta(hours=2)
    assert "came twice" in found.remarks[0].what


def test_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="Asia/Jakarta"):
        table("2026-11-01 20:00,some", zone="Asia/Jakatra")


def test_rows_said_twice_are_told_and_count_once() -> None:
    row = "2026-11-01T20:00+07:00,some"
    found = table(row, "2026-11-02T20:00+07:00,none", row)
    assert len(Journal(found.events).entries()) == 2
    assert [(r.line, r.what) for r in found.remarks] == [(4, "says the same as line 2")]
    other = table("a,2026-11-01T20:00Z,some", "a,2026-11-02T20:00Z,none", head="id,at,said")
    assert "the id of line 2" in other.remarks[0].what
    assert [entry.said for entry in Journal(other.events).entries()] == ["none"]


@pytest.mark.parametrize("order", [("some", "none"), ("none", "some")])
def test_of_two_rows_with_one_id_and_one_time_the_later_line_counts(order) -> None:
    rows = [f"a,2026-11-01T20:00Z,{said}" for said in order]
    found = table(*rows, *rows, head="id,at,said")
    assert [entry.said for entry in Journal(found.events).entries()] == [order[1]]
    told = [remark.what for remark in found.remarks]
    assert told[0] == "has the id and the time of line 2; this line counts"
    assert told[1:] == ["says the same as line 2", "says the same as line 3"]
    lines = [{"id": "a", "at": "2026-11-01T20:00Z", "said": said} for said in order]
    bare = load_events("\n".join(map(json.dumps, lines)))
    assert [entry.said for entry in Journal(bare.events).entries()] == [order[1]]
    assert [remark.line for remark in bare.remarks] == [2]


@pytest.mark.parametrize("cell", ["1,000", "1.000", "12,500"])
def test_thousands_that_may_be_a_fraction_are_asked_back(cell: str) -> None:
    found = table(f"2026-11-01T20:00Z;{cell};5", head="at;count.twitches;count.minutes")
    assert "thousands to some, a fraction to others" in found.faults[0].what
    assert not found.events


def test_a_fraction_is_read_with_comma_or_point_and_thousands_of_minutes_asked_back() -> None:
    rows = [f"2026-11-0{day}T20:00Z;7;{cell}" for day, cell in enumerate(_MINUTES, start=1)]
    found = table(*rows, head="at;count.twitches;count.minutes")
    assert [event.entry.count.minutes for event in found.events] == [2.5, 2.5, 0.125, 1.125]
    assert faults(found) == [6]
    assert "write 1000, or 1" in found.faults[0].what


def test_a_row_of_a_day_not_begun_where_it_was_noted_is_a_fault() -> None:
    now = datetime(2026, 11, 20, 20, tzinfo=UTC)  # the 21st in Jakarta
    found = load_table(
        "at,said\n2026-11-21T23:00+07:00,some\n2026-11-22T01:00+07:00,some\n"
        "2026-11-21T01:00-05:00,some\n2126-11-20T20:00Z,some\n",
        now=now,
    )
    assert [event.entry.at.day for event in found.events] == [21]
    assert faults(found) == [3, 4, 5]
    assert "there it is 2026-11-21 now" in found.faults[0].what
    assert faults(load_events('{"at": "2126-11-20T20:00Z"}', now=now)) == [1]
    assert not load_events('{"at": "2126-11-20T20:00Z"}').faults, "what is kept is read"


def test_broken_rows_are_told_by_line_and_the_others_are_taken() -> None:
    found = table(
        "2026-11-01T20:00+07:00,some",
        "yesterday,some",
        "2026-11-02T20:00+07:00,lots",
        "2026-11-03T20:00+07:00,some,and,more",
        '2026-11-04T20:00+07:00,"some',
        "2026-11-05T20:00+07:00,some,",
        "",
        "2026-11-06T20:00+07:00,none",
    )
    assert faults(found) == [3, 4, 5, 6]
    assert [event.entry.day.day for event in found.events] == [1, 5, 6]


def test_a_row_cut_short_is_a_fault_and_one_with_only_empty_cells_more_is_taken() -> None:
    head = "id,at,said,function.speech_changed,,"
    rows = ["a,2026-11-01T20:00Z,some", "b,2026-11-01T20:00Z,some,", "c,2026-11-01T20:00Z,some,,,,"]
    found = table(*rows, head=head)
    assert faults(found) == [2]
    assert "cut short: 3 cells under" in found.faults[0].what
    assert [event.entry_id for event in found.events] == ["b", "c"]


def test_a_journey_leaves_each_entry_on_the_day_of_its_clock() -> None:
    """Jakarta at night, Los Angeles the evening of the same date, 25 hours later by the sun."""
    found = table("2026-11-01T23:30+07:00,some", "2026-11-01T22:00-08:00,none")
    (day,) = by_day([event.entry for event in found.events])
    assert day.day == date(2026, 11, 1)
    assert day.said == "none"
    back = load_events(dump_events(found.events))
    assert back.events == found.events


def test_the_hour_that_comes_twice_keeps_its_order_through_a_table() -> None:
    found = table("2026-10-25T02:30+02:00,a_lot", "2026-10-25T02:30+01:00,none")
    assert [e.said for e in Journal(found.events).entries()] == ["a_lot", "none"]
    (day,) = Journal(load_table(dump_table(Journal(found.events).entries())).events).days()
    assert day.said == "none"


def test_ten_years_of_days_are_read_whole() -> None:
    start = datetime(2016, 1, 1, 20, tzinfo=UTC)
    rows = [f"{(start + timedelta(days=n)).isoformat()},some" for n in range(3650)]
    found = table(*rows)
    assert len(found.events) == 3650
    assert found.faults == ()
