"""What was bad or noted stays a finding for a stretch of days, and good days do not end it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.assess.assessment import Assessment
from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.case.followed import Followed, add_followed, followed, stretch_of
from kedut.case.followed_finding import Why
from kedut.diary.days import by_day
from kedut.diary.entry import Entry, Function, Said
from kedut.diary.function import Ability
from kedut.diary.journal import Journal, added, corrected, retracted
from kedut.knowledge.entities import Level
from kedut.knowledge.load import ours
from kedut.simulate.courses import FIRST_DAY
from tests.diary.drawn import law, maybe

KNOWLEDGE = ours()
DAY = timedelta(days=1)
STAYS = int(KNOWLEDGE.decisions["diary.stays_days"])
OFTEN = int(KNOWLEDGE.decisions["diary.good_answers"])
# Asked about everything before the diary, and well: so that a diary could be answered self-care.
CALM = Case(
    age=30,
    present=("twitch_calf_one_side", "twitch_fine_flicker", "twitch_days"),
    absent=KNOWLEDGE.screen_findings,
)
GOOD = Function(
    ten_heel_raises_left=True, ten_heel_raises_right=True, tripped=False, speech_changed=False
)
SLURRED = replace(GOOD, speech_changed=True)
BOTH_FAIL = Function(ten_heel_raises_left=False, ten_heel_raises_right=False, tripped=True)
LEFT_FAILS = replace(GOOD, ten_heel_raises_left=False)
ACUTE = sorted(
    name
    for name in KNOWLEDGE.red_flags & set(KNOWLEDGE.screen_findings)
    if name not in KNOWLEDGE.lasting
)
LASTING = sorted(KNOWLEDGE.lasting & set(KNOWLEDGE.screen_findings))


def on(day: int, function: Function = GOOD, *, hour: int = 0, new: tuple[str, ...] = ()) -> Entry:
    at = FIRST_DAY.replace(hour=8) + day * DAY + timedelta(hours=hour)
    return Entry(id=f"{day}-{hour}", at=at, said=Said.SOME, function=function, new_symptoms=new)


def days_of(*functions: Function) -> list[Entry]:
    return [on(day, function) for day, function in enumerate(functions)]


@dataclass(frozen=True, kw_only=True)
class Read:
    """A diary read on its last day."""

    told: Followed
    case: Case

    @property
    def now(self) -> Assessment:
        return assess(self.case, KNOWLEDGE, detail="brief")


def read(entries: list[Entry], *, case: Case = CALM, asked: int | None = None) -> Read:
    days = by_day(entries)
    asked_on = None if asked is None else FIRST_DAY.date() + asked * DAY
    told = followed(days, days[-1].day, KNOWLEDGE, asked_on=asked_on, denied=case.absent)
    return Read(told=told, case=add_followed(case, told, KNOWLEDGE))


def level(answer: Assessment) -> Level:
    return answer.urgency.level


def ability(revision: Read, name: str) -> Ability:
    return next(s.ability for s in revision.told.function.signs if s.name == name)


def test_without_a_bad_day_the_diary_is_calm() -> None:
    assert level(read(days_of(*[GOOD] * 6)).now) is Level.SELF_CARE


def test_speech_that_is_as_before_a_day_later_stays_a_finding_and_is_said_to_have_passed() -> None:
    bad = read(days_of(*[GOOD] * 4, SLURRED))
    good = read(days_of(*[GOOD] * 4, SLURRED, GOOD))
    assert level(bad.now) is level(good.now) is Level.SOON
    assert "slurred_speech" in good.case.present
    assert ability(good, "speech_changed") is Ability.PASSED
    (why,) = {one.why for one in good.told.findings if one.id == "slurred_speech"}
    assert why is Why.PASSED


@pytest.mark.parametrize("morning_bad", [True, False])
def test_a_bad_answer_wins_over_a_good_one_of_the_same_day(*, morning_bad: bool) -> None:
    said = (SLURRED, GOOD) if morning_bad else (GOOD, SLURRED)
    kept = [*days_of(*[GOOD] * 4), on(4, said[0], hour=0), on(4, said[1], hour=12)]
    assert "slurred_speech" in read(kept).case.present


@pytest.mark.parametrize(
    "functions",
    [
        (GOOD, GOOD, BOTH_FAIL, GOOD),
        (GOOD, GOOD, LEFT_FAILS, LEFT_FAILS, GOOD, GOOD),
        (GOOD, GOOD, LEFT_FAILS, GOOD),
    ],
)
def test_heel_raises_that_failed_are_not_absent_the_next_good_day(functions) -> None:
    bad = max(place for place, one in enumerate(functions) if one is not GOOD)
    now, then = read(days_of(*functions)), read(days_of(*functions[: bad + 1]))
    assert "heel_raise_weakness" in now.case.present
    assert level(now.now).rank >= level(then.now).rank >= Level.SOON.rank
    assert set(then.case.present) <= set(now.case.present)


@pytest.mark.parametrize("bad", [SLURRED, LEFT_FAILS, BOTH_FAIL])
def test_it_stays_for_the_stretch_whatever_is_answered_and_is_then_unknown(bad: Function) -> None:
    before = days_of(GOOD, GOOD, bad)
    last = read([*before, on(2 + STAYS)])
    after = read([*before, on(3 + STAYS)])
    lost = set(read(before).case.present) - set(CALM.present)
    assert level(last.now).rank >= Level.SOON.rank
    assert lost <= set(last.case.present)
    assert not lost & {*after.case.present, *after.case.absent} - {"twitch_weeks"}
    assert level(after.now) is Level.ROUTINE
    assert set(after.told.ask_again)


def test_good_answers_on_several_days_end_it_only_after_the_stretch() -> None:
    start = days_of(GOOD, GOOD, LEFT_FAILS)
    every_day = [on(3 + n) for n in range(STAYS)]
    assert "heel_raise_weakness" in read([*start, *every_day]).case.present
    assert "heel_raise_weakness" in read([*start, *every_day, on(3 + STAYS)]).case.absent
    few = [on(2 + STAYS + n) for n in range(1, OFTEN)]
    assert "heel_raise_weakness" not in read([*start, *few]).case.absent
    enough = on(3 + STAYS + len(few))
    assert "heel_raise_weakness" in read([*start, *few, enough]).case.absent


def test_what_was_corrected_or_taken_back_was_never_so() -> None:
    kept = days_of(*[GOOD] * 4, SLURRED, GOOD)
    wrong = kept[4]
    log = Journal(added(entry, entry.at) for entry in kept)
    mended = log.also(corrected(replace(wrong, function=GOOD), wrong.at + 3 * DAY))
    undone = log.also(retracted(wrong.id, wrong.at + 3 * DAY))
    for journal in (mended, undone):
        assert level(read(list(journal.entries())).now) is Level.SELF_CARE


functions = st.builds(
    Function,
    ten_heel_raises_left=maybe,
    ten_heel_raises_right=maybe,
    tripped=maybe,
    speech_changed=maybe,
)
FLAGS = sorted({*ACUTE, *LASTING})


@st.composite
def diaries(draw: st.DrawFn) -> list[Entry]:
    days = draw(st.lists(st.integers(0, 20), min_size=1, max_size=6, unique=True))
    new = st.just(()) | st.tuples(st.sampled_from(FLAGS))
    return [on(day, draw(functions), new=draw(new)) for day in sorted(days)]


@law
@given(diaries(), st.integers(1, STAYS))
def test_a_good_day_never_lowers_the_urgency_within_the_stretch(
    kept: list[Entry], later: int
) -> None:
    last = kept[-1].day
    today = (last - FIRST_DAY.date()).days + later
    since = FIRST_DAY.date() + (today - STAYS) * DAY
    days = by_day(kept)
    stretch = [entry for entry in days if entry.day >= since]
    before = read(stretch)
    after = read([*stretch, on(today)])
    assert level(after.now).rank >= level(before.now).rank
    flags = set(before.case.present) & KNOWLEDGE.red_flags
    assert flags <= set(after.case.present)


@law
@given(diaries(), st.integers(1, 40))
def test_what_was_bad_is_never_absent_within_the_stretch(kept: list[Entry], later: int) -> None:
    last = (kept[-1].day - FIRST_DAY.date()).days
    found = read([*kept, on(last + later)])
    since = kept[-1].day + (later - STAYS) * DAY
    absent = set(found.case.absent)
    for entry in kept:
        if entry.day < since:
            continue
        assert not absent & set(entry.new_symptoms)
        if entry.function.speech_changed:
            assert "slurred_speech" not in absent
        legs = (entry.function.ten_heel_raises_left, entry.function.ten_heel_raises_right)
        if False in legs:
            assert "heel_raise_weakness" not in absent


@law
@given(diaries(), st.randoms(use_true_random=False), st.data())
def test_neither_order_nor_duplicates_nor_a_correction_matter(kept, chance, data) -> None:
    wrong = data.draw(st.sampled_from(kept))
    right = replace(wrong, function=data.draw(functions))
    plain = Journal(added(right if e is wrong else e, e.at) for e in kept)
    events = [*(added(e, e.at) for e in kept), corrected(right, wrong.at + 90 * DAY)]
    events += data.draw(st.lists(st.sampled_from(events), max_size=4))
    chance.shuffle(events)
    today = kept[-1].day + DAY
    one, other = (
        followed(list(journal.entries()), today, KNOWLEDGE, denied=CALM.absent)
        for journal in (plain, Journal(events))
    )
    assert one == other


@law
@given(diaries(), st.sampled_from(FLAGS))
def test_one_more_red_flag_on_any_day_never_lowers_the_urgency(kept, flag) -> None:
    base = replace(CALM, absent=tuple(name for name in CALM.absent if name != flag))
    more = [replace(kept[0], new_symptoms=(*kept[0].new_symptoms, flag)), *kept[1:]]
    ranks = [level(read(some, case=base).now).rank for some in (kept, more)]
    assert ranks[1] >= ranks[0]


def well_for(days: int) -> list[Entry]:
    return [on(day) for day in range(1, days, 6)]


@pytest.mark.parametrize("flag", ACUTE)
def test_an_acute_complaint_counts_for_the_stretch_and_is_then_open(flag: str) -> None:
    first = on(0, new=(flag,))
    at_once = level(read([first]).now)
    last = read([first, on(STAYS)])
    assert flag in last.case.present
    assert level(last.now).rank >= at_once.rank
    year = read([first, on(STAYS + 1), on(200), on(365)])
    assert flag not in {*year.case.present, *year.case.absent}
    assert flag in year.told.ask_again
    assert level(year.now) is Level.ROUTINE


@pytest.mark.parametrize("flag", sorted(set(LASTING) - {"heel_raise_weakness", "slurred_speech"}))
def test_a_lasting_complaint_counts_until_it_is_said_to_have_gone(flag: str) -> None:
    kept = [on(0, new=(flag,)), *well_for(40)]
    here = read(kept, case=CALM, asked=0)
    assert flag in here.case.present
    assert [one.why for one in here.told.findings if one.id == flag] == [Why.LASTING]
    soon = read(kept, asked=STAYS)
    assert flag not in {*soon.case.present, *soon.case.absent}, "it may yet come back"
    assert flag in read(kept, asked=STAYS + 1).case.absent


def test_within_the_stretch_no_denial_ends_a_complaint() -> None:
    kept = [on(0, new=("facial_weakness",)), on(3)]
    assert "facial_weakness" in read(kept, asked=2).case.present


@pytest.mark.parametrize("finding", ["heel_raise_weakness", "slurred_speech"])
def test_good_answers_end_the_complaints_that_they_are_about(finding: str) -> None:
    kept = [on(0, new=(finding,))]
    assert finding in read([*kept, on(STAYS)]).case.present
    assert finding in read([*kept, on(1), on(2), on(STAYS + 1)]).case.absent


def test_the_stretch_is_a_judgement_of_the_knowledge() -> None:
    stretch = stretch_of(KNOWLEDGE)
    assert (stretch.days, stretch.good_answers) == (STAYS, OFTEN)
    rows = {row["key"]: row["grade"] for row in KNOWLEDGE.tables["decisions"]}
    assert rows["diary.stays_days"] == rows["diary.good_answers"] == "D"
