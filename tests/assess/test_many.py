"""Many cases at once come to the same, to the last bit, as each alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedut.assess.many import Answers, Many
from kedut.assess.pipeline import assess
from kedut.assess.wire import rounded
from kedut.case.case import AtLeast, Case, CourseSeen
from kedut.case.wire import case_from
from kedut.knowledge.entities import Level
from kedut.knowledge.load import ours
from kedut.reasoning.six_digits import six_digits

KNOWLEDGE = ours()
MANY = Many(KNOWLEDGE)
NAMES = sorted(KNOWLEDGE.findings)
WORRY = sorted(name for name, finding in KNOWLEDGE.findings.items() if finding.worry)
FLAGS = sorted(KNOWLEDGE.red_flags)
COMMON = ["twitch_calf_one_side", "leg_weakness", "calf_pain", "intense_exercise_48h"]

pytestmark = pytest.mark.skipif(MANY.brief.reasoner.fast is None, reason="needs numba")


@st.composite
def cases(draw: st.DrawFn) -> Case:
    some = st.sampled_from(COMMON) | st.sampled_from(WORRY + FLAGS) | st.sampled_from(NAMES)
    told = draw(st.lists(some, max_size=14, unique=True))
    cut = draw(st.integers(0, len(told)))
    return Case(
        id=draw(st.text(max_size=3)),
        age=draw(st.none() | st.integers(0, 120)),
        sex=draw(st.sampled_from([None, "male", "female"])),
        present=tuple(told[:cut]),
        absent=tuple(told[cut:]),
    )


def check(answers: Answers, told: list[Case]) -> None:
    for number, case in enumerate(told):
        alone = assess(case, KNOWLEDGE, detail="brief")
        assert answers.urgencies[number] == alone.urgency
        chances = dict(zip(MANY.causes, answers.chances[number].tolist(), strict=True))
        if not alone.causes:
            assert np.isnan(answers.chances[number]).all()
        else:
            assert chances == {one.id: rounded(one.probability) for one in alone.causes}
        first = alone.causes[0] if alone.causes and alone.causes[0].probability > 0 else None
        place = answers.leading[number]
        assert (MANY.causes[place] if place >= 0 else None) == (first.id if first else None)


@given(st.lists(cases(), min_size=1, max_size=8))
@settings(deadline=None)
def test_together_is_as_alone(told: list[Case]) -> None:
    check(MANY.answers(told), told)


@given(st.lists(cases(), min_size=2, max_size=6))
@settings(deadline=None, max_examples=20)
def test_the_others_do_not_matter(told: list[Case]) -> None:
    turned = told[::-1] + told[:1]
    straight, other = MANY.answers(told), MANY.answers(turned)
    assert straight.urgencies == other.urgencies[: len(told)][::-1]
    assert np.array_equal(straight.chances, other.chances[: len(told)][::-1], equal_nan=True)


def test_the_published_and_the_examples_come_to_the_same() -> None:
    files = [*Path("examples").glob("*.json"), *Path("tests/cases").glob("*.jsonl")]
    lines = [
        text
        for file in sorted(files)
        for text in ([file.read_text()] if file.suffix == ".json" else file.read_text().split("\n"))
        if text.strip()
    ]
    told = [case_from(json.loads(text), KNOWLEDGE, where="", lenient=True) for text in lines]
    check(MANY.answers(told), told)


def test_what_was_told_before_and_a_course_count_here_too() -> None:
    said = AtLeast(level=Level.URGENT, within_days=1)
    common = Case(age=40.0, present=("twitch_calf_one_side",))
    told = [
        replace(common, at_least=said),
        replace(common, course=CourseSeen(asked_days=3.0, seen_days=90, noted_days=90)),
        common,
    ]
    answers = MANY.answers(told)
    check(answers, told)
    assert answers.urgencies[0].level is Level.URGENT
    assert not np.array_equal(answers.chances[1], answers.chances[2])


def test_none_is_none() -> None:
    assert MANY.answers([]).chances.shape == (0, len(MANY.causes))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_six_digits_are_those_of_the_text(chances: list[float]) -> None:
    found = six_digits(np.array([chances, chances[::-1]]))
    assert found[0].tolist() == [rounded(chance) for chance in chances]
    assert found[1].tolist() == [rounded(chance) for chance in chances[::-1]]


@pytest.mark.parametrize("chance", [0.1, 0.09999995, 0.1234565, 1e-5, 9.999995e-7, 5e-324, 1.0])
def test_six_digits_near_a_tie_are_those_of_the_text(chance: float) -> None:
    near = [chance, np.nextafter(chance, 0), np.nextafter(chance, 1)]
    assert six_digits(np.array([near]))[0].tolist() == [rounded(one) for one in near]
