"""The shipped examples are what the simulator gives, are small, and say what they are."""

from __future__ import annotations

import csv
from pathlib import Path

import edfio
import numpy as np
import pytest

from kedut.simulate.examples import emg_example, main, motion_example, write_emg, write_motion

SHIPPED = Path(__file__).resolve().parents[2] / "examples" / "recordings"
MOST_BYTES = {"emg-calf.edf": 300_000, "motion-calf.csv": 300_000, "film-calf.mp4": 500_000}


def columns(file: Path) -> dict[str, list[str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.mark.parametrize("name", MOST_BYTES)
def test_an_example_is_small_and_has_its_truth_and_its_line_in_the_readme(name: str) -> None:
    file = SHIPPED / name
    assert 10_000 < file.stat().st_size <= MOST_BYTES[name]
    truth = columns(file.with_name(f"{file.stem}_truth.csv"))
    assert len(next(iter(truth.values()))) >= 5
    readme = (SHIPPED / "README.md").read_text(encoding="utf-8")
    assert f"| `{name}` |" in readme
    assert "nobody was recorded" in readme


def test_the_emg_is_what_the_simulator_gives(tmp_path: Path) -> None:
    made = emg_example()
    write_emg(made, tmp_path)
    shipped = edfio.read_edf(SHIPPED / "emg-calf.edf").signals[0]
    assert shipped.physical_dimension == "uV"
    assert shipped.sampling_frequency == made.scene.rate_hz
    np.testing.assert_allclose(shipped.data, made.recording.samples[0], atol=0.11)
    for name in ("emg-calf_truth.csv", "emg-calf_epochs.csv"):
        assert columns(tmp_path / name) == columns(SHIPPED / name)


def test_the_motion_is_what_the_simulator_gives(tmp_path: Path) -> None:
    write_motion(motion_example(), tmp_path)
    ours, shipped = (columns(folder / "motion-calf.csv") for folder in (tmp_path, SHIPPED))
    assert list(ours) == list(shipped)
    for name, values in ours.items():
        np.testing.assert_allclose(
            np.array(values, float), np.array(shipped[name], float), atol=2e-4
        )


@pytest.mark.slow
def test_all_of_them_can_be_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["examples", str(tmp_path / "new")])
    assert main() == 0
    names = {file.name for file in SHIPPED.iterdir()} - {"README.md"}
    assert {file.name for file in (tmp_path / "new").iterdir()} == names
