"""Rates hold in nine of ten and more of bursty recordings; nothing seen is an upper bound."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kedut.measurement.features import (
    ASKED_S,
    LEAST_S,
    features_of,
    rate_of,
    squeezed,
    usable_stretches,
)
from kedut.measurement.recording import About, Channel, Modality
from kedut.measurement.twitch import Detected, Excluded, Kind, Quality, Reason, Twitch

Times = NDArray[np.float64]


def about(seconds: float, modality: Modality = Modality.EMG) -> About:
    """Give what a file of some length would say."""
    return About(
        name="x.edf",
        modality=modality,
        format="edf",
        rate_hz=1000,
        length=round(seconds * 1000),
        channels=(Channel(name="calf", unit="uV"),),
    )


def twitch(
    at_s: float, *, cluster: int = 0, kind: Kind = Kind.SINGLE, artefact: str = ""
) -> Twitch:
    """Give one twitch."""
    return Twitch(
        onset_s=at_s,
        duration_s=0.02,
        peak_s=at_s,
        amplitude=100.0,
        unit="uV",
        score=8.0,
        cluster=cluster,
        kind=kind,
        artefact=artefact,
    )


def detected(
    twitches: list[Twitch], usable_s: float, excluded: tuple[Excluded, ...] = ()
) -> Detected:
    """Give what a detector would."""
    quality = Quality(usable=True, usable_s=usable_s, excluded=excluded)
    return Detected(twitches=tuple(twitches), quality=quality)


def poisson(rate_per_s: float, length_s: float, draw: np.random.Generator) -> Times:
    """Give chance discharges."""
    return np.sort(draw.uniform(0, length_s, draw.poisson(rate_per_s * length_s)))


def units(rate_per_s: float, length_s: float, draw: np.random.Generator) -> Times:
    """Give a few irregular units: lognormal intervals, coefficient of variation 1.2."""
    shares = draw.dirichlet(np.ones(draw.integers(1, 7)))
    found: list[Times] = []
    for share in shares:
        mean = 1 / max(rate_per_s * share, 1e-4)
        spread = math.sqrt(math.log(1 + 1.2**2))
        steps = draw.lognormal(math.log(mean) - spread**2 / 2, spread, 4000)
        times = np.cumsum(steps) - draw.uniform(20, 60) * mean
        found.append(times[(times >= 0) & (times < length_s)])
    return np.sort(np.concatenate(found))


def bursts(rate_per_s: float, length_s: float, draw: np.random.Generator) -> Times:
    """Give a source that is on for seconds and off for longer."""
    on, off = draw.uniform(1, 8), draw.uniform(3, 25)
    rate = rate_per_s * (on + off) / on
    at, active, found = 0.0, draw.random() < on / (on + off), [np.empty(0)]
    while at < length_s:
        stay = draw.exponential(on if active else off)
        if active:
            end = min(at + stay, length_s)
            found.append(draw.uniform(at, end, draw.poisson(rate * (end - at))))
        at, active = at + stay, not active
    return np.sort(np.concatenate(found))


@pytest.mark.parametrize("kind, least", [(poisson, 0.95), (units, 0.95), (bursts, 0.93)])
def test_the_interval_holds_the_rate(kind: type, least: float) -> None:
    draw = np.random.default_rng(7)
    held = 0
    for _ in range(500):
        length = float(draw.choice([60.0, 90.0, 180.0, 300.0]))
        rate = math.exp(draw.uniform(math.log(2), math.log(120))) / 60
        found = rate_of(kind(rate, length, draw), length)
        held += found.low <= 60 * rate <= found.high
    assert held / 500 >= least


def test_the_interval_is_not_so_wide_that_it_says_nothing() -> None:
    draw = np.random.default_rng(8)
    found = [rate_of(poisson(0.5, 300.0, draw), 300.0) for _ in range(50)]
    assert np.median([(rate.high - rate.low) / rate.value for rate in found]) < 0.75


@given(st.floats(1, 1e5))
def test_nothing_seen_has_an_upper_bound_that_shrinks_with_time(seconds: float) -> None:
    rate = rate_of(np.empty(0), seconds)
    assert rate.value == rate.low == 0
    assert rate.high == pytest.approx(60 * -math.log(0.05) / seconds)


@given(st.lists(st.floats(0, 99.9), min_size=1, max_size=60))
def test_the_value_lies_in_its_interval(times: list[float]) -> None:
    rate = rate_of(np.sort(np.array(times)), 100.0)
    assert 0 <= rate.low <= rate.value <= rate.high


def test_what_is_excluded_is_neither_time_nor_interval() -> None:
    cut = (Excluded(onset_s=10, duration_s=80, reason=Reason.VOLUNTARY),)
    found = detected([twitch(t) for t in (5.0, 9.0, 91.0, 95.0)], 20.0, cut)
    assert usable_stretches(about(100), found) == [(0.0, 10.0), (90.0, 100.0)]
    features = features_of(about(100), found)
    assert features.rate is not None
    assert features.rate.value == pytest.approx(12.0)
    assert features.intervals.n == 2
    assert features.intervals.median_s == pytest.approx(4.0)
    assert squeezed(np.array([95.0]), [(0, 10), (90, 100)])[0] == pytest.approx(15.0)


def test_bursts_and_artefacts_are_not_counted() -> None:
    burst = [twitch(20 + i / 30, kind=Kind.GROUPED) for i in range(10)]
    knock = twitch(40.0, artefact="tap")
    features = features_of(about(100), detected([twitch(5.0), *burst, knock], 100.0))
    assert features.twitches == 1
    assert features.grouped.bursts == 1
    assert features.grouped.discharges == 10
    assert features.grouped.within_hz == pytest.approx(30.0)


def test_pairs_are_told_and_those_at_the_time_of_an_f_wave() -> None:
    pairs = [t for at in (5.0, 15.0, 25.0) for t in (at, at + 0.034)] + [35.0, 35.09]
    features = features_of(about(100), detected([twitch(t) for t in pairs], 100.0))
    assert features.intervals.doublets == 4
    assert features.intervals.in_f_wave_window == 3


def test_an_even_rhythm_is_named_and_chance_is_not() -> None:
    tremor = [twitch(t) for t in np.arange(10, 30, 0.2)]
    assert features_of(about(60), detected(tremor, 60.0)).rhythm_hz == pytest.approx(5.0)
    chance = [twitch(t) for t in poisson(5, 60, np.random.default_rng(2))]
    assert features_of(about(60), detected(chance, 60.0)).rhythm_hz is None


@pytest.mark.parametrize("modality", list(Modality))
def test_a_short_recording_asks_for_a_longer_one(modality: Modality) -> None:
    short = LEAST_S[modality] - 1
    asked = features_of(about(short, modality), detected([], short)).too_short_s
    assert asked == ASKED_S[modality]
    enough = ASKED_S[modality]
    assert features_of(about(enough, modality), detected([], enough)).too_short_s is None


def test_a_recording_that_is_not_usable_has_no_rate() -> None:
    nothing = Detected(twitches=(), quality=Quality(usable=False, usable_s=0.0))
    features = features_of(about(30), nothing)
    assert features.rate is None
    assert features.intervals.n == 0


def test_sources_are_told_busiest_first() -> None:
    both = [twitch(t, cluster=1) for t in (1, 2, 3)] + [twitch(9.0, cluster=0)]
    features = features_of(about(60), detected(both, 60.0))
    assert [source.cluster for source in features.sources] == [1, 0]
    assert features.sources[0].rate_per_min == pytest.approx(3.0)
    assert features.fixed_site_share == pytest.approx(0.75)


def test_intervals_go_from_peak_to_peak_whatever_began_first() -> None:
    slow = Twitch(
        onset_s=4.9, duration_s=0.3, peak_s=5.1, amplitude=80.0, unit="uV", score=8.0, cluster=1
    )
    features = features_of(about(100), detected([slow, twitch(5.0)], 100.0))
    assert features.intervals.shortest_s == pytest.approx(0.1)
