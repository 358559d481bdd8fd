"""How well twitches are found in motion whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from kedut.knowledge.load import ours
from kedut.measurement.detectors.motion import detect_motion
from kedut.measurement.match import Score, match, pooled
from kedut.measurement.measure import measured
from kedut.measurement.twitch import Detected, Reason
from kedut.report.measure_sentences import MeasureTeller
from kedut.simulate.motion import Moved, Scene, draw_motion, simulate_motion

WITHIN_S = 0.06
SEEDS = range(200, 206)


def counted(found: Detected) -> list[float]:
    return [one.onset_s for one in found.twitches if not one.artefact]


def judged(moved: Moved, found: Detected) -> Score:
    onset_s = counted(found)
    hits = len(match(onset_s, moved.twitch_s, WITHIN_S))
    return Score(hits=hits, missed=len(moved.twitch_s) - hits, false=len(onset_s) - hits)


def scored(scene: Scene) -> Score:
    drawn = [simulate_motion(scene, seed) for seed in SEEDS]
    return pooled(judged(moved, detect_motion(moved.recording)) for moved in drawn)


@pytest.mark.parametrize("rate_hz", [100, 200, 400])
def test_a_clear_twitch_is_found(rate_hz: float) -> None:
    assert scored(Scene(ptp_m_s2=0.3, rate_hz=rate_hz)).f1 >= 0.95


@pytest.mark.parametrize("rate_hz", [100, 200, 400])
def test_a_small_twitch_is_mostly_found(rate_hz: float) -> None:
    assert scored(Scene(ptp_m_s2=0.08, rate_hz=rate_hz)).f1 >= 0.85


@pytest.mark.parametrize("rate_hz", [50, 100, 400])
def test_what_it_cannot_see_it_says(rate_hz: float) -> None:
    scene = Scene(ptp_m_s2=0.03, rate_hz=rate_hz)
    found = measured(simulate_motion(scene, 300).recording)
    quality = found.detected.quality
    assert "cannot_see_small" in found.limits
    assert "cannot_see_small" not in quality.reasons
    assert "single_units_near_noise" in quality.reasons
    assert quality.smallest_seen is not None
    assert quality.smallest_seen > 0.03


def test_a_sensor_noisier_than_a_phone_is_told_in_the_quality() -> None:
    scene = Scene(ptp_m_s2=0.3, rate_hz=100, noise_m_s2=0.03)
    found = measured(simulate_motion(scene, 303).recording)
    assert "cannot_see_small" in found.detected.quality.reasons
    assert "cannot_see_small" in found.limits


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_limit_says_how_small(language: str) -> None:
    found = measured(simulate_motion(Scene(ptp_m_s2=0.03, rate_hz=100), 304).recording)
    teller = MeasureTeller(found, (), ours(), language)
    size = f"{teller.figure(found.detected.quality.smallest_seen)} {teller.amplitude_unit}"
    [told] = [said for said in teller.limits() if size in said]
    assert "{" not in told


def test_the_smallest_it_sees_is_about_the_smallest_it_finds() -> None:
    for rate_hz in (100, 400):
        seen = detect_motion(simulate_motion(Scene(rate_hz=rate_hz), 301).recording).quality
        assert seen.smallest_seen is not None
        at = [
            scored(Scene(ptp_m_s2=share * seen.smallest_seen, rate_hz=rate_hz, spread=0.05))
            for share in (0.5, 1.6)
        ]
        assert at[0].recall < 0.6
        assert at[1].recall > 0.9


@pytest.mark.parametrize(
    "what, scene, reason",
    [
        ("steps", Scene(rate_per_min=0, steps_s=10), Reason.STEPS),
        ("tremor", Scene(rate_per_min=0, tremor_s=10), Reason.TREMOR),
        ("rumble", Scene(rate_per_min=0, rumble_s=20), Reason.NOISE),
        ("movement", Scene(rate_per_min=0, movements=3), Reason.MOVEMENT),
        ("tap", Scene(rate_per_min=0, taps=6, rate_hz=400), Reason.TAP),
    ],
)
def test_a_disturbance_is_found_and_named(what: str, scene: Scene, reason: Reason) -> None:
    named = alarms = 0
    for seed in SEEDS:
        moved = simulate_motion(scene, seed)
        found = detect_motion(moved.recording)
        alarms += len(counted(found))
        named += any(left.reason is reason for left in found.quality.excluded)
    assert named >= len(SEEDS) - 1, what
    assert alarms <= 3 * len(SEEDS), what


def test_a_heartbeat_is_no_twitch() -> None:
    found = detect_motion(simulate_motion(Scene(rate_per_min=0, pulse_m_s2=0.1), 302).recording)
    assert len(counted(found)) <= 2
    assert "pulse" in found.quality.reasons
    assert 40 <= found.quality.figures["pulse_per_min"] <= 130


def test_sizes_and_sources_come_out_as_they_are() -> None:
    ratios, together, apart = [], 0, 0
    for seed in SEEDS:
        moved = simulate_motion(Scene(sites=2), seed)
        twitches = [t for t in detect_motion(moved.recording).twitches if not t.artefact]
        pairs = match([t.onset_s for t in twitches], moved.twitch_s, WITHIN_S)
        ratios += [twitches[a].amplitude / moved.ptp_m_s2[b] for a, b in pairs]
        for site in (0, 1):
            inside = [twitches[a].cluster for a, b in pairs if moved.site[b] == site]
            together += max((inside.count(c) for c in set(inside)), default=0)
            apart += len(inside)
    assert np.median(ratios) == pytest.approx(1, abs=0.12)
    assert together / apart > 0.9


def test_drawn_recordings_of_all_kinds_raise_few_alarms() -> None:
    drawn = [draw_motion(seed) for seed in range(40, 52)]
    total = pooled(judged(moved, detect_motion(moved.recording)) for moved in drawn)
    assert total.precision >= 0.85
    assert total.false <= 2 * len(drawn)
