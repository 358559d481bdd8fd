"""What the person can do: followed apart, unmoved by counts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kedut.case.followed import followed
from kedut.diary.entry import BAD_ANSWERS, Count, Entry, Function, Said
from kedut.diary.function import Ability, function_trend
from kedut.knowledge.load import ours
from kedut.simulate.courses import FIRST_DAY
from tests.diary.drawn import entries, law, maybe

KNOWLEDGE = ours()
DAY = timedelta(days=1)


def diary(*left: bool | None) -> list[Entry]:
    return [
        Entry(id=str(n), at=FIRST_DAY + n * DAY, function=Function(ten_heel_raises_left=can))
        for n, can in enumerate(left)
    ]


def left_leg(*answers: bool | None) -> Ability:
    kept = diary(*answers)
    return function_trend(kept, kept[-1].day).signs[0].ability


def test_what_was_never_asked_is_unknown() -> None:
    assert left_leg(None, None) is Ability.UNKNOWN


def test_one_bad_answer_is_asked_again_and_two_are_a_loss() -> None:
    assert left_leg(*[True] * 8) is Ability.AS_BEFORE
    assert left_leg(*[True] * 8, False) is Ability.ASK_AGAIN
    assert left_leg(*[True] * 8, False, False) is Ability.LOST


def test_what_could_not_be_done_from_the_first_day_is_told_as_that() -> None:
    assert left_leg(False, False, False) is Ability.FROM_THE_START


def test_one_good_answer_first_makes_it_a_loss_and_no_old_weakness() -> None:
    assert left_leg(True, *[False] * 5) is Ability.LOST


def test_a_slip_among_good_answers_passes() -> None:
    assert left_leg(*[True] * 6, False, *[True] * 4) is Ability.AS_BEFORE


def test_two_signs_on_one_day_are_enough() -> None:
    kept = diary(*[True] * 8, False)
    good = [replace(e, function=replace(e.function, tripped=False)) for e in kept[:-1]]
    both = [*good, replace(kept[-1], function=replace(kept[-1].function, tripped=True))]
    assert function_trend(both, both[-1].day).worse


@given(st.integers(1, 12), st.integers(1, 400), st.booleans())
@law
def test_one_bad_answer_is_asked_again_whatever_the_silence_before_it(
    good: int, silence: int, leg: bool
) -> None:
    sign = "ten_heel_raises_left" if leg else "tripped"
    kept = diary(*[True] * good)
    kept = [replace(e, function=Function(**{sign: leg})) for e in kept]
    at = kept[-1].at + silence * DAY
    last = Entry(id="last", at=at, function=Function(**{sign: not leg}))
    trend = function_trend([*kept, last], last.day)
    assert sign in trend.ask_again
    assert not trend.worse
    again = replace(last, id="again", at=at + DAY)
    repeated = function_trend([*kept, last, again], again.day)
    assert repeated.worse or not leg, "twice is no slip; tripping may take a third time"


def test_a_leg_that_fails_and_trips_after_a_long_silence_is_a_loss_at_once() -> None:
    before = Function(ten_heel_raises_left=True, tripped=False)
    kept = [replace(e, function=before) for e in diary(True, True, True)]
    now = Function(ten_heel_raises_left=False, tripped=True)
    last = Entry(id="last", at=kept[-1].at + 40 * DAY, function=now)
    assert function_trend([*kept, last], last.day).worse


@pytest.mark.parametrize("sign", ["ten_heel_raises_left", "speech_changed"])
def test_a_new_weakness_counts_the_day_it_is_noted_whatever_the_silence(sign: str) -> None:
    good = {name: not bad for name, bad in BAD_ANSWERS.items()}
    kept = [replace(e, function=Function(**good)) for e in diary(True, True, True)]
    at = kept[-1].at + 40 * DAY
    drop = Entry(id="drop", at=at, new_symptoms=("foot_drop",))
    assert "foot_drop" in followed([*kept, drop], drop.day, KNOWLEDGE).present
    once = Entry(id="once", at=at, function=Function(**{sign: BAD_ANSWERS[sign]}))
    told = followed([*kept, once], once.day, KNOWLEDGE)
    assert sign in told.ask_again
    finding = "slurred_speech" if sign == "speech_changed" else "heel_raise_weakness"
    assert finding in told.present, "asked again, and heard today"


def test_a_sore_day_of_both_legs_is_asked_again() -> None:
    both = Function(ten_heel_raises_left=True, ten_heel_raises_right=True)
    kept = [replace(e, function=both) for e in diary(*[True] * 6)]
    sore = Function(ten_heel_raises_left=False, ten_heel_raises_right=False)
    last = replace(kept[0], id="sore", at=kept[-1].at + DAY, function=sore)
    trend = function_trend([*kept, last], last.day)
    assert set(trend.ask_again) == {"ten_heel_raises_left", "ten_heel_raises_right"}
    assert not trend.worse


@given(st.lists(entries(), min_size=1, max_size=8), st.randoms(), st.data())
@law
def test_neither_order_nor_duplicates_matter(kept: list[Entry], chance, data) -> None:
    again = data.draw(st.lists(st.sampled_from(kept), max_size=3))
    mixed = [*kept, *again]
    chance.shuffle(mixed)
    today = max(entry.day for entry in kept)
    assert function_trend(mixed, today) == function_trend(kept, today)


answers = st.lists(st.tuples(maybe, maybe, maybe, maybe, st.integers(1, 40)), max_size=12)


# An old fall that comes again: the leg may as well never have been strong.
AGAIN = [
    (None, None, None, False, 1),
    (False, None, None, None, 2),
    (False, None, True, None, 1),
]


@given(answers, st.integers(0, 3))
@example(AGAIN, 2)
@law
def test_one_more_sign_that_fails_never_makes_a_loss_less_likely(days, failing: int) -> None:
    kept, at = [], FIRST_DAY
    for left, right, tripped, speech, later in [*days, (True, True, False, False, 1)]:
        at += later * DAY
        said = Function(
            ten_heel_raises_left=left,
            ten_heel_raises_right=right,
            tripped=tripped,
            speech_changed=speech,
        )
        kept.append(Entry(id=f"{at:%F}", at=at, function=said))
    name = list(BAD_ANSWERS)[failing]
    fails = replace(kept[-1].function, **{name: BAD_ANSWERS[name]})
    well, ill = (
        function_trend([*kept[:-1], last], at.date())
        for last in (kept[-1], replace(kept[-1], function=fails))
    )
    assert ill.signs[failing].cannot > well.signs[failing].cannot
    assert ill.worse >= well.worse


@given(st.lists(st.tuples(maybe, st.integers(0, 900), st.sampled_from(Said)), min_size=1))
@law
def test_counts_and_grades_never_move_function(days) -> None:
    plain = diary(*[can for can, _, _ in days])
    counted = [
        replace(entry, said=said, count=Count(twitches=n, minutes=5))
        for entry, (_, n, said) in zip(plain, days, strict=True)
    ]
    today = plain[-1].day
    assert function_trend(plain, today) == function_trend(counted, today)


@given(st.lists(maybe, max_size=20))
@law
def test_a_bad_last_answer_makes_it_likelier_that_it_cannot_be_done(answers) -> None:
    good, bad = diary(*answers, True), diary(*answers, False)
    today = good[-1].day
    with_good, with_bad = (function_trend(kept, today).signs[0] for kept in (good, bad))
    assert with_bad.cannot > with_good.cannot
