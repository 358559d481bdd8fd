"""Runs of `kedut` for the tests of batches: cases on disk, tables read back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from kedut.cli.main import main

KEDUT = (sys.executable, "-m", "kedut")
CASE = {"age": 34, "findings_present": ["twitch_calf_one_side"]}
FINDINGS = ("leg_weakness", "calf_pain", "intense_exercise_48h", "twitch_calf_one_side", "tired")
TABLES = ("results", "errors")
STARTED: list[subprocess.Popen[str]] = []  # ended after each test


def cases(count: int, *, start: int = 0) -> list[dict[str, Any]]:
    """Give different cases."""
    return [
        {
            "id": f"case-{number}",
            "age": 18 + number % 70,
            "sex": ("male", "female")[number % 2],
            "findings_present": ["twitch_calf_one_side", *FINDINGS[: number % 3]],
            "findings_absent": ["loss_of_consciousness"] if number % 5 else [],
        }
        for number in range(start, start + count)
    ]


def lines(path: Path, those: Iterable[object]) -> Path:
    """Write one object, or one text, a line."""
    texts = [one if isinstance(one, str) else json.dumps(one) for one in those]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def assess(*arguments: object, workers: int = 1) -> int:
    """Run `kedut assess` into tables, in this process unless told otherwise."""
    return main(["assess", *map(str, arguments), "--workers", str(workers)])


def rows(path: Path) -> list[dict[str, Any]]:
    """Read a table."""
    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return found


def manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest."""
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def content(folder: Path, names: Iterable[str] = TABLES) -> dict[str, bytes]:
    """Give the bytes of the tables of a run."""
    return {name: (folder / f"{name}.parquet").read_bytes() for name in names}


def started(*arguments: object, within: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Start `kedut` beside us, or on the host that `within` leads to."""
    process = subprocess.Popen(
        [*within, *KEDUT, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    STARTED.append(process)
    return process


def until_parts(
    out: Path, count: int, process: subprocess.Popen[str], within_s: float = 120
) -> None:
    """Wait until a run has done some parts."""
    folder, end = Path(f"{out}/results.parquet.parts"), time.monotonic() + within_s
    while time.monotonic() < end:
        if folder.is_dir() and len(list(folder.glob("*.part"))) >= count:
            return
        if process.poll() is not None:
            raise AssertionError(f"it ended before: {process.communicate()[1]}")
        time.sleep(0.02)
    raise AssertionError(f"not {count} parts within {within_s:g} s")


def ended(process: subprocess.Popen[str], within_s: float = 240) -> tuple[int, str]:
    """Wait for the end; give the status and what was said."""
    _, said = process.communicate(timeout=within_s)
    return process.returncode, said
