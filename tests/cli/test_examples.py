"""The examples do what their page says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kedut.cli.main import main

FOLDER = Path(__file__).parents[2] / "examples"
LEVELS = {
    "calf-after-marathon": "routine",
    "calf-and-eyelid-for-weeks": "routine",
    "flicker-for-ten-days": "self-care",
    "flicker-since-yesterday": "self-care",
    "numb-saddle": "emergency",
}


def test_every_example_is_named_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(LEVELS)


@pytest.mark.parametrize("name", LEVELS)
def test_an_example_ends_where_its_page_says(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", str(FOLDER / f"{name}.json"), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["urgency"]["level"] == LEVELS[name]
