"""The calm answers, and that they are calm for the right reason."""

from __future__ import annotations

import pytest

from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.knowledge.entities import Level
from kedut.knowledge.load import ours

KNOWLEDGE = ours()
ALS = "amyotrophic_lateral_sclerosis"
NORMAL_FUNCTION = ("leg_weakness", "heel_raise_weakness", "muscle_wasting", "foot_drop")


def probability(case: Case, cause: str) -> float:
    found = assess(case, KNOWLEDGE, detail="brief")
    return next(c.probability for c in found.causes if c.id == cause)


def flicker_at_30() -> Case:
    return Case(
        id="flicker",
        age=30,
        present=("twitch_calf_one_side", "twitch_fine_flicker", "twitch_days"),
        absent=tuple(dict.fromkeys([*KNOWLEDGE.screen_findings, *NORMAL_FUNCTION])),
        values={"twitch_duration_days": 10.0},
    )


def test_an_isolated_flicker_of_ten_days_at_thirty_is_self_care_with_one_date() -> None:
    found = assess(flicker_at_30(), KNOWLEDGE)
    assert found.urgency.level is Level.SELF_CARE
    assert found.urgency.screen_complete
    assert found.come_back is not None
    assert 1 <= found.come_back.after_days <= 5


def test_an_isolated_flicker_at_thirty_is_als_in_fewer_than_one_in_ten_thousand() -> None:
    assert probability(flicker_at_30(), ALS) < 1e-4


@pytest.mark.parametrize("sex", ["female", "male"])
def test_wandering_twitches_with_cramp_and_felt_weakness_at_45_are_routine(sex: str) -> None:
    present = (
        "twitch_calf_both_sides",
        "twitch_fine_flicker",
        "twitch_wandering",
        "muscle_cramp",
        "perceived_weakness",
    )
    screen = (f for f in KNOWLEDGE.screen_findings if f not in present)
    case = Case(
        age=45, sex=sex, present=present, absent=tuple(dict.fromkeys([*screen, *NORMAL_FUNCTION]))
    )
    found = assess(case, KNOWLEDGE, detail="brief")
    assert found.urgency.level is Level.ROUTINE
    assert probability(case, ALS) < 1e-3


@pytest.mark.parametrize("worry", ["health_anxiety", "anxiety", "health_worker", "low_mood"])
@pytest.mark.parametrize("cause", [ALS, "cauda_equina_syndrome", "guillain_barre_syndrome"])
def test_worry_never_lowers_a_grave_cause(worry: str, cause: str) -> None:
    ill = ("twitch_calf_one_side", "leg_weakness", "muscle_wasting", "pain_radiating_to_leg")
    before = probability(Case(age=50, present=ill), cause)
    after = probability(Case(age=50, present=(*ill, worry)), cause)
    assert after >= before


def test_a_child_gets_urgency_and_advice_but_no_figures() -> None:
    found = assess(Case(age=12, present=("twitch_calf_one_side",)), KNOWLEDGE)
    assert not found.causes
    assert not found.joint
    assert not found.course
    assert found.advice


def test_whole_body_jerking_with_loss_of_consciousness_is_an_emergency() -> None:
    case = Case(age=30, present=("twitch_whole_body", "loss_of_consciousness"))
    assert assess(case, KNOWLEDGE, detail="brief").urgency.level is Level.EMERGENCY


def test_with_nothing_present_nothing_is_at_work() -> None:
    found = assess(Case(age=40, absent=("leg_weakness",)), KNOWLEDGE)
    assert all(c.probability == 0 for c in found.causes)
    assert found.urgency.level is Level.ROUTINE
