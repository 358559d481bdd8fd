"""Invented courses are of their kind, repeatable, and as sparse as they were asked to be."""

import numpy as np
import pytest

from kedut.simulate.courses import FIRST_DAY, GONE_BELOW, Kind, draw_course


def drawn(kind: Kind, seed: int, **how: float):
    return draw_course(kind, np.random.default_rng(seed), **how)


@pytest.mark.parametrize("kind", Kind)
def test_the_same_seed_gives_the_same_course(kind: Kind) -> None:
    assert drawn(kind, 4).entries == drawn(kind, 4).entries


@pytest.mark.parametrize("kind", Kind)
def test_what_is_below_one_an_hour_is_gone(kind: Kind) -> None:
    for seed in range(20):
        level = drawn(kind, seed).log_rate
        assert (np.isneginf(level) | (level >= GONE_BELOW)).all()


def test_each_kind_goes_its_way() -> None:
    for seed in range(30):
        assert drawn(Kind.RESOLVING, seed).log_rate[-1] < drawn(Kind.RESOLVING, seed).log_rate[0]
        worse = drawn(Kind.WORSENING, seed)
        assert worse.turns_on is not None
        assert worse.log_rate[-1] > worse.log_rate[worse.turns_on] + 1
        back = drawn(Kind.RELAPSING, seed)
        assert back.turns_on is not None
        assert back.log_rate[back.turns_on + 3] > back.log_rate[back.turns_on - 1]


@pytest.mark.parametrize("missing", [0.3, 0.6, 0.9])
def test_as_many_days_are_missing_as_asked(missing: float) -> None:
    shares = [len(drawn(Kind.STEADY, s, days=60, missing=missing).entries) / 60 for s in range(60)]
    assert 1 - np.mean(shares) == pytest.approx(missing, abs=0.04)


def test_function_fails_only_in_courses_that_worsen_but_for_slips() -> None:
    def failed(kind: Kind) -> float:
        answers = [
            answer
            for seed in range(40)
            for entry in drawn(kind, seed, missing=0.3).entries
            if (entry.day - FIRST_DAY.date()).days > 12
            for answer in (
                entry.function.ten_heel_raises_left,
                entry.function.ten_heel_raises_right,
            )
            if answer is not None
        ]
        return answers.count(False) / len(answers)

    assert failed(Kind.STEADY) < 0.03
    assert failed(Kind.WORSENING) > 0.15
