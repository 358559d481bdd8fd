"""Killed in the midst of recordings, a run loses nothing, doubles nothing and says nothing wrong.

Each fault once; with `KEDUT_FAULT_RUNS=20` so many times, and a line for each in
`build/proof/faults.log` (see conftest.py).
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from kedut.bench.cluster import Cluster
from tests.batch.runs import content, ended, manifest, rows, started, until_parts

RUNS = int(os.environ.get("KEDUT_FAULT_RUNS", "1"))
COUNT = 12
TABLES = ("results", "events", "errors")
EXAMPLE = Path("examples/recordings/motion-calf.csv")
pytestmark = [pytest.mark.slow, pytest.mark.parametrize("turn", range(RUNS))]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """Give small recordings, no two alike, one of them bad; and the tables of a quiet run."""
    folder = tmp_path_factory.mktemp("told")
    head, *readings = EXAMPLE.read_text(encoding="utf-8").splitlines()
    (folder / "in").mkdir()
    for number in range(COUNT):
        kept = [head, *readings[100 * number :]]
        (folder / "in" / f"r{number:02}.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    (folder / "in" / "bad.edf").write_bytes(b"0       " + b"x" * 300)
    process = run(folder / "in", folder, "--workers", 2)
    assert ended(process)[0] == 1
    return folder / "in", content(folder, TABLES)


def run(recordings: Path, out: Path, *how: object) -> subprocess.Popen[str]:
    return started("measure", recordings, "--out", f"{out}/", *how)


def check(out: Path, told: tuple[Path, dict[str, bytes]]) -> None:
    """Nothing lost, doubled or wrong: the bytes of the run that nothing befell."""
    found = [row["file"] for row in rows(out / "results.parquet")]
    assert found == [f"r{number:02}.csv" for number in range(COUNT)]
    assert [row["file"] for row in rows(out / "errors.parquet")] == ["bad.edf"]
    noted = Counter(row["file"] for row in rows(out / "events.parquet"))
    assert noted == {
        row["file"]: row["twitches"] for row in rows(out / "results.parquet") if row["twitches"]
    }
    assert content(out, TABLES) == told[1]
    counts = manifest(out)["counts"]
    assert (counts["input"], counts["results"], counts["errors"]) == (COUNT + 1, COUNT, 1)
    assert sorted(one.name for one in out.iterdir()) == [
        "errors.parquet", "events.parquet", "manifest.json", "results.parquet",
    ]  # fmt: skip


def below(pid: int) -> dict[int, str]:
    """Give the processes that a process started, and those they started, with their commands."""
    found: dict[int, str] = {}
    listing = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    for line in listing.stdout.splitlines():
        child, _, command = line.strip().partition(" ")
        found |= {int(child): command} | below(int(child))
    return found


def workers(pid: int) -> list[int]:
    """Give the workers of a client."""
    return [
        child
        for child, command in below(pid).items()
        if "spawn_main" in command and "resource_tracker" not in command
    ]


def until_gone(pids: list[int], within_s: float = 20) -> None:
    end = time.monotonic() + within_s
    while any(lives(pid) for pid in pids):
        assert time.monotonic() < end, "processes outlive what started them"
        time.sleep(0.05)


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state.split()[0] != "Z"


def test_a_worker_that_is_killed_among_recordings(
    turn: int, tmp_path: Path, told: tuple[Path, dict[str, bytes]]
) -> None:
    process = run(told[0], tmp_path / "o", "--workers", 2)
    until_parts(tmp_path / "o", 2, process)
    there = workers(process.pid)
    os.kill(there[turn % len(there)], signal.SIGKILL)
    assert ended(process)[0] == 1
    check(tmp_path / "o", told)


def test_a_reader_that_is_killed_from_outside(
    turn: int, tmp_path: Path, told: tuple[Path, dict[str, bytes]]
) -> None:
    process = run(told[0], tmp_path / "o", "--workers", 2)
    until_parts(tmp_path / "o", 2, process)
    readers = [pid for pid, command in below(process.pid).items() if "reader_process" in command]
    os.kill(readers[turn % len(readers)], signal.SIGKILL)
    assert ended(process)[0] == 1
    check(tmp_path / "o", told)


def test_a_client_that_is_killed_among_recordings(
    turn: int, tmp_path: Path, told: tuple[Path, dict[str, bytes]]
) -> None:
    process = run(told[0], tmp_path / "o", "--workers", 2)
    until_parts(tmp_path / "o", 2 + turn % 5, process)
    there = list(below(process.pid))
    process.kill()
    ended(process)
    until_gone(there)
    assert not (tmp_path / "o" / "manifest.json").exists(), "it was in the midst of it"
    status, said = ended(run(told[0], tmp_path / "o", "--workers", 2))
    assert status == 1
    assert "taking over" in said
    assert "are done already" in said
    assert manifest(tmp_path / "o")["counts"]["done_by_this_run"] < COUNT
    check(tmp_path / "o", told)


@pytest.mark.parametrize("whom", ["worker", "client"])
def test_on_a_cluster_one_is_killed_among_recordings(
    turn: int, whom: str, tmp_path: Path, told: tuple[Path, dict[str, bytes]]
) -> None:
    out = tmp_path / "o"
    with Cluster(tmp_path) as cluster:
        process = run(told[0], out, "--scheduler", cluster.address)
        until_parts(out, 2, process)
        if whom == "client":
            process.kill()
            ended(process)
            process = run(told[0], out, "--scheduler", cluster.address)
        else:
            worker = f"worker-{turn % 2}"
            readers = list(below(cluster.processes[worker].pid))
            cluster.kill(worker)
            until_gone(readers)
        assert ended(process)[0] == 1
        there = [p.pid for p in cluster.processes.values()]
        readers = [pid for one in there for pid in below(one)]
    check(out, told)
    until_gone(readers)
