"""What must hold for any accelerometer on any calf."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from kedut.measurement.detectors.motion import detect_motion
from kedut.measurement.errors import BadRecording
from kedut.measurement.recording import Channel, Recording
from kedut.measurement.twitch import Detected, Reason
from kedut.simulate.motion import Moved, Scene, Still, simulate_motion

SCENE = Scene(ptp_m_s2=0.3, rate_hz=100, movements=1, taps=1)
QUIET = Scene(rate_per_min=0, rate_hz=100)


def with_samples(moved: Moved, x: NDArray[np.floating]) -> Still:
    about = replace(moved.recording.about, length=x.shape[1])
    return Still(about=about, samples=np.asarray(x, dtype=np.float32))


def counted(found: Detected) -> list[float]:
    return [round(one.onset_s, 3) for one in found.twitches if not one.artefact]


def turned(seed: int) -> NDArray[np.float64]:
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return np.asarray(q)


def same(one: Detected, other: Detected, shift_s: float = 0.0) -> None:
    """Say that nearly all of two counts agree; a twitch at the very threshold may go either way."""
    a, b = np.array(counted(one)), np.array(counted(other)) - shift_s
    near = sum(np.min(np.abs(b - now), initial=9) < 0.03 for now in a)
    assert len(a) > 10
    assert abs(len(a) - len(b)) <= 1
    assert near >= len(a) - 1


@pytest.mark.parametrize("seed", range(3))
def test_turning_the_phone_changes_nothing(seed: int) -> None:
    moved = simulate_motion(SCENE, seed)
    before = detect_motion(moved.recording)
    after = detect_motion(with_samples(moved, turned(seed) @ moved.recording.samples))
    same(before, after)
    sizes = [t.amplitude for t in before.twitches], [t.amplitude for t in after.twitches]
    assert np.median(sizes[0]) == pytest.approx(np.median(sizes[1]), rel=0.02)
    assert before.quality.smallest_seen == pytest.approx(after.quality.smallest_seen, rel=0.02)


@pytest.mark.parametrize("axis", range(3))
def test_gravity_from_any_side_changes_nothing(axis: int) -> None:
    moved = simulate_motion(SCENE, 4)
    x = moved.recording.samples.astype(np.float64)
    x[axis] += 9.81
    same(detect_motion(moved.recording), detect_motion(with_samples(moved, x)))


def test_twice_the_motion_is_the_same_count_at_twice_the_size() -> None:
    moved = simulate_motion(replace(SCENE, movements=0, taps=0), 5)
    one = detect_motion(moved.recording)
    two = detect_motion(with_samples(moved, 2 * moved.recording.samples))
    same(one, two)
    ratio = np.median([t.amplitude for t in two.twitches]) / np.median(
        [t.amplitude for t in one.twitches]
    )
    assert ratio == pytest.approx(2, rel=0.02)
    assert two.quality.smallest_seen == pytest.approx(2 * one.quality.smallest_seen, rel=0.02)


def test_what_begins_later_is_found_later() -> None:
    moved = simulate_motion(replace(SCENE, movements=0, taps=0), 6)
    later = simulate_motion(QUIET, 7).recording.samples[:, :500]
    level = moved.recording.samples[:, :1] - later[:, -1:]
    x = np.concatenate([later + level, moved.recording.samples], axis=1)
    same(detect_motion(moved.recording), detect_motion(with_samples(moved, x)), shift_s=5.0)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_counted_inside_what_is_left_out(seed: int) -> None:
    scene = Scene(movements=3, taps=3, steps_s=5, tremor_s=5, gap_s=1, rate_hz=200)
    found = detect_motion(simulate_motion(scene, seed).recording)
    assert found.quality.excluded
    for onset_s in counted(found):
        for left in found.quality.excluded:
            assert not left.onset_s <= onset_s < left.onset_s + left.duration_s
    ends = [left.onset_s + left.duration_s for left in found.quality.excluded]
    starts = [left.onset_s for left in found.quality.excluded]
    assert all(stop <= start for stop, start in zip(ends, starts[1:], strict=False))
    lost_s = sum(left.duration_s for left in found.quality.excluded)
    assert found.quality.usable_s == pytest.approx(60 - lost_s)


def test_silence_gives_nothing() -> None:
    moved = simulate_motion(QUIET, 8)
    flat = np.zeros_like(moved.recording.samples) + np.float32(9.81)
    found = detect_motion(with_samples(moved, flat))
    assert not found.twitches
    assert {left.reason for left in found.quality.excluded} == {Reason.DROPOUT}
    assert not found.quality.usable


def test_noise_alone_gives_less_than_one_in_five_minutes() -> None:
    found = [
        detect_motion(simulate_motion(replace(QUIET, duration_s=300, rate_hz=rate), 9).recording)
        for rate in (50, 100, 400)
    ]
    assert sum(len(counted(one)) for one in found) <= 3  # in a quarter of an hour


def test_an_axis_noisier_than_the_others_drowns_only_itself() -> None:
    uneven = replace(QUIET, noise_m_s2=(0.006, 0.006, 0.2), rate_per_min=25, ptp_m_s2=0.15)
    even = replace(uneven, noise_m_s2=0.2)
    found = [len(counted(detect_motion(simulate_motion(s, 10).recording))) for s in (uneven, even)]
    assert found[0] > 10
    assert found[1] <= 2


def test_what_drifts_in_loudness_raises_no_alarms() -> None:
    found = detect_motion(simulate_motion(replace(QUIET, duration_s=120, drift=0.3), 11).recording)
    assert len(counted(found)) <= 2


def test_a_recording_much_longer_than_a_chunk_is_counted_once_everywhere() -> None:
    moved = simulate_motion(Scene(duration_s=190, rate_hz=100, spread=0.05), 12)
    onset_s = np.array(counted(detect_motion(moved.recording)))
    assert np.all(np.diff(onset_s) > 0.1)
    for edge_s in (60, 120, 180):
        near = np.abs(moved.twitch_s - edge_s) < 8
        found = sum(np.min(np.abs(onset_s - t)) < 0.06 for t in moved.twitch_s[near])
        assert found >= near.sum() - 1


def test_the_end_of_the_work_is_told() -> None:
    shares: list[float] = []
    moved = simulate_motion(replace(QUIET, duration_s=130), 13)
    detect_motion(moved.recording, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_recording_without_acceleration_is_refused() -> None:
    moved = simulate_motion(QUIET, 14)
    about = replace(moved.recording.about, channels=(Channel(name="gyro", unit="rad/s"),))
    other: Recording = Still(about=about, samples=moved.recording.samples[:1])
    with pytest.raises(BadRecording, match="no channel of acceleration"):
        detect_motion(other)


def test_a_recording_too_slow_is_refused() -> None:
    moved = simulate_motion(QUIET, 15)
    slow = Still(about=replace(moved.recording.about, rate_hz=10), samples=moved.recording.samples)
    with pytest.raises(BadRecording, match="too few"):
        detect_motion(slow)


@pytest.mark.parametrize("length", [1, 5, 40, 300])
def test_even_a_moment_is_answered(length: int) -> None:
    moved = simulate_motion(QUIET, 16)
    found = detect_motion(with_samples(moved, moved.recording.samples[:, :length]))
    assert not found.quality.usable
    assert "too_short" in found.quality.reasons
