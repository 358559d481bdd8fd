"""The parts of the EMG detector against plain versions of themselves."""

from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedut.measurement.detectors.emg_kinds import dense, kinds, trains
from kedut.measurement.detectors.emg_solving import solve
from kedut.measurement.detectors.emg_taps import take_tap, tap_shapes
from kedut.measurement.detectors.emg_templates import bank_of
from kedut.measurement.filters.blocks import plan, spectrum, through
from kedut.measurement.filters.energy import power
from kedut.measurement.filters.flat import flat_runs
from kedut.measurement.quality.emg import all_channels, excluded_spans, inside, joined
from kedut.measurement.quality.emg_heart import beat_s, between_beats
from kedut.measurement.quality.emg_sustained import sustained
from kedut.measurement.twitch import Kind, Reason


@given(st.lists(st.integers(0, 2), max_size=60), st.integers(2, 5))
def test_flat_runs_are_those_a_plain_search_finds(values: list[int], shortest: int) -> None:
    x = np.array([values], np.float32)
    at, plain = 0, []
    for _, run in itertools.groupby(values):
        n = len(list(run))
        if n >= shortest:
            plain.append((0, at, n))
        at += n
    assert [tuple(r) for r in flat_runs(x, shortest).tolist()] == plain


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(1, 3))
def test_running_power_is_what_a_convolution_gives(seed: int, channels: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 2, (channels, 400)).astype(np.float32)
    noise = rng.uniform(1, 3, (channels, 4)).astype(np.float32)
    scaled = np.square(x / np.repeat(noise, 100, axis=1))
    plain = np.array([np.convolve(row, np.ones(7), "same") for row in scaled]) / 7
    found = power(x, noise, 1000.0, 0.007)
    np.testing.assert_allclose(found[0] ** 3, plain.mean(axis=0), rtol=2e-3, atol=1e-4)
    if channels > 1:
        np.testing.assert_allclose(found[1] ** 3, plain.max(axis=0), rtol=2e-3, atol=1e-4)


def _two_shapes() -> np.ndarray:
    t = np.arange(115) - 49
    one = -np.exp(-((t / 5) ** 2)) + 0.5 * np.exp(-(((t - 12) / 6) ** 2))
    two = np.exp(-((t / 9) ** 2)) * np.sin(t / 5)
    return np.array([[30 * one], [25 * two]], np.float32)


@settings(deadline=None, max_examples=30)
@given(st.integers(25, 110), st.integers(0, 10_000))
def test_two_overlapping_potentials_come_apart(apart: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = _two_shapes()
    templates = bank_of(shapes, np.array([5, 5]))
    x = rng.normal(0, 1, (1, 600)).astype(np.float32)
    x[:, 200:315] += shapes[0]
    x[:, 200 + apart : 315 + apart] += shapes[1]
    events, rest = solve(x, templates, 1.0, 7)
    found = sorted((round(float(e[1] + e[2])), int(e[0])) for e in events)
    near = {(200, 0), (200 + apart, 1)}
    for at, unit in near:
        assert any(abs(a - at) <= 2 and u == unit for a, u in found), (found, near)
    assert len(events) == 2
    assert float(np.square(rest).mean()) < 1.5


def test_filters_leave_the_middle_of_the_band_as_it_is() -> None:
    cut = plan(2048.0, 2048 * 60)
    t = np.arange(cut.size) / 2048.0
    for hertz, share in ((5.0, 0.0), (80.0, 1.0), (300.0, 1.0), (600.0, 0.0)):
        x = np.sin(2 * np.pi * hertz * t)[None].astype(np.float32)
        y = through(spectrum(x, cut), cut.wide, cut, cut.work)
        inner = y[0, cut.margin : -cut.margin]
        assert np.abs(inner).max() == pytest.approx(share, abs=0.02)


@given(st.floats(200, 40_000), st.integers(1, 10_000_000))
def test_pieces_cover_a_recording_of_any_rate_once(rate_hz: float, length: int) -> None:
    cut = plan(rate_hz, length)
    assert cut.count * cut.hop >= length
    assert (cut.count - 1) * cut.hop < max(length, 1)
    assert cut.work % 4 == 0
    assert cut.keep + 2 * cut.margin == cut.work


def test_a_knock_is_taken_out_and_a_potential_is_not() -> None:
    cut = plan(2048.0, 2048 * 60)
    shapes = tap_shapes(cut)
    rng = np.random.default_rng(2)
    raw = rng.normal(0, 1, (1, cut.size)).astype(np.float32)
    after = np.arange(cut.size - 16000) / 2048.0
    raw[0, 16000:] += 300 * np.exp(-after / 0.015).astype(np.float32)
    y = through(spectrum(raw, cut), cut.wide, cut, cut.work)
    at = round(16000 * cut.work / cut.size)
    found = take_tap(y, shapes, int(np.abs(y[0]).argmax()))
    assert found is not None
    assert abs(found[0] - at) <= 2
    assert np.abs(y[0, at - 60 : at + 100]).max() < 20
    for shape in _two_shapes():
        x = np.zeros((1, 600), np.float32)
        x[:, 200:315] = shape
        assert take_tap(x, shapes, int(np.abs(x[0]).argmax())) is None


def test_a_pair_a_burst_and_a_single_are_told_apart() -> None:
    burst = 10 + np.arange(8) * 0.03
    times = np.concatenate([[1.0, 1.04, 5.0], burst, [20.0]])
    found = kinds(times, np.zeros(len(times), np.int64))
    expected = [Kind.DOUBLET] * 2 + [Kind.SINGLE] + [Kind.GROUPED] * 8 + [Kind.SINGLE]
    assert found == expected


def test_two_units_at_once_are_no_doublet() -> None:
    assert kinds(np.array([1.0, 1.04]), np.array([0, 1])) == [Kind.SINGLE] * 2


def test_an_even_train_is_a_will_and_chance_is_not() -> None:
    rng = np.random.default_rng(0)
    even = np.cumsum(rng.normal(0.1, 0.01, 60))
    assert trains(even)
    assert dense(even)
    chance = np.cumsum(rng.exponential(0.5, 400))
    assert not trains(chance)
    assert not dense(chance)


@pytest.mark.parametrize("pace", [0.5, 0.92, 1.3])
def test_a_heart_is_known_by_its_pace_and_twitches_are_not_taken_for_it(pace: float) -> None:
    rng = np.random.default_rng(5)
    beats = np.cumsum(rng.normal(pace, 0.03 * pace, 120))
    heard = beats[rng.random(120) < 0.8]
    assert beat_s(heard, float(beats[-1])) == pytest.approx(pace, rel=0.05)
    chance = np.cumsum(rng.exponential(pace, 120))
    assert beat_s(chance, float(chance[-1])) == 0


def test_the_pace_of_a_day_is_found_in_little_memory() -> None:
    beats = np.cumsum(np.random.default_rng(6).normal(0.9, 0.03, 20_000))
    tracemalloc.start()
    try:
        assert beat_s(beats, float(beats[-1])) == pytest.approx(0.9, rel=0.05)
        assert tracemalloc.get_traced_memory()[1] < 40e6
    finally:
        tracemalloc.stop()


def test_a_beat_is_due_only_where_none_was_found() -> None:
    beats = np.array([0.0, 1.0, 3.0, 4.0])
    assert between_beats(np.array([2.02, 1.5, 0.5]), beats, 1.0).tolist() == [True, False, False]


def test_work_of_a_second_and_more_is_sustained_and_a_burst_is_not() -> None:
    cells = np.zeros(400, np.float32)
    cells[50:60] = 9
    cells[200:300] = 9
    cells[240:244] = 0
    assert sustained(cells, 1 / 32) == [(200, 300)]


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 5)), max_size=8), st.floats(0, 60))
def test_time_is_inside_joined_spans_if_it_was_inside_one(
    raw: list[tuple[float, float]], at: float
) -> None:
    spans = [(a, a + d) for a, d in raw]
    plain = any(a <= at <= b for a, b in spans)
    assert bool(inside(np.array([at]), joined(spans))[0]) == plain


def test_exclusions_stay_within_the_recording() -> None:
    out = excluded_spans([(-1.0, 2.0), (9.0, 20.0)], Reason.TAP, 10.0)
    assert all_channels(out) == [(0.0, 2.0), (9.0, 10.0)]
