"""The people over whom figures are moved: invented ones as they leave the interview, published."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kedut.assess.pipeline import is_adult
from kedut.bench.played import play
from kedut.case.case import Case
from kedut.case.wire import case_from
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.inference import reasoner_of
from kedut.simulate.persons import Simulator, World

SEED = 31
CHUNK = 20
PEOPLE, PUBLISHED = "people", "published"


def chunks(knowledge: Knowledge, count: int, published: Sequence[Path]) -> list[tuple[str, int]]:
    """Give the chunks of a population: its group and number, the published first."""
    cases = len(published_cases(knowledge, published))
    parts = [(PUBLISHED, number) for number in range(-(-cases // CHUNK))]
    return parts + [(PEOPLE, number) for number in range(-(-count // CHUNK))]


def cases_of(
    knowledge: Knowledge, group: str, number: int, published: Sequence[Path]
) -> list[Case]:
    """Give the cases of one chunk; the same each time."""
    if group == PUBLISHED:
        start = number * CHUNK
        return published_cases(knowledge, published)[start : start + CHUNK]
    return [person for person in _played(knowledge, SEED + number) if is_adult(person)]


def _played(knowledge: Knowledge, seed: int) -> list[Case]:
    """Give people who asked, as the interview leaves them."""
    reasoner_of(knowledge).quicken()
    random = np.random.default_rng(seed)
    people = Simulator(knowledge, seed, World(wrong=0.0))
    return [play(knowledge, people.person(), random).case for _ in range(CHUNK)]


def published_cases(knowledge: Knowledge, paths: Sequence[Path]) -> list[Case]:
    """Give the adults among published cases."""
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    cases = [
        case_from(json.loads(line), knowledge, where="a published case", lenient=True)
        for line in lines
        if line.strip()
    ]
    return [case for case in cases if is_adult(case)]
