"""Whatever danger a lay person can tell, the interview finds by asking."""

from collections.abc import Iterator

import pytest

from kedut.advice.urgency import triage_of
from kedut.assess.interview import Question
from kedut.assess.pipeline import assess
from kedut.assess.transcript import Transcript, answered
from kedut.case.case import Case
from kedut.case.finding_space import finding_space
from kedut.knowledge.entities import Level
from kedut.knowledge.load import ours
from kedut.web.answers import MAP, MAP_KEY, stand_of

KNOWLEDGE = ours()
SPACE = finding_space(KNOWLEDGE)
MAPPED = tuple(dict.fromkeys(p.finding for p in KNOWLEDGE.places if p.finding))
WAYS_EACH = 3
# Rules of which nothing that the lists name is a part: they need two or three signs that are each
# rare, or one that is rarer still; asking everybody for them would make every list longer. They
# hold where such a sign is told: on the map, as a follow-up, in a file, to a doctor.
UNFOUND = {
    "after_a_fit",
    "alcohol_stop_advice",
    "blackout_risk",
    "cholinergic_eyes",
    "diabetes_new",
    "electric_shock_after",
    "exercise_hyponatraemia",
    "face_throat_breathing",
    "falls_gait",
    "fever_exposed",
    "fever_persistent",
    "fever_tender_calf",
    "fever_with_twitch",
    "foot_pain_resting_skin",
    "hyperventilation",
    "limb_threat",
    "no_urine",
    "pinpoint_eyes",
    "pinpoint_eyes_twitch",
    "rhabdo_low_urine",
    "saliva_twitch_alone",
    "shivering_has_stopped",
    "spinal_tb",
    "stimulant_agitated",
    "tropical_fever",
    "um_dehydration_severe",
    "um_rhabdo_after_effort",
    "wilson_family",
}


def ways() -> Iterator[tuple[str, Level, tuple[str, ...]]]:
    """Give ways in which a rule holds through nothing but what a lay person can tell."""
    nothing = SPACE.close(Case(id="nothing", age=45, sex="female"))
    for rule, masks in triage_of(KNOWLEDGE).could_fire(nothing, Level.SELF_CARE):
        seen: set[tuple[str, ...]] = set()
        for present, _ in masks:
            names = tuple(SPACE.names(present & ~SPACE.demographic))
            if names and names not in seen and all(KNOWLEDGE.findings[n].asked for n in names):
                seen.add(names)
        step = max(1, len(seen) // WAYS_EACH)
        for names in sorted(seen)[::step]:
            yield rule.id, rule.level, names


def told(names: tuple[str, ...]) -> Level:
    """Give the urgency at the end of the pages for one who says so much, and no to the rest."""
    truth = SPACE.close(Case(id="told", age=45, sex="female", present=names)).present
    transcript = Transcript(whom="myself", age=45, sex="female")
    while True:
        stand = stand_of(KNOWLEDGE, transcript)
        if stand.page in ("emergency", "result"):
            return stand.step.urgency.level
        question = stand.question
        assert question is not None
        if question.kind == MAP:
            here = tuple(f for f in MAPPED if truth & SPACE.bit[f])
            transcript = answered(transcript, Question(MAP, MAP_KEY, here), present=here)
            continue
        here = tuple(f for f in question.findings if truth & SPACE.bit[f])
        away = () if question.kind == "choice" else tuple(set(question.findings) - set(here))
        transcript = answered(transcript, question, present=here, absent=away)


@pytest.mark.parametrize("level", [Level.EMERGENCY, Level.URGENT, Level.SOON])
def test_the_interview_finds_what_a_person_can_tell(level: Level) -> None:
    unfound: dict[str, list[tuple[str, ...]]] = {}
    for rule, its_level, names in ways():
        if its_level is not level:
            continue
        case = Case(id="said", age=45, sex="female", present=names)
        said = assess(case, KNOWLEDGE, detail="brief").urgency.level
        if told(names).rank < min(said.rank, level.rank):
            unfound.setdefault(rule, []).append(names)
    assert set(unfound) <= UNFOUND, {r: n for r, n in unfound.items() if r not in UNFOUND}
