"""Killed, cut off or out of room, a run loses nothing, doubles nothing and says nothing wrong.

Each fault once; with `KEDUT_FAULT_RUNS=20` so many times, and a line for each in
`build/proof/faults.log` (see conftest.py).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kedut.bench.cluster import Cluster
from tests.batch.runs import (
    assess,
    cases,
    content,
    ended,
    lines,
    manifest,
    rows,
    started,
    until_parts,
)

RUNS = int(os.environ.get("KEDUT_FAULT_RUNS", "1"))
COUNT, PART = 40, 4
OPTIONS = ("--detail", "full", "--lang", "en", "--part", str(PART))
pytestmark = [pytest.mark.slow, pytest.mark.parametrize("turn", range(RUNS))]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """Give the cases, and the tables of a run that nothing befell."""
    folder = tmp_path_factory.mktemp("told")
    path = lines(folder / "cases.jsonl", [*cases(COUNT), "bad"])
    assert assess(path, "--out", f"{folder}/", *OPTIONS) == 1
    return path, content(folder)


def run(path: Path, out: Path, *how: object) -> subprocess.Popen[str]:
    return started("assess", path, "--out", f"{out}/", *OPTIONS, *how)


def children(pid: int) -> list[int]:
    """Give the workers of a client."""
    listing = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(line.split()[0]) for line in listing.stdout.splitlines() if "spawn_main" in line
            and "resource_tracker" not in line]  # fmt: skip


@contextlib.contextmanager
def held(pids: list[int]) -> Iterator[None]:
    """Keep processes from going on while the context lasts."""
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def check(out: Path, told: tuple[Path, dict[str, bytes]]) -> None:
    """Nothing lost, doubled or wrong: the bytes of the run that nothing befell."""
    assert content(out) == told[1]
    assert [row["row"] for row in rows(out / "results.parquet")] == list(range(1, COUNT + 1))
    counts = manifest(out)["counts"]
    assert (counts["input"], counts["results"], counts["errors"]) == (COUNT + 1, COUNT, 1)
    assert sorted(one.name for one in out.iterdir()) == [
        "errors.parquet", "manifest.json", "results.parquet",
    ]  # fmt: skip


def test_a_worker_that_is_killed(
    turn: int, tmp_path: Path, told: tuple[Path, dict[str, bytes]]
) -> None:
    process = run(told[0], tmp_path / "o", "--workers", 2)
    until_parts(tmp_path / "o", 2, process)
    workers = children(process.pid)
    assert workers
    os.kill(workers[turn % len(workers)], signal.SIGKILL)
    assert ended(process)[0] == 1
    check(tmp_path / "o", told)


def test_a_client_that_is_killed(
    turn: int, tmp_path: Path, told: tuple[Path, dict[str, bytes]]
) -> None:
    process = run(told[0], tmp_path / "o", "--workers", 2)
    until_parts(tmp_path / "o", 2 + turn % 5, process)
    workers = children(process.pid)
    process.kill()
    ended(process)
    until_gone(workers)
    again = run(told[0], tmp_path / "o", "--workers", 2)
    status, said = ended(again)
    assert status == 1
    assert "taking over" in said
    assert "are done already" in said
    assert manifest(tmp_path / "o")["counts"]["done_by_this_run"] < COUNT
    check(tmp_path / "o", told)


def until_gone(pids: list[int], within_s: float = 20) -> None:
    end = time.monotonic() + within_s
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < end, "workers outlive their client"
        time.sleep(0.05)


def on_cluster(
    path: Path, tmp_path: Path, act: Callable[[Cluster, subprocess.Popen[str]], None]
) -> tuple[int, str]:
    with Cluster(tmp_path) as cluster:
        process = run(path, tmp_path / "o", "--scheduler", cluster.address)
        until_parts(tmp_path / "o", 2, process)
        act(cluster, process)
        return ended(process)


def test_a_worker_of_a_cluster_that_is_killed(
    turn: int, tmp_path: Path, told: tuple[Path, dict[str, bytes]]
) -> None:
    status, _ = on_cluster(told[0], tmp_path, lambda c, _: c.kill(f"worker-{turn % 2}"))
    assert status == 1
    check(tmp_path / "o", told)


def test_a_scheduler_that_is_killed_and_comes_back(
    turn: int, tmp_path: Path, told: tuple[Path, dict[str, bytes]]
) -> None:
    status, _ = on_cluster(told[0], tmp_path, lambda c, _: c.kill("scheduler"))
    assert status == 1
    check(tmp_path / "o", told)


def test_a_client_of_a_cluster_that_is_killed(
    turn: int, tmp_path: Path, told: tuple[Path, dict[str, bytes]]
) -> None:
    with Cluster(tmp_path) as cluster:
        process = run(told[0], tmp_path / "o", "--scheduler", cluster.address)
        until_parts(tmp_path / "o", 2, process)
        process.kill()
        ended(process)
        again = run(told[0], tmp_path / "o", "--scheduler", cluster.address)
        assert ended(again)[0] == 1
    check(tmp_path / "o", told)


def test_of_two_clients_with_one_target_the_second_is_told(
    turn: int, tmp_path: Path, told: tuple[Path, dict[str, bytes]]
) -> None:
    first = run(told[0], tmp_path / "o", "--workers", 2)
    until_parts(tmp_path / "o", 1, first)
    with held(children(first.pid)):  # else it may be done before the second has begun
        status, said = ended(run(told[0], tmp_path / "o", "--workers", 1))
    assert status == 2
    assert f"is being written by process {first.pid}" in said
    assert ended(first)[0] == 1
    check(tmp_path / "o", told)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a folder on a disk of its own that is nearly full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("a disk can be mounted by root alone")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_full(
    turn: int, tmp_path: Path, small_disk: Path, told: tuple[Path, dict[str, bytes]]
) -> None:
    status, said = ended(run(told[0], small_disk, "--workers", 2))
    assert status == 2
    assert "No space left on device; make room, then run the same again" in said
    assert not (small_disk / "results.parquet").exists()
    assert "Traceback" not in said
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    status, said = ended(run(told[0], small_disk, "--workers", 2))
    assert status == 1
    check(small_disk, told)


@pytest.fixture
def hosts() -> Iterator[tuple[str, str]]:
    """Give two hosts with a link between them: network namespaces, named."""
    if RUNS == 1:
        pytest.skip("part of `make proof` only: the link is cut for half a minute")
    names = (f"kedut-{os.getpid()}-1", f"kedut-{os.getpid()}-2")
    links = (f"kd{os.getpid() % 100000}a", f"kd{os.getpid() % 100000}b")
    made = [_ip("netns", "add", name) for name in names]
    if not all(made):
        pytest.skip("network namespaces can be made by root alone")
    _ip("link", "add", links[0], "type", "veth", "peer", "name", links[1])
    for number, (name, link) in enumerate(zip(names, links, strict=True), 1):
        _ip("link", "set", "dev", link, "netns", name, "name", "wire")
        _ip("-n", name, "addr", "add", f"10.99.0.{number}/24", "dev", "wire")
        for one in ("lo", "wire"):
            _ip("-n", name, "link", "set", "dev", one, "up")
    yield names
    for name in names:
        _ip("netns", "del", name)


def _ip(*words: str) -> bool:
    return subprocess.run(["ip", *words], capture_output=True, check=False).returncode == 0


def test_a_link_that_is_cut_for_half_a_minute(
    turn: int, tmp_path: Path, hosts: tuple[str, str], told: tuple[Path, dict[str, bytes]]
) -> None:
    there, here = (("ip", "netns", "exec", name) for name in hosts)
    within = {"scheduler": there, "worker-0": there, "worker-1": here}
    with Cluster(tmp_path, host="10.99.0.1", within=within) as cluster:
        arguments = ("assess", told[0], "--out", f"{tmp_path}/o/", *OPTIONS)
        process = started(*arguments, "--scheduler", cluster.address, within=here)
        until_parts(tmp_path / "o", 1 + turn % 3, process)
        assert _ip("-n", hosts[1], "link", "set", "dev", "wire", "down")
        time.sleep(30)
        assert _ip("-n", hosts[1], "link", "set", "dev", "wire", "up")
        assert ended(process)[0] == 1
    check(tmp_path / "o", told)


def test_a_file_that_hangs_its_reader(turn: int, tmp_path: Path) -> None:
    names = ["a.csv", "hangs.csv", "z.csv"]
    for name in names:
        shutil.copy("examples/recordings/motion-calf.csv", tmp_path / name)
    code = (
        "import sys, kedut.cli.measure_many as m; from tests.batch.hooks import load;"
        "m.ours = load;"
        "from kedut.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    arguments = ["measure", *(str(tmp_path / n) for n in names), "--out", f"{tmp_path}/o/"]
    found = subprocess.run(
        [sys.executable, "-c", code, *arguments, "--patience", "20", "--workers", "2"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1, found.stderr
    out = tmp_path / "o"
    assert [Path(row["file"]).name for row in rows(out / "results.parquet")] == ["a.csv", "z.csv"]
    (error,) = rows(out / "errors.parquet")
    assert "no further for 20 s" in error["what"]
    assert manifest(out)["counts"]["add_up"] is True
