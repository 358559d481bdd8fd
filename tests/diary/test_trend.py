"""The trend: the fast way against the clear one, its laws, and what it never says."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.bench.course_follow import follow
from kedut.diary import rate_filter, rate_states
from kedut.diary.entry import Count, Entry, MeasuredRate, Said
from kedut.diary.rate_evidence import likelihood, persons
from kedut.diary.rate_filter import across, smooth
from kedut.diary.rate_states import STATES, Chain, chain
from kedut.diary.trend import (
    MORE_FROM,
    NAMED_FROM,
    Chances,
    Direction,
    RateTrend,
    named,
    rate_trend,
)
from kedut.simulate.courses import FIRST_DAY, Kind, draw_course
from tests.diary.clear_trend import clear_across, clear_smooth
from tests.diary.drawn import entries, law

DAY = timedelta(days=1)
ROUGHLY = 0.02  # of a chance: who is unlikely is left out of the comparison


def diary(*said: object, first: int = 0) -> tuple[Entry, ...]:
    """Give an entry a day; a number is a count in ten minutes, none a day without."""
    found = []
    for place, word in enumerate(said, start=first):
        at = FIRST_DAY + place * DAY
        if isinstance(word, Said):
            found.append(Entry(id=f"{place}", at=at, said=word))
        elif isinstance(word, int):
            found.append(Entry(id=f"{place}", at=at, count=Count(twitches=word, minutes=10)))
    return tuple(found)


def trend_of(*said: object) -> RateTrend:
    trend = rate_trend(diary(*said), (FIRST_DAY + (len(said) - 1) * DAY).date())
    assert trend is not None
    return trend


@pytest.mark.parametrize("seed", range(4))
def test_the_fast_chain_says_what_adding_up_every_course_says(seed: int, monkeypatch) -> None:
    rng = np.random.default_rng(seed)
    ways = np.array([0, -1, 1, 0], np.int8)
    monkeypatch.setattr(rate_filter, "STATES", 4)
    monkeypatch.setattr(rate_filter, "_FORGOTTEN", 0.0)
    monkeypatch.setattr(rate_filter, "_WORTH", 0.0)
    small = Chain(start=rng.dirichlet(np.ones(4)), step=rng.dirichlet(np.ones(4), size=4))
    weights = rng.dirichlet(np.ones(2))
    seen = {day: rng.random((2, 4)) for day in (0, 2, 4)}
    turned = np.stack([(ways[:, None] != way) & (ways[None, :] == way) for way in (-1, 0, 1)])
    fast = smooth(small, weights, seen, 5, turned)
    clear, moved = clear_smooth(small.start, small.step, weights, seen, 5)
    np.testing.assert_allclose(fast.states, clear, atol=1e-12)
    for place, turns in enumerate(turned):
        np.testing.assert_allclose(fast.changed[:, place], (moved * turns).sum((1, 2)), atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_two_days_are_compared_as_adding_up_every_course_says(seed: int, monkeypatch) -> None:
    rng = np.random.default_rng(seed)
    monkeypatch.setattr(rate_filter, "STATES", 4)
    monkeypatch.setattr(rate_filter, "_FORGOTTEN", 0.0)
    monkeypatch.setattr(rate_filter, "_WORTH", 0.0)
    monkeypatch.setattr(rate_filter, "_UNLIKELY", 0.0)
    small = Chain(start=rng.dirichlet(np.ones(4)), step=rng.dirichlet(np.ones(4), size=4))
    weights, places = rng.dirichlet(np.ones(2)), np.array([0, 1, 0, 2])
    seen = {day: rng.random((2, 4)) for day in (0, 2, 4)}
    none = np.zeros((0, 4, 4), np.bool_)
    then = smooth(small, weights, seen, 5, none).filtered[1]
    fast = across(small, then, [seen.get(day) for day in (2, 3, 4)], places)
    clear = clear_across(small.start, small.step, weights, seen, 5, 1, places)
    np.testing.assert_allclose(fast, clear, atol=1e-12)


@given(st.lists(entries(), min_size=1, max_size=8, unique_by=lambda e: e.day), st.randoms())
@law
def test_the_order_of_entries_does_not_matter(kept: list[Entry], chance) -> None:
    mixed = kept.copy()
    chance.shuffle(mixed)
    today = max(entry.day for entry in kept)
    assert rate_trend(mixed, today) == rate_trend(kept, today)


@given(st.lists(entries(), min_size=1, max_size=6), st.data())
@law
def test_a_duplicate_entry_changes_nothing(kept: list[Entry], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(kept), max_size=3))
    today = max(entry.day for entry in kept)
    assert rate_trend([*kept, *again], today) == rate_trend(kept, today)


@given(st.lists(entries(), min_size=1, max_size=6))
@law
def test_chances_sum_to_one_and_bands_hold_the_rate(kept: list[Entry]) -> None:
    trend = rate_trend(kept, max(entry.day for entry in kept) + 3 * DAY)
    if trend is None:
        assert not any(entry.said or entry.count or entry.measured for entry in kept)
        return
    for one in (trend.chances, trend.since_start):
        total = one.resolved + one.resolving + one.steady + one.more
        assert total == pytest.approx(1)
    for rate in trend.rates:
        assert 0 <= rate.low <= rate.rate_per_min <= rate.high
    assert [rate.day for rate in trend.rates] == sorted(rate.day for rate in trend.rates)


def test_every_row_of_the_chain_sums_to_one() -> None:
    for days in (1, 4, 31):
        assert chain(days).step.sum(axis=1) == pytest.approx(np.ones(STATES))
    assert chain().start.sum() == pytest.approx(1)


@given(st.integers(0, 200))
@law
def test_a_higher_count_never_makes_lower_rates_likelier(twitches: int) -> None:
    first = diary(twitches)[0], diary(twitches + 5)[0]
    people, _ = persons(first)
    few, many = (likelihood(day, people, None) for day in first)
    assert few is not None
    assert many is not None
    levels = len(rate_states.LEVELS)
    ratio = np.log(np.maximum(many[0, :levels], 1e-300) / np.maximum(few[0, :levels], 1e-300))
    inside = (many[0, :levels] > 1e-290) & (few[0, :levels] > 1e-290)
    assert (np.diff(ratio[inside]) > -1e-6).all()


@given(st.lists(st.none() | st.integers(0, 60), min_size=3, max_size=14), st.data())
@law
def test_more_twitches_today_never_make_fewer_likelier(days: list[int | None], data) -> None:
    more_by = data.draw(st.integers(1, 200))
    last = data.draw(st.integers(0, 60))
    few, many = trend_of(*days, last), trend_of(*days, last + more_by)
    assert many.chances.more >= few.chances.more - ROUGHLY
    fewer = [one.chances.resolved + one.chances.resolving for one in (few, many)]
    assert fewer[1] <= fewer[0] + ROUGHLY


@given(st.lists(st.sampled_from([None, *Said]), min_size=3, max_size=14))
@law
def test_a_lot_today_is_never_told_as_gone_and_never_makes_more_less_likely(days) -> None:
    none, a_lot = trend_of(*days, Said.NONE), trend_of(*days, Said.A_LOT)
    assert a_lot.direction is not Direction.RESOLVED
    assert a_lot.chances.more >= none.chances.more - ROUGHLY


@pytest.mark.parametrize("today", [Said.SOME, 1])
def test_what_twitched_today_is_fewer_and_not_gone(today: Said | int) -> None:
    before = [Said.A_LOT] * 5, [Said.NONE] * 12
    assert trend_of(*before[0], *before[1], Said.NONE).direction is Direction.RESOLVED
    trend = trend_of(*before[0], *before[1], today)
    assert trend.direction is not Direction.RESOLVED
    assert trend.days_since_seen == 0


@given(st.lists(st.sampled_from([None, *Said, 0, 1, 3]), min_size=3, max_size=20))
@law
def test_nothing_is_told_as_gone_until_a_day_says_none(days) -> None:
    for last in (Said.SOME, 1):
        for silent in range(8):
            trend = trend_of(*days, last, *[None] * silent)
            assert trend.direction is not Direction.RESOLVED


@given(st.lists(st.none() | st.integers(0, 60), min_size=4, max_size=14), st.integers(2, 5))
@law
def test_more_twitches_on_every_day_never_make_it_likelier_gone(days, times: int) -> None:
    few = trend_of(*days, 1)
    many = trend_of(*[None if n is None else n * times for n in days], times)
    assert many.chances.resolved <= few.chances.resolved + ROUGHLY


@pytest.mark.parametrize("kind", Kind)
def test_who_is_left_out_looking_back_changes_little(kind: Kind, monkeypatch) -> None:
    course = draw_course(kind, np.random.default_rng(7), missing=0.5)
    today = (FIRST_DAY + 12 * DAY).date()
    some = rate_trend(course.entries, today)
    for name, value in (("_FORGOTTEN", 0.0), ("_WORTH", 0.0), ("_UNLIKELY", 0.0), ("_MOST", 99)):
        monkeypatch.setattr(rate_filter, name, value)
    every = rate_trend(course.entries, today)
    assert some is not None
    assert every is not None
    for name in ("resolved", "resolving", "steady", "more"):
        assert getattr(some.chances, name) == pytest.approx(getattr(every.chances, name), abs=0.04)


def test_what_is_back_at_once_is_a_change() -> None:
    back = trend_of(*[14, 6, 3, 1, *[0] * 8, 12, 11, 13, 12])
    assert back.direction is Direction.MORE
    assert any(
        one.direction is Direction.MORE and abs((one.day - FIRST_DAY.date()).days - 12) <= 1
        for one in back.changes
    )


def test_too_little_to_say_is_an_answer() -> None:
    assert trend_of(Said.SOME, None, Said.SOME).direction is Direction.TOO_LITTLE
    silent = trend_of(*[5] * 10, *[None] * 9, *[None])
    assert silent.direction is Direction.TOO_LITTLE
    assert silent.days_since_seen == 10


def test_a_diary_without_a_word_on_the_twitching_has_no_trend() -> None:
    entry = Entry(id="a", at=FIRST_DAY, note="rain")
    assert rate_trend([entry], FIRST_DAY.date()) is None


def test_what_is_noted_for_later_days_does_not_count_yet() -> None:
    kept = diary(*[8] * 10, *[80] * 5)
    early = (FIRST_DAY + 9 * DAY).date()
    assert rate_trend(kept, early) == rate_trend(kept[:10], early)


def test_plain_courses_are_named() -> None:
    assert trend_of(40, 22, 13, 6, 2, 1, *[0] * 14).direction is Direction.RESOLVED
    assert trend_of(*[400, 300, 220, 150, 110, 80, 60, 40]).direction is Direction.RESOLVING
    assert trend_of(*[11, 9, 14, 10, 8, 12, 10, 13, 9, 11]).direction is Direction.STEADY
    rising = trend_of(*[5, 6, 4, 5, 6, 9, 20, 41, 90, 170])
    assert rising.direction is Direction.MORE
    assert any(change.direction is Direction.MORE for change in rising.changes)


def test_a_change_is_told_about_its_day() -> None:
    rising = trend_of(*[5, 6, 4, 5, 6, 4, 5, 6, 60, 70, 65, 60, 66, 71])
    (change,) = [one for one in rising.changes if one.direction is Direction.MORE]
    assert abs(change.day.day - 9) <= 2, "about that day"
    assert trend_of(*[11, 9, 14, 10, 8, 12]).changes == ()


def test_a_diary_taken_up_again_after_years_is_read() -> None:
    old, new = diary(*[Said.SOME] * 5), diary(*[Said.NONE] * 4, first=3000)
    silent = rate_trend(old, new[0].day)
    assert silent is not None
    assert silent.direction is Direction.TOO_LITTLE
    again = rate_trend([*old, *new], new[-1].day)
    assert again is not None
    assert again.rates[0].day == old[0].day
    assert again.rates[-1].day == new[-1].day


def test_more_is_told_with_a_perhaps_until_it_is_sure() -> None:
    assert trend_of(5, 4, 6, 5, 4, 10, 13).direction is Direction.PERHAPS_MORE
    assert trend_of(5, 4, 6, 5, 4, 10, 13, 30, 40, 60).direction is Direction.MORE


@given(st.floats(0, 1))
@law
def test_a_direction_is_told_where_it_is_likelier_than_not(more: float) -> None:
    told = named(Chances(resolved=0.0, resolving=0.0, steady=1 - more, more=more))
    sure = Direction.MORE if more >= MORE_FROM else Direction.PERHAPS_MORE
    assert told is (sure if more >= NAMED_FROM else Direction.STEADY)


def test_no_direction_is_called_worse() -> None:
    assert not any("wors" in direction.value for direction in Direction)


def test_grades_alone_give_a_trend_but_no_numbers() -> None:
    trend = trend_of(*[Said.A_LOT] * 3, *[Said.SOME] * 4, *[Said.NONE] * 8)
    assert trend.direction in {Direction.RESOLVED, Direction.RESOLVING}
    assert not trend.in_numbers
    assert trend.last_seen == date(2026, 1, 7)


def test_a_sensor_that_finds_more_than_is_felt_is_no_rise() -> None:
    felt = diary(*[10, 9, 11, 10, 12, 9, 10])
    found = [
        Entry(
            id=f"m{place}",
            at=FIRST_DAY + place * DAY,
            measured=MeasuredRate(rate_per_min=3.0, low=2.5, high=3.6, modality="emg"),
        )
        for place in range(7, 10)
    ]
    trend = rate_trend([*felt, *found], (FIRST_DAY + 9 * DAY).date())
    assert trend is not None
    assert trend.direction is not Direction.MORE


def test_a_course_read_day_by_day_is_what_the_trend_says_that_day() -> None:
    course = draw_course(Kind.WORSENING, np.random.default_rng(3), missing=0.3)
    shown = follow(course)
    for day in (7, 14, 21):
        upto = (FIRST_DAY + day * DAY).date()
        kinds = {type(e.count) for e in course.entries if e.day <= upto}
        trend = rate_trend(course.entries, upto)
        assert trend is not None
        assert kinds
        assert trend.chances.more == pytest.approx(shown[day].chances.more, abs=0.12)
