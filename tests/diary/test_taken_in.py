"""Laws of an import: the same again does nothing, an edited row corrects, nothing is lost."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kedut.diary.entry import Context, Entry, Function, Said
from kedut.diary.journal import Event, Journal, added, corrected, retracted
from kedut.diary.table import COLUMNS, dump_table, load_table
from kedut.diary.taken_in import taken_in
from kedut.diary.wire import dump_events, load_events
from tests.diary.drawn import entries, events, law

NOW = datetime(2026, 6, 1, tzinfo=UTC)
AT = datetime(2026, 3, 1, 20, tzinfo=UTC)
logs = st.lists(events(), max_size=8)


def cells(entry: Entry) -> dict[str, str]:
    """Give the one row of an entry by the names of its columns."""
    (row,) = csv.DictReader(io.StringIO(dump_table([entry])))
    return row


def with_columns(rows: list[Entry], columns: list[str]) -> str:
    """Give a table that has only some columns."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(map(cells, rows))
    return out.getvalue()


def imported(journal: Journal, text: str, *, now: datetime = NOW) -> Journal:
    return journal.also(*taken_in(journal, load_table(text), now).events)


@law
@given(logs)
def test_a_diary_taken_out_as_a_table_and_in_again_is_the_same(log: list[Event]) -> None:
    journal = Journal(log)
    done = taken_in(journal, load_table(dump_table(journal.entries())), NOW)
    assert done.events == ()
    assert (done.new, done.corrected, done.had) == (0, 0, len(journal.entries()))
    assert done.stays == done.beside == ()


@law
@given(logs, entries(), entries(), st.randoms())
def test_the_last_table_of_two_that_say_one_entry_counts_and_each_again_does_nothing(
    log: list[Event], one: Entry, other: Entry, chance
) -> None:
    fresh = Journal([event for event in log if event.entry_id != one.id])
    other = replace(other, id=one.id)
    if one.function != Function() or one.new_symptoms:  # an empty cell takes none of them back
        other = replace(other, function=one.function, new_symptoms=one.new_symptoms)
    first, second = dump_table([one]), dump_table([other])
    journal = imported(imported(fresh, first), second)
    assert journal.entry(one.id) == other
    assert [event.entry for event in journal.history(one.id)][:1] == [one]
    tables = [first, second, first, second]
    chance.shuffle(tables)
    for text in tables:
        assert imported(journal, text).events == journal.events


WHOLES = [
    group
    for name in ("count.", "measured.")
    if (group := [column for column in COLUMNS if column.startswith(name)])
]
SINGLES = [[column] for column in COLUMNS if not column.startswith(("count.", "measured."))]
STAYING = {
    "new_symptoms",
    "function.ten_heel_raises_left",
    "function.ten_heel_raises_right",
    "function.tripped",
    "function.speech_changed",
}
INSTEAD = {"context.remedies", "context.no_remedy"}


@law
@given(
    entries("a"), st.lists(entries("a"), min_size=1, max_size=3), st.sets(st.sampled_from(COLUMNS))
)
def test_no_table_takes_back_what_it_says_nothing_of_nor_a_danger_sign_without_another_answer(
    stood: Entry, rows: list[Entry], some: set[str]
) -> None:
    groups = [group for group in (*WHOLES, *SINGLES) if some & set(group)]
    there = {"id", "at", *(column for group in groups for column in group)}
    text = with_columns(rows, [column for column in COLUMNS if column in there])
    journal = Journal([added(stood, AT)])
    done = taken_in(journal, load_table(text), NOW)
    after = journal.also(*done.events)
    found = after.entry("a")
    assert found is not None
    before, now, said = cells(stood), cells(found), list(map(cells, rows))
    told = {name.split()[0] for one in done.back for name in one.names}
    for column in COLUMNS[2:]:
        if column not in there and column not in INSTEAD:
            assert now[column] == before[column], column
        if now[column] != before[column] and column in STAYING:
            assert now[column] in {row[column] for row in said} - {""}
        if before[column] and not now[column]:
            assert column in told, "what is taken back is told by its name"
    assert taken_in(after, load_table(text), NOW).events == ()


@law
@given(st.lists(entries("a"), min_size=2, max_size=3))
def test_no_row_takes_back_the_danger_sign_of_another_by_an_empty_cell(rows: list[Entry]) -> None:
    found = imported(Journal(), dump_table(rows)).entry("a")
    assert found is not None
    for column in STAYING:
        assert cells(found)[column] or not any(cells(row)[column] for row in rows)


def test_an_empty_cell_takes_back_what_stood_by_name_and_function_and_new_symptoms_stay() -> None:
    stood = Entry(
        id="a",
        at=AT,
        said=Said.SOME,
        where=("calf:left", "thigh:left"),
        new_symptoms=("facial_weakness",),
        function=Function(speech_changed=True, tripped=True),
        context=Context(sleep_hours=4),
    )
    head = "id,at,where,new_symptoms,function.speech_changed,function.tripped,context.sleep_hours"
    journal = Journal([added(stood, AT)])
    done = taken_in(journal, load_table(f"{head}\na,{AT.isoformat()},calf:left,,,no,\n"), NOW)
    assert [one.names for one in done.back] == [("where thigh:left", "context.sleep_hours")]
    assert [one.names for one in done.kept] == [("new_symptoms", "function.speech_changed")]
    assert journal.also(*done.events).entry("a") == replace(
        stood,
        where=("calf:left",),
        function=Function(speech_changed=True, tripped=False),
        context=Context(),
    )


def test_a_bare_entry_takes_back_only_what_it_names() -> None:
    stood = Entry(id="a", at=AT, said=Said.SOME, note="so", function=Function(tripped=True))
    journal = Journal([added(stood, AT)])
    told = {"id": "a", "at": AT.isoformat(), "said": "none"}
    done = taken_in(journal, load_events(json.dumps(told)), NOW)
    assert journal.also(*done.events).entry("a") == replace(stood, said=Said.NONE)
    told |= {"note": None, "function": {"tripped": None}, "said": "a_lot"}
    done = taken_in(journal, load_events(json.dumps(told)), NOW)
    assert journal.also(*done.events).entry("a") == replace(stood, said=Said.A_LOT, note="")
    assert [one.names for one in (*done.back, *done.kept)] == [("note",), ("function.tripped",)]


@law
@given(logs, logs)
def test_events_are_taken_as_they_are_in_any_order(mine: list[Event], theirs: list[Event]) -> None:
    journal = Journal(mine)
    done = taken_in(journal, load_events(dump_events(theirs)), NOW)
    assert journal.also(*done.events).events == Journal([*mine, *theirs]).events
    assert done.new + done.corrected + done.had == len(theirs)


@law
@given(logs, st.lists(entries(), max_size=6))
def test_of_each_row_it_is_told_what_came_of_it(log: list[Event], rows: list[Entry]) -> None:
    done = taken_in(Journal(log), load_table(dump_table(rows)), NOW)
    assert done.new + done.corrected + done.had == len(rows)
    assert done.new == len({one.id for one in rows} - {one.entry_id for one in log})


def test_an_edited_row_corrects_what_was_recorded_after_its_time() -> None:
    entry = Entry(id="a", at=AT, said=Said.SOME)
    journal = Journal([added(entry, AT + timedelta(hours=1))])
    edited = replace(entry, said=Said.NONE)
    done = taken_in(journal, load_table(dump_table([edited])), AT)  # the clock was set back
    assert (done.new, done.corrected, done.had) == (0, 1, 0)
    assert journal.also(*done.events).entry("a") == edited


def test_a_row_from_before_a_change_changes_nothing_and_is_told() -> None:
    old = Entry(id="a", at=AT, said=Said.SOME)
    log = [added(old, AT), corrected(replace(old, said=Said.NONE), AT + timedelta(days=1))]
    for journal in (Journal(log), Journal([log[0], retracted("a", AT + timedelta(days=2))])):
        done = taken_in(journal, load_table(dump_table([old])), NOW)
        assert done.events == ()
        assert done.stays == (old,)


def test_an_edited_row_of_an_entry_taken_back_puts_it_right_again() -> None:
    old = Entry(id="a", at=AT, said=Said.SOME)
    journal = Journal([added(old, AT), retracted("a", AT)])
    edited = replace(old, said=Said.NONE)
    assert imported(journal, dump_table([edited])).entries() == (edited,)


def test_the_offset_of_a_time_is_corrected_too() -> None:
    first = load_table("id,at,said\na,2026-03-01T23:30+07:00,some\n")
    journal = Journal(first.events)
    mended = imported(journal, "id,at,said\na,2026-03-02T00:30+08:00,some\n")
    assert mended.days()[0].day.day == 2
    assert imported(mended, "id,at,said\na,2026-03-01T23:30+07:00,some\n").events == mended.events


def test_a_new_entry_of_the_moment_of_another_is_told_and_both_count() -> None:
    head = "at,said\n2026-03-01T20:00Z,"
    journal = Journal(load_table(f"{head}some\n").events)
    done = taken_in(journal, load_table(f"{head}none\n"), NOW)
    assert [entry.said for entry in done.beside] == ["none"]
    assert len(journal.also(*done.events).entries()) == 2
