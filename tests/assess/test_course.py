"""A diary's course revises an answer: laws, and courses of which the answer is known."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.assess.changed import changed
from kedut.assess.pipeline import assess
from kedut.case.case import Case, CourseSeen
from kedut.case.course_seen import course_seen
from kedut.case.finding_space import finding_space
from kedut.case.followed import add_followed, followed
from kedut.diary.entry import Entry, Function, Said
from kedut.diary.journal import Journal, added, corrected
from kedut.diary.trend import rate_trend
from kedut.knowledge.entities import Level
from kedut.knowledge.load import ours
from kedut.outlook.observed import own_states, then_and_since
from kedut.reasoning.bedside import lay_out, point_tables
from kedut.reasoning.exact import posterior
from kedut.reasoning.inference import case_prior, infer, reasoner_of
from kedut.reasoning.network import network_of
from kedut.reasoning.sorter import sorter_of
from kedut.simulate.courses import FIRST_DAY
from tests.diary.drawn import law

KNOWLEDGE = ours()
DAY = timedelta(days=1)
ADULT = Case(
    age=34,
    sex="male",
    present=("twitch_calf_one_side", "twitch_fine_flicker", "twitch_days", "intense_exercise_48h"),
    absent=tuple(KNOWLEDGE.screen_findings),
    values={"twitch_duration_days": 2},
)
FLAGS = sorted(n for n in KNOWLEDGE.red_flags if KNOWLEDGE.findings[n].asked)
GOOD = Function(
    ten_heel_raises_left=True, ten_heel_raises_right=True, tripped=False, speech_changed=False
)

courses = st.builds(
    CourseSeen,
    asked_days=st.one_of(st.none(), st.floats(0, 200)),
    asked=st.sampled_from([(), ("twitch_days",), ("twitch_weeks",)]),
    seen_days=st.integers(0, 120),
    noted_days=st.integers(121, 200),
    gone=st.floats(0, 0.999),
    easing=st.booleans(),
    comes_and_goes=st.booleans(),
)


def rank(case: Case) -> int:
    return assess(case, KNOWLEDGE, detail="brief").urgency.level.rank


def chance(case: Case, cause: str) -> float:
    found = assess(case, KNOWLEDGE, detail="brief").causes
    return next(one.probability for one in found if one.id == cause)


def lasting(days: int, *, asked: float = 2.0, **more: object) -> Case:
    course = CourseSeen(asked_days=asked, seen_days=days, noted_days=days, **more)  # type: ignore[arg-type]
    return replace(ADULT, course=course, values={"twitch_duration_days": asked + days})


@law
@given(courses, st.sampled_from(FLAGS))
def test_one_more_red_flag_never_lowers_the_urgency_whatever_the_course(course, flag) -> None:
    calm = replace(ADULT, course=course)
    absent = tuple(name for name in calm.absent if name != flag)
    flagged = replace(calm, present=(*calm.present, flag), absent=absent)
    assert rank(flagged) >= rank(replace(calm, absent=absent))


@law
@given(courses, st.sets(st.sampled_from(FLAGS), max_size=2))
def test_a_course_never_lowers_the_urgency_and_raises_it_only_when_late(course, flags) -> None:
    absent = tuple(name for name in ADULT.absent if name not in flags)
    without = replace(ADULT, present=(*ADULT.present, *sorted(flags)), absent=absent)
    found = assess(replace(without, course=course), KNOWLEDGE, detail="brief")
    plain = assess(without, KNOWLEDGE, detail="brief")
    assert found.urgency.level.rank >= plain.urgency.level.rank
    assert found.observed is not None
    if not found.observed.late:
        assert found.urgency == plain.urgency


@law
@given(courses)
def test_a_course_lowers_no_grave_cause(course) -> None:
    plain = {one.id: one.probability for one in assess(ADULT, KNOWLEDGE, detail="brief").causes}
    seen = assess(replace(ADULT, course=course), KNOWLEDGE, detail="brief")
    for one in seen.causes:
        if KNOWLEDGE.causes[one.id].grave:
            assert one.probability >= plain[one.id] * (1 - 1e-9)


@law
@given(courses)
def test_the_quick_and_the_clear_way_agree_on_a_course(course) -> None:
    findings = finding_space(KNOWLEDGE).close(ADULT)
    own = own_states(KNOWLEDGE, course)
    evidence = sorter_of(KNOWLEDGE).sort(findings)
    told = evidence if own is None else evidence.told_finer(own)
    prior = case_prior(KNOWLEDGE, findings)
    network = network_of(KNOWLEDGE)
    clear = posterior(prior[:, None], lay_out(told, point_tables(network, told)))
    reasoner = reasoner_of(KNOWLEDGE)
    if not reasoner.quicken() or reasoner.fast is None:
        pytest.skip("numba is not here")
    quick = reasoner.fast.posterior(prior, told)
    np.testing.assert_allclose(quick.at_work, clear.at_work, atol=1e-12)
    assert math.isclose(float(quick.log_evidence[0]), float(clear.log_evidence[0]), abs_tol=1e-9)


@law
@given(courses)
def test_what_a_course_tells_finer_is_a_part_of_what_its_finding_tells(course) -> None:
    """Before, as seen, and beyond are shares of one distribution: nothing counts twice."""
    own = own_states(KNOWLEDGE, course)
    if own is not None:
        assert (own.table >= 0).all()
        assert (own.table.sum(axis=1) <= 1 + 1e-6).all()
    both = then_and_since(KNOWLEDGE, course)
    if both is not None:
        then, since = both
        assert (since.table[:, 1] <= then.table[:, 1] * (1 + 1e-9)).all()


def test_nothing_seen_after_the_answers_leaves_the_answer_as_it_was() -> None:
    asked = replace(ADULT, course=CourseSeen(asked_days=2.0, noted_days=0))
    findings = finding_space(KNOWLEDGE).close(ADULT)
    own = own_states(KNOWLEDGE, asked.course)  # type: ignore[arg-type]
    np.testing.assert_allclose(
        infer(KNOWLEDGE, findings, own).at_work, infer(KNOWLEDGE, findings).at_work, rtol=1e-9
    )


def test_by_the_published_days_a_course_says_what_a_hand_would_reckon() -> None:
    """Everyday twitch: half gone by day 4, 88 of 100 by day 14; of those left, 24 of 100."""
    course = CourseSeen(asked_days=4.0, seen_days=10, noted_days=10)
    found = assess(replace(ADULT, course=course), KNOWLEDGE, detail="brief").observed
    assert found is not None
    still = dict(found.still_by_cause)["everyday_twitch"]
    low, high = (1 - 0.96) / (1 - 0.7), (1 - 0.72) / (1 - 0.3)  # the ends of the published ranges
    assert low < still < high
    assert abs(still - 0.12 / 0.5) < 0.06


def test_what_lasts_gets_likelier_and_what_should_have_gone_less_as_days_pass() -> None:
    lasts = [chance(lasting(days), "benign_fasciculation") for days in (1, 4, 8, 11)]
    assert lasts == sorted(lasts)
    assert lasts[-1] > 1.5 * lasts[0]
    short = [chance(lasting(days), "dehydration") for days in (1, 4, 8, 11)]
    assert short[-1] < short[0]


def test_a_twitch_that_should_have_gone_and_has_not_is_worth_a_visit_and_says_so() -> None:
    run = replace(
        ADULT,
        present=(*ADULT.present, "twitch_after_exercise")
        if "twitch_after_exercise" in KNOWLEDGE.findings
        else ADULT.present,
    )
    levels = []
    for days in (0, 3, 12):
        course = CourseSeen(asked_days=0.5, seen_days=days, noted_days=days)
        found = assess(replace(run, course=course), KNOWLEDGE)
        assert found.observed is not None
        levels.append((found.urgency.level, found.observed.late))
    assert levels[0] == (Level.SELF_CARE, False)
    assert levels[-1] == (Level.ROUTINE, True)
    assert found.urgency.because[-1].id == "course_late"
    easing = replace(
        run, course=CourseSeen(asked_days=0.5, seen_days=12, noted_days=12, easing=True)
    )
    assert assess(easing, KNOWLEDGE).urgency.level is Level.SELF_CARE


def test_that_it_has_gone_speaks_for_what_passes_and_counts_once() -> None:
    gone = lasting(1, gone=0.98)
    gone = replace(gone, course=replace(gone.course, noted_days=9))  # type: ignore[type-var]
    assert chance(gone, "benign_fasciculation") < chance(ADULT, "benign_fasciculation")
    less = replace(gone, present=(*gone.present, "twitch_improving"))
    assert chance(less, "everyday_twitch") == pytest.approx(chance(gone, "everyday_twitch"))


def entries(*said: Said | None, function: Function = GOOD) -> list[Entry]:
    return [
        Entry(id=str(n), at=FIRST_DAY + n * DAY, said=one, function=function)
        for n, one in enumerate(said)
        if one is not None
    ]


def test_gone_is_not_heard_while_something_cannot_be_done() -> None:
    kept = entries(*[Said.A_LOT] * 3, *[Said.NONE] * 9)
    trend = rate_trend(kept, kept[-1].day)
    well = course_seen(trend, kept[0].day, cannot=False)
    weak = course_seen(trend, kept[0].day, cannot=True)
    assert well is not None
    assert weak is not None
    assert well.gone > 0.5
    assert weak.gone == 0
    assert not weak.easing


def test_what_was_gone_for_long_and_came_back_is_not_one_course() -> None:
    kept = entries(*[Said.A_LOT] * 4, *[Said.NONE] * 30, *[Said.A_LOT] * 4)
    seen = course_seen(rate_trend(kept, kept[-1].day), kept[0].day, cannot=False)
    assert seen is not None
    assert seen.comes_and_goes
    assert own_states(KNOWLEDGE, seen) is None


def case_of(kept: list[Entry]) -> Case:
    today = FIRST_DAY.date() + 20 * DAY
    return add_followed(ADULT, followed(kept, today, KNOWLEDGE), KNOWLEDGE)


said = st.lists(st.sampled_from([None, *Said]), min_size=2, max_size=12)


@law
@given(said, st.randoms(use_true_random=False))
def test_order_and_duplicates_of_entries_change_nothing_of_the_answer(days, chance_of) -> None:
    kept = entries(*days)
    events = [added(entry, entry.at) for entry in kept]
    mixed = [*events, *events]
    chance_of.shuffle(mixed)
    one, other = (case_of(list(Journal(some).days())) for some in (events, mixed))
    assert one == other
    assert assess(one, KNOWLEDGE, detail="brief") == assess(other, KNOWLEDGE, detail="brief")


@law
@given(said, st.sampled_from(list(Said)))
def test_a_correction_equals_having_said_it_right_through_to_the_answer(days, right) -> None:
    kept = [*entries(*days), Entry(id="x", at=FIRST_DAY + 13 * DAY, said=Said.A_LOT)]
    better = replace(kept[-1], said=right)
    mended = Journal([added(e, e.at) for e in kept]).also(corrected(better, better.at + DAY))
    told = Journal([added(e, e.at) for e in [*kept[:-1], better]])
    one, other = (case_of(list(journal.days())) for journal in (mended, told))
    assert one == other


@law
@given(said, st.sampled_from(FLAGS))
def test_a_red_flag_noted_in_a_diary_never_lowers_the_urgency(days, flag) -> None:
    kept = entries(*days)
    at = FIRST_DAY + 14 * DAY
    calm = [*kept, Entry(id="x", at=at, said=Said.SOME)]
    flagged = [*kept, Entry(id="x", at=at, said=Said.SOME, new_symptoms=(flag,))]
    open_to_it = replace(ADULT, absent=tuple(n for n in ADULT.absent if n != flag))
    today = at.date()
    ranks = [
        rank(add_followed(open_to_it, followed(some, today, KNOWLEDGE), KNOWLEDGE))
        for some in (calm, flagged)
    ]
    assert ranks[0] <= ranks[1]


def test_what_moved_is_told_with_the_findings_that_moved_it() -> None:
    weak = followed(
        entries(Said.SOME, Said.SOME, function=Function(ten_heel_raises_left=False)),
        FIRST_DAY.date() + DAY,
        KNOWLEDGE,
    )
    base = replace(ADULT, absent=())
    before = assess(base, KNOWLEDGE, detail="brief")
    now = assess(add_followed(base, weak, KNOWLEDGE), KNOWLEDGE)
    found = changed(before, now, [one for one in weak.findings if one.present])
    assert found.level_after.rank > found.level_before.rank
    assert any("heel_raise_weakness" in one.because for one in found.causes)
    same = changed(before, assess(base, KNOWLEDGE), [])
    assert same.nothing
