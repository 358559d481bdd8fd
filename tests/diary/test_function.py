"""What the person can do: followed apart, unmoved by counts."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from kedut.diary.entry import Count, Entry, Function, Said
from kedut.diary.function import Ability, function_trend
from kedut.simulate.courses import FIRST_DAY
from tests.diary.drawn import law, maybe

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
