"""What `make bench-web` says of its figures: the goals, and how quiet the machine was."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kedut.bench import web
from kedut.bench.web import PAGE, Found, Load, page, table, taken_by_others

ROOT = Path(__file__).parents[2]
GOOD = Load(rate=3000.0, p50_ms=1.0, p99_ms=4.0, most_ms=12.0, failed=0)
FOUND = Found(
    inside=6000.0,
    hello=GOOD,
    most=GOOD,
    half=replace(GOOD, rate=1500.0),
    memory_before=600.0,
    memory_after=600.5,
    workers=2,
    others=0.02,
)


def test_half_of_the_rate_in_process_is_good_and_less_is_not() -> None:
    assert FOUND.good
    assert not replace(FOUND, inside=6001.0).good


def test_an_answer_that_failed_or_came_late_is_not_good() -> None:
    assert not replace(FOUND, most=replace(GOOD, failed=1)).good
    assert not replace(FOUND, half=replace(GOOD, failed=1)).good
    assert not replace(FOUND, half=replace(GOOD, p99_ms=50.1)).good


def test_the_page_says_what_was_measured_and_on_what() -> None:
    text = page(table(FOUND, 60), "2026.11.1")
    for told in ("3000 a second", "50% of in process", "+0.5 MiB", "Machine: ", "2026.11.1", "2%"):
        assert told in text


def test_the_page_that_is_there_came_from_it() -> None:
    def kinds(text: str) -> list[str]:
        rows = [line for line in text.splitlines() if line.startswith("| ")]
        return [row.split(" | ")[0] for row in rows if "taken by others" not in row]

    there = (ROOT / PAGE).read_text(encoding="utf-8")
    made = page(table(FOUND, 60), "2026.11.1")
    assert kinds(there) == kinds(made)
    assert there.partition("`wrk`")[2].partition("| what")[0] in made


def test_the_share_of_others_is_a_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_LOOK_S", 0.05)
    assert 0 <= taken_by_others() <= 1


def test_a_busy_machine_writes_no_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(web, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(web.shutil, "which", lambda name: name)
    monkeypatch.setattr(sys, "argv", ["bench", "--write"])
    monkeypatch.setattr(web, "measure", lambda *_: replace(FOUND, others=0.5))
    assert web.main() == 1
    assert "others took 50%" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(web, "measure", lambda *_: FOUND)
    assert web.main() == 0
    assert "3000 a second" in (tmp_path / "page.md").read_text(encoding="utf-8")
