"""Recordings come out in tables; one that breaks its reader is one row of errors."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kedut.cli.main import main
from tests.batch.hooks import load
from tests.batch.runs import manifest, rows

MOTION = Path("examples/recordings/motion-calf.csv")


def measure(*arguments: object) -> int:
    return main(["measure", *map(str, arguments), "--workers", "1"])


@pytest.mark.slow
def test_a_list_of_recordings_becomes_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(MOTION, tmp_path / "in" / "one.csv")
    shutil.copy(MOTION, tmp_path / "in" / "two.csv")
    (tmp_path / "in" / "bad.edf").write_bytes(b"0       " + b"x" * 300)
    listed = tmp_path / "list.csv"
    listed.write_text("file,modality\nin/one.csv,motion\nin/bad.edf,\nin/none.edf,\nin/two.csv,\n")
    out = tmp_path / "out"
    assert measure(listed, "--out", f"{out}/") == 1
    found = rows(out / "results.parquet")
    assert [row["file"] for row in found] == ["in/one.csv", "in/two.csv"]
    assert {row["file"] for row in rows(out / "errors.parquet")} == {"in/bad.edf", "in/none.edf"}
    capsys.readouterr()
    main(["measure", str(MOTION), "--format", "json"])
    told = json.loads(capsys.readouterr().out)
    assert json.loads(found[0]["answer"]) == told | {"file": "one.csv"}
    assert found[0]["twitches"] == told["twitches"]
    events = rows(out / "events.parquet")
    assert {event["file"] for event in events} == {"in/one.csv", "in/two.csv"}
    assert len(events) == 2 * told_events(tmp_path)
    assert manifest(out)["counts"] == {
        "input": 4, "results": 2, "errors": 2, "add_up": True, "done_by_this_run": 4,
    }  # fmt: skip
    assert measure(listed, "--out", f"{out}/") == 1
    assert "nothing to do" in capsys.readouterr().err
    shutil.copy(MOTION, tmp_path / "in" / "none.edf")
    assert measure(listed, "--out", f"{out}/") == 1
    assert manifest(out)["counts"]["done_by_this_run"] == 1


def told_events(folder: Path) -> int:
    path = folder / "events.parquet"
    main(["measure", str(MOTION), "--events", str(path), "--format", "json"])
    return int(pq.read_metadata(path).num_rows)


@pytest.mark.slow
def test_what_hangs_kills_fills_or_fails_is_told_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["a.csv", "fails.csv", "fills.csv", "hangs.csv", "kills.csv", "z.csv"]
    for name in names:
        shutil.copy(MOTION, tmp_path / name)
    monkeypatch.setattr("kedut.cli.measure_many.ours", load)
    real_patience = ("--patience", 20, "--memory", 3)
    assert (
        measure(*(tmp_path / name for name in names), "--out", f"{tmp_path}/o/", *real_patience)
        == 1
    )
    assert [Path(row["file"]).name for row in rows(tmp_path / "o" / "results.parquet")] == [
        "a.csv", "z.csv",
    ]  # fmt: skip
    errors = {
        Path(row["file"]).name: row["what"] for row in rows(tmp_path / "o" / "errors.parquet")
    }
    assert "no further for 20 s" in errors["hangs.csv"]
    assert "SIGKILL" in errors["kills.csv"]
    assert "memory" in errors["fills.csv"]
    assert "fault of ours (TypeError" in errors["fails.csv"]


def test_a_folder_without_recordings_is_told(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.doc").write_text("x")
    assert measure(tmp_path / "in", "--out", f"{tmp_path}/o/") == 2
    (error,) = rows(tmp_path / "o" / "errors.parquet")
    assert "no recording" in error["what"]
