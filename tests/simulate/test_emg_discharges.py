"""Discharges come as often and as irregularly as was asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kedut.simulate.emg_discharges import (
    Bursts,
    Grouped,
    Irregular,
    by_will,
    fasciculations,
    groups,
)

LONG_S = 20_000.0


@pytest.mark.parametrize("shape", ["lognormal", "gamma"])
@pytest.mark.parametrize("variation", [0.5, 1.0, 1.4])
def test_rate_and_variation_are_those_asked_for(shape: str, variation: float) -> None:
    how = Irregular(per_min=60.0, variation=variation, shape=shape)
    times, second = fasciculations(np.random.default_rng(1), how, LONG_S)
    between = np.diff(times)
    assert times.size == pytest.approx(LONG_S, rel=0.05)
    assert between.std() / between.mean() == pytest.approx(variation, rel=0.1)
    assert between.min() >= how.least_s
    assert not second.any()


def test_bursts_keep_the_rate_and_raise_the_variance_of_counts() -> None:
    how = Irregular(per_min=60.0)
    bursty = replace(how, bursts=Bursts(on_s=10.0, off_s=20.0))
    counts = [
        np.histogram(fasciculations(np.random.default_rng(1), one, LONG_S)[0], 2000)[0]
        for one in (how, bursty)
    ]
    assert counts[1].sum() == pytest.approx(LONG_S, rel=0.1)
    assert counts[1].var() > 3 * counts[0].var()


def test_no_rate_no_discharge() -> None:
    assert fasciculations(np.random.default_rng(1), Irregular(per_min=0.0), 60.0)[0].size == 0


@pytest.mark.parametrize("f_wave", [False, True])
def test_seconds_of_doublets_come_10_to_110_ms_after_their_firsts(f_wave: bool) -> None:
    how = Irregular(per_min=20.0, doublets=0.3, f_wave=f_wave)
    times, second = fasciculations(np.random.default_rng(1), how, LONG_S)
    after = np.array([(at - times[times < at]).min() for at in times[second]])
    assert second.sum() / (~second).sum() == pytest.approx(0.3, abs=0.02)
    assert np.quantile(after, 0.02) > 0.010
    assert np.quantile(after, 0.98) <= 0.110
    assert (np.quantile(after, 0.9) - np.quantile(after, 0.1) < 0.01) == f_wave


def test_a_group_keeps_its_rate_and_slows_down() -> None:
    how = Grouped(within_hz=(40.0, 40.0), lasts_s=(2.0, 2.0), slowing=0.5)
    times, spans = groups(np.random.default_rng(1), how, 200.0)
    assert len(spans) > 20
    start, stop = spans[3]
    between = np.diff(times[(times >= start) & (times <= stop)])
    assert 1 / between[:5].mean() == pytest.approx(40.0, rel=0.1)
    assert 1 / between[-5:].mean() == pytest.approx(21.0, rel=0.2)


def test_a_unit_works_only_above_its_threshold_and_faster_with_more_drive() -> None:
    drive = np.concatenate([np.zeros(200), np.full(1000, 0.4), np.full(1000, 0.9), np.zeros(200)])
    times = by_will(np.random.default_rng(1), drive, 0.005, 0.3)
    assert times.min() >= 1.0
    assert times.max() <= 11.1
    slow, fast = ((times < 6.0).sum() / 5.0, (times >= 6.0).sum() / 5.0)
    assert 7.0 < slow < 11.0
    assert 17.0 < fast < 22.0


def test_an_unknown_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="shape must be 'lognormal' or 'gamma', got 'normal'"):
        fasciculations(np.random.default_rng(1), Irregular(per_min=9.0, shape="normal"), 60.0)
