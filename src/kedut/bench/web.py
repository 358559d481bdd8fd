"""How fast the server answers (`make bench-web`): beside the core in process, and a bare page.

Load comes from wrk on the same machine, so it takes its share of the same cores.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kedut.assess.batch import Brief
from kedut.bench.speed import machine, synthetic
from kedut.case.wire import case_from, parse_object
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours

COMMAND = "python -m kedut.bench.web"
PAGE = Path("docs/reference/speed-web.md")
SCRIPT = Path(__file__).with_name("web_load.lua")
ADDRESS = "/api/v1/assess?detail=brief&lenient=true"
_CASES = 2_000
_CONNECTIONS = 32
_WARM_S = 5
_LOAD_S = 10
_PACED_S = 60
_WITHIN_S = 120
_GOAL = 0.5
_GOAL_P99_MS = 50.0
_KIB = 1024
_LOOK_S = 3
_QUIET = 0.1  # of the cores; more taken by others, and nothing is written down

Row = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What wrk saw."""

    rate: float
    p50_ms: float
    p99_ms: float
    most_ms: float
    failed: int

    def told(self) -> str:
        """Give the times in words."""
        return f"p50 {self.p50_ms:.3g} ms, p99 {self.p99_ms:.3g} ms, {self.failed} failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one run measured."""

    inside: float
    hello: Load
    most: Load
    half: Load
    memory_before: float
    memory_after: float
    workers: int
    others: float

    @property
    def share(self) -> float:
        """Give the rate over the web as a share of that in process."""
        return self.most.rate / self.inside

    @property
    def good(self) -> bool:
        """Say whether the goals are reached."""
        answered = self.most.failed + self.half.failed == 0
        return answered and self.share >= _GOAL and self.half.p99_ms <= _GOAL_P99_MS


def main() -> int:
    """Measure, print, and with `--write` write the page; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--seconds", type=int, default=_PACED_S, help="of the half load")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is missing; on Debian or Ubuntu: apt-get install wrk", file=sys.stderr)
        return 2
    knowledge = ours()
    found = measure(knowledge, options.workers, options.seconds)
    rows = table(found, options.seconds)
    for what, value, note in rows:
        print(f"{what:52} {value:>20}  {note}")
    if found.others > _QUIET:
        print(
            f"others took {found.others:.0%} of the machine before or after: it was faster than "
            "this; measure again when it is quiet",
            file=sys.stderr,
        )
        return 1
    if options.write:
        PAGE.write_text(page(rows, knowledge.version), encoding="utf-8")
    return 0 if found.good else 1


def measure(knowledge: Knowledge, workers: int, seconds: int) -> Found:
    """Measure all in one run, so that what else the machine does hits everything alike."""
    others = taken_by_others()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = synthetic(knowledge, _CASES)
        cases = folder / "cases.jsonl"
        cases.write_bytes(b"".join(lines))
        inside = in_process(knowledge, lines)
        with hello(workers) as address:
            load(address, None, _WARM_S)
            bare = load(address, None, _LOAD_S)
        with served(folder, workers) as (address, parent):
            load(address + ADDRESS, cases, _WARM_S)
            most = load(address + ADDRESS, cases, _LOAD_S)
            before = memory_mib(parent)
            between_ms = 2 * _CONNECTIONS / most.rate * 1000
            trial = load(address + ADDRESS, cases, _WARM_S, pause_ms=between_ms)
            answer_ms = _CONNECTIONS / trial.rate * 1000 - between_ms
            half = load(address + ADDRESS, cases, seconds, pause_ms=between_ms - answer_ms)
            after = memory_mib(parent)
        inside = max(inside, in_process(knowledge, lines))
    return Found(
        inside=inside,
        hello=bare,
        most=most,
        half=half,
        memory_before=before,
        memory_after=after,
        workers=workers,
        others=max(others, taken_by_others()),
    )


def taken_by_others() -> float:
    """Give the share of the machine that others take while we do nothing (Linux; else 0)."""

    def ticks() -> tuple[int, int]:
        fields = [int(text) for text in clock.read_text().splitlines()[0].split()[1:9]]
        return sum(fields), fields[3] + fields[4]  # of all, idle or waiting for a disk

    clock = Path("/proc/stat")
    if not clock.exists():
        return 0.0
    all_before, idle_before = ticks()
    time.sleep(_LOOK_S)
    all_after, idle_after = ticks()
    return 1 - (idle_after - idle_before) / max(all_after - all_before, 1)


def in_process(knowledge: Knowledge, lines: list[bytes]) -> float:
    """Give brief assessments a second of one process, JSON in and out."""
    writer = Brief(knowledge)
    best = 0.0
    for _ in range(3):
        start = time.perf_counter()
        for line in lines:
            case = case_from(parse_object(line, where=""), knowledge, where="", lenient=True)
            writer.line(case).encode()
        best = max(best, len(lines) / (time.perf_counter() - start))
    return best


def load(address: str, cases: Path | None, seconds: int, pause_ms: float = 0.0) -> Load:
    """Let wrk ask, as fast as it is answered, or with pauses of this mean on each connection."""
    command = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{seconds}s", "-s", str(SCRIPT), address]
    command += ["--", str(cases or "-"), f"{pause_ms:.3f}"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return Load(
        rate=told["requests"] / told["seconds"],
        p50_ms=told["p50_ms"],
        p99_ms=told["p99_ms"],
        most_ms=told["most_ms"],
        failed=told["refused"] + told["broken"],
    )


@contextmanager
def served(folder: Path, workers: int) -> Iterator[tuple[str, int]]:
    """Start `kedut serve` and give its address and process; its log goes to a file."""
    command = [sys.executable, "-m", "kedut", "serve", "--port", "0", "--workers", str(workers)]
    command += ["--database", f"sqlite:///{folder}/kept.sqlite"]
    environment = {**os.environ, "KEDUT_REQUESTS_PER_MINUTE": "0"}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
        ) as process,
    ):
        try:
            said = process.stdout.readline() if process.stdout else ""
            found = re.search(r"http://\S+:\d+", said)
            if found is None:
                raise RuntimeError("kedut serve did not begin: " + (folder / "log").read_text())
            yield found[0], process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_WITHIN_S)


@contextmanager
def hello(workers: int) -> Iterator[str]:
    """Start the bare page in as many processes."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    command = [sys.executable, "-m", "kedut.bench.web_hello", str(port)]
    started = [subprocess.Popen(command) for _ in range(workers)]
    try:
        time.sleep(_WARM_S)
        yield f"http://127.0.0.1:{port}/"
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait(_WITHIN_S)


def memory_mib(parent: int) -> float:
    """Give the memory of a process and all it has started, in MiB (Linux)."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            told = dict(
                line.split(":", 1) for line in status.read_text().splitlines() if ":" in line
            )
        except OSError:
            continue
        if parent in (int(told["Pid"]), int(told["PPid"])):
            total += int(told.get("VmRSS", "0").split()[0])
    return total / _KIB


def table(found: Found, seconds: int) -> list[Row]:
    """Give what was measured as rows."""
    more = found.memory_after - found.memory_before
    return [
        ("brief, in one process, JSON in and out", f"{found.inside:.0f} a second", ""),
        (
            f"brief, over HTTP, {found.workers} workers",
            f"{found.most.rate:.0f} a second",
            f"{found.share:.0%} of in process (goal {_GOAL:.0%}); {found.most.told()}",
        ),
        (
            f"bare page of the same stack, {found.workers} workers",
            f"{found.hello.rate:.0f} a second",
            found.hello.told(),
        ),
        (
            f"brief, over HTTP, half of that load, {seconds} s",
            f"{found.half.rate:.0f} a second",
            f"{found.half.told()} (goal p99 {_GOAL_P99_MS:.0f} ms); "
            f"longest {found.half.most_ms:.3g} ms",
        ),
        (
            "memory of all its processes, before and after that",
            f"{found.memory_before:.0f} to {found.memory_after:.0f} MiB",
            f"{more:+.1f} MiB",
        ),
        ("taken by others, before or after", f"{found.others:.0%}", "of the cores"),
    ]


def page(rows: list[Row], version: str) -> str:
    """Give the page."""
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    lines = [
        "# Speed over the web",
        "",
        f"Measured on {today} with knowledge {version} by `{COMMAND} --write`;",
        "`make bench-web` prints the same.",
        "",
        f"Machine: {machine()}.",
        "",
        f"`wrk` sends {_CASES} different cases, made from the examples, over {_CONNECTIONS}",
        "connections on the same machine and takes its share of the same cores. For half of the",
        "load each connection pauses between an answer and its next question, for random times of",
        "the mean that gives half of the rate; what a busy connection would have asked meanwhile",
        "is not counted.",
        "",
        "| what | rate | beside it |",
        "| --- | ---: | --- |",
        *(f"| {what} | {value} | {note} |" for what, value, note in rows),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
