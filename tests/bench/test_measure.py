"""The page of how well recordings are measured: each section is dated, and renewed by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from kedut.bench import measure
from kedut.bench.measure_speed import Memory

BEFORE = (
    "# Page\n\nOld.\n\n## Motion\n\nMeasured on 2020-01-01.\n\n| old |\n\n## Video\n\n| film |\n"
)


def test_what_is_measured_anew_replaces_its_section_and_no_other() -> None:
    text = measure.page("## Motion\n\n| new |\n\n", BEFORE)
    assert "| new |" in text
    assert "| old |" not in text
    assert "2020-01-01" not in text
    assert "## Video\n\n| film |" in text
    assert measure.page("", text).count("## Motion") == 1


def test_sections_stand_in_one_order_whichever_was_measured_first() -> None:
    text = measure.page("## Speed and memory\n\nfast\n", BEFORE)
    places = [text.index(f"## {title}") for title in ("Motion", "Video", "Speed and memory")]
    assert places == sorted(places)


def test_every_part_tells_the_sections_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    none = Memory(channels=1, before_mib=1, peaks_mib=((60, 1), (120, 1)))
    for name, gives in {
        "emg": lambda *_, **__: None,
        "shared_folder": lambda: tmp_path,
        "shared_cases": lambda _: [],
        "drawn_case": lambda _: None,
        "motion": lambda _: [],
        "video": lambda _: [],
        "coverage": lambda _: [],
        "speeds": list,
        "memory": lambda: none,
        "PAGE": tmp_path / "page.md",
    }.items():
        monkeypatch.setattr(measure, name, gives)
    monkeypatch.setattr("sys.argv", ["measure", "--write"])
    assert measure.main() == 0
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    titles = [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]
    assert tuple(titles) == measure.TITLES
    assert page.count("Measured on") == len(titles)
