"""A person played through the interview, answering truthfully or not knowing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kedut.assess.interview import Interview, Question, answer, step, text_of
from kedut.case.case import Case
from kedut.case.finding_space import finding_space
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import LANGUAGES
from kedut.simulate.persons import Person

MOST_STEPS = 60


@dataclass(frozen=True, slots=True)
class Played:
    """How an interview went: the level after each question put, and the last case."""

    levels: tuple[str, ...]
    questions: int
    case: Case


def _worded(knowledge: Knowledge, question: Question) -> None:
    """Make sure the question can be put in every language."""
    for language in LANGUAGES:
        words = knowledge.words(language)
        names = [words.table("findings").get(f, {}).get("name", "") for f in question.findings]
        if not text_of(question, words) or not all(names):
            raise LookupError(f"question {question.key!r} has no words in {language}")


def known_to(knowledge: Knowledge, person: Person) -> frozenset[str]:
    """Give what is true of a person and can be told by one whom nobody has tested."""
    space = finding_space(knowledge)
    told = [f for f in person.truth if knowledge.findings[f].asked and f not in knowledge.opening]
    mask = 0
    for name in told:
        mask |= space.implied_up(name)
    return frozenset(space.names(mask))


def play(
    knowledge: Knowledge, person: Person, random: np.random.Generator, unknown: float = 0.0
) -> Played:
    """Play a person through the interview.

    Parameters
    ----------
    unknown : share of adaptive questions answered "don't know"; the screen is answered
    """
    interview = Interview(case=Case(id="played", age=person.case.age, sex=person.case.sex))
    truth = known_to(knowledge, person)
    levels: list[str] = []
    count = 0
    for _ in range(MOST_STEPS):
        now = step(knowledge, interview)
        levels.append(str(now.urgency.level))
        question = now.question
        if question is None:
            break
        count += 1
        _worded(knowledge, question)
        if question.kind == "yes_no" and random.random() < unknown:
            interview = answer(interview, question)
            continue
        there = tuple(f for f in question.findings if f in truth)
        away = tuple(f for f in question.findings if f not in truth)
        interview = answer(interview, question, present=there, absent=away)
    return Played(tuple(levels), count, interview.case)
