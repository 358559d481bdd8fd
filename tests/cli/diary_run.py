"""One person at a terminal with a diary, and a clock that can be set."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kedut.cli import diary_options
from kedut.cli.main import main

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at_the_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Set the clock of the computer."""
    monkeypatch.setattr(diary_options, "now", lambda: moment)


def diary(file: Path, what: str, *words: object, lang: str = "en") -> int:
    """Give one command on a diary."""
    return main(["diary", what, *map(str, words), "--file", str(file), "--lang", lang])


def events(file: Path) -> list[dict]:
    """Give the lines of a diary's file."""
    return [json.loads(line) for line in file.read_text().splitlines()]


def exported(file: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Give the diary as a table, line by line."""
    capsys.readouterr()
    assert diary(file, "export") == 0
    return capsys.readouterr().out.splitlines()
