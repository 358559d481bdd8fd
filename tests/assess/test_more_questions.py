"""More questions after the last: offered while some tell more, and only to who asks for them."""

from __future__ import annotations

from kedut.assess.interview import Interview, Question, answer, most_questions, step
from kedut.assess.transcript import (
    MOST_ROUNDS,
    Transcript,
    answered,
    interview_of,
    pack,
    step_of,
    unpack,
    with_more,
)
from kedut.knowledge.load import ours

KNOWLEDGE = ours()
MOST_UNKNOWN = int(KNOWLEDGE.decisions["interview.most_unknown_in_a_row"])
COMPLAINTS = ("muscle_cramp", "fatigue", "diarrhoea")


def to_the_end(transcript: Transcript) -> tuple[Transcript, int]:
    """Tell two complaints, and don't know to the rest; give how many single questions came."""
    single = 0
    while (question := step_of(KNOWLEDGE, transcript).question) is not None:
        before = interview_of(transcript).asked
        told = [f for f in question.findings if f in COMPLAINTS]
        absent = question.findings if question.kind == "group" else ()
        transcript = answered(transcript, question, present=told, absent=absent)
        single += interview_of(transcript).asked - before
    return transcript, single


def test_who_knows_nothing_gets_as_many_questions_again_by_asking_for_more() -> None:
    ended, _ = to_the_end(Transcript(whom="myself", age=45, sex="male"))
    assert interview_of(ended).unknown_in_a_row == MOST_UNKNOWN
    further, single = to_the_end(with_more(ended))
    assert single == MOST_UNKNOWN
    _, single = to_the_end(with_more(further))
    assert 0 < single <= MOST_UNKNOWN


def test_nothing_asked_before_is_asked_again() -> None:
    ended, _ = to_the_end(Transcript(whom="myself", age=45, sex="male"))
    further, _ = to_the_end(with_more(with_more(ended)))
    keys = [given.key for given in further.given]
    assert len(keys) == len(set(keys)) > len(ended.given)


def test_the_limit_of_single_questions_rises_with_each_round_and_holds() -> None:
    once = int(KNOWLEDGE.decisions["interview.most_questions"])
    for more in (0, 1, 2):
        interview = Interview(more=more)
        limit = most_questions(KNOWLEDGE, interview)
        assert limit == once * (1 + more)
        asked = 0
        while (question := step(KNOWLEDGE, interview).question) is not None:
            interview = answer(interview, question, absent=question.findings)
            asked = interview.asked
        assert asked <= limit


def test_an_answer_keeps_the_rounds_asked_for() -> None:
    assert answer(Interview(more=2), Question("yes_no", "fatigue", ("fatigue",))).more == 2


def test_the_rounds_are_packed_and_no_packed_number_is_believed_blindly() -> None:
    assert unpack(pack(with_more(Transcript(whom="myself"))), KNOWLEDGE).more == 1
    assert pack(Transcript(whom="myself")) == pack(Transcript(whom="myself", more=0))
    assert unpack(pack(Transcript(more=10**9)), KNOWLEDGE).more == MOST_ROUNDS
    assert unpack(pack(Transcript(more=-1)), KNOWLEDGE).more == 0
    assert with_more(Transcript(more=MOST_ROUNDS)).more == MOST_ROUNDS
