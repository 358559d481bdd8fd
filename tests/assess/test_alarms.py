"""What decides whether something told is an alarm is asked, and what would take it back too."""

from kedut.advice.urgency import triage_of
from kedut.assess.interview import FOLLOW_UPS, Interview, Question, answer, step
from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.case.finding_space import finding_space
from kedut.knowledge.entities import Level
from kedut.knowledge.load import ours

KNOWLEDGE = ours()
SPACE = finding_space(KNOWLEDGE)


def follow_up(*told: str) -> Question | None:
    """Give the first list that follows for one who says so much, and no to all other lists."""
    interview = Interview(case=Case(id="told", age=30, sex="male", present=told))
    while (question := step(KNOWLEDGE, interview).question) is not None:
        if question.key == FOLLOW_UPS[0]:
            return question
        here = tuple(f for f in question.findings if f in told)
        away = tuple(f for f in question.findings if f not in told)
        interview = answer(interview, question, present=here, absent=away)
    return None


def test_a_painful_calf_is_asked_for_soreness_after_sport() -> None:
    question = follow_up("calf_pain", "calf_tenderness", "muscle_pain")
    assert question is not None
    assert "delayed_muscle_soreness" in question.findings


def test_a_weak_leg_is_asked_for_its_tempo() -> None:
    question = follow_up("foot_drop")
    assert question is not None
    assert {"band_feeling_trunk", "weakness_progressing_within_4_weeks"} & set(question.findings)


def test_nothing_told_is_followed_by_nothing() -> None:
    assert follow_up() is None


def test_no_list_talks_an_urgent_sign_away() -> None:
    blackout = SPACE.close(Case(id="b", age=30, sex="male", present=("loss_of_consciousness",)))
    triage = triage_of(KNOWLEDGE)
    assert triage.firing(blackout)
    assert not triage.calming(blackout, Level.URGENT)
    assert not triage.calming(blackout, Level.EMERGENCY)


def test_what_is_asked_to_calm_does_lower_the_urgency() -> None:
    sore = Case(id="s", age=30, sex="male", present=("calf_pain", "calf_tenderness"))
    calming = triage_of(KNOWLEDGE).calming(SPACE.close(sore), Level.SOON)
    assert calming & SPACE.bit["delayed_muscle_soreness"]
    before = assess(sore, KNOWLEDGE, detail="brief").urgency
    calmer = Case(id="s", age=30, sex="male", present=(*sore.present, "delayed_muscle_soreness"))
    after = assess(calmer, KNOWLEDGE, detail="brief").urgency
    assert before.level is Level.SOON
    assert after.level.rank < before.level.rank


def test_thoughts_of_ending_life_are_asked_on_a_page_of_their_own() -> None:
    interview = Interview(case=Case(id="d", age=30, sex="male", present=("high_distress",)))
    asked = []
    while (question := step(KNOWLEDGE, interview).question) is not None:
        asked.append(question)
        interview = answer(interview, question, absent=question.findings)
    (alone,) = [q for q in asked if "suicidal_thoughts" in q.findings]
    assert (alone.kind, alone.findings) == ("yes_no", ("suicidal_thoughts",))


def test_a_man_is_not_asked_whether_he_is_pregnant() -> None:
    for sex, asked in (("male", False), ("female", True), (None, True)):
        interview = Interview(case=Case(id="p", age=30, sex=sex))
        seen: set[str] = set()
        while (question := step(KNOWLEDGE, interview).question) is not None:
            seen |= set(question.findings)
            interview = answer(interview, question, absent=question.findings)
        assert ("pregnancy" in seen) is asked
    told = Case(id="p", age=30, sex="male", present=("pregnancy",))
    assert SPACE.close(told).present & SPACE.bit["pregnancy"]


def test_cramps_under_water_tablets_ask_for_a_visit() -> None:
    case = Case(id="w", age=81, sex="female", present=("diuretic_use", "night_cramps"))
    found = assess(case, KNOWLEDGE, detail="brief").urgency
    assert found.level is Level.ROUTINE
    assert "diuretic_cramps" in {because.id for because in found.because}
