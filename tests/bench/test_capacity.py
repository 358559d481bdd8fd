"""The arithmetic of how many machines it takes, by a hand calculation."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from kedut.bench import capacity
from kedut.bench.capacity import PAGE, Request, Units
from kedut.bench.capacity_page import cores, page

ROOT = Path(__file__).parents[2]
ONE = Request(kedut=2.0, nginx=0.1, postgresql=0.0)
UNITS = Units(
    requests={
        "step": ONE,
        "result": Request(kedut=50.0, nginx=0.1, postgresql=0.0),
        "save": Request(kedut=5.0, nginx=0.1, postgresql=1.0),
    },
    mix={"step": 9, "result": 1},
    batch_ms=0.2,
    full_ms=50.0,
    case_bytes=600,
    result_bytes=900,
    full_bytes=8000,
    recorded_ms=3000.0,
    kept_bytes=1000,
    worker_mib=300,
    machine="one",
    busy=0.0,
)


def test_twice_the_busy_cores_are_counted_and_at_least_one() -> None:
    assert cores(1, 2.0) == (0.002, 1)
    assert cores(10_000, 2.0) == (20.0, 40)


def test_the_mix_weighs_each_request_by_how_often_it_is_asked() -> None:
    assert UNITS.mean_ms.kedut == pytest.approx((9 * 2 + 50) / 10)


def test_the_page_shows_the_arithmetic() -> None:
    text = page(UNITS, "2026.11.1")
    # 10,000 a second at 6.8 ms: 68 cores busy, 136 to have, of 300 MiB each
    assert "10,000 x 6.8 ms / 1,000 = 68 cores busy; / 0.5 = 136, so 136" in text
    assert "one process a core: 136 x 300 MiB = 39.8 GiB" in text
    # 1e8 cases of 0.2 ms: 20,000 s, 5.56 hours of one core, half of that on two
    assert "100,000,000 x 0.2 ms / 3,600,000 = 5.56 hours of a core" in text
    assert "on 2 cores: 5.56 / 2 = 2.78 hours" in text
    # 9 steps of 2.1 ms, a result of 50.1 ms, keeping of 6.1 ms
    assert "9 steps x 2.1 ms + result 50.1 ms + keeping 6.1 ms = 75.1 ms" in text
    assert "100,000,000 x 1000 bytes = 100 GB a year" in text
    assert "PostgreSQL: 1 x 0 ms" in text
    assert "e+0" not in text
    assert "e-0" not in text


def test_costs_that_rest_on_a_few_requests_make_no_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "costs.json"
    file.write_text(json.dumps({"cpu_ms": {"step": {"requests": 29}, "measure": {"requests": 3}}}))
    monkeypatch.setattr(capacity.web_costs, "FILE", file)
    monkeypatch.setattr(sys, "argv", ["capacity", "--write"])
    assert capacity.main() == 1
    assert "too few requests were answered of step" in capsys.readouterr().err


def test_the_page_that_is_there_came_from_it() -> None:
    there = (ROOT / PAGE).read_text(encoding="utf-8")
    made = page(UNITS, "2026.11.1")
    headings = [line for line in made.splitlines() if line.startswith("#")]
    assert [line for line in there.splitlines() if line.startswith("#")] == headings
    assert there.partition("## How to read this")[2] == made.partition("## How to read this")[2]
