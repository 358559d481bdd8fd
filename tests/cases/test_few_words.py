"""Stories of few or vague words: none that is dangerous ends too late, no everyday one in alarm.

`few-words.toml` holds them: after published reports, as a lay person would tell an everyday
complaint, as a dangerous one is told in passing, and calm ones near to a rule. `urgency` holds the
levels that can be defended; `known_gap` says how one is told that does not come out so.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from kedut.assess.pipeline import urgency_of
from kedut.case.finding_space import finding_space
from kedut.case.wire import case_from
from kedut.knowledge.load import ours

FILE = Path(__file__).with_name("few-words.toml")
STORIES = tomllib.loads(FILE.read_text("utf-8"))["story"]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["id"])
def test_few_words_end_with_a_level_that_can_be_defended(story: dict[str, Any]) -> None:
    if "known_gap" in story:
        pytest.skip(f"known not to come out so: {story['known_gap']}")
    shape = {
        "id": story["id"],
        "age": story.get("age"),
        "sex": story.get("sex"),
        "findings_present": story.get("present", []),
        "findings_absent": story.get("absent", []),
        "tests": story.get("tests", {}),
    }
    told = finding_space(ours()).close(case_from(shape, ours(), where=story["id"]))
    assert urgency_of(ours(), told).level in story["urgency"]


def test_few_are_known_not_to_come_out() -> None:
    assert sum("known_gap" in story for story in STORIES) <= 20
