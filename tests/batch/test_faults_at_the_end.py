"""Wherever a run is ended, the next one of the same loses nothing, doubles nothing, says it right.

A run is watched: before each change to its folder the folder is kept as it is then. That is what a
kill at that moment leaves behind, and each is taken up by a run of the same.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from kedut.batch import work_cases
from kedut.case.errors import BadCase
from tests.batch.runs import assess, cases, content, lines, manifest, rows

Folder = dict[str, bytes | None]  # nothing for a folder in it
FILLS = {"open", "os.rename", "os.mkdir"}
CHANGES = FILLS | {"os.remove", "os.rmdir", "shutil.rmtree"}
NAMES = ["errors.parquet", "manifest.json", "results.parquet"]
_watch: list[Callable[[str, str], None]] = []


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watch or threading.current_thread() is not threading.main_thread():
        return
    if event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR):
        return
    if event in CHANGES:
        path = os.fspath(arguments[1 if event == "os.rename" else 0])
        if isinstance(path, str):
            watch = _watch.pop()  # what it does itself is not watched
            try:
                watch(event, path)
            finally:
                _watch.append(watch)


sys.addaudithook(_heard)  # for the life of the process; it does nothing unless it is watched


@contextmanager
def watched(folder: Path, watch: Callable[[], None], events: Set[str] = CHANGES) -> Iterator[None]:
    """Call `watch` before each change in a folder."""

    def heard(event: str, path: str) -> None:
        if event in events and path.startswith(str(folder)):
            watch()

    _watch.append(heard)
    try:
        yield
    finally:
        _watch.clear()


def kept(folder: Path) -> Folder:
    """Give what is in a folder, without the lock: its holder is gone."""
    return {
        str(one.relative_to(folder)): None if one.is_dir() else one.read_bytes()
        for one in sorted(folder.rglob("*"))
        if not one.name.endswith(".lock")
    }


def put_back(folder: Path, state: Folder) -> Path:
    folder.mkdir()
    for name, data in state.items():
        if data is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(data)
    return folder


def whole(out: Path, results: int, errors: int) -> None:
    """Check that the tables belong together and the manifest to them."""
    told = manifest(out)
    found = rows(out / "results.parquet"), rows(out / "errors.parquet")
    assert (len(found[0]), len(found[1])) == (results, errors)
    both = [row["row"] for table in found for row in table]
    assert sorted(both) == sorted(set(both)), "a row stands in results and errors"
    counts = told["counts"]
    assert (counts["results"], counts["errors"]) == (results, errors)
    assert counts["input"] == results + errors
    assert counts["add_up"] is True
    assert sorted(one.name for one in out.iterdir()) == NAMES
    for name, table in zip(("results", "errors"), found, strict=True):
        assert told["files"][name]["rows"] == len(table)


@pytest.fixture
def poor_sight(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Give what makes one case an error, or no more, as a disk that was away would."""
    real = work_cases.case_from

    def fails(found: Any, *those: Any, where: str, **named: Any) -> Any:
        if isinstance(found, dict) and found.get("id") == "case-3":
            raise BadCase(where=where, what="it was away", remedy="do it again")
        return real(found, *those, where=where, **named)

    return lambda on: monkeypatch.setattr(work_cases, "case_from", fails if on else real)


class Story:
    """Tells a run over an earlier one, and how it must come out."""

    def __init__(self, folder: Path, sight: Callable[[bool], None], name: str) -> None:
        self.out = folder / "out"
        path = folder / "cases.jsonl"
        self.arguments: tuple[object, ...] = (path, "--part", 2)
        self.again: tuple[str, ...] = ()
        told = [*cases(5), "bad"]
        if name == "more cases":
            lines(path, cases(3))
            self.run(self.out)
        if name == "errors again":
            lines(path, told)
            sight(True)
            self.run(self.out)
            sight(False)
            self.again = ("--again-errors",)
            self.before = content(self.out)
        lines(path, told)
        self.run(folder / "told")
        self.told = content(folder / "told")

    def run(self, out: Path, *more: str) -> int:
        return assess(*self.arguments, "--out", f"{out}/", *more)


@pytest.fixture(params=["first", "more cases", "errors again"])
def story(
    request: pytest.FixtureRequest, tmp_path: Path, poor_sight: Callable[[bool], None]
) -> Story:
    return Story(tmp_path, poor_sight, request.param)


def test_a_run_that_is_killed_at_any_step_is_finished_by_the_next(
    story: Story, tmp_path: Path
) -> None:
    states: list[Folder] = []

    def keep() -> None:
        state = kept(story.out) if story.out.is_dir() else {}
        if state not in states:
            states.append(state)

    with watched(story.out, keep):
        story.run(story.out, *story.again)
    keep()
    assert len(states) > 12
    assert content(story.out) == story.told
    for number, state in enumerate(states):
        out = put_back(tmp_path / f"state-{number}", state)
        story.run(out, *story.again)
        assert content(out) == story.told, sorted(state)
        whole(out, 5, 1)


def test_a_run_for_errors_that_is_killed_leaves_the_old_answer_or_the_new(
    tmp_path: Path, poor_sight: Callable[[bool], None]
) -> None:
    story = Story(tmp_path, poor_sight, "errors again")
    states: list[Folder] = []
    with watched(story.out, lambda: states.append(kept(story.out))):
        story.run(story.out, *story.again)
    poor_sight(True)  # so that what is done once more than needed is seen
    seen = set()
    for number, state in enumerate(states):
        out = put_back(tmp_path / f"state-{number}", state)
        story.run(out)
        new = content(out) == story.told
        assert new or content(out) == story.before
        whole(out, *((5, 1) if new else (4, 2)))
        seen.add(new)
    assert seen == {True, False}


def test_a_run_on_a_disk_that_is_full_at_any_step_is_finished_by_the_next(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = kept(story.out) if story.out.is_dir() else {}
    step = -1
    for step in range(1000):
        out = put_back(tmp_path / f"full-{step}", start)
        left = step

        def full() -> None:
            nonlocal left
            left -= 1
            if left == -1:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        capsys.readouterr()
        with watched(out, full, FILLS):
            status = story.run(out, *story.again)
        if left >= 0:
            break
        said = capsys.readouterr().err
        assert status == 1 or "No space left on device; make room, then run the same again" in said
        story.run(out, *story.again)
        assert content(out) == story.told
        whole(out, 5, 1)
    assert step > 12


def test_an_old_table_put_back_is_noticed_and_mended(
    tmp_path: Path, poor_sight: Callable[[bool], None], capsys: pytest.CaptureFixture[str]
) -> None:
    story = Story(tmp_path, poor_sight, "errors again")
    story.run(story.out, *story.again)
    for name in ("results", "errors"):
        (story.out / f"{name}.parquet").write_bytes(story.before[name])
        capsys.readouterr()
        story.run(story.out)
        said = capsys.readouterr().err
        assert "tells of other tables" in said
        assert content(story.out) == story.told
        whole(story.out, 5, 1)
        story.run(story.out)
        assert "nothing to do: 5 of 6" in capsys.readouterr().err


def test_a_manifest_of_an_earlier_run_is_not_taken_for_the_one_of_this(
    tmp_path: Path, poor_sight: Callable[[bool], None], capsys: pytest.CaptureFixture[str]
) -> None:
    story = Story(tmp_path, poor_sight, "more cases")
    earlier = (story.out / "manifest.json").read_bytes()
    story.run(story.out)
    for text in (earlier, b"", b"[]", b'{"files": 3}', b"{" * 9999):
        (story.out / "manifest.json").write_bytes(text)
        story.run(story.out)
        whole(story.out, 5, 1)
        assert "tells of other tables" in capsys.readouterr().err


def test_a_table_that_holds_other_rows_than_it_says_is_not_built_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = lines(tmp_path / "cases.jsonl", cases(4))
    assert assess(path, "--out", f"{tmp_path}/") == 0
    table = pq.read_table(tmp_path / "results.parquet")
    told = pq.read_metadata(tmp_path / "results.parquet").metadata[b"kedut.parts"]
    shorter = table.slice(1).replace_schema_metadata({b"kedut.parts": told})
    pq.write_table(shorter, tmp_path / "results.parquet")
    assert assess(path, "--out", f"{tmp_path}/") == 2
    assert "holds other rows than it says" in capsys.readouterr().err


def test_a_store_that_fails_at_any_step_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fsspec.implementations.memory import MemoryFileSystem as Store

    files = Store()
    path = lines(tmp_path / "cases.jsonl", cases(3))
    arguments = ("--part", 2, "--out", "memory://ends/results.parquet")
    left = 0

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def one(*those: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == -1:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return real(*those, **named)

        return one

    for name in ("pipe_file", "put_file", "rm"):
        monkeypatch.setattr(Store, name, failing(getattr(Store, name)))
    monkeypatch.setattr("kedut.batch.lock.Lock.__enter__", lambda self: self)
    monkeypatch.setattr("kedut.batch.lock.Lock.check", lambda _: None)
    ended = False
    for step in range(40):
        if files.exists("/ends"):
            left = 1 << 30
            files.rm("/ends", recursive=True)
        left = 1 << 30
        lines(path, cases(3))
        assert assess(path, *arguments) == 0
        lines(path, [*cases(5), "bad"])
        left = step
        status = assess(path, *arguments)
        ended = left >= 0
        assert status in ((1,) if ended else (1, 2))  # what cannot be written is tried again
        left = 1 << 30
        assert assess(path, *arguments) == 1
        names = sorted(one.rpartition("/")[2] for one in files.ls("/ends", detail=False))
        assert names == NAMES
        with files.open("/ends/results.parquet") as file:
            assert pq.read_table(file).num_rows == 5
        assert json.loads(files.cat("/ends/manifest.json"))["counts"]["input"] == 6
        if ended:
            break
    assert ended
    files.rm("/", recursive=True)
