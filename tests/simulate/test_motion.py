"""The simulated accelerometer is what it says it is."""

from __future__ import annotations

import numpy as np
import pytest

from kedut.simulate.motion import GRAVITY_M_S2, Scene, draw_motion, simulate_motion, twitch_shape

STILL = Scene(rate_per_min=0, breath_m_s2=0, tilt=0)


def test_the_same_seed_gives_the_same_recording() -> None:
    one, two = draw_motion(3), draw_motion(3)
    np.testing.assert_array_equal(one.recording.samples, two.recording.samples)
    np.testing.assert_array_equal(one.twitch_s, two.twitch_s)
    assert not np.array_equal(
        one.recording.samples[:, :99], draw_motion(4).recording.samples[:, :99]
    )


def test_at_rest_there_is_gravity_and_noise_as_told() -> None:
    x = simulate_motion(STILL, 1).recording.samples
    assert np.linalg.norm(x.mean(axis=1)) == pytest.approx(GRAVITY_M_S2, abs=0.01)
    np.testing.assert_allclose(x.std(axis=1), 0.012, rtol=0.05)


def test_a_twitch_has_the_size_told_along_one_direction() -> None:
    scene = Scene(noise_m_s2=1e-6, breath_m_s2=0, tilt=0, rate_hz=1000, rate_per_min=5, sites=1)
    moved = simulate_motion(scene, 2)
    start = int(moved.twitch_s[0] * 1000)
    x = moved.recording.samples[:, start - 50 : start + 800]
    left, size, right = np.linalg.svd(x - x[:, :1], full_matrices=False)
    assert size[1] < 0.01 * size[0]
    assert np.ptp(size[0] * right[0]) == pytest.approx(moved.ptp_m_s2[0], rel=0.03)
    assert np.linalg.norm(left[:, 0]) == pytest.approx(1)


def test_a_twitch_starts_at_once_and_dies_away() -> None:
    for seed in range(20):
        shape = twitch_shape(np.random.default_rng(seed))
        assert np.ptp(shape) == pytest.approx(1)
        early = np.sum(shape[: int(0.5 * 2000)] ** 2)
        assert early > 0.98 * np.sum(shape**2)
        assert np.abs(shape[: int(0.2 * 2000)]).max() == np.abs(shape).max()


def test_what_disturbs_is_told_where_it_is() -> None:
    scene = Scene(rate_per_min=0, movements=1, taps=1, steps_s=3, tremor_s=3, rumble_s=3, gap_s=1)
    moved = simulate_motion(scene, 5)
    told = {one.what for one in moved.disturbances}
    assert told == {"movement", "tap", "steps", "tremor", "rumble", "gap"}
    assert all(one.onset_s >= 0 for one in moved.disturbances)
    assert moved.recording.about.gaps


def test_steps_of_the_sensor_are_steps() -> None:
    x = simulate_motion(Scene(step_m_s2=0.01), 6).recording.samples
    assert np.abs(x / 0.01 - np.round(x / 0.01)).max() < 1e-2


def test_an_uneven_clock_is_said() -> None:
    assert simulate_motion(Scene(jitter=0.1), 7).recording.about.irregular
