"""What is no twitch: beats of the heart, knocks that ring, swaying, one potential counted twice."""

from __future__ import annotations

import numpy as np
import pytest

from kedut.measurement.detectors.emg import detect_emg
from kedut.measurement.detectors.emg_overlaps import one_unknown
from kedut.measurement.detectors.emg_rings import find_ring, ring_shapes
from kedut.measurement.detectors.emg_templates import bank_of, lingers, sways
from kedut.measurement.features import counted_of
from kedut.measurement.filters.blocks import LOW_HZ, band, plan
from kedut.measurement.match import match
from kedut.measurement.quality.emg_pulse import beats_in
from kedut.simulate.emg_draw import Setting, draw_recording, draw_scene
from kedut.simulate.emg_units import draw_potential

RATE_HZ = 1024.0
NEAR_S = 0.06  # about a knock


def in_band(wave: np.ndarray, rate_hz: float) -> np.ndarray:
    """Give a wave as the detector sees it, in the middle of two seconds."""
    x = np.zeros(round(2 * rate_hz))
    at = round(0.9 * rate_hz)
    x[at : at + len(wave)] = wave
    s = np.fft.rfft(x) * band(np.fft.rfftfreq(len(x), 1 / rate_hz), LOW_HZ, 450.0)
    samples = round(2 * RATE_HZ)
    return np.fft.irfft(s[: samples // 2 + 1], samples) * samples / len(x)


def test_knocks_that_ring_are_known_and_potentials_are_none() -> None:
    shapes = ring_shapes(plan(2048.0, 2048 * 60))
    rng = np.random.default_rng(7)
    t = np.arange(round(0.3 * 4096)) / 4096

    def is_ring(wave: np.ndarray, hertz: float) -> bool:
        x = in_band(wave, hertz)
        x = 80 * x / np.abs(x).max() + rng.normal(0, 1, len(x))
        near = int(np.abs(x).argmax())
        return find_ring(x[None].astype(np.float32), shapes, near, RATE_HZ) is not None

    rings, potentials = [], []
    for seed in range(7000, 7030):
        decay, hertz = rng.uniform(0.005, 0.04), rng.uniform(25, 110)
        rings.append(is_ring(np.exp(-t / decay) * np.cos(2 * np.pi * hertz * t), 4096.0))
        seen = draw_potential(rng, draw_scene(seed, Setting.CLEAN), 1.0)
        potentials.append(is_ring(seen.wave[0], seen.finer_hz))
    assert sum(rings) >= 24
    assert not any(potentials)


@pytest.mark.parametrize("seed", [7001, 7004, 7008])
def test_nothing_is_counted_in_a_knock(seed: int) -> None:
    made = draw_recording(seed, Setting.QUIET, duration_s=90)
    found = [t.peak_s for t in counted_of(detect_emg(made.recording))]
    knocks = made.truth.times_of("tap")
    assert len(knocks) > 0
    inside = [t for t in found if any(-NEAR_S < t - k.onset_s < k.duration_s for k in knocks)]
    assert len(inside) == 0


@pytest.mark.parametrize("seed", [7001, 7003])
def test_a_heart_too_weak_to_be_found_beat_by_beat_is_found_by_its_rhythm(seed: int) -> None:
    made = draw_recording(seed, Setting.QUIET, duration_s=60)
    assert made.scene.heart is not None
    figures = detect_emg(made.recording).quality.figures
    assert figures["ecg_per_min"] == pytest.approx(made.scene.heart.per_min, rel=0.05)


@pytest.mark.parametrize(
    "setting", [Setting.CLEAN, Setting.FREQUENT, Setting.GRID, Setting.TREMOR, Setting.MYOKYMIA]
)
def test_no_unit_is_taken_for_a_heart(setting: Setting) -> None:
    found = detect_emg(draw_recording(7010, setting, duration_s=30).recording)
    assert "ecg_per_min" not in found.quality.figures


def test_beats_are_found_between_twitches_and_chance_has_none() -> None:
    rng, rate = np.random.default_rng(3), 128.0
    t = np.arange(round(60 * rate)) / rate
    beats = np.cumsum(rng.normal(0.9, 0.03, 64))
    x = rng.normal(0, 0.5, (1, len(t)))
    for at in rng.uniform(0, 60, 40):
        x += 15 * np.exp(-(((t - at) / 0.01) ** 2)) * np.cos(2 * np.pi * 25 * (t - at))
    assert beats_in([x.astype(np.float32)], rate) is None
    for at in beats:
        x += 9 * np.exp(-(((t - at) / 0.025) ** 2)) * np.cos(2 * np.pi * 16 * (t - at))
    found = beats_in([x.astype(np.float32)], rate)
    assert found is not None
    assert found.pace_s == pytest.approx(0.9, abs=0.03)
    near = np.abs(found.times_s[0][:, None] - beats[None]).min(axis=1)
    assert np.quantile(near, 0.9) < 0.01


def test_a_strong_heart_is_known_by_its_peaks_though_its_slopes_are_large_too() -> None:
    rng, rate = np.random.default_rng(3), 128.0
    t = np.arange(round(120 * rate)) / rate
    beats = np.cumsum(rng.normal(0.92, 0.037, 128))
    x = rng.normal(0, 1, (1, len(t)))
    for at in beats:
        near = t - at
        wave = np.exp(-((near / 0.016) ** 2)) - 0.4 * np.exp(-(((near - 0.035) / 0.016) ** 2))
        x += 120 * rng.normal(1, 0.05) * (wave - 0.3 * np.exp(-(((near + 0.035) / 0.016) ** 2)))
    found = beats_in([x.astype(np.float32)], rate)
    assert found is not None
    near = np.abs(found.times_s[0][:, None] - beats[None]).min(axis=1)
    assert np.quantile(near, 0.95) < 0.01


def test_swaying_is_slower_than_any_potential() -> None:
    t = np.arange(128) / RATE_HZ - 0.06
    assert sways(np.exp(-((t / 0.02) ** 2)) * np.cos(2 * np.pi * 22 * t), RATE_HZ)
    assert not sways(np.exp(-((t / 0.008) ** 2)) * np.cos(2 * np.pi * 50 * t), RATE_HZ)


def test_what_lasts_longer_than_any_potential_is_none_and_noise_does_not_make_it_so() -> None:
    rng = np.random.default_rng(5)
    t = np.arange(115) / RATE_HZ - 0.048
    noise = rng.normal(0, 1 / np.sqrt(3), (1, 115))
    assert lingers(6 * np.cos(2 * np.pi * 45 * t)[None] + noise, 3, RATE_HZ)
    potential = 12 * np.exp(-((t / 0.006) ** 2)) * np.cos(2 * np.pi * 60 * t)
    assert not lingers(potential[None] + noise, 3, RATE_HZ)


@pytest.mark.parametrize("seed", [2003, 5008, 5011])
def test_the_ends_of_a_grids_recording_are_no_twitches(seed: int) -> None:
    made = draw_recording(seed, Setting.GRID, duration_s=30)
    found = np.sort([t.peak_s for t in counted_of(detect_emg(made.recording))])
    true = np.sort(made.truth.best_peak_s[made.truth.counted])
    false = set(range(len(found))) - {one for one, _ in match(found, true, 0.025)}
    ends = [found[i] for i in false if found[i] < 0.2 or found[i] > 29.7]
    assert not ends


def test_two_shapes_that_do_not_fit_are_one_unknown_and_two_that_fit_stay_two() -> None:
    t = np.arange(115) - 49
    shapes = np.array(
        [[40 * np.exp(-((t / 5) ** 2))], [30 * np.exp(-((t / 8) ** 2)) * np.sin(t / 5)]],
        np.float32,
    )
    bank = bank_of(shapes, np.array([9, 9]))
    noise = np.random.default_rng(4).normal(0, 1, (1, 500)).astype(np.float32)
    events = np.array([[0, 150, 0, 1, 30], [1, 162, 0, 1, 30]], np.float32)
    kept, rest = one_unknown(events, noise.copy(), bank, 1.0, RATE_HZ)
    np.testing.assert_array_equal(kept, events)
    np.testing.assert_array_equal(rest, noise)
    odd = noise.copy()
    odd[0, 195:225] += 20 * np.sin(np.arange(30) / 3)
    kept, rest = one_unknown(events, odd.copy(), bank, 1.0, RATE_HZ)
    assert len(kept) == 0
    both = odd.copy()
    both[:, 150:265] += shapes[0]
    both[:, 162:277] += shapes[1]
    np.testing.assert_allclose(rest, both, atol=1e-4)


@pytest.mark.parametrize("seed", [2010, 2013, 5006])
def test_a_potential_seldom_seen_is_counted_once(seed: int) -> None:
    made = draw_recording(seed, Setting.RARE, duration_s=90)
    found = np.array([t.peak_s for t in counted_of(detect_emg(made.recording))])
    assert len(found) == int(made.truth.counted.sum())


@pytest.mark.parametrize("seed, setting", [(2000, Setting.NOISY), (2004, Setting.HEART)])
def test_a_unit_that_looks_like_a_knock_but_comes_back_is_counted(
    seed: int, setting: Setting
) -> None:
    made = draw_recording(seed, setting, duration_s=90)
    found = counted_of(detect_emg(made.recording))
    assert len(found) >= 0.97 * int(made.truth.counted.sum())
