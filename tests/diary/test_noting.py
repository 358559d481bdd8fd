"""When noting is more than a day needs, and which day it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.diary.ahead import is_ahead, today_of
from kedut.diary.entry import Entry
from kedut.diary.noting import noted_often
from tests.diary.drawn import law

TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def noted(*days_ago: int) -> list[Entry]:
    return [Entry(id=str(n), at=NOON - timedelta(days=ago)) for n, ago in enumerate(days_ago)]


def test_one_entry_a_day_is_enough_and_more_is_told() -> None:
    assert not noted_often(noted(*range(60)), TODAY)
    assert noted_often(noted(*range(60), 3), TODAY)
    assert not noted_often(noted(*range(7), 7, 7, 7), TODAY), "last week is over"


def test_who_has_long_noted_four_times_a_day_is_offered_a_pause_as_well() -> None:
    steady = noted(*(day for day in range(28) for _ in range(4)))
    assert noted_often(steady, TODAY)


@law
@given(st.lists(st.integers(-3, 40), max_size=40), st.integers(0, 6))
def test_one_entry_more_in_the_week_never_takes_the_offer_back(ago: list[int], more: int) -> None:
    assert noted_often(noted(*ago), TODAY) <= noted_often(noted(*ago, more), TODAY)
    assert noted_often(noted(*ago), TODAY) == noted_often(
        noted(*(day for day in ago if day >= 0)), TODAY
    )


@pytest.mark.parametrize(
    "at, ahead",
    [
        ("2026-11-20T23:59+00:00", False),
        ("2026-11-21T00:00+00:00", True),
        ("2026-11-21T01:00+14:00", False),  # there the day has begun
        ("2026-11-22T01:00+14:00", True),
        ("2026-11-20T23:00-11:00", False),
        ("2062-11-20T12:00+00:00", True),
    ],
)
def test_a_day_is_ahead_by_the_clock_where_it_was_noted(at: str, ahead: bool) -> None:
    entry = Entry(id="a", at=datetime.fromisoformat(at))
    assert is_ahead(entry, NOON) is ahead


def test_it_is_tomorrow_where_tomorrow_has_begun_further_east() -> None:
    east = Entry(id="a", at=datetime.fromisoformat("2026-11-21T01:00+14:00"))
    slip = Entry(id="b", at=datetime.fromisoformat("2026-11-21T01:00+00:00"))
    assert today_of([], NOON) == TODAY
    assert today_of([slip], NOON) == TODAY
    assert today_of([slip, east], NOON) == TODAY + timedelta(days=1)
