"""Laws of urgency: they hold for any answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kedut.advice.urgency import triage_of
from kedut.assess.pipeline import urgency_of
from kedut.case.case import Case
from kedut.case.finding_space import finding_space
from kedut.knowledge.entities import Kind, Level
from kedut.knowledge.load import ours

KNOWLEDGE = ours()
SPACE = finding_space(KNOWLEDGE)
TELLABLE = sorted(
    f.id for f in KNOWLEDGE.findings.values() if f.kind not in (Kind.DEMOGRAPHIC, Kind.COMPOSITE)
)
FLAGS = sorted(KNOWLEDGE.red_flags & set(TELLABLE))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    told = draw(st.lists(st.sampled_from(TELLABLE), max_size=12, unique=True))
    states = draw(st.lists(st.booleans(), min_size=len(told), max_size=len(told)))
    return Case(
        age=draw(st.none() | st.integers(18, 100)),
        sex=draw(st.sampled_from([None, "female", "male"])),
        present=tuple(f for f, there in zip(told, states, strict=True) if there),
        absent=tuple(f for f, there in zip(told, states, strict=True) if not there),
    )


def level(case: Case) -> Level:
    return urgency_of(KNOWLEDGE, SPACE.close(case)).level


@given(cases(), st.sampled_from(FLAGS))
def test_adding_a_red_flag_never_lowers_the_urgency(case: Case, flag: str) -> None:
    absent = tuple(f for f in case.absent if f != flag)
    before = Case(age=case.age, sex=case.sex, present=case.present, absent=absent)
    after = Case(age=case.age, sex=case.sex, present=(*case.present, flag), absent=absent)
    assert level(after).rank >= level(before).rank


@given(cases(), st.data())
def test_forgetting_a_no_never_silences_an_alarm(case: Case, data: st.DataObject) -> None:
    if not case.absent:
        return
    forgotten = data.draw(st.sampled_from(case.absent))
    triage = triage_of(KNOWLEDGE)
    kept = tuple(f for f in case.absent if f != forgotten)
    less = Case(age=case.age, sex=case.sex, present=case.present, absent=kept)
    before = {r.id for r in triage.firing(SPACE.close(case)) if r.level.rank >= Level.SOON.rank}
    after = {r.id for r in triage.firing(SPACE.close(less)) if r.level.rank >= Level.SOON.rank}
    assert before <= after


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_answers_is_irrelevant(case: Case, shuffle: st.Random) -> None:  # type: ignore[name-defined]  # hypothesis names no public type for it
    present, absent = list(case.present), list(case.absent)
    shuffle.shuffle(present)
    shuffle.shuffle(absent)
    other = Case(age=case.age, sex=case.sex, present=tuple(present), absent=tuple(absent))
    assert urgency_of(KNOWLEDGE, SPACE.close(case)) == urgency_of(KNOWLEDGE, SPACE.close(other))


@given(cases())
def test_self_care_needs_a_complete_screen(case: Case) -> None:
    found = urgency_of(KNOWLEDGE, SPACE.close(case))
    if found.level is Level.SELF_CARE:
        assert found.screen_complete
        assert not found.screen_open


@given(cases())
def test_every_level_says_why(case: Case) -> None:
    found = urgency_of(KNOWLEDGE, SPACE.close(case))
    assert found.because
    assert all(b.level is found.level for b in found.because)
