"""A diary is read once for its answer with the last day noted and the one without it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from kedut.assess.not_over import not_below_open
from kedut.assess.pipeline import assess
from kedut.assess.revision import revised
from kedut.case.case import Case
from kedut.case.followed import add_followed, followed
from kedut.diary.days import by_day
from kedut.diary.entry import Entry, Function, Said
from kedut.diary.function import function_read
from kedut.knowledge.load import ours

KNOWLEDGE = ours()
START = datetime(2026, 9, 1, 12, tzinfo=UTC)
_UNSURE = st.sampled_from([True, False, None])


@st.composite
def diaries(draw: st.DrawFn) -> tuple[list[Entry], date]:
    """Give days noted now and then, and a day on which they are read."""
    noted = sorted(draw(st.sets(st.integers(0, 40), max_size=12)))
    days = [
        Entry(
            id=str(number),
            at=START + timedelta(days=number),
            said=draw(st.sampled_from([*Said, None])),
            function=Function(
                ten_heel_raises_left=draw(_UNSURE),
                ten_heel_raises_right=draw(_UNSURE),
                tripped=draw(_UNSURE),
                speech_changed=draw(_UNSURE),
            ),
            new_symptoms=draw(st.sampled_from([(), ("slurred_speech",), ("calf_pain",)])),
        )
        for number in noted
    ]
    return days, (START + timedelta(days=draw(st.integers(0, 60)))).date()


@settings(max_examples=25, deadline=None)
@given(diary=diaries(), asked=st.booleans())
def test_read_once_is_to_the_byte_what_is_read_twice(
    diary: tuple[list[Entry], date], asked: bool
) -> None:
    entries, today = diary
    case = Case(age=50, sex="female", absent=("slurred_speech",))
    asked_on = START.date() if asked else None
    found = revised(case, by_day(entries), today, KNOWLEDGE, asked_on=asked_on)
    days = [entry for entry in entries if entry.day <= today]
    told, earlier = (
        followed(some, today, KNOWLEDGE, asked_on=asked_on, denied=case.absent)
        for some in (days, days[:-1])
    )
    assert repr(found.told) == repr(told)
    wider, narrow = (
        not_below_open(add_followed(case, one, KNOWLEDGE), one, KNOWLEDGE)
        for one in (told, earlier)
    )
    assert found.case == wider
    before = assess(narrow, KNOWLEDGE, detail="brief")
    assert repr(found.before) == repr(before)


@settings(max_examples=50, deadline=None)
@given(diary=diaries(), kept=st.integers(0, 12))
def test_function_read_of_more_days_is_cut_where_the_days_end(
    diary: tuple[list[Entry], date], kept: int
) -> None:
    entries, today = diary
    some = entries[:kept]
    cut = followed(some, today, KNOWLEDGE, function_read=function_read(entries))
    assert repr(cut) == repr(followed(some, today, KNOWLEDGE))
