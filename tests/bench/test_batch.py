"""The bench of runs over many measures whole commands: here on few, that every part tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from kedut.bench import batch

TOLD = {
    "cost": ("a CPU second", "without its start"),
    "grids": ("times real time",),
    "list": ("a list of 6 recordings planned", "all 6 (each unreadable) gone through"),
    "million": ("brief, 300 cases, two processes", "300, 300, 0"),
    "workers": ("two beside one", "the cluster beside two processes"),
}


@pytest.mark.slow
@pytest.mark.parametrize("part", batch._PARTS)
def test_every_part_runs_its_commands_and_tells(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = {"_FEW": 200, "_BLOCK": 100, "_TURNS": 1, "_FILES": 6}
    for name, value in {**few, "GRID_S": 30.0, "GRID_FILES": 1}.items():
        monkeypatch.setattr(batch, name, value)
    batch._PARTS[part](tmp_path, 300)
    printed = capsys.readouterr().out
    assert all(words in printed for words in TOLD[part]), printed


def test_a_command_that_fails_ends_the_bench(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="status"):
        batch.command("assess", tmp_path / "not there.parquet", "--out", tmp_path / "o.parquet")
