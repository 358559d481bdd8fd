"""What to do now is said once; nothing calms for no reason, or stands softly beside alarm."""

from __future__ import annotations

import re

import pytest

from kedut.advice.actions import COUNTRY, local_ways
from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.knowledge.entities import OTHER, Level
from kedut.knowledge.load import ours
from kedut.report.sentences import Teller

KNOWLEDGE = ours()
SCREEN = KNOWLEDGE.screen_findings
# Several rules speak at once: fear of a nerve disease, twitches all over for months, worry.
WORRIED = ("twitch_other_muscles", "twitch_eyelid", "twitch_over_three_months", "high_distress")
DROPPED_FOOT = ("twitch_calf_one_side", "foot_drop", "muscle_wasting", "leg_weakness", "falls")
CLOT = ("calf_pain", "leg_swelling_one_side", "prolonged_immobility", "twitch_calf_one_side")


def told(*present: str, language: str = "en", age: float = 45) -> Teller:
    case = Case(age=age, present=present, absent=tuple(f for f in SCREEN if f not in present))
    return Teller(assess(case, KNOWLEDGE, language=language), KNOWLEDGE, language)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("present", [WORRIED, DROPPED_FOOT, CLOT], ids=["worried", "foot", "clot"])
def test_no_sentence_of_what_to_do_now_is_said_twice(
    present: tuple[str, ...], language: str
) -> None:
    teller = told(*present, language=language)
    asked = [a for a in teller.assessment.advice if not a.cause]
    assert len(asked) > 1
    sentences = [
        sentence
        for line in teller.now()
        for text in (line.text, line.avoid)
        for sentence in re.split(r"(?<=[.!?]) +", text)
        if sentence
    ]
    assert len(sentences) == len(set(sentences))


@pytest.mark.parametrize("language", ["id", "en"])
def test_one_visit_is_named_the_most_pressing_one(language: str) -> None:
    teller = told(*DROPPED_FOOT, language=language)
    first, *rest = teller.now()
    assert first.text == teller.assessment.advice[0].text
    clinic = local_ways(KNOWLEDGE, COUNTRY, language)["primary_care"]
    assert clinic in first.text
    assert not [line.text for line in rest if clinic in line.text]


def test_what_a_rule_adds_stays() -> None:
    teller = told(*DROPPED_FOOT)
    kept = " ".join(f"{line.text} {line.avoid}" for line in teller.now())
    for advice in teller.assessment.advice:
        if not advice.cause:
            assert re.split(r"(?<=[.!?]) +", advice.text)[-1] in kept


def test_grave_causes_are_not_called_unlikely_where_nothing_was_told() -> None:
    assert told("twitch_calf_one_side").unlikely_grave()
    silent = Teller(assess(Case(age=45), KNOWLEDGE), KNOWLEDGE, "en")
    assert silent.unlikely_grave() == []


def test_a_harmless_cause_adds_no_soft_advice_to_a_visit_today() -> None:
    teller = told(*CLOT, age=51)
    assert teller.assessment.urgency.level is Level.URGENT
    causes = {a.cause for _, lines in teller.more() for a in lines}
    assert causes
    assert all(KNOWLEDGE.causes[c].harm_level is not Level.SELF_CARE for c in causes)


def test_what_holds_for_an_emergency_stands_last_where_there_is_none() -> None:
    teller = told("twitch_calf_one_side", "high_caffeine_intake", "twitch_over_three_months")
    helpers = [who for who, _ in teller.more()]
    assert teller.words.say("who.emergency") in helpers
    assert helpers[-1] == teller.words.say("who.emergency")


def test_what_is_not_on_the_list_has_no_expected_course() -> None:
    found = assess(Case(age=45, present=("twitch_calf_one_side", "hand_weakness")), KNOWLEDGE)
    other = next(c for c in found.causes if c.id == OTHER)
    assert other.probability > 0.05
    assert found.course
    assert OTHER not in {course.cause for course in found.course}
