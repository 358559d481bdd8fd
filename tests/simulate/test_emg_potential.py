"""Potentials obey the physics they are made from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kedut.simulate.emg_potential import (
    Fibres,
    Muscle,
    bipolar,
    draw_fibres,
    grid,
    needle,
    potential,
)

RATE_HZ = 16_384.0


def fibre(depth_mm: float = 5.0, end_plate_mm: float = -30.0, velocity_m_s: float = 4.0) -> Fibres:
    """Give one fibre under the middle, 520 mm long."""
    one = np.ones(1)
    return Fibres(
        across_mm=0 * one,
        depth_mm=depth_mm * one,
        end_plate_mm=end_plate_mm * one,
        low_mm=-260 * one,
        high_mm=260 * one,
        velocity_m_s=velocity_m_s * one,
        delay_ms=3 * one,
    )


def lasts_ms(wave: np.ndarray) -> float:
    """Give how long a potential is above a twentieth of its peak."""
    loud = np.flatnonzero(np.abs(wave) > np.abs(wave).max() / 20)
    return float(np.ptp(loud)) / RATE_HZ * 1000


@pytest.mark.parametrize("velocity", [2.5, 4.0, 5.5])
def test_the_wave_runs_along_the_grid_at_its_velocity(velocity: float) -> None:
    one = fibre(velocity_m_s=velocity, end_plate_mm=-60.0)
    seen = potential(one, grid(1, 5, 10.0), RATE_HZ, 0.08)
    peaks_ms = np.argmax(seen, axis=1) / RATE_HZ * 1000
    np.testing.assert_allclose(np.diff(peaks_ms), 10.0 / velocity, atol=0.15)
    assert peaks_ms[2] == pytest.approx(3.0 + 64.0 / velocity, abs=0.3)  # 4 mm behind its front


def test_it_falls_with_depth_and_grows_blunt() -> None:
    near, far = (potential(fibre(depth), bipolar(10.0), RATE_HZ, 0.08)[0] for depth in (4.0, 12.0))
    assert np.ptp(near) > 3 * np.ptp(far)
    assert lasts_ms(far) > lasts_ms(near)


def test_on_both_sides_of_the_end_plate_a_pair_sees_opposite_signs() -> None:
    below, above = (
        potential(fibre(end_plate_mm=place), bipolar(10.0), RATE_HZ, 0.08)[0]
        for place in (-30.0, 30.0)
    )
    np.testing.assert_allclose(below, -above, atol=0.01 * np.ptp(below))


def test_a_wave_that_ends_at_a_tendon_is_seen_everywhere_at_once() -> None:
    long = fibre(end_plate_mm=0.0)
    short = replace(long, high_mm=np.array([60.0]), low_mm=np.array([-60.0]))
    seen, goes_on = (potential(one, grid(1, 3, 30.0), RATE_HZ, 0.08) for one in (short, long))
    at = round(0.018 * RATE_HZ)  # after 3 + 15 ms the wave is at the tendon
    when_ms = 18 + np.argmax(np.abs(seen[:, at:]), axis=1) / RATE_HZ * 1000
    assert np.ptp(when_ms) < 0.5
    over = round(0.025 * RATE_HZ)
    assert np.abs(seen[:, over:]).max() < 1e-6 * np.abs(seen).max()
    assert np.abs(goes_on[:, over:]).max() > 1e-3 * np.abs(seen).max()


def test_a_needle_sees_a_far_fibre_hardly() -> None:
    here, there = (
        np.ptp(potential(fibre(12.0 + off), needle(12.0), RATE_HZ, 0.08)) for off in (0.3, 5.0)
    )
    assert here > 20 * there


def test_units_last_5_to_45_ms_and_reinnervated_ones_longer_with_more_phases() -> None:
    lasting: dict[bool, list[float]] = {False: [], True: []}
    turning: dict[bool, list[int]] = {False: [], True: []}
    for seed in range(30):
        for again in (False, True):
            fibres = draw_fibres(np.random.default_rng(seed), Muscle(), reinnervated=again)
            wave = potential(fibres, bipolar(20.0), RATE_HZ, 0.09)[0]
            lasting[again].append(lasts_ms(wave))
            loud = wave[np.abs(wave) > np.abs(wave).max() / 10]
            turning[again].append(int((np.diff(np.sign(loud)) != 0).sum()) + 1)
    assert 5 < min(lasting[False]) < max(lasting[True]) < 45
    assert np.median(lasting[True]) > np.median(lasting[False]) + 3
    assert 1 <= min(turning[False]) <= max(turning[False]) <= 5
    assert np.mean(turning[True]) > np.mean(turning[False])
