"""Pairs of found and true times: laws against trying every pairing, and examples by hand."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedut.measurement.match import Score, constant_lag_s, match, pooled, score

TIMES = st.lists(st.integers(0, 24), max_size=6).map(lambda ticks: sorted(t / 8 for t in ticks))
TOLERANCES = st.integers(0, 10).map(lambda ticks: ticks / 8)
MANY = st.lists(st.floats(0, 100, allow_nan=False), max_size=60).map(sorted)


def best_by_trying(found: list[float], true: list[float], tolerance: float) -> tuple[int, float]:
    """Give the most pairs and their least distance in sum, of all pairings, crossing ones too."""
    if not found:
        return 0, 0.0
    first, rest = found[0], found[1:]
    pairs, distance = best_by_trying(rest, true, tolerance)
    options = [(-pairs, distance)]
    for place, time in enumerate(true):
        if abs(time - first) <= tolerance:
            pairs, distance = best_by_trying(rest, true[:place] + true[place + 1 :], tolerance)
            options.append((-pairs - 1, distance + abs(time - first)))
    fewest, distance = min(options)
    return -fewest, distance


@settings(deadline=None)
@given(TIMES, TIMES, TOLERANCES)
def test_no_other_pairing_has_more_pairs_or_less_distance(
    found: list[float], true: list[float], tolerance: float
) -> None:
    pairs = match(found, true, tolerance)
    distance = sum(abs(found[f] - true[t]) for f, t in pairs)
    most, least = best_by_trying(found, true, tolerance)
    assert len(pairs) == most
    assert distance == pytest.approx(least)


@given(MANY, MANY, st.floats(0, 5))
def test_each_is_used_once_in_order_and_within_the_tolerance(
    found: list[float], true: list[float], tolerance: float
) -> None:
    pairs = match(found, true, tolerance)
    for left, right in pairwise(pairs):
        assert left[0] < right[0]
        assert left[1] < right[1]
    assert all(abs(found[f] - true[t]) <= tolerance + 1e-9 for f, t in pairs)


@given(MANY, MANY, st.floats(0, 5))
def test_found_and_true_may_change_places(
    found: list[float], true: list[float], tolerance: float
) -> None:
    assert len(match(found, true, tolerance)) == len(match(true, found, tolerance))


@given(MANY)
def test_what_is_true_found_exactly_is_all_hits(true: list[float]) -> None:
    assert match(true, true, 0.0) == tuple((n, n) for n in range(len(true)))


def test_a_twitch_found_three_times_is_one_hit_and_two_inventions() -> None:
    assert score([1.00, 1.01, 1.02], [1.01], 0.05) == Score(hits=1, missed=0, false=2)
    assert match([1.00, 1.01, 1.02], [1.01], 0.05) == ((1, 0),)


def test_a_nearer_one_yields_where_both_can_be_paired() -> None:
    assert match([1.00, 1.06], [0.98, 1.02], 0.05) == ((0, 0), (1, 1))


def test_two_thousand_in_a_row_are_paired() -> None:
    true = np.arange(2000) * 0.01
    assert match(true + 0.004, true, 0.05) == tuple((n, n) for n in range(2000))


@given(st.lists(st.integers(0, 500), min_size=3, max_size=40, unique=True), st.floats(-0.3, 0.3))
def test_one_constant_lag_is_found_and_forgiven(seconds: list[int], lag: float) -> None:
    true = sorted(float(second) for second in seconds)
    found = [time + lag for time in true]
    assert constant_lag_s(found, true, 0.025, 0.3001) == pytest.approx(lag, abs=1e-9)
    forgiven = score(found, true, 0.025, largest_lag_s=0.3001)
    assert forgiven == Score(hits=len(true), missed=0, false=0)


def test_a_lag_beyond_what_is_allowed_is_not_forgiven() -> None:
    late = score([1.2, 3.2], [1.0, 3.0], 0.025, largest_lag_s=0.1)
    assert late == Score(hits=0, missed=2, false=2)
    assert constant_lag_s([], [1.0], 0.025, 0.1) == 0.0
    assert constant_lag_s([1.0], [], 0.025, 0.1) == 0.0


def test_shares_by_hand() -> None:
    one = Score(hits=6, missed=2, false=4)
    assert (one.precision, one.recall) == (0.6, 0.75)
    assert one.f1 == pytest.approx(2 * 0.6 * 0.75 / 1.35)
    nothing = Score(hits=0, missed=0, false=0)
    assert all(math.isnan(x) for x in (nothing.f1, nothing.precision, nothing.recall))
    assert pooled([one, one]) == Score(hits=12, missed=4, false=8)


@pytest.mark.parametrize("times", [[2.0, 1.0], [math.nan], [1.0, math.inf]])
def test_times_out_of_order_or_not_numbers_are_refused(times: list[float]) -> None:
    with pytest.raises(ValueError, match="found_s must be finite and ascending"):
        match(times, [1.0], 0.1)
    with pytest.raises(ValueError, match="true_s must be finite and ascending"):
        match([1.0], times, 0.1)


@pytest.mark.parametrize("tolerance", [-0.1, math.nan])
def test_a_tolerance_below_zero_is_refused(tolerance: float) -> None:
    with pytest.raises(ValueError, match="tolerance_s must be 0 or more"):
        match([1.0], [1.0], tolerance)
