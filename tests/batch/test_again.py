"""A run that is done again does what is missing or changed, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from kedut.batch import run as run_module
from kedut.batch.place import whole
from tests.batch.runs import assess, cases, content, lines, manifest, rows


def done_anew(folder: Path) -> int:
    count: int = manifest(folder)["counts"]["done_by_this_run"]
    return count


def test_a_second_run_does_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = lines(tmp_path / "cases.jsonl", [*cases(20), "bad"])
    arguments = (path, "--out", f"{tmp_path}/", "--part", 5)
    assert assess(*arguments) == 1
    before = {one: one.stat().st_mtime_ns for one in tmp_path.iterdir()}
    capsys.readouterr()
    assert assess(*arguments) == 1
    assert "nothing to do: 20 of 21 cases" in capsys.readouterr().err
    assert {one: one.stat().st_mtime_ns for one in tmp_path.iterdir()} == before


def test_what_changed_is_done_anew_and_nothing_else(tmp_path: Path) -> None:
    told = cases(23)
    path = lines(tmp_path / "cases.jsonl", told)
    assert assess(path, "--out", f"{tmp_path}/again/", "--part", 5) == 0
    told[12] = {**told[12], "age": 71, "findings_present": ["leg_weakness"]}
    lines(path, [*told, "bad"])
    assert assess(path, "--out", f"{tmp_path}/again/", "--part", 5) == 1
    assert done_anew(tmp_path / "again") == 5 + 4  # one part in the middle, and the last
    assert assess(path, "--out", f"{tmp_path}/fresh/", "--part", 5) == 1
    assert content(tmp_path / "again") == content(tmp_path / "fresh")


def test_other_options_make_all_be_done_anew(tmp_path: Path) -> None:
    path = lines(tmp_path / "cases.jsonl", [*cases(6), {"findings_present": ["no_such_thing"]}])
    assert assess(path, "--out", f"{tmp_path}/") == 1
    assert assess(path, "--out", f"{tmp_path}/", "--lenient") == 0
    assert done_anew(tmp_path) == 7
    assert rows(tmp_path / "errors.parquet") == []


def test_another_version_makes_all_be_done_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lines(tmp_path / "cases.jsonl", cases(6))
    assert assess(path, "--out", f"{tmp_path}/") == 0
    monkeypatch.setattr("kedut.cli.assess_many.knowledge_mark", lambda: "another")
    assert assess(path, "--out", f"{tmp_path}/") == 0
    assert done_anew(tmp_path) == 6


def test_errors_are_done_once_more_where_that_is_asked_for(tmp_path: Path) -> None:
    path = lines(tmp_path / "cases.jsonl", [*cases(9), "bad"])
    arguments = (path, "--out", f"{tmp_path}/", "--part", 5)
    assert assess(*arguments) == 1
    first = content(tmp_path)
    assert assess(*arguments, "--again-errors") == 1
    assert done_anew(tmp_path) == 5
    assert content(tmp_path) == first


def test_parts_that_were_done_are_not_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lines(tmp_path / "cases.jsonl", cases(20))
    arguments = (path, "--out", f"{tmp_path}/", "--part", 5)
    real = run_module._add

    def stops(*those: Any) -> None:
        if those[5].results >= 10:
            raise KeyboardInterrupt
        real(*those)

    monkeypatch.setattr(run_module, "_add", stops)
    assert assess(*arguments) == 130
    monkeypatch.setattr(run_module, "_add", real)
    assert not (tmp_path / "results.parquet").exists()
    assert not list(tmp_path.glob("*.lock"))
    assert assess(*arguments) == 0
    assert done_anew(tmp_path) == 5
    assert len(rows(tmp_path / "results.parquet")) == 20


def test_a_part_that_is_not_whole_is_not_there(tmp_path: Path) -> None:
    target = tmp_path / "one.part"

    def fill_up() -> None:
        with whole(target) as partial:
            partial.write_bytes(b"half")
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        fill_up()
    assert list(tmp_path.iterdir()) == []


def test_counts_that_do_not_add_up_end_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = lines(tmp_path / "cases.jsonl", cases(4))
    from kedut.batch import read

    real = read.text_rows
    monkeypatch.setattr(read, "text_rows", lambda source: list(real(source))[1:])
    assert assess(path, "--out", f"{tmp_path}/") == 2
    assert "4 entries gave 3 results and 0 errors" in capsys.readouterr().err
    assert not (tmp_path / "results.parquet").exists()


def test_the_manifest_says_what_ran(tmp_path: Path) -> None:
    path = lines(tmp_path / "cases.jsonl", cases(3))
    assert assess(path, "--out", f"{tmp_path}/") == 0
    told = manifest(tmp_path)
    assert set(told) >= {"counts", "versions", "seed", "machine", "ran", "options", "inputs"}
    assert {"software", "knowledge", "pyarrow"} <= set(told["versions"])
    assert {"began", "ended", "seconds", "cpu_seconds_per_thousand"} <= set(told["ran"])
    assert told["ran"]["cpu_seconds"] > 0


def test_no_time_stands_in_a_table(tmp_path: Path) -> None:
    path = lines(tmp_path / "cases.jsonl", cases(3))
    for name in ("a", "b"):
        assert assess(path, "--out", f"{tmp_path}/{name}/") == 0
        os.utime(path, (1, 1))
    assert content(tmp_path / "a") == content(tmp_path / "b")
    assert pq.read_metadata(tmp_path / "a" / "results.parquet").num_rows == 3
