"""Laws of the log: order, duplicates, corrections, clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.diary.entry import Context, Entry, Function, Said
from kedut.diary.journal import (
    Event,
    Journal,
    Kind,
    added,
    corrected,
    moment_after,
    retracted,
)
from tests.diary.drawn import entries, events, law, times

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def entry(id_: str = "a", hours: float = 0, **said: object) -> Entry:
    return Entry(id=id_, at=NOON + timedelta(hours=hours), **said)  # type: ignore[arg-type]


@law
@given(st.lists(events(), max_size=12), st.randoms())
def test_the_order_of_events_does_not_matter(log: list[Event], chance) -> None:
    mixed = log.copy()
    chance.shuffle(mixed)
    assert Journal(mixed).entries() == Journal(log).entries()
    assert Journal(mixed).days() == Journal(log).days()
    assert Journal(mixed).events == Journal(log).events


@law
@given(st.lists(events(), min_size=1, max_size=8), st.data())
def test_a_duplicate_changes_nothing(log: list[Event], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(log), max_size=5))
    assert Journal([*log, *again]).events == Journal(log).events
    assert Journal(log).also(*again).days() == Journal(log).days()


@law
@given(st.lists(events().filter(lambda e: e.entry_id != "x"), max_size=6), st.data())
def test_a_correction_equals_having_said_it_right(log: list[Event], data: st.DataObject) -> None:
    wrong, right = data.draw(entries("x")), data.draw(entries("x"))
    when, later = sorted(data.draw(st.tuples(times(), times())))
    mended = Journal([*log, added(wrong, when), corrected(right, later)])
    assert mended.entries() == Journal([*log, added(right, when)]).entries()


@law
@given(st.lists(events(), max_size=8), entries("x"), times())
def test_an_entry_taken_back_leaves_the_rest_as_if_it_never_was(
    log: list[Event], extra: Entry, when: datetime
) -> None:
    back = Journal([*log, added(extra, when), retracted("x", when)])
    assert back.entries() == Journal(log).entries()


@law
@given(st.lists(events(), min_size=1, max_size=8), entries(), times())
def test_what_is_done_last_counts_whatever_the_clock_says(
    log: list[Event], entry: Entry, now: datetime
) -> None:
    journal = Journal(log)
    mended = corrected(entry, moment_after(journal.history(entry.id), now))
    journal = journal.also(mended)
    assert journal.entry(entry.id) == entry
    back = retracted(entry.id, moment_after(journal.history(entry.id), now))
    assert journal.also(back).entry(entry.id) is None


@law
@given(st.lists(events(), max_size=8))
def test_one_entry_is_as_it_stands_among_all(log: list[Event]) -> None:
    standing = {entry.id: entry for entry in Journal(log).entries()}
    assert {name: Journal(log).entry(name) for name in "abcdefgh"} == {
        name: standing.get(name) for name in "abcdefgh"
    }


def test_the_original_imported_again_does_not_undo_its_correction() -> None:
    first = added(entry(said=Said.SOME), NOON)
    mended = corrected(entry(said=Said.NONE), NOON + timedelta(hours=1))
    again = added(entry(said=Said.SOME), NOON + timedelta(days=3))
    assert Journal([first, mended, again]).entries() == (entry(said=Said.NONE),)


def test_what_was_taken_back_can_be_put_right_again() -> None:
    log = [added(entry(), NOON), retracted("a", NOON), corrected(entry(note="so"), NOON + _HOUR)]
    assert Journal(log).entries() == (entry(note="so"),)


def test_the_history_keeps_what_was_said_before_the_correction() -> None:
    log = [added(entry(note="wrong"), NOON), corrected(entry(note="right"), NOON + _HOUR)]
    told = Journal(reversed(log)).history("a")
    assert [one.entry.note for one in told if one.entry] == ["wrong", "right"]


def test_the_last_word_of_the_day_counts_for_each_thing_apart() -> None:
    morning = entry("a", -4, said=Said.SOME, function=Function(tripped=True), new_symptoms=("x",))
    evening = entry("b", 6, said=Said.NONE, new_symptoms=("y",))
    (shown,) = Journal([added(e, NOON) for e in (evening, morning)]).days()
    assert shown.said is Said.NONE
    assert shown.function.tripped is True, "the evening did not speak of it"
    assert shown.new_symptoms == ("x", "y")


def test_a_remedy_taken_in_the_evening_was_taken_that_day() -> None:
    morning = entry("a", -4, context=Context(no_remedy=True))
    evening = entry("b", 6, context=Context(remedies=("magnesium",)))
    (shown,) = Journal([added(e, NOON) for e in (morning, evening)]).days()
    assert (shown.context.remedies, shown.context.no_remedy) == (("magnesium",), False)


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 2, 50, tzinfo=berlin, fold=0)
    second = datetime(2026, 10, 25, 2, 10, tzinfo=berlin, fold=1)  # twenty minutes later
    log = [
        added(Entry(id="z", at=first, said=Said.A_LOT), NOON),
        added(Entry(id="a", at=second, said=Said.NONE), NOON),
    ]
    assert [one.id for one in Journal(log).entries()] == ["z", "a"]
    assert Journal(log).days()[0].said is Said.NONE


def test_the_day_is_that_of_the_clock_where_the_person_was() -> None:
    jakarta = datetime(2026, 3, 1, 23, 30, tzinfo=ZoneInfo("Asia/Jakarta"))
    honolulu = datetime(2026, 3, 1, 8, 0, tzinfo=ZoneInfo("Pacific/Honolulu"))  # later
    log = [added(Entry(id="a", at=honolulu), NOON), added(Entry(id="b", at=jakarta), NOON)]
    assert [one.id for one in Journal(log).entries()] == ["b", "a"]
    (shown,) = Journal(log).days()
    assert (shown.id, shown.day) == ("a", jakarta.date())


@pytest.mark.parametrize(
    "make",
    [
        lambda: Entry(id="a", at=NOON.replace(tzinfo=None)),
        lambda: Entry(id="", at=NOON),
        lambda: added(entry(), NOON.replace(tzinfo=None)),
        lambda: Event(kind=Kind.ADD, entry_id="a", recorded=NOON),
        lambda: Event(kind=Kind.ADD, entry_id="b", recorded=NOON, entry=entry("a")),
        lambda: Context(remedies=("x",), no_remedy=True),
        lambda: Context(sleep_hours=25),
    ],
)
def test_what_cannot_be_is_refused(make) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        make()


_HOUR = timedelta(hours=1)
