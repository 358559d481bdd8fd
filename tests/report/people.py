"""People for the tests of the clinician's note: calm, emergency, child, rich, and very rich."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from kedut.assess.assessment import Assessment
from kedut.assess.pipeline import assess
from kedut.case.case import Case
from kedut.case.finding_space import finding_space
from kedut.case.wire import read_case
from kedut.knowledge.load import ours

KNOWLEDGE = ours()
LANGUAGES = ("id", "en")


def example(name: str) -> Case:
    """Give a case of the examples."""
    path = Path("examples") / f"{name}.json"
    return read_case(path.read_bytes(), KNOWLEDGE, where=name, lenient=True)


def published(name: str) -> Case:
    """Give a published case."""
    for path in sorted(Path("tests/cases").glob("published-*.jsonl")):
        for line in path.read_bytes().splitlines():
            if json.loads(line)["id"] == name:
                return read_case(line, KNOWLEDGE, where=name, lenient=True)
    raise LookupError(name)


def fully_asked(case: Case) -> Case:
    """Give the case with every question of the screen and the opening answered."""
    space = finding_space(KNOWLEDGE)
    groups = (*KNOWLEDGE.screen.values(), *KNOWLEDGE.opening.values())
    present = space.close(case).present
    asked = (m for members in groups for m in members if not present & space.bit[m])
    return replace(case, absent=tuple(dict.fromkeys([*case.absent, *asked])))


CALM = example("flicker-for-ten-days")
EMERGENCY = example("numb-saddle")
CHILD = replace(CALM, age=9.0)
RICH = fully_asked(published("tc_030d6839"))
PEOPLE = {"calm": CALM, "emergency": EMERGENCY, "child": CHILD, "rich": RICH}


def assessed(case: Case, language: str) -> Assessment:
    """Assess a case whole."""
    return assess(case, KNOWLEDGE, language=language)
