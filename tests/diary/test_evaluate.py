"""The evaluation runs, says every figure it promises, and reads the courses' truth rightly."""

import math
from dataclasses import replace

import numpy as np
import pytest

from kedut.bench import evaluate_course
from kedut.bench.course_follow import true_direction
from kedut.diary.trend import Direction
from kedut.simulate.courses import Kind, draw_course


@pytest.mark.parametrize(
    "then, now, direction",
    [
        (0.0, math.log(2.1), Direction.MORE),
        (0.0, math.log(1.9), Direction.STEADY),
        (0.0, -math.log(2.1), Direction.RESOLVING),
        (0.0, -math.inf, Direction.RESOLVED),
        (-math.inf, -1.0, Direction.MORE),
        (-math.inf, -math.inf, Direction.RESOLVED),
    ],
)
def test_the_true_direction_is_that_against_a_week_before(
    then: float, now: float, direction: Direction
) -> None:
    course = draw_course(Kind.STEADY, np.random.default_rng(1))
    level = np.full(30, 5.0)
    level[13], level[20] = then, now
    assert true_direction(replace(course, log_rate=level), 20) is direction


@pytest.mark.slow
def test_a_small_evaluation_tells_every_part(tmp_path, monkeypatch, capsys) -> None:
    page = tmp_path / "page.md"
    few = ["--courses", "2", "--others", "1", "--bound", "2", "--drawn", "400"]
    words = [*few, "--people", "4", "--trials", "10", "--write", str(page)]
    monkeypatch.setattr("sys.argv", ["evaluate_course", *words])
    monkeypatch.setattr(evaluate_course, "_speed_lines", lambda seed: iter(["measured elsewhere"]))
    assert evaluate_course.main() == 0
    told = page.read_text(encoding="utf-8")
    for part in ("Direction", "Worsening", "Built another way", "Held back", "What could be had"):
        assert f"## {part}" in told
    assert told.startswith("# How well a diary is read")
    assert "Direction by day 14" in capsys.readouterr().out
