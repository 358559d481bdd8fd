"""A warning noted once does not fall silent: what is not known to be over keeps a visit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedut.assess.revision import Revision, revised
from kedut.case.case import Case
from kedut.diary.days import by_day
from kedut.diary.entry import Entry, Function, Said
from kedut.knowledge.entities import Level
from kedut.knowledge.load import ours
from kedut.simulate.courses import FIRST_DAY

KNOWLEDGE = ours()
STAYS = int(KNOWLEDGE.decisions["diary.stays_days"])
GOOD = Function(
    ten_heel_raises_left=True, ten_heel_raises_right=True, tripped=False, speech_changed=False
)
CALM = Case(
    age=30,
    present=("twitch_calf_one_side", "twitch_fine_flicker", "twitch_days"),
    absent=KNOWLEDGE.screen_findings,
)
NO_MORE = Case(age=30, present=CALM.present, absent=("unable_to_move", *KNOWLEDGE.screen_findings))
FLAGS = sorted(KNOWLEDGE.red_flags & set(KNOWLEDGE.screen_findings))


def read(days: int, *names: str, case: Case = CALM, asked_on: date | None = None) -> Revision:
    """Read a diary so many days after something was noted, all good since."""
    entries = [
        Entry(
            id=str(day),
            at=FIRST_DAY + timedelta(days=day),
            said=Said.SOME,
            function=GOOD,
            new_symptoms=names if day == 0 else (),
        )
        for day in range(0, days + 1, 3)
    ]
    today = (FIRST_DAY + timedelta(days=days)).date()
    return revised(case, by_day(entries), today, KNOWLEDGE, asked_on=asked_on)


def test_an_emergency_noted_once_is_worth_a_visit_until_it_is_said_to_be_over() -> None:
    assert read(STAYS, "unable_to_move").now.urgency.level is Level.EMERGENCY
    later = read(STAYS + 30, "unable_to_move")
    assert later.now.urgency.level is Level.SOON
    assert [one.id for one in later.now.urgency.because] == ["noted_and_open"]
    for language in ("id", "en"):
        assert KNOWLEDGE.words(language).say("why.noted_and_open")
        assert KNOWLEDGE.words(language).say("doctor.reason.noted_and_open")
    asked_on = (FIRST_DAY + timedelta(days=STAYS + 5)).date()
    over = read(STAYS + 30, "unable_to_move", case=NO_MORE, asked_on=asked_on)
    assert over.now.urgency.level.rank < Level.SOON.rank


def test_what_was_never_noted_keeps_nobody_back() -> None:
    assert read(40).case.at_least is None


@pytest.mark.parametrize("days", [STAYS + 1, 60])
@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(FLAGS))
def test_silence_lowers_a_red_flag_no_further_than_to_a_visit(days: int, name: str) -> None:
    at_first, later = read(0, name).now.urgency.level, read(days, name).now.urgency.level
    assert later.rank >= min(at_first.rank - 1, Level.SOON.rank)
