"""Which figures would turn the answer."""

from __future__ import annotations

from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.knowledge.load import ours


def test_where_two_causes_are_close_a_figure_of_theirs_is_named() -> None:
    case = Case(age=34, present=("twitch_calf_one_side", "twitch_days", "intense_exercise_48h"))
    found = assess(case, ours())
    close = {c.id for c in found.causes[:3]} | {""}
    assert found.turning
    assert {t.cause for t in found.turning} <= close
    assert all(abs(t.leads_if_low - t.leads_if_high) >= 0.1 for t in found.turning)


def test_where_one_cause_leads_in_every_draw_nothing_turns_the_answer() -> None:
    case = Case(age=30, sex="female", present=("pregnancy", "night_cramps"))
    found = assess(case, ours())
    first, second = found.causes[:2]
    assert first.low is not None
    assert second.high is not None
    assert first.low > second.high
    assert not found.turning


def test_with_nothing_told_nothing_turns() -> None:
    assert not assess(Case(age=40), ours()).turning
