"""Twitches that begin at once, and sources whose twitches are of one size."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import fft

from kedut.measurement.detectors.motion import detect_motion
from kedut.measurement.detectors.motion_bank import TWITCHES, shapes
from kedut.measurement.filters.motion import gain
from kedut.measurement.match import Score, match, pooled
from kedut.simulate.motion import Scene, Still, direction, simulate_motion

FINE = 10  # steps of a shape within one sample
SIZE = 512


def jumping(damped_s: float, rate_hz: float) -> NDArray[np.float64]:
    """Give the acceleration of skin pushed up at once, critically damped, in fine steps."""
    u = np.arange(0, 0.5, 1 / rate_hz / FINE) / damped_s
    wave = (2 - 4 * u + u * u) * np.exp(-u)
    wave = np.convolve(wave, np.ones(FINE) / FINE)[: u.size]
    return np.asarray(wave / np.ptp(wave))


def sharp(seed: int, ptp_m_s2: float) -> tuple[Still, NDArray[np.float64]]:
    """Give a minute of rest with twitches of three sources added, and when they begin."""
    rng = np.random.default_rng(seed)
    rest = simulate_motion(Scene(rate_per_min=0, rate_hz=100, noise_m_s2=0.012), seed).recording
    x = rest.samples.astype(np.float64)
    units = [(direction(rng), jumping(rng.uniform(0.04, 0.1), 100)) for _ in range(3)]
    onset_s = np.cumsum(rng.uniform(1.2, 3.2, size=24)) + 1
    for begin_s in onset_s[onset_s < 58]:
        arrow, wave = units[rng.integers(3)]
        first = int(np.ceil(begin_s * 100))
        seen = wave[round((first - begin_s * 100) * FINE) :: FINE]
        size = ptp_m_s2 * np.exp(rng.normal(0, 0.1))
        x[:, first : first + seen.size] += np.outer(arrow, seen * size)[:, : x.shape[1] - first]
    return Still(about=rest.about, samples=x.astype(np.float32)), onset_s[onset_s < 58]


def counted(recording: Still) -> list[float]:
    return [one.onset_s for one in detect_motion(recording).twitches if not one.artefact]


@settings(deadline=None, max_examples=30)
@given(st.floats(0.04, 0.1), st.floats(0, 0.99))
def test_the_bank_hears_a_twitch_that_begins_at_once(damped_s: float, late: float) -> None:
    wave = np.zeros(SIZE)
    seen = jumping(damped_s, 100)[int(late * FINE) :: FINE]
    wave[60 : 60 + seen.size] = seen
    heard = fft.rfft(wave) * gain(SIZE // 2 + 1, 100 / SIZE)
    rows = fft.rfft(shapes(100.0)[:TWITCHES], SIZE, axis=1)
    alike = fft.irfft(heard * np.conj(rows), SIZE, axis=1).max(axis=1)
    alike /= np.linalg.norm(fft.irfft(rows, SIZE, axis=1), axis=1)
    assert alike.max() / np.linalg.norm(fft.irfft(heard, SIZE)) > 0.9


def test_small_twitches_that_begin_at_once_are_mostly_found() -> None:
    scores = []
    for seed in range(500, 508):
        recording, onset_s = sharp(seed, 0.08)
        found = counted(recording)
        hits = len(match(found, onset_s, 0.06))
        scores.append(Score(hits=hits, missed=len(onset_s) - hits, false=len(found) - hits))
    assert pooled(scores).f1 >= 0.96


def test_a_source_of_large_twitches_has_no_tiny_ones() -> None:
    false = 0
    for seed in range(1, 13):
        moved = simulate_motion(Scene(duration_s=90.0, ptp_m_s2=0.3, spread=0.1), seed)
        found = counted(moved.recording)
        false += len(found) - len(match(found, moved.twitch_s, 0.06))
    assert false <= 1


def test_a_heart_is_one_source_though_its_beats_answer_to_several_shapes() -> None:
    scene = Scene(rate_per_min=0, pulse_m_s2=0.1)
    beats = [len(counted(simulate_motion(scene, seed).recording)) for seed in range(302, 314)]
    assert sum(count > 2 for count in beats) <= 1
