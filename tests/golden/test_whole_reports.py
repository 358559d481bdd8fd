"""Whole reports as files: a change of layout or wording shows as a diff to review."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest

from kedut.assess.pipeline import assess
from kedut.assess.wire import to_json
from kedut.case.case import Case
from kedut.knowledge.load import ours
from kedut.report.terminal import console_for, print_assessment

CASES = {
    "calm": Case(
        id="calm",
        age=30,
        sex="female",
        present=("twitch_calf_one_side", "twitch_fine_flicker", "twitch_days", "acute_stress"),
        absent=tuple(ours().screen_findings),
        values={"twitch_duration_days": 4.0},
    ),
    "emergency": Case(
        id="emergency", age=58, present=("back_pain", "saddle_anaesthesia", "twitch_calf_one_side")
    ),
    "child": Case(id="child", age=12, present=("twitch_calf_one_side",)),
}


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", CASES)
def test_the_text_is_laid_out_as_reviewed(
    name: str, language: str, golden: Callable[[str, str], None]
) -> None:
    out = io.StringIO()
    knowledge = ours()
    found = assess(CASES[name], knowledge, language=language)
    print_assessment(found, knowledge, language, console_for(out, width=80))
    golden(f"{name}-{language}.txt", out.getvalue())


def test_the_json_keeps_its_keys(golden: Callable[[str, str], None]) -> None:
    knowledge = ours()
    shape = json.loads(to_json(assess(CASES["calm"], knowledge, language="en"), knowledge, "en"))
    golden("keys.json", json.dumps(_keys(shape), indent=1) + "\n")


def _keys(shape: object) -> object:
    if isinstance(shape, dict):
        return {key: _keys(value) for key, value in shape.items()}
    if isinstance(shape, list):
        return [_keys(shape[0])] if shape else []
    return type(shape).__name__
