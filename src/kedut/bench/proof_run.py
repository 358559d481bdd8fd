"""Running one part of the proof and keeping what it said; a part that is done is not run again."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kedut.bench.proof_parts import WITHIN_S, Part
from kedut.bench.proof_read import figures_of
from kedut.bench.speed import machine
from kedut.knowledge.load import OURS

TOO_LONG = 124
_LOOKED_AT = ("src", "tests", "examples", "requirements", "pyproject.toml")
_ENDING_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a part did: kept as JSON, one file a part.

    exit : 0 where it held; 124 where it took longer than 25 minutes
    figures : what it printed, or the counts of its tests; skipped: why tests were left out
    """

    part: str
    command: list[str]
    environment: dict[str, str]
    started: str
    seconds: float
    exit: int
    commit: str
    fingerprint: str
    machine: str
    knowledge: str
    figures: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Say whether it ended well."""
        return self.exit == 0


def commit(root: Path) -> str:
    """Give the commit, and whether files differ from it; nothing outside a clone."""

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=root, capture_output=True, text=True, check=False
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    changed = git("status", "--porcelain", "--untracked-files=no", *_LOOKED_AT)
    return git("rev-parse", "--short=12", "HEAD") + (" and changes" if changed else "")


def record_of(folder: Path, part: Part) -> Record | None:
    """Give what is kept of a part, if anything."""
    file = folder / f"{part.name}.json"
    if not file.exists():
        return None
    return Record(**json.loads(file.read_text(encoding="utf-8")))


def stands(record: Record | None, part: Part, mark: str) -> bool:
    """Say whether a part needs no new run: it held, as it would be run now, on these files."""
    return (
        record is not None
        and record.held
        and record.fingerprint == mark
        and record.command == list(part.command)
        and record.environment == part.environment
    )


def run(part: Part, folder: Path, root: Path, mark: str, within_s: float = WITHIN_S) -> Record:
    """Run a part, keep what it said, and give it."""
    folder.mkdir(parents=True, exist_ok=True)
    started = datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="seconds")
    log, results = folder / f"{part.name}.log", folder / f"{part.name}.xml"
    results.unlink(missing_ok=True)
    words = [word.replace("{python}", sys.executable) for word in part.command]
    begun = time.monotonic()
    with (
        log.open("wb") as out,
        tempfile.TemporaryDirectory(prefix="kedut-", ignore_cleanup_errors=True) as place,
    ):
        if part.tests:  # a place of its own: tests that run beside it would clear up a shared one
            words += [f"--junit-xml={results}", f"--basetemp={place}/t"]
        process = subprocess.Popen(
            words,
            cwd=root,
            env={**os.environ, **part.environment},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        status = _wait(process, within_s)
    figures: dict[str, str] = {}
    skipped: list[str] = []
    if part.tests:
        figures, skipped = _tests(results)
        if status == 0 and figures.get("passed", "0") == "0":
            status = 1  # where nothing ran nothing is proven
    else:
        figures = figures_of(log.read_text(encoding="utf-8", errors="replace"))
    record = Record(
        part=part.name,
        command=list(part.command),
        environment=part.environment,
        started=started,
        seconds=round(time.monotonic() - begun, 1),
        exit=status,
        commit=commit(root),
        fingerprint=mark,
        machine=machine(),
        knowledge=(OURS / "VERSION").read_text(encoding="utf-8").strip(),
        figures=figures,
        skipped=skipped,
    )
    unfinished = folder / f"{part.name}.part"
    unfinished.write_text(json.dumps(asdict(record), indent=1) + "\n", encoding="utf-8")
    unfinished.replace(folder / f"{part.name}.json")
    return record


def _wait(process: subprocess.Popen[bytes], within_s: float) -> int:
    """Wait for a part; end it, and all it started, where it takes too long or we are ended."""
    try:
        return process.wait(within_s)
    except subprocess.TimeoutExpired:
        return TOO_LONG
    finally:
        if process.poll() is None:
            for sign in (signal.SIGTERM, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, sign)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_ENDING_S)
                    break


def _tests(results: Path) -> tuple[dict[str, str], list[str]]:
    """Read how many tests passed, failed and were skipped, and why."""
    if not results.exists():
        return {}, []
    counts = dict.fromkeys(("passed", "failed", "skipped"), 0)
    why: list[str] = []
    for case in ET.parse(results).iter("testcase"):
        skip = case.find("skipped")
        if skip is not None:
            counts["skipped"] += 1
            why.append(f"{case.get('name')}: {skip.get('message')}")
        elif case.find("failure") is not None or case.find("error") is not None:
            counts["failed"] += 1
        else:
            counts["passed"] += 1
    return {name: str(count) for name, count in counts.items()}, why
