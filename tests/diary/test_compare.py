"""Days with against days without: what is told, and when nothing is."""

import math
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.diary.compare import Measure, Verdict, Why, compare, effect_density
from kedut.diary.entry import Context, Count, Entry, Said
from kedut.diary.schedule import schedule
from kedut.simulate.courses import FIRST_DAY
from tests.diary.drawn import law

DAY = timedelta(days=1)


def diary(counts: list[int], on: list[bool]) -> list[Entry]:
    return [
        Entry(
            id=str(n),
            at=FIRST_DAY + n * DAY,
            count=Count(twitches=count, minutes=10),
            context=Context(remedies=("tea",)) if with_it else Context(no_remedy=True),
        )
        for n, (count, with_it) in enumerate(zip(counts, on, strict=True))
    ]


def took_tea(entry: Entry) -> bool | None:
    if "tea" in entry.context.remedies:
        return True
    return False if entry.context.no_remedy else None


ON = [bool(n % 2) for n in range(28)]


def test_a_clear_difference_is_told_with_its_size() -> None:
    counts = [20 if with_it else 40 + n % 3 for n, with_it in enumerate(ON)]
    found = compare(diary(counts, ON), took_tea)
    assert found.verdict is Verdict.FEWER
    assert found.measure is Measure.COUNTS
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.5 < found.high < 0.75


def test_no_difference_cannot_be_told() -> None:
    found = compare(diary([30 + (7 * n) % 11 for n in range(28)], ON), took_tea)
    assert (found.verdict, found.why) == (Verdict.CANNOT_TELL, Why.TOO_UNCERTAIN)


def test_begun_once_cannot_be_told_from_easing_anyway() -> None:
    on = [n >= 14 for n in range(28)]
    found = compare(diary([10 if with_it else 40 for with_it in on], on), took_tea)
    assert (found.verdict, found.why) == (Verdict.CANNOT_TELL, Why.SWITCHED_TOO_SELDOM)


def test_a_few_days_are_too_few() -> None:
    found = compare(diary([1, 40] * 3, ON[:6]), took_tea)
    assert found.why is Why.TOO_FEW_DAYS
    assert compare([], took_tea).why is Why.TOO_FEW_DAYS


def test_a_steady_decline_is_not_taken_for_help() -> None:
    counts = [round(200 * math.exp(-0.1 * n)) for n in range(28)]
    assert compare(diary(counts, ON), took_tea).verdict is Verdict.CANNOT_TELL


def test_days_of_which_nothing_is_known_are_left_out() -> None:
    kept = diary([20 if with_it else 40 for with_it in ON], ON)
    open_ = [Entry(id=f"x{n}", at=FIRST_DAY + (40 + n) * DAY, said=Said.A_LOT) for n in range(9)]
    assert compare([*kept, *open_], took_tea) == compare(kept, took_tea)


def test_with_independent_noise_the_estimate_is_that_of_least_squares() -> None:
    rng = np.random.default_rng(2)
    at, on = np.arange(40.0), rng.random(40) < 0.5
    values = 1.0 - 0.5 * on + 0.02 * at + rng.normal(0, 0.3, 40)
    design = np.column_stack([np.ones(40), at, on])
    plain = np.linalg.lstsq(design, values, rcond=None)[0][2]
    grid = np.linspace(-4, 4, 1601)
    density = effect_density(at, on, values)
    assert (grid * density).sum() / density.sum() == pytest.approx(plain, abs=0.08)


@given(st.integers(0, 1000), st.integers(1, 10), st.integers(1, 7))
@law
def test_a_schedule_has_as_many_days_with_as_without_and_no_gap(
    seed: int, pairs: int, block_days: int
) -> None:
    first = date(2026, 3, 1)
    plan = schedule(first, pairs=pairs, block_days=block_days, seed=seed)
    assert plan[0].first == first
    assert all(b.first == a.last + DAY for a, b in pairwise(plan))
    assert sum(block.on for block in plan) == pairs
    assert all(a.on != b.on for a, b in zip(plan[::2], plan[1::2], strict=True))
    assert plan == schedule(first, pairs=pairs, block_days=block_days, seed=seed)
