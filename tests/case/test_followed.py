"""A diary becomes findings: function first, and more twitches alone raise nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.case.followed import Followed, add_followed, followed
from kedut.case.followed_finding import Why
from kedut.diary.entry import Count, Entry, Function, Said
from kedut.diary.trend import Direction
from kedut.knowledge.entities import Level
from kedut.knowledge.load import ours
from kedut.simulate.courses import FIRST_DAY
from tests.diary.drawn import entries as any_entry
from tests.diary.drawn import law

KNOWLEDGE = ours()
DAY = timedelta(days=1)
BEFORE = Case(age=30, present=("twitch_calf_one_side", "twitch_fine_flicker", "twitch_days"))
FLAGS = sorted(name for name in KNOWLEDGE.red_flags if KNOWLEDGE.findings[name].asked)
GOOD = Function(
    ten_heel_raises_left=True, ten_heel_raises_right=True, tripped=False, speech_changed=False
)


def diary(*parts: dict[str, object]) -> list[Entry]:
    return [Entry(id=str(n), at=FIRST_DAY + n * DAY, **part) for n, part in enumerate(parts)]


def told(kept: list[Entry], after_days: int = 0) -> Followed:
    return followed(kept, max(e.day for e in kept) + after_days * DAY, KNOWLEDGE)


def level(kept: list[Entry], case: Case = BEFORE) -> Level:
    with_it = add_followed(case, told(kept), KNOWLEDGE)
    return assess(with_it, KNOWLEDGE, detail="brief").urgency.level


def test_more_twitches_alone_make_no_finding_of_worsening_and_stay_at_most_routine() -> None:
    counts = [1, 1, 1, 2, 1, 1, 1, 8, 14, 20, 30, 40, 40, 40]
    kept = diary(*({"count": Count(twitches=n, minutes=1), "function": GOOD} for n in counts))
    found = told(kept)
    assert found.more_twitches
    assert not {"twitch_worsening", "symptom_worsening"} & set(found.present)
    assert level(kept).rank <= Level.ROUTINE.rank


def test_more_twitches_with_a_lost_function_are_worsening() -> None:
    counts = [1, 1, 1, 2, 1, 1, 1, 8, 14, 20, 30, 40, 40, 40]
    weak = replace(GOOD, ten_heel_raises_left=False)
    kept = diary(
        *(
            {"count": Count(twitches=n, minutes=1), "function": GOOD if at < 10 else weak}
            for at, n in enumerate(counts)
        )
    )
    found = told(kept)
    assert {"twitch_worsening", "symptom_worsening", "heel_raise_weakness"} <= set(found.present)
    assert "twitch_improving" not in found.present
    assert level(kept).rank >= Level.SOON.rank


def test_a_new_weakness_goes_on_the_day_it_is_noted_and_is_asked_again() -> None:
    kept = diary(*[{"said": Said.SOME, "function": GOOD}] * 5)
    assert level(kept).rank <= Level.ROUTINE.rank
    kept += [Entry(id="w", at=FIRST_DAY + 5 * DAY, function=Function(ten_heel_raises_right=False))]
    found = told(kept)
    (weak,) = [one for one in found.findings if one.id == "heel_raise_weakness"]
    assert weak.why is Why.SAID_ONCE
    assert weak.because == f"said_once: ten_heel_raises_right, {weak.first}"
    assert found.ask_again == ("ten_heel_raises_right",)
    assert "symptom_worsening" not in found.present
    assert level(kept).rank >= Level.SOON.rank


def test_what_could_not_be_done_from_the_first_day_is_told_as_that() -> None:
    kept = diary(*[{"function": Function(ten_heel_raises_left=False)}] * 4)
    found = told(kept)
    assert [one.why for one in found.findings] == [Why.FROM_THE_START]
    assert "symptom_worsening" not in found.present


@pytest.mark.parametrize("times, falls", [(1, False), (2, True)])
def test_tripping_once_is_asked_again_and_tripping_again_counts(times: int, falls: bool) -> None:
    answers = [False] * 6 + [True] * times
    found = told(diary(*({"function": Function(tripped=answer)} for answer in answers)))
    assert ("falls" in found.present) is falls
    assert ("tripped" in found.ask_again) is not falls


def test_fewer_twitches_do_not_calm_while_something_cannot_be_done() -> None:
    counts = [30, 30, 28, 30, 26, 20, 12, 8, 5, 3, 2, 1, 1, 1]
    calm = diary(*({"count": Count(twitches=n, minutes=1), "function": GOOD} for n in counts))
    assert told(calm).rate.direction is Direction.RESOLVING  # type: ignore[union-attr]
    assert "twitch_improving" in told(calm).present
    weak = replace(calm[-1], function=replace(GOOD, speech_changed=True))
    found = told([*calm[:-1], weak])
    assert "twitch_improving" not in found.present
    assert "slurred_speech" in found.present


@pytest.mark.parametrize(
    "last, finding",
    [
        (1, "twitch_days"),
        (14, "twitch_days"),
        (15, "twitch_weeks"),
        (91, "twitch_over_three_months"),
    ],
)
def test_how_long_it_twitches_is_from_the_first_to_the_last_day_seen(
    last: int, finding: str
) -> None:
    kept = [Entry(id=str(n), at=FIRST_DAY + n * DAY, said=Said.SOME) for n in (0, last)]
    found = told([*kept, Entry(id="z", at=FIRST_DAY + (last + 9) * DAY, said=Said.NONE)])
    assert [one.id for one in found.findings if one.why is Why.DURATION] == [finding]
    assert found.twitch_days == last
    spans = set(KNOWLEDGE.variables["twitch_duration"])
    joined = add_followed(BEFORE, found, KNOWLEDGE)
    assert spans & set(joined.present) == {finding}


def test_the_longer_time_counts_and_one_day_says_nothing() -> None:
    kept = diary({"said": Said.SOME})
    assert told(kept).present == ()
    before = replace(BEFORE, present=("twitch_over_three_months",))
    joined = add_followed(before, told(diary(*[{"said": Said.SOME}] * 3)), KNOWLEDGE)
    assert joined.present == ("twitch_over_three_months",)
    began = kept[0].day - 20 * DAY
    assert followed(kept, kept[0].day, KNOWLEDGE, began=began).present == ("twitch_weeks",)


def test_places_become_the_findings_of_the_body_map_and_unknown_ones_are_told() -> None:
    where = [("calf:left",), ("calf:left",), (), ("calf:right",), ("thigh_front", "nowhere")]
    found = told(diary(*({"where": places} for places in where)))
    whys = {one.id: one.why for one in found.findings}
    assert whys["twitch_calf_both_sides"] is Why.PLACE
    assert whys["twitch_thigh"] is Why.NEW_PLACE
    assert "twitch_calf_one_side" not in whys
    assert found.ignored == ("nowhere",)
    assert told(diary({"where": ("calf",)})).present == ("twitch_leg_unspecified",)


def test_a_good_answer_denies_weakness_for_a_week_and_never_what_was_said() -> None:
    kept = diary({"function": GOOD})
    assert set(told(kept).absent) == {"heel_raise_weakness", "slurred_speech"}
    assert told(kept, after_days=8).absent == ()
    kept += diary({"new_symptoms": ("slurred_speech",)})
    assert told(kept).present == ("slurred_speech",)
    assert told(kept).absent == ("heel_raise_weakness",)
    weak = replace(BEFORE, present=("heel_raise_weakness",))
    assert add_followed(weak, told(diary({"function": GOOD})), KNOWLEDGE).absent == (
        "slurred_speech",
    )


@law
@given(st.lists(any_entry(), min_size=1, max_size=8, unique_by=lambda e: e.id), st.randoms())
def test_the_order_of_the_entries_does_not_matter(kept: list[Entry], chance) -> None:
    mixed = list(kept)
    chance.shuffle(mixed)
    assert told(mixed) == told(kept)


answers = st.builds(
    Function,
    ten_heel_raises_left=st.none() | st.booleans(),
    ten_heel_raises_right=st.none() | st.booleans(),
    tripped=st.none() | st.booleans(),
    speech_changed=st.none() | st.booleans(),
)


@st.composite
def diaries(draw: st.DrawFn) -> list[Entry]:
    days = draw(st.lists(st.integers(0, 40), min_size=1, max_size=8, unique=True))
    return [
        Entry(
            id=str(day),
            at=FIRST_DAY + day * DAY,
            said=draw(st.none() | st.sampled_from(Said)),
            function=draw(answers),
            where=tuple(draw(st.sets(st.sampled_from(["calf:left", "thigh_back", "eyelid"])))),
        )
        for day in sorted(days)
    ]


@law
@given(diaries(), st.sampled_from(FLAGS))
def test_a_red_flag_noted_never_lowers_the_urgency(kept: list[Entry], flag: str) -> None:
    more = [*kept[:-1], replace(kept[-1], new_symptoms=(flag,))]
    assert level(more).rank >= level(kept).rank


@law
@given(
    diaries(),
    st.sampled_from(
        [
            {"ten_heel_raises_left": False},
            {"ten_heel_raises_right": False},
            {"tripped": True},
            {"speech_changed": True},
        ]
    ),
)
def test_a_bad_answer_today_never_lowers_the_urgency(
    kept: list[Entry], bad: dict[str, bool]
) -> None:
    last = kept[-1]
    worse = replace(last, function=replace(last.function, **bad))
    assert level([*kept[:-1], worse]).rank >= level(kept).rank


@law
@given(diaries())
def test_what_is_present_is_never_absent_too(kept: list[Entry]) -> None:
    joined = add_followed(BEFORE, told(kept), KNOWLEDGE)
    assert not set(joined.present) & set(joined.absent)
