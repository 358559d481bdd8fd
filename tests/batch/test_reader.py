"""The process that measures is there while it is needed, whatever job asks, and no longer."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kedut.batch import reader, work_recordings
from kedut.batch.job import Job
from kedut.batch.part import Part, Recording
from kedut.batch.tables import RESULTS
from kedut.batch.work_recordings import recording_tables, stop_readers
from tests.batch.hooks import load

pytestmark = pytest.mark.slow

JOB = Job(
    kind="recordings", load=load, parts="", software_version="", knowledge_version="",
    knowledge_mark="",
)  # fmt: skip


@pytest.fixture(autouse=True)
def none_left() -> Iterator[None]:
    yield
    stop_readers()


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Part:
    """Give a recording of some seconds."""
    path = tmp_path_factory.mktemp("reader") / "a.csv"
    shutil.copy("examples/recordings/motion-calf.csv", path)
    return Part(key="k", entries=1, source=Recording(url=str(path), name="a.csv"))


def measured(job: Job, part: Part) -> int:
    """Measure; give the process that did it."""
    assert recording_tables(job, part)[RESULTS].num_rows == 1
    (one,) = (each.process for each in work_recordings._readers.values() if each.process)
    return one.pid


def test_jobs_that_differ_in_where_they_write_share_a_process(part: Part) -> None:
    first = measured(JOB, part)
    assert measured(replace(JOB, parts="elsewhere", patience_s=1e300), part) == first


def test_a_process_that_is_asked_nothing_ends_and_another_takes_its_place(
    part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "IDLE_S", 0.2)
    first = measured(JOB, part)
    (one,) = work_recordings._readers.values()
    assert one.process is not None
    assert one.process.wait(20) == 0
    assert measured(JOB, part) != first


@pytest.mark.parametrize("name", ["a.csv", "hangs.csv"])
def test_the_process_of_a_worker_that_is_killed_ends(
    name: str, part: Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(part.source, Recording)
    path = tmp_path / name
    shutil.copy(part.source.url, path)
    code = (
        "import sys, time; from kedut.batch.reader import Bounds, Reader;"
        "from kedut.batch.part import Recording; from tests.batch.test_reader import JOB;"
        "from dataclasses import replace; reader = Reader(Bounds.of(JOB)); reader._start();"
        "reader._line(60); print(reader.process.pid, flush=True);"
        f"reader.measure(replace(JOB, patience_s=1), {str(path)!r}, Recording(url='', name=''))"
        "; time.sleep(60)"
    )
    worker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    process = int(worker.stdout.readline())
    time.sleep(0.5)  # in the midst of it, or done and idle
    worker.kill()
    worker.wait()
    worker.stdout.close()
    try:
        until = time.monotonic() + 15
        while lives(process):
            assert time.monotonic() < until, "it outlives its worker"
            time.sleep(0.05)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def lives(process: int) -> bool:
    """Say whether a process is there and has not ended."""
    try:
        state = (
            Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        )
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
