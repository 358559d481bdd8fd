"""Bursts of one or few units are grouped discharges: neither single twitches nor muscle at work."""

from __future__ import annotations

import numpy as np
import pytest

from kedut.measurement.detectors.emg import away_from, detect_emg
from kedut.measurement.detectors.emg_bursts import bursts_of, pulses, repeats
from kedut.measurement.detectors.emg_kinds import kinds
from kedut.measurement.features import counted_of
from kedut.measurement.match import match
from kedut.measurement.twitch import Kind, Reason
from kedut.simulate.emg_draw import Setting, draw_recording


@pytest.mark.parametrize(
    "setting, seed",
    [
        (Setting.MYOKYMIA, 54),
        (Setting.NEUROMYOTONIA, 302),
        (Setting.NEUROMYOTONIA, 301),
    ],
)
def test_bursts_are_grouped_and_hardly_anything_single(setting: Setting, seed: int) -> None:
    made = draw_recording(seed, setting, duration_s=45)
    found = detect_emg(made.recording)
    grouped = [t for t in found.twitches if t.kind is Kind.GROUPED]
    assert len(grouped) >= 0.4 * len(made.truth.peak_s)
    assert len(found.twitches) - len(grouped) <= 0.01 * len(made.truth.peak_s) + 1
    out = sum(e.duration_s for e in found.quality.excluded if e.reason is Reason.VOLUNTARY)
    bursts = sum(e.duration_s for e in made.truth.epochs)
    assert out <= 0.1 * bursts


@pytest.mark.parametrize("seed", [500, 502])
def test_work_by_will_is_no_burst(seed: int) -> None:
    made = draw_recording(seed, Setting.VOLUNTARY, duration_s=60)
    found = detect_emg(made.recording)
    assert sum(t.kind is Kind.GROUPED for t in found.twitches) <= 3


def test_a_fast_burst_is_followed_discharge_by_discharge() -> None:
    rate, rng = 1024.0, np.random.default_rng(3)
    times = np.cumsum(rng.normal(1, 0.05, 80) / 130) + 0.05
    t = np.arange(int(0.8 * rate)) / rate
    x = rng.normal(0, 1, len(t))
    for one in times:
        x += 20 * (t - one) / 0.002 * np.exp(-(((t - one) / 0.002) ** 2))
    middle, low, interval = repeats(x[40:700].astype(np.float32), rate)
    assert middle > 0.85
    assert low > 0.7
    assert interval == pytest.approx(1 / 130, rel=0.1)
    assert len(pulses(x.astype(np.float32), interval, rate)) == pytest.approx(80, abs=4)


def test_noise_does_not_repeat_itself() -> None:
    x = np.random.default_rng(4).normal(0, 5, 2000).astype(np.float32)
    assert repeats(x, 1024.0)[0] < 0.6


def test_what_stands_a_few_intervals_from_a_burst_belongs_to_it_and_what_is_far_does_not() -> None:
    times = np.array([0.5, 1.0, 1.03, 1.06, 1.09, 1.16, 2.0])
    found = kinds(times, np.array([0, 0, 0, 0, 0, 0, 0]))
    assert [k is Kind.GROUPED for k in found] == [False, True, True, True, True, True, False]


def test_a_unit_that_fires_alone_elsewhere_stays_single_within_the_burst_of_another() -> None:
    times = np.concatenate([np.arange(5) * 3.0, 20 + np.arange(10) * 0.03, [20.1]])
    units = np.concatenate([np.zeros(5, int), np.ones(10, int), [0]])
    order = np.argsort(times)
    found = kinds(times[order], units[order], [(19.9, 20.4, 0.03)])
    single = units[order][[k is Kind.SINGLE for k in found]]
    assert len(single) == 6
    assert not single.any()


def test_three_units_that_fall_together_are_no_burst() -> None:
    found = kinds(np.array([1.0, 1.05, 1.09]), np.array([0, 1, 2]), [(0.9, 1.2, 0.05)])
    assert found == [Kind.SINGLE] * 3


@pytest.mark.parametrize("seed", [10, 30])
def test_knocks_in_strong_mains_do_not_ring_into_twitches(seed: int) -> None:
    made = draw_recording(seed)
    assert made.scene.mains is not None
    assert not made.truth.counted.any()
    found = detect_emg(made.recording)
    assert sum(t.kind is not Kind.GROUPED for t in found.twitches) <= 3


def test_a_knock_that_rings_is_no_burst() -> None:
    rate = 1024.0
    t = np.arange(int(0.3 * rate)) / rate
    x = 80 * np.exp(-t / 0.03) * np.cos(2 * np.pi * 90 * t)
    x += np.random.default_rng(5).normal(0, 1, len(t))
    noise = np.ones(1, np.float32)
    found = bursts_of(x[None].astype(np.float32), noise, [(0, len(t) // 2)], rate)
    assert not any(not burst.rings for burst in found)


def test_what_repeats_itself_less_well_is_a_burst_only_if_it_is_short() -> None:
    rate, rng = 1024.0, np.random.default_rng(2)
    t = np.arange(round(4 * rate)) / rate
    x = np.zeros(len(t))
    for at in np.arange(0, 4, 0.012):
        x += 20 * (t - at) / 0.002 * np.exp(-(((t - at) / 0.002) ** 2))
    others = np.convolve(rng.normal(0, 1, len(t)), [1, 1, 0, -1, -1], "same")
    x = 12 * (x / x.std() + 0.5 * others / others.std())
    noise = np.ones(1, np.float32)
    short = round(1.5 * rate)
    one = x[None].astype(np.float32)
    assert bursts_of(one[:, :short], noise, [(0, short // 2)], rate)
    assert not bursts_of(one, noise, [(0, len(t) // 2)], rate)


def test_a_burst_beside_work_of_its_length_is_work_and_one_beside_little_is_none() -> None:
    burst = (20.0, 27.5, 0.012)
    assert away_from([(12.5, 19.9)], [burst]) == ([], [(20.0, 27.5)])
    assert away_from([(18.0, 19.9)], [burst]) == ([burst], [])


@pytest.mark.parametrize("seed", [2006, 5008, 5010])
def test_a_burst_taken_for_several_units_is_a_burst(seed: int) -> None:
    made = draw_recording(seed, Setting.MYOKYMIA, duration_s=60)
    found = detect_emg(made.recording)
    assert sum(t.kind is not Kind.GROUPED for t in found.twitches) <= 1


def test_units_in_turn_at_a_burst_s_pace_are_a_burst() -> None:
    times = np.concatenate([5 + np.arange(8) * 0.035, [20.0, 31.0]])
    found = kinds(times, np.array([0, 1, 0, 0, 1, 2, 1, 0, 3, 3]))
    assert [k is Kind.GROUPED for k in found] == [True] * 8 + [False] * 2


def test_short_bursts_among_others_are_no_chance_though_often_and_of_two_clusters() -> None:
    rng = np.random.default_rng(11)
    starts = 1 + 1.7 * np.arange(100) + rng.uniform(0, 0.6, 100)
    counts = np.where(np.arange(100) % 2 == 0, 6, 3)
    times = np.concatenate([a + 0.04 * np.arange(n) for a, n in zip(starts, counts, strict=True)])
    units = np.concatenate([np.minimum(np.arange(n), 1) for n in counts])
    alone = starts[::10] + rng.uniform(0.6, 1.0, 10)
    order = np.argsort(times := np.concatenate([times, alone]))
    found = np.array(kinds(times[order], np.append(units, np.full(10, 2))[order]))
    assert all(found[np.searchsorted(times[order], alone)] == Kind.SINGLE)
    assert sum(found == Kind.GROUPED) == len(times) - 10


def test_bursts_are_grouped_to_the_last() -> None:
    made = draw_recording(34, Setting.MYOKYMIA)
    assert not counted_of(detect_emg(made.recording))


def test_a_unit_that_often_discharges_falls_together_with_itself_by_chance() -> None:
    rng = np.random.default_rng(8)
    often = np.sort(rng.uniform(0, 90, 160))
    assert sum(k is Kind.GROUPED for k in kinds(often, np.zeros(160, int))) == 0


def test_doublets_that_meet_are_no_burst() -> None:
    rng = np.random.default_rng(9)
    firsts = np.sort(rng.uniform(0, 90, 60))
    times = np.sort(np.concatenate([firsts, firsts[::3] + 0.04]))
    assert sum(k is Kind.GROUPED for k in kinds(times, np.zeros(80, int))) == 0


@pytest.mark.parametrize("seed", [5003, 5010])
def test_what_fasciculates_beside_myokymia_is_counted(seed: int) -> None:
    made = draw_recording(seed, Setting.EVERYTHING, duration_s=90)
    truth = made.truth
    found = np.sort([t.peak_s for t in counted_of(detect_emg(made.recording))])
    true = np.sort(truth.best_peak_s[truth.counted])
    assert len(match(found, true, 0.025)) >= 0.65 * len(true)
    assert len(found) <= len(true)
