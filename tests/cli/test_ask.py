"""`kedut ask`: played from a case, and answered at the keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kedut.cli.main import main


def keyboard(monkeypatch: pytest.MonkeyPatch, answers: list[str], rest: str) -> None:
    given: Iterator[str] = iter(answers)
    monkeypatch.setattr("builtins.input", lambda _prompt="": next(given, rest))


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_case_is_played_and_assessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    path = tmp_path / "case.json"
    path.write_text(json.dumps({"age": 30, "findings_present": ["twitch_calf_one_side"]}))
    assert main(["ask", "--demo", str(path), "--lang", language]) == 0
    out = capsys.readouterr().out
    assert not re.search(r"\b(heading|prompt|variable|answer|letter|why)\.[a-z_]+\b", out)


def test_saying_no_to_everything_ends_and_saves_the_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keyboard(monkeypatch, ["1", "34", "2"], "n")
    target = tmp_path / "saved.json"
    assert main(["ask", "--lang", "en", "--out", str(target)]) == 0
    saved = json.loads(target.read_text(encoding="utf-8"))
    assert saved["age"] == 34
    assert saved["findings_present"] == []
    assert "leg_weakness" in saved["findings_absent"]
    capsys.readouterr()


def test_an_emergency_stops_the_questions_until_acknowledged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keyboard(monkeypatch, ["1", "34", "1", "2", "", "n"], "q")
    assert main(["ask", "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert "Emergency" in out
    assert "Have you read this?" in out


def test_odd_answers_are_asked_again_and_back_goes_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keyboard(monkeypatch, ["7", "1", "-5", "200", "40", "", "xyzzy", "99", "n", "b"], "n")
    assert main(["ask", "--lang", "en"]) == 0
    assert "did not understand" in capsys.readouterr().out


def test_quitting_at_once_still_gives_an_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keyboard(monkeypatch, ["1", "30", "1"], "q")
    assert main(["ask", "--lang", "en"]) == 0
    assert "Book a visit" in capsys.readouterr().out


def test_a_missing_case_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--demo", "nowhere.json"]) == 2
    assert "nowhere.json" in capsys.readouterr().err
