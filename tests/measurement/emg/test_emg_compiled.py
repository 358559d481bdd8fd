"""The compiled parts of the EMG detector against plain versions of themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from kedut.measurement.detectors.emg_pursuit import products_of
from kedut.measurement.detectors.emg_rest import power_of, score_of, standing_out
from kedut.measurement.detectors.emg_rings import COARSE, FINE, best_ring, ring_shapes
from kedut.measurement.detectors.emg_solving import COST, solve
from kedut.measurement.detectors.emg_taps import take_tap, tap_shapes
from kedut.measurement.detectors.emg_templates import Templates, bank_of
from kedut.measurement.filters.blocks import plan, spectrum
from kedut.measurement.filters.level import steady
from kedut.measurement.filters.lines import remove_lines
from kedut.measurement.filters.pieces import batches, cleaned, heard, pieces
from kedut.simulate.emg import simulate_emg
from kedut.simulate.emg_draw import Setting, draw_scene
from tests.measurement.emg import plain

SEEDS = st.integers(0, 10_000)


def drawn_templates(rng: np.random.Generator, units: int, parts: int) -> Templates:
    """Draw units of two or three waves, in units of the noise."""
    t = np.arange(115) - 49
    means = np.zeros((units, parts, t.size), np.float32)
    for mean in means:
        for row in mean:
            for _ in range(3):
                width, at = rng.uniform(3, 9), rng.uniform(-12, 12)
                row += rng.normal(0, 15) * np.exp(-(((t - at) / width) ** 2))
    templates = bank_of(means, np.full(units, 5))
    templates.kappa[:] = rng.uniform(0.8, 2, units)
    return templates


def drawn_stretch(rng: np.random.Generator, templates: Templates, loud: float) -> np.ndarray:
    """Draw a stretch with some discharges in noise, over that noise."""
    x = rng.normal(0, loud, (templates.bank.shape[2], 600)).astype(np.float32)
    for _ in range(rng.integers(0, 5)):
        unit, at = rng.integers(templates.units), rng.integers(0, 480)
        x[:, at : at + 115] += rng.uniform(0.7, 1.3) * templates.bank[unit, rng.integers(4)]
    return x / np.float32(loud)


def put_back(rest: np.ndarray, events: np.ndarray, templates: Templates, loud: float) -> None:
    """Add the potentials of events to what they left."""
    for unit, at, part, scale, _ in events:
        mean = templates.bank[int(unit), round(4 * float(part))]
        rest[:, int(at) : int(at) + mean.shape[1]] += scale / loud * mean


@settings(deadline=None, max_examples=30)
@given(SEEDS, st.integers(1, 5), st.integers(1, 3))
def test_products_are_those_of_every_window(seed: int, units: int, parts: int) -> None:
    rng = np.random.default_rng(seed)
    templates = drawn_templates(rng, units, parts)
    x = drawn_stretch(rng, templates, 1.0)
    found = products_of(x, templates.bank, templates.reach)
    np.testing.assert_allclose(found, plain.products(x, templates), rtol=1e-4, atol=0.05)


@settings(deadline=None, max_examples=10)
@given(SEEDS, st.integers(1, 4), st.integers(1, 2), st.sampled_from([0.7, 1.0, 1.6]))
def test_a_stretch_is_explained_as_plainly(seed: int, units: int, parts: int, loud: float) -> None:
    rng = np.random.default_rng(seed)
    templates = drawn_templates(rng, units, parts)
    x = drawn_stretch(rng, templates, loud)
    events, rest = solve(x.copy(), templates, loud, 7)
    clear = plain.solve(x, templates, loud, 7)
    cost = float(np.square(rest).sum()) + COST * len(events)
    assert cost == pytest.approx(clear.cost, rel=1e-4, abs=0.1)
    whole = rest.copy()
    put_back(whole, events, templates, loud)
    np.testing.assert_allclose(whole, x, atol=1e-3)
    own = sorted((u, at, s / 4, a, score) for u, at, s, a, score in clear.found)
    found = events[np.lexsort((events[:, 1], events[:, 0]))]
    if [one[:3] for one in own] == [tuple(one) for one in found[:, :3].tolist()]:
        np.testing.assert_allclose(found, np.array(own).reshape(-1, 5), rtol=1e-3)
    else:  # two explanations cost the same: either may be taken
        event(f"a tie of {len(own)}")


@settings(deadline=None, max_examples=40)
@given(SEEDS, st.integers(1, 3), st.floats(0.5, 2))
def test_what_stands_out_is_what_plain_filters_show(seed: int, parts: int, loud: float) -> None:
    rng = np.random.default_rng(seed)
    templates = drawn_templates(rng, 2, parts)
    x = drawn_stretch(rng, templates, 1.0)
    level = rng.uniform(1, 2, (parts, 1)).astype(np.float32)
    explained = np.abs(rng.normal(0, 1, 600)).astype(np.float32)
    events = np.array([[0, 100, 0, 1.1, 9], [1, 200, 0.25, 0.8, 7]], np.float32)[: seed % 3]
    rest = (12, 41, 102, power_of(5.6, 12 * parts))
    arguments = (x, level, events, templates.bank, loud)
    clear = plain.standing_out(*arguments, explained.copy(), *rest)
    found = standing_out(*arguments, explained.copy(), *rest)
    for one, other in zip(found[1:], clear[1:], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3)
    assert np.isclose(found[0], clear[0], rtol=1e-3).mean() > 0.99  # a tie may fall either way


@given(st.floats(0, 50), st.integers(1, 200))
def test_a_score_and_its_power_tell_the_same(score: float, samples: int) -> None:
    assert score_of(power_of(score, samples), samples) == pytest.approx(score, abs=1e-6)


@settings(deadline=None, max_examples=25)
@given(SEEDS, st.integers(1, 3))
def test_a_knock_is_taken_out_as_plainly(seed: int, channels: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = tap_shapes(plan(2048.0, 2048 * 60))
    x = rng.normal(0, 1, (channels, 500)).astype(np.float32)
    size = rng.normal(0, 60, (channels, 1))
    decay, shift = rng.integers(shapes.shapes.shape[0]), rng.integers(4)
    x[:, 150 : 150 + shapes.shapes.shape[2]] += size * shapes.shapes[decay, shift]
    clear = x.astype(np.float64)
    near = 150 + shapes.before + int(rng.integers(-5, 6))
    plainly, found = plain.take_tap(clear, shapes, near), take_tap(x, shapes, near)
    assert (found is None) == (plainly is None)
    if found is not None and plainly is not None:
        assert found[0] == plainly[0]
        assert found[1] == pytest.approx(plainly[1], rel=1e-3)
    np.testing.assert_allclose(x, clear, atol=0.01)


@settings(deadline=None, max_examples=10)
@given(SEEDS, st.integers(1, 3))
def test_the_best_ring_is_the_one_a_plain_search_finds(seed: int, channels: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = ring_shapes(plan(2048.0, 2048 * 60)).shapes
    x = rng.normal(0, 1, (channels, 400)).astype(np.float32)
    decay, wave = (int(rng.integers(n)) for n in shapes.shape[:2])
    x[:, 120 : 120 + shapes.shape[3]] += rng.normal(0, 60, (channels, 1)) * shapes[decay, wave, 1]
    found = best_ring(x, shapes, 95, 150, COARSE, FINE)
    clear = plain.best_ring(x, shapes, 95, 150)
    assert found[4] == pytest.approx(clear[4], rel=1e-3)
    assert found[:4] == clear[:4] or clear[4] < 100  # in noise alone several are as good


@given(SEEDS, st.integers(1, 4), st.integers(5, 40))
def test_a_level_is_steadied_as_plainly(seed: int, channels: int, windows: int) -> None:
    level = np.random.default_rng(seed).uniform(0, 9, (channels, windows)).astype(np.float32)
    np.testing.assert_array_equal(steady(level), plain.steady(level).astype(np.float32))


@pytest.mark.parametrize("mains_hz", [49.93, 50.0, 60.1])
@pytest.mark.parametrize("channels", [1, 3])
def test_lines_are_brought_down_as_plainly(mains_hz: float, channels: int) -> None:
    rng = np.random.default_rng(channels)
    cut = plan(2048.0, 2048 * 60)
    t = np.arange(cut.size) / 2048.0
    x = rng.normal(0, 1, (channels, cut.size)).astype(np.float32)
    for order in (1, 2, 3, 5):
        x += 40 / order * np.sin(2 * np.pi * order * mains_hz * t + 0.3 * np.sin(t))
    s = spectrum(x, cut)
    clear = s.astype(np.complex128)
    taken = remove_lines(s, mains_hz, cut)
    plain.remove_lines(clear, mains_hz, float(cut.freqs_hz[1]), cut.high_hz)
    np.testing.assert_allclose(s, clear, rtol=1e-4, atol=1e-2)
    assert taken == pytest.approx(40, rel=0.1)


@pytest.mark.parametrize("mains_hz", [0.0, 50.0])
def test_pieces_are_the_same_alone_and_together(mains_hz: float) -> None:
    recording = simulate_emg(draw_scene(3, Setting.EVERYTHING, duration_s=70.0), 3).recording
    about = recording.about
    cut = plan(about.rate_hz, about.length)
    together = list(pieces(recording, cut, range(cut.count), mains_hz=mains_hz))
    assert [p.number for p in together] == list(range(cut.count))
    assert len(list(batches(range(cut.count), len(about.channels)))) < cut.count
    for p in together:
        (alone,) = cleaned(heard(recording, cut, [p.number], mains_hz), cut, mains_hz)
        for name in ("wide", "narrow", "upper", "quiet", "slow", "mains_uv", "flats"):
            one, other = getattr(p, name), getattr(alone, name)
            np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-3 * np.abs(p.wide).max())
