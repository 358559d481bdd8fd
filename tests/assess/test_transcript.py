"""An interview as one text: nothing said is lost, nothing unsaid becomes a no."""

import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.assess.interview import Question
from kedut.assess.transcript import (
    BadTranscript,
    Transcript,
    answered,
    back,
    interview_of,
    pack,
    step_of,
    unpack,
)
from kedut.knowledge.load import ours

KNOWLEDGE = ours()
NAMES = sorted(f for f in KNOWLEDGE.findings if KNOWLEDGE.resolve(f) == f)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """Give an interview with some groups and single questions answered in any way."""
    told = Transcript(
        whom=draw(st.sampled_from(["", "myself", "other"])),
        age=draw(st.none() | st.integers(0, 120) | st.floats(0, 120)),
        sex=draw(st.sampled_from([None, "male", "female"])),
        marks=tuple(draw(st.lists(st.sampled_from(["calf:left:twitches", "x"]), max_size=2))),
        acknowledged=draw(st.booleans()),
    )
    for number in range(draw(st.integers(0, 5))):
        names = tuple(draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True)))
        present = draw(st.lists(st.sampled_from(names), unique=True))
        absent = draw(st.lists(st.sampled_from(names), unique=True))
        kind = draw(st.sampled_from(["group", "yes_no"]))
        key = names[0] if kind == "yes_no" else f"group {number}"
        names = names[:1] if kind == "yes_no" else names
        told = answered(told, Question(kind, key, names), present=present, absent=absent)
    return told


@given(transcripts())
def test_what_is_packed_is_unpacked_the_same(told: Transcript) -> None:
    resolved = unpack(pack(told), KNOWLEDGE)
    assert unpack(pack(resolved), KNOWLEDGE) == resolved
    told_present = {KNOWLEDGE.resolve(f) for f in interview_of(told).case.present}
    assert set(interview_of(resolved).case.present) == told_present
    assert resolved.age == told.age
    assert resolved.acknowledged == told.acknowledged


@given(transcripts())
def test_no_finding_is_present_and_absent_and_the_later_answer_holds(told: Transcript) -> None:
    case = interview_of(told).case
    assert not set(case.present) & set(case.absent)
    for given_answer in told.given[-1:]:
        assert set(given_answer.present) <= set(case.present)
        assert set(given_answer.absent) <= set(case.absent)


@given(transcripts())
def test_an_answer_taken_back_is_unknown_again_and_remembered(told: Transcript) -> None:
    before = back(told)
    if told.given:
        last = told.given[-1]
        assert before.given == told.given[:-1]
        assert before.earlier(Question(last.kind, last.key, last.findings)) == last
        others = {f for g in before.given for f in (*g.present, *g.absent)}
        case = interview_of(before).case
        assert not ({*last.present, *last.absent} - others) & {*case.present, *case.absent}
    else:
        assert before == told


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: f"1.{b.hex()}"))
def test_any_other_text_is_refused_and_nothing_else(text: str) -> None:
    if not text:
        return
    with pytest.raises(BadTranscript):
        unpack(text, KNOWLEDGE)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from("wasgumk"), inner, max_size=7)
        ),
        max_leaves=12,
    )
)
def test_any_shape_inside_gives_a_sound_interview_or_is_refused(shape: object) -> None:
    import json

    raw = zlib.compress(json.dumps(shape).encode())
    try:
        told = unpack("1." + base64.urlsafe_b64encode(raw).decode().rstrip("="), KNOWLEDGE)
    except BadTranscript:
        return
    step_of(KNOWLEDGE, told)


def test_a_text_that_swells_when_opened_is_refused() -> None:
    bomb = zlib.compress(b'"' + b" " * 50_000_000, 9)
    with pytest.raises(BadTranscript):
        unpack("1." + base64.urlsafe_b64encode(bomb).decode().rstrip("="), KNOWLEDGE)


def test_a_finding_this_knowledge_does_not_know_is_dropped_and_named() -> None:
    told = answered(
        Transcript(), Question("group", "g", ("calf_pain", "gone")), present=("gone", "calf_pain")
    )
    read = unpack(pack(told), KNOWLEDGE)
    assert read.dropped == ("gone",)
    assert interview_of(read).case.present == ("calf_pain",)
