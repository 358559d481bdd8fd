"""Invented people played through the interview: is danger found, is the harmless let be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kedut.advice.urgency import triage_of
from kedut.assess.pipeline import urgency_of
from kedut.bench.played import Played, play
from kedut.bench.proportion import Proportion
from kedut.case.case import Case
from kedut.case.finding_space import finding_space
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.inference import infer
from kedut.simulate.persons import Person, Simulator, World

EVERYDAY = (
    "everyday_twitch",
    "post_exercise_twitching",
    "stress_reaction",
    "caffeine_related",
    "sleep_loss_twitching",
    "dehydration",
)
SETTLED_BY = 6
_SHORT = ("twitch_less_than_day", "twitch_days")
_TRIES = 400


@dataclass(frozen=True, slots=True)
class PlayedPeople:
    """Shares over people played through the interview."""

    questions: float
    settled: Proportion
    top_lost_points: float
    everyday: Proportion
    emergencies_missed: Proportion


def whole_truth(person: Person, knowledge: Knowledge) -> Case:
    """Give the case in which everything true was told and everything else denied."""
    asked = [f.id for f in knowledge.findings.values() if f.asked and not f.variable]
    states = [f for f in person.truth if knowledge.findings[f].variable]
    return Case(
        id="truth",
        age=person.case.age,
        sex=person.case.sex,
        present=tuple(f for f in asked if f in person.truth) + tuple(states),
        absent=tuple(f for f in asked if f not in person.truth),
    )


def emergencies(knowledge: Knowledge, seed: int, count: int) -> Iterator[Person]:
    """Give people whose whole truth is an emergency, from every dangerous cause in turn."""
    causes = [c.id for c in knowledge.causes.values() if c.harm_level is Level.EMERGENCY]
    persons = Simulator(knowledge, seed, World(wrong=0.0))
    space = finding_space(knowledge)
    given = 0
    for attempt in range(count * 20):
        person = persons.person(causes=(causes[attempt % len(causes)],))
        truth = space.close(whole_truth(person, knowledge))
        if urgency_of(knowledge, truth).level is Level.EMERGENCY:
            given += 1
            yield person
        if given >= count:
            return


def everyday(knowledge: Knowledge, seed: int, count: int) -> Iterator[Person]:
    """Give adults under 40 with a short twitch from an everyday cause and no warning sign."""
    persons = Simulator(knowledge, seed, World(wrong=0.0))
    screen = set(knowledge.screen_findings)
    random = np.random.default_rng(seed)
    given = attempt = 0
    while given < count and attempt < _TRIES * max(1, count):
        cause = EVERYDAY[attempt % len(EVERYDAY)]
        attempt += 1
        person = persons.person(causes=(cause,), age=float(random.integers(18, 40)), alone=True)
        if not person.truth & set(_SHORT) or person.truth & screen:
            continue
        if _warned(knowledge, person):
            continue
        given += 1
        yield person


def _warned(knowledge: Knowledge, person: Person) -> bool:
    """Say whether the whole truth holds a warning sign: a rule that asks for any visit.

    A twitch in several places is one by the NHS's page, whatever its cause.
    """
    findings = finding_space(knowledge).close(whole_truth(person, knowledge))
    firing = triage_of(knowledge).firing(findings)
    return any(rule.level.rank > Level.SELF_CARE.rank for rule in firing)


def play_all(knowledge: Knowledge, seed: int, counts: tuple[int, int, int]) -> PlayedPeople:
    """Play people at large, everyday twitches and emergencies (`counts` of each)."""
    random = np.random.default_rng(seed)
    people = Simulator(knowledge, seed, World(wrong=0.0))
    at_large = [people.person() for _ in range(counts[0])]
    played = [play(knowledge, person, random) for person in at_large]
    settled = sum(p.levels[min(SETTLED_BY, len(p.levels) - 1)] == p.levels[-1] for p in played)
    calm = [
        play(knowledge, p, random).levels[-1] == Level.SELF_CARE
        for p in everyday(knowledge, seed + 1, counts[1])
    ]
    missed = [
        Level(play(knowledge, p, random).levels[-1]).rank < Level.URGENT.rank
        for p in emergencies(knowledge, seed + 2, counts[2])
    ]
    return PlayedPeople(
        questions=float(np.median([p.questions for p in played])),
        settled=Proportion(settled, len(played)),
        top_lost_points=_top_lost(knowledge, at_large, played),
        everyday=Proportion(sum(calm), len(calm)),
        emergencies_missed=Proportion(sum(missed), len(missed)),
    )


def _top_lost(knowledge: Knowledge, people: list[Person], played: list[Played]) -> float:
    """Give the points of right-among-three lost by the interview against asking everything."""
    space = finding_space(knowledge)
    asked = everything = total = 0
    for person, found in zip(people, played, strict=True):
        if not person.at_work or found.levels[-1] == Level.EMERGENCY:
            continue  # after an emergency no more is asked: there is nothing to compare
        total += 1
        for case, which in ((found.case, 0), (whole_truth(person, knowledge), 1)):
            inference = infer(knowledge, space.close(case))
            top = [inference.causes[c] for c in inference.ranked()[:3]]
            hit = bool(set(top) & set(person.at_work))
            asked, everything = asked + (hit and which == 0), everything + (hit and which == 1)
    return 100 * (everything - asked) / max(total, 1)
