"""Who may try something against the twitch alone: unknown is asked, what forbids it forbids it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.advice.trial import ASKED, MayTry, may_try
from kedut.case.case import Case
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours

KNOWLEDGE: Knowledge = ours()
FORBIDS = (
    "chronic_kidney_disease_known",
    "dialysis",
    "low_egfr",
    "pregnancy",
    "heavy_alcohol_use",
    "alcohol_withdrawal",
)
FORBIDS_MAGNESIUM = ("cholinesterase_inhibitor_use", "high_serum_magnesium")


def allowed(case: Case, what: str = "stretching", level: Level = Level.ROUTINE) -> MayTry:
    return may_try(case, what, level, KNOWLEDGE)


def test_of_somebody_unknown_kidneys_pregnancy_and_drink_are_asked() -> None:
    assert allowed(Case()).ask == ASKED
    assert not allowed(Case()).yes


def test_a_man_is_not_asked_whether_he_is_pregnant() -> None:
    assert allowed(Case(sex="male")).ask == ("chronic_kidney_disease_known", "heavy_alcohol_use")
    assert "pregnancy" in allowed(Case(sex="female")).ask


@pytest.mark.parametrize("name", FORBIDS)
@pytest.mark.parametrize("what", ["stretching", "magnesium", "coffee"])
def test_each_of_them_forbids_everything(name: str, what: str) -> None:
    others = tuple(one for one in ASKED if one != name)
    found = allowed(Case(sex="female", present=(name,), absent=others), what)
    assert name in found.barred
    assert not found.yes


@pytest.mark.parametrize("name", FORBIDS_MAGNESIUM)
def test_what_speaks_against_tablets_alone_forbids_only_those(name: str) -> None:
    case = Case(age=50, present=(name,), absent=ASKED)
    assert allowed(case, "magnesium").barred == (name,)
    assert allowed(case).yes


def test_past_75_magnesium_is_not_tried_alone() -> None:
    assert allowed(Case(age=80, absent=ASKED), "magnesium").barred == ("age_over_75",)


@pytest.mark.parametrize("level", list(Level))
def test_a_doctor_to_be_seen_soon_comes_first(level: Level) -> None:
    assert allowed(Case(absent=ASKED), level=level).yes == (
        level in {Level.ROUTINE, Level.SELF_CARE}
    )


@given(
    present=st.sets(st.sampled_from(FORBIDS)),
    absent=st.sets(st.sampled_from(FORBIDS)),
    level=st.sampled_from(list(Level)),
    sex=st.sampled_from(["male", "female", None]),
)
def test_only_three_told_to_be_absent_and_nothing_present_let_anybody_try(
    present: set[str], absent: set[str], level: Level, sex: str | None
) -> None:
    case = Case(sex=sex, present=tuple(sorted(present)), absent=tuple(sorted(absent - present)))
    needed = {*ASKED} - ({"pregnancy"} if sex == "male" else set())
    if allowed(case, level=level).yes:
        assert not present & set(FORBIDS)
        assert needed <= absent
        assert level in {Level.ROUTINE, Level.SELF_CARE}
