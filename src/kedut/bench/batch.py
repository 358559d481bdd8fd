"""How fast runs over many are, and what they cost (`make bench-batch`): whole commands, timed."""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kedut.bench.cluster import Cluster
from kedut.bench.speed import machine, synthetic
from kedut.knowledge.load import ours

COMMAND = "python -m kedut.bench.batch"
MILLION = 1_000_000
_KEDUT = (sys.executable, "-m", "kedut")
_FEW, _BLOCK, _FILES = 100_000, 50_000, 10_000
_TURNS = 2
_LOOK_S = 0.2
_MB = 1 << 20
GRID_S, GRID_FILES = 300.0, 12
_BLOCK_S, _GRID_HZ = 30.0, 2048.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What a command took; `peak_mb` of it and all its processes together, less what they share."""

    seconds: float
    cpu_s: float
    peak_mb: float


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument(
        "--cases", type=int, default=MILLION, metavar="N", help="default: a million"
    )
    parser.add_argument(
        "--only", choices=sorted(_PARTS), action="append", help="only this (may be given again)"
    )
    options = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="kedut-") as name:
        for part, measure in _PARTS.items():
            if not options.only or part in options.only:
                measure(Path(name), options.cases)
    return 0


def tell(what: str, value: str, more: str = "") -> None:
    """Print one line."""
    print(f"{what:<66} {value:>20}  {more}", flush=True)


def write_cases(path: Path, count: int) -> None:
    """Write different cases as Parquet, a block at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = ("id", "age", "sex", "findings_present", "findings_absent")
    lines = synthetic(ours(), min(count, _FEW))
    texts = pa.list_(pa.string())
    kinds = (pa.string(), pa.int64(), pa.string(), texts, texts)
    schema = pa.schema(list(zip(names, kinds, strict=True)))
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, count, _BLOCK):
            those = [
                json.loads(lines[n % len(lines)]) for n in range(start, min(start + _BLOCK, count))
            ]
            for number, case in enumerate(those, start):
                case["id"] = f"case-{number}"
                case["age"] = 18 + (case["age"] + number // len(lines)) % 73
            columns = [[case.get(name) for case in those] for name in names]
            arrays = [pa.array(c, kind) for c, kind in zip(columns, kinds, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def command(*arguments: object) -> Took:
    """Run a command of kedut; give what it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start, peak = time.monotonic(), 0.0
    process = subprocess.Popen([*_KEDUT, *map(str, arguments)], stderr=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, _memory_mb(process.pid))
        time.sleep(_LOOK_S)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise SystemExit(f"kedut {' '.join(map(str, arguments))}: status {process.returncode}")
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(seconds=time.monotonic() - start, cpu_s=cpu_s, peak_mb=peak)


def _memory_mb(pid: int) -> float:
    """Give the proportional memory of a process and all below it."""
    total = 0.0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) / 1024
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += sum(
                _memory_mb(int(child)) for child in (task / "children").read_text().split()
            )
    except OSError:  # it has just ended
        pass
    return total


def cost(folder: Path, _cases: int) -> None:
    """Tell the cost of a case in one process, its start apart."""
    path = folder / "few.parquet"
    write_cases(path, _FEW)
    first = command("assess", path, "--lenient", "--out", folder / "first.parquet", "--workers", 1)
    write_cases(folder / "one.parquet", 1)
    start = command(
        "assess",
        folder / "one.parquet",
        "--lenient",
        "--out",
        folder / "start.parquet",
        "--workers",
        1,
    )
    tell(
        f"brief, {_FEW} cases, Parquet in and out, one process",
        f"{_FEW / first.cpu_s:.0f} a CPU second",
        f"{_FEW / (first.cpu_s - start.cpu_s):.0f} without its start ({start.cpu_s:.1f} s)",
    )


def workers(folder: Path, cases: int) -> None:
    """Tell how much two workers gain, and what a cluster costs beside them."""
    path = folder / "many.parquet"
    write_cases(path, cases)
    took: dict[str, list[Took]] = {"1": [], "2": [], "cluster": []}
    with Cluster(folder) as cluster:
        for turn in range(_TURNS):
            for name, how in (
                ("1", ("--workers", 1)),
                ("2", ("--workers", 2)),
                ("cluster", ("--scheduler", cluster.address)),
            ):
                out = folder / f"{name}-{turn}"
                took[name].append(command("assess", path, "--lenient", "--out", f"{out}/", *how))
                shutil.rmtree(out)
    best = {name: min(one.seconds for one in those) for name, those in took.items()}
    for name, label in (("1", "one process"), ("2", "two processes"), ("cluster", "two on Dask")):
        tell(f"brief, {cases} cases, {label}, best of {_TURNS}", f"{best[name]:.1f} s")
    tell("  two beside one", f"{best['1'] / best['2']:.2f} times")
    tell("  the cluster beside two processes", f"{100 * (best['cluster'] / best['2'] - 1):+.0f} %")


def million(folder: Path, cases: int) -> None:
    """Tell what the whole run takes, and what doing it again does."""
    path = folder / "all.parquet"
    write_cases(path, cases)
    arguments = ("assess", path, "--lenient", "--out", f"{folder}/all/", "--workers", 2)
    took = command(*arguments)
    tell(
        f"brief, {cases} cases, two processes",
        f"{took.seconds:.0f} s",
        f"{cases / took.cpu_s:.0f} a CPU second, at most {took.peak_mb:.0f} MB",
    )
    again = command(*arguments)
    tell("  the same again: nothing to do", f"{again.seconds:.1f} s")
    counts = json.loads((folder / "all" / "manifest.json").read_text())["counts"]
    tell("  in, out, errors", f"{counts['input']}, {counts['results']}, {counts['errors']}")


def listed(folder: Path, _cases: int) -> None:
    """Tell how long it takes to plan a long list of recordings, and what that holds."""
    from kedut.batch.job import Job
    from kedut.batch.plan_recordings import parts_of

    many = folder / "many"
    many.mkdir()
    text = b"time,x\n"
    for number in range(_FILES):
        (many / f"{number:05d}.edf").write_bytes(text)
    path = folder / "list.csv"
    path.write_text("file\n" + "".join(f"many/{n:05d}.edf\n" for n in range(_FILES)))
    job = Job(
        kind="recordings", load=ours, parts="", software_version="", knowledge_version="",
        knowledge_mark="",
    )  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.monotonic()
    parts = list(parts_of([str(path)], job, print))
    took = time.monotonic() - start
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    tell(f"a list of {len(parts)} recordings planned", f"{took:.2f} s", f"{more:.0f} MB")
    ran = subprocess.Popen(
        [*_KEDUT, "measure", str(path), "--out", f"{folder}/listed/", "--workers", "2"],
        stderr=subprocess.DEVNULL,
    )
    done, peaks = Path(f"{folder}/listed/results.parquet.parts"), []
    start = time.monotonic()
    first = 0.0
    while ran.poll() is None:
        there = len(list(done.iterdir())) if done.is_dir() else 0
        first = first or (time.monotonic() - start if there else 0.0)
        peaks.append(_memory_mb(ran.pid))
        time.sleep(1)
    half = max(peaks[: len(peaks) // 2]), max(peaks[len(peaks) // 2 :])
    tell("  the first of them done after", f"{first:.1f} s", "start, plan and first file")
    tell(
        f"  all {_FILES} (each unreadable) gone through",
        f"{time.monotonic() - start:.0f} s",
        f"at most {half[0]:.0f} MB in the first half, {half[1]:.0f} in the second",
    )


def write_grid(path: Path, seconds: float) -> None:
    """Write a grid of 64 channels as BDF, a block over and over."""
    import edfio
    import numpy as np

    from kedut.bench.measure_speed import block

    samples = block(64, _BLOCK_S)
    times = round(seconds / _BLOCK_S)
    signals = [
        edfio.BdfSignal(
            np.tile(channel, times), _GRID_HZ, label=f"EMG {n}", physical_dimension="uV"
        )
        for n, channel in enumerate(samples)
    ]
    edfio.Bdf(signals).write(path)


def grids(folder: Path, _cases: int) -> None:
    """Tell how fast files of 64 channels are measured on two cores."""
    inner = folder / "grids"
    inner.mkdir()
    write_grid(inner / "0.bdf", GRID_S)
    for number in range(1, GRID_FILES):
        shutil.copy(inner / "0.bdf", inner / f"{number}.bdf")
    command("measure", inner, "--out", f"{folder}/warm/", "--workers", 2)
    took = command("measure", inner, "--out", f"{folder}/grids-out/", "--workers", 2)
    real = GRID_S * GRID_FILES
    ran = json.loads((folder / "grids-out" / "manifest.json").read_text())["ran"]
    tell(
        f"{GRID_FILES} files of 64 channels, {GRID_S:g} s each, two processes",
        f"{real / took.seconds:.0f} times real time",
        f"{real / ran['cpu_seconds']:.0f} a CPU second; starting and reading included",
    )


_PARTS: dict[str, Callable[[Path, int], None]] = {
    "cost": cost,
    "grids": grids,
    "list": listed,
    "million": million,
    "workers": workers,
}

if __name__ == "__main__":
    sys.exit(main())
