"""The bench scores a detector that knows the truth as perfect, and one that errs by as much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kedut.bench.measure_cases import Truth
from kedut.bench.measure_emg import Result, of_times, result_of
from kedut.measurement.recording import About, Channel, Modality
from kedut.measurement.twitch import Detected, Excluded, Kind, Quality, Reason, Twitch

ABOUT = About(
    name="made",
    modality=Modality.EMG,
    format="made",
    rate_hz=1000.0,
    length=60_000,
    channels=(Channel(name="EMG", unit="uV"),),
)
# 20 to 30 s an effort; unit 0 has a doublet at 5.00 and 5.05 s; a group from 50 to 51 s.
TRUTH = Truth(
    peak_s=np.array([5.0, 5.05, 12.0, 25.0, 40.0, 50.1, 50.2]),
    unit=np.array([0, 0, 1, 1, 1, 2, 2]),
    counted=np.array([True, True, True, False, True, False, False]),
    efforts=((20.0, 30.0),),
    groups=((50.0, 51.0),),
)
EFFORT = Excluded(onset_s=20.0, duration_s=10.0, reason=Reason.VOLUNTARY)


def twitch(peak_s: float, cluster: int, kind: Kind = Kind.SINGLE) -> Twitch:
    return Twitch(
        onset_s=peak_s - 0.01,
        duration_s=0.02,
        peak_s=peak_s,
        amplitude=100.0,
        unit="uV",
        channel="EMG",
        score=9.0,
        cluster=cluster,
        kind=kind,
    )


FOUND = (
    twitch(5.0, 0, Kind.DOUBLET),
    twitch(5.05, 0, Kind.DOUBLET),
    twitch(12.0, 1),
    twitch(25.0, 1),
    twitch(40.0, 1),
    twitch(50.1, 2, Kind.GROUPED),
)


def scored(found: tuple[Twitch, ...], *excluded: Excluded) -> Result:
    quality = Quality(usable=True, usable_s=50.0, excluded=excluded)
    return result_of("made", ABOUT, Detected(twitches=found, quality=quality), TRUTH, 0.01)


def test_who_knows_the_truth_is_perfect() -> None:
    result = scored(FOUND, EFFORT)
    assert (result.score.hits, result.score.missed, result.score.false) == (4, 0, 0)
    assert (result.doublets, result.apart) == (1, 1)
    assert (result.pure, result.clustered) == (4, 4)
    assert (result.groups, result.groups_found) == (1, 1)
    assert result.effort_found == pytest.approx(1.0)
    assert result.rest_lost == 0.0
    assert result.true_rate == pytest.approx(4 / 49.7 * 60)


def test_what_is_found_in_an_effort_counts_neither_way_but_its_time_is_not_excluded() -> None:
    result = scored((*FOUND, twitch(22.0, 1)))
    assert result.score.false == 0
    assert result.effort_found == 0.0


def test_a_group_taken_for_single_twitches_is_false_and_not_found() -> None:
    result = scored((*FOUND[:-1], twitch(50.1, 2), twitch(50.2, 2)), EFFORT)
    assert result.score.false == 2
    assert result.groups_found == 0


def test_a_doublet_seen_as_one_is_not_kept_apart() -> None:
    result = scored(FOUND[1:], EFFORT)
    assert (result.doublets, result.apart) == (1, 0)
    assert result.score.missed == 1


def test_two_units_in_one_cluster_are_as_pure_as_the_larger_of_them() -> None:
    mixed = tuple(replace(one, cluster=0) for one in FOUND)
    result = scored(mixed, EFFORT)
    assert (result.pure, result.clustered) == (2, 4)


def test_rest_that_is_left_out_is_lost() -> None:
    too_much = replace(EFFORT, onset_s=30.2, duration_s=4.97)
    assert scored(FOUND, EFFORT, too_much).rest_lost == pytest.approx(0.1, abs=0.002)


def test_bare_times_of_a_peer_are_scored_alike() -> None:
    score = of_times([40.0, 5.0, 25.0, 58.0], TRUTH)
    assert (score.hits, score.missed, score.false) == (2, 2, 1)
