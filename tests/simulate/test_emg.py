"""The simulated EMG holds what its truth says, where it says, as large as it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kedut.measurement.recording import Modality, Recording
from kedut.simulate.emg import SimulatedEmg, simulate_emg
from kedut.simulate.emg_discharges import Grouped, Irregular
from kedut.simulate.emg_draw import Setting, draw_recording, draw_scene
from kedut.simulate.emg_noise import Noise
from kedut.simulate.emg_potential import bipolar, grid, needle
from kedut.simulate.emg_scene import Effort, Scene, Unit
from kedut.simulate.emg_truth import EFFORTS, Epoch, Source, within

SILENT = Noise(low_uv=1e-3, high_uv=1e-3)
ONE = Unit(discharges=Irregular(per_min=30.0, least_s=0.2), best_uv=200.0, swing=0.0)
ALONE = Scene(noise=SILENT, units=(ONE,), duration_s=30.0)
EFFORT = Effort(source=Source.VOLUNTARY, onset_s=10.0, duration_s=6.0)


@pytest.mark.parametrize("electrodes", [bipolar(20.0), grid(3, 4, 8.0), needle(12.0)])
def test_each_potential_stands_where_the_truth_says_as_large_as_it_says(electrodes) -> None:
    made = simulate_emg(replace(ALONE, electrodes=electrodes), 3)
    truth, rate = made.truth, made.scene.rate_hz
    signal = made.recording.samples[0]
    assert truth.peak_s.size > 5
    for peak, size in zip(truth.peak_s, truth.first_uv, strict=True):
        start = max(0, round((peak - 0.06) * rate))
        near = signal[start : round((peak + 0.06) * rate)]
        found = (start + int(np.argmax(np.abs(near)))) / rate
        assert found == pytest.approx(peak, abs=1.5 / rate)
        assert float(np.ptp(near)) == pytest.approx(size, rel=0.1)


def test_the_best_channel_is_the_one_with_the_largest_potential() -> None:
    made = simulate_emg(replace(ALONE, electrodes=grid(3, 4, 8.0)), 3)
    sizes = np.ptp(made.recording.samples, axis=1)
    np.testing.assert_allclose(made.truth.best_uv, 200.0)
    assert sizes.max() == pytest.approx(200.0, rel=0.1)
    assert made.truth.first_uv[0] == pytest.approx(sizes[0], rel=0.1)


def test_without_units_there_is_the_noise_alone_at_its_level() -> None:
    made = simulate_emg(Scene(noise=Noise(low_uv=7.0, high_uv=7.0)), 1)
    assert made.recording.samples[0].std() == pytest.approx(7.0, rel=0.02)
    assert made.truth.peak_s.size == 0


def test_the_same_seed_gives_the_same_samples_another_gives_others() -> None:
    one, same, other = (draw_recording(seed, Setting.CLEAN, duration_s=5) for seed in (4, 4, 5))
    np.testing.assert_array_equal(one.recording.samples, same.recording.samples)
    np.testing.assert_array_equal(one.truth.peak_s, same.truth.peak_s)
    assert not np.array_equal(one.recording.samples[0, :999], other.recording.samples[0, :999])


@pytest.mark.parametrize("source", EFFORTS)
def test_an_effort_fills_its_time_and_nothing_in_it_is_counted(source: Source) -> None:
    made = simulate_emg(replace(ALONE, efforts=(replace(EFFORT, source=source),)), 2)
    (epoch,) = made.truth.times_of(source.value)
    assert 10.0 <= epoch.onset_s < 11.0
    assert 4.5 < epoch.duration_s <= 6.0
    inside = within(made.truth.peak_s, (epoch,))
    assert made.truth.of(source).sum() > 50
    assert not (made.truth.counted & inside).any()
    assert made.truth.counted.sum() > 3
    rms = [float(np.std(made.recording.read(a * 2048, b * 2048))) for a, b in ((11, 15), (18, 22))]
    assert rms[0] > 3 * rms[1]


def test_what_is_lost_in_a_dropout_is_not_counted() -> None:
    scene = replace(ALONE, dropouts_s=((5.0, 10.0),), saturations_s=((20.0, 2.0),), clip_uv=150.0)
    made = simulate_emg(scene, 2)
    signal = made.recording.samples[0]
    assert not signal[5 * 2048 : 15 * 2048].any()
    assert (np.abs(signal[20 * 2048 : 22 * 2048]) == 150.0).all()
    assert np.abs(signal).max() == 150.0
    lost = within(made.truth.peak_s, (Epoch(onset_s=5.0, duration_s=10.0, what="dropout"),))
    assert lost.any()
    assert not made.truth.counted[lost].any()


def test_groups_are_no_fasciculations() -> None:
    unit = Unit(discharges=Grouped(), best_uv=200.0, source=Source.MYOKYMIA)
    made = simulate_emg(replace(ALONE, units=(unit,)), 1)
    assert made.truth.of(Source.MYOKYMIA).all()
    assert not made.truth.counted.any()
    assert len(made.truth.times_of("myokymia")) > 5


def test_it_is_read_as_every_recording_is() -> None:
    made = draw_recording(0, Setting.GRID, duration_s=5)
    about = made.recording.about
    assert isinstance(made.recording, Recording)
    assert about.modality is Modality.EMG
    assert made.recording.read(100, 300).shape == (len(about.channels), 200)
    assert made.recording.read(about.length - 10, about.length + 90).shape[1] == 10
    assert {(one.column, one.row) for one in about.channels} == set(made.scene.electrodes.places)


@pytest.fixture(scope="module", params=list(Setting), ids=str)
def drawn(request: pytest.FixtureRequest) -> SimulatedEmg:
    return draw_recording(11, request.param, duration_s=20.0)


def test_any_drawn_recording_is_plausible(drawn: SimulatedEmg) -> None:
    samples, truth = drawn.recording.samples, drawn.truth
    assert samples.dtype == np.float32
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 20_000
    assert (np.diff(truth.peak_s) >= 0).all()
    assert (truth.peak_s > truth.discharge_s).all()
    assert (truth.peak_s - truth.discharge_s < 0.09).all()
    assert len(truth.source) == truth.peak_s.size == truth.unit.size == truth.second.size
    assert all(0 <= epoch.onset_s <= drawn.scene.duration_s for epoch in truth.epochs)


def test_each_next_seed_draws_the_next_kind_of_trouble() -> None:
    asked = draw_scene(9, Setting.VOLUNTARY, duration_s=9)
    assert draw_scene(9, duration_s=9).units == asked.units
    assert asked.efforts
    assert draw_scene(6, duration_s=9).mains is not None
    assert draw_scene(10, duration_s=9).units == ()
