"""A person played through the interview, answering truthfully or not knowing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kedut.assess.interview import Interview, answer, step
from kedut.case.case import Case
from kedut.knowledge.knowledge_base import Knowledge
from kedut.simulate.persons import Person

MOST_STEPS = 60


@dataclass(frozen=True, slots=True)
class Played:
    """How an interview went: the level after each question put, and the last case."""

    levels: tuple[str, ...]
    questions: int
    case: Case


def play(
    knowledge: Knowledge, person: Person, random: np.random.Generator, unknown: float = 0.0
) -> Played:
    """Play a person through the interview.

    Parameters
    ----------
    unknown : share of adaptive questions answered "don't know"; the screen is answered
    """
    interview = Interview(case=Case(id="played", age=person.case.age, sex=person.case.sex))
    levels: list[str] = []
    count = 0
    for _ in range(MOST_STEPS):
        now = step(knowledge, interview)
        levels.append(str(now.urgency.level))
        question = now.question
        if question is None:
            break
        count += 1
        if question.kind == "yes_no" and random.random() < unknown:
            interview = answer(interview, question)
            continue
        there = tuple(f for f in question.findings if f in person.truth)
        away = tuple(f for f in question.findings if f not in person.truth)
        interview = answer(interview, question, present=there, absent=away)
    return Played(tuple(levels), count, interview.case)
