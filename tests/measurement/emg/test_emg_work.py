"""Muscle at work is named: tremor by its rhythm, the rest as a contraction."""

from __future__ import annotations

import numpy as np
import pytest

from kedut.measurement.detectors.emg import detect_emg
from kedut.measurement.match import match
from kedut.measurement.quality.emg_sustained import CELL_S, trembles
from kedut.measurement.recording import About, Channel, Modality
from kedut.measurement.twitch import Reason
from kedut.simulate.emg import HeldRecording
from kedut.simulate.emg_draw import Setting, draw_recording


@pytest.mark.parametrize(
    "setting, seed, reason",
    [
        (Setting.TREMOR, 801, Reason.TREMOR),
        (Setting.TREMOR, 804, Reason.TREMOR),
        (Setting.VOLUNTARY, 801, Reason.VOLUNTARY),
        (Setting.CRAMP, 803, Reason.VOLUNTARY),
    ],
)
def test_work_is_excluded_under_its_name(setting: Setting, seed: int, reason: Reason) -> None:
    made = draw_recording(seed, setting, duration_s=45)
    out = detect_emg(made.recording).quality.excluded
    work = [e for e in out if e.reason in (Reason.TREMOR, Reason.VOLUNTARY, Reason.CRAMP)]
    true_s = sum(e.duration_s for e in made.truth.epochs if e.what == setting.value)
    assert sum(e.duration_s for e in work) >= 0.9 * true_s
    named = sum(e.duration_s for e in work if e.reason is reason)
    assert named >= 0.9 * sum(e.duration_s for e in work)


def test_steady_work_and_a_short_stretch_do_not_tremble() -> None:
    rng = np.random.default_rng(2)
    t = np.arange(0, 8, CELL_S)
    tremor = np.clip(np.sin(2 * np.pi * 5.5 * t), 0, 1) + rng.uniform(0, 0.1, len(t))
    assert trembles(tremor.astype(np.float32))
    assert not trembles(tremor[:30].astype(np.float32))
    assert not trembles(rng.uniform(0.5, 1.5, len(t)).astype(np.float32))
    assert not trembles(np.exp(rng.normal(0, 0.8, len(t))).astype(np.float32))


@pytest.mark.parametrize("seed", [13, 901])
def test_noise_that_the_channels_of_a_grid_share_is_no_twitch(seed: int) -> None:
    made = draw_recording(seed, Setting.GRID, duration_s=25)
    found = np.sort([t.peak_s for t in detect_emg(made.recording).twitches])
    true = np.sort(made.truth.best_peak_s[made.truth.counted])
    assert len(match(found, true, 0.025)) >= len(true) - 1
    assert len(found) <= 2 * len(true)


def held(x: np.ndarray) -> HeldRecording:
    about = About(
        name="held",
        modality=Modality.EMG,
        format="held",
        rate_hz=2048.0,
        length=len(x),
        channels=(Channel(name="EMG", unit="uV"),),
    )
    return HeldRecording(about=about, samples=x[None].astype(np.float32))


def _train(hertz: float, lasts_s: float) -> HeldRecording:
    """Give noise with one unit that discharges evenly for a while."""
    rng, rate = np.random.default_rng(4), 2048.0
    t = np.arange(round(45 * rate)) / rate
    x = rng.normal(0, 4, len(t))
    for at in 10 + np.cumsum(rng.normal(1, 0.04, round(hertz * lasts_s)) / hertz):
        near = slice(round((at - 0.02) * rate), round((at + 0.02) * rate))
        x[near] += 250 * (t[near] - at) / 0.002 * np.exp(-(((t[near] - at) / 0.002) ** 2))
    return held(x)


@pytest.mark.parametrize("hertz, reason", [(70.0, Reason.CRAMP), (15.0, Reason.VOLUNTARY)])
def test_a_long_train_faster_than_any_will_is_a_cramp(hertz: float, reason: Reason) -> None:
    out = detect_emg(_train(hertz, 16.0)).quality.excluded
    named = sum(e.duration_s for e in out if e.reason is reason)
    assert named >= 0.9 * 16
    assert named >= 0.9 * sum(e.duration_s for e in out)


def test_crackling_is_noise_and_swaying_is_movement() -> None:
    rng, rate = np.random.default_rng(6), 2048.0
    t = np.arange(round(60 * rate)) / rate
    x = rng.normal(0, 4, len(t))
    crackling = [20.1, 20.16, 20.25, 20.33, 20.4]
    for at in crackling:
        near = (t > at) & (t < at + 0.012)
        x[near] += rng.normal(0, 60, int(near.sum()))
    out = detect_emg(held(x)).quality.excluded
    assert any(
        e.reason is Reason.NOISE and e.onset_s < 20.2 < e.onset_s + e.duration_s for e in out
    )
    sway = np.where((t > 40) & (t < 41), 900 * np.sin(2 * np.pi * 6 * (t - 40)), 0)
    swaying = detect_emg(held(x + sway)).quality.excluded
    assert not any(e.reason is Reason.NOISE and e.onset_s > 39 for e in swaying)
