"""Laws that hold for every EMG, whatever is in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from kedut.measurement.detectors.emg import detect_emg
from kedut.measurement.match import match
from kedut.measurement.recording import About, Channel, Modality, Samples
from kedut.measurement.twitch import Detected
from kedut.simulate.emg import HeldRecording
from kedut.simulate.emg_draw import Setting, draw_recording

RATE_HZ = 2048.0


def held(samples: NDArray[np.float64] | Samples, rate_hz: float = RATE_HZ) -> HeldRecording:
    x = np.atleast_2d(np.asarray(samples, np.float32))
    about = About(
        name="held",
        modality=Modality.EMG,
        format="held",
        rate_hz=rate_hz,
        length=x.shape[1],
        channels=tuple(Channel(name=f"EMG{i}", unit="uV") for i in range(len(x))),
    )
    return HeldRecording(about=about, samples=x)


def peaks(found: Detected) -> NDArray[np.float64]:
    return np.array([t.peak_s for t in found.twitches])


@pytest.fixture(scope="module")
def easy() -> HeldRecording:
    return draw_recording(42, Setting.FREQUENT, duration_s=40).recording


@pytest.fixture(scope="module")
def found(easy: HeldRecording) -> Detected:
    return detect_emg(easy)


def test_a_louder_recording_has_the_same_twitches_and_larger_amplitudes(
    easy: HeldRecording, found: Detected
) -> None:
    louder = detect_emg(replace(easy, samples=easy.samples * np.float32(4)))
    np.testing.assert_allclose(peaks(louder), peaks(found), atol=1e-6)
    assert [t.cluster for t in louder.twitches] == [t.cluster for t in found.twitches]
    np.testing.assert_allclose(
        [t.amplitude for t in louder.twitches],
        [4 * t.amplitude for t in found.twitches],
        rtol=1e-3,
    )
    assert louder.quality.smallest_seen == pytest.approx(
        4 * (found.quality.smallest_seen or 0), rel=1e-3
    )


def test_a_recording_turned_over_has_the_same_twitches(
    easy: HeldRecording, found: Detected
) -> None:
    turned = detect_emg(replace(easy, samples=-easy.samples))
    assert len(turned.twitches) == pytest.approx(len(found.twitches), abs=1)
    assert len(match(peaks(turned), peaks(found), 0.003)) >= len(found.twitches) - 1


def test_a_recording_that_starts_later_has_its_twitches_later(
    easy: HeldRecording, found: Detected
) -> None:
    rng = np.random.default_rng(3)
    rate = easy.about.rate_hz
    quiet = easy.samples[:, : int(3 * rate)].copy()
    noise = rng.normal(0, np.median(np.abs(quiet)) / 0.6745, (1, int(3 * rate)))
    later = detect_emg(held(np.concatenate([noise + quiet.mean(), easy.samples], axis=1), rate))
    shifted = peaks(later)[peaks(later) > 3] - 3
    assert len(match(shifted, peaks(found), 0.005)) >= 0.97 * len(found.twitches)


def test_an_offset_changes_nothing(easy: HeldRecording, found: Detected) -> None:
    moved = detect_emg(replace(easy, samples=easy.samples + np.float32(700)))
    assert len(moved.twitches) == len(found.twitches)
    assert len(match(peaks(moved), peaks(found), 0.002)) == len(found.twitches)


@pytest.mark.parametrize("hertz", [49.8, 60.1])
def test_mains_is_found_and_changes_few_twitches(
    easy: HeldRecording, found: Detected, hertz: float
) -> None:
    t = np.arange(easy.about.length) / easy.about.rate_hz
    hum = 60 * np.sin(2 * np.pi * hertz * t) + 20 * np.sin(6 * np.pi * hertz * t + 1)
    humming = detect_emg(replace(easy, samples=easy.samples + hum.astype(np.float32)))
    assert humming.quality.figures["mains_hz"] == pytest.approx(hertz, abs=0.3)
    assert humming.quality.figures["mains_uv"] == pytest.approx(60, rel=0.15)
    assert "mains" in humming.quality.reasons
    both = match(peaks(humming), peaks(found), 0.01)
    assert 2 * len(both) >= 0.95 * (len(humming.twitches) + len(found.twitches))


@pytest.mark.parametrize("rate_hz", [1000.0, 1925.93, 2048.0, 10000.0])
def test_noise_alone_gives_nothing(rate_hz: float) -> None:
    rng = np.random.default_rng(int(rate_hz))
    noise = rng.normal(0, 8, int(60 * rate_hz))
    assert len(detect_emg(held(noise, rate_hz)).twitches) == 0


@pytest.mark.parametrize("channels", [2, 32])
def test_noise_alone_gives_nothing_on_many_channels(channels: int) -> None:
    rng = np.random.default_rng(channels)
    noise = rng.normal(0, 8, (channels, int(30 * RATE_HZ)))
    assert len(detect_emg(held(noise)).twitches) == 0


@pytest.mark.parametrize("value", [0.0, 250.0])
def test_an_input_that_is_switched_off_is_unusable_and_no_error(value: float) -> None:
    found = detect_emg(held(np.full(int(20 * RATE_HZ), value)))
    assert not found.quality.usable
    assert not found.twitches


@pytest.mark.parametrize("seconds", [0.01, 0.5, 1.2, 5.0])
def test_a_very_short_recording_is_unusable_and_no_error(seconds: float) -> None:
    rng = np.random.default_rng(1)
    found = detect_emg(held(rng.normal(0, 5, int(seconds * RATE_HZ))))
    assert not found.quality.usable
    assert "too_short" in found.quality.reasons


def test_too_low_a_rate_is_said() -> None:
    found = detect_emg(held(np.zeros(1000), 100.0))
    assert found.quality.reasons == ("rate_too_low",)


def test_the_recording_itself_is_left_as_it_was(easy: HeldRecording) -> None:
    before = easy.samples.copy()
    detect_emg(easy)
    np.testing.assert_array_equal(before, easy.samples)


@pytest.mark.parametrize(
    "setting", [Setting.VOLUNTARY, Setting.LIMITED, Setting.MOVED, Setting.EVERYTHING]
)
def test_nothing_is_ever_counted_inside_excluded_time(setting: Setting) -> None:
    found = detect_emg(draw_recording(60, setting, duration_s=60).recording)
    for out in found.quality.excluded:
        inside = [
            t
            for t in found.twitches
            if out.onset_s <= t.peak_s <= out.onset_s + out.duration_s
            and out.channel in {"", t.channel}
        ]
        assert not inside, (out, inside)


def test_progress_ends_at_one(easy: HeldRecording) -> None:
    seen: list[float] = []
    detect_emg(easy, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_twitches_ascend_and_their_parts_are_in_order(found: Detected) -> None:
    assert list(peaks(found)) == sorted(peaks(found))
    for t in found.twitches:
        assert 0 <= t.onset_s <= t.peak_s <= t.onset_s + t.duration_s
        assert t.amplitude > 0
        assert t.duration_s < 0.15


def test_waveforms_of_one_cluster_are_alike(found: Detected) -> None:
    assert found.waveforms is not None
    named = np.array([found.twitches[i].cluster for i in found.waveform_of])
    count = np.bincount(named[named >= 0])
    assert len(count)
    assert list(count) == sorted(count, reverse=True)
    for cluster in np.flatnonzero(count > 3):
        own = found.waveforms[named == cluster]
        middle = np.median(own, axis=0)
        sizes = np.linalg.norm(own, axis=1) * np.linalg.norm(middle)
        assert np.median(own @ middle / sizes) > 0.8


def test_the_peak_on_a_grid_is_where_most_channels_have_it_and_not_the_loudest() -> None:
    rng = np.random.default_rng(7)
    t = np.arange(round(40 * RATE_HZ)) / RATE_HZ
    x = rng.normal(0, 4, (16, len(t)))
    x[15] *= 20
    true = 1 + np.cumsum(0.3 + rng.exponential(1, 27))
    for at in true:
        early, late = ((t - at + 0.02) / 0.003) ** 2, ((t - at) / 0.005) ** 2
        x[:2] += 300 * (1 - 2 * early) * np.exp(-early)
        x[:15] += 60 * (1 - 2 * late) * np.exp(-late)
    peak = peaks(detect_emg(held(x)))
    assert len(peak) == len(true)
    assert np.abs(peak - true).max() < 0.005
