"""What a run tells of itself: versions, machine, counts, time and cost."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kedut.batch.job import SHAPE, Job
from kedut.batch.written import FILES, Written
from kedut.reasoning.draws import SEED

_PACKAGES = ("distributed", "numba", "numpy", "pyarrow", "scipy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many went in and came out, over all that the tables hold.

    anew : of what went in, how many were done by this run
    """

    entries: int
    results: int
    errors: int
    anew: int

    def add_up(self) -> bool:
        """Say whether nothing is lost and nothing doubled."""
        return self.entries == self.results + self.errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """When a run began and what it took; `cpu_s` is that of the parts done since the last one."""

    began: datetime
    seconds: float
    cpu_s: float
    of: int
    where: str


def now() -> datetime:
    """Give the time, to the second."""
    return datetime.now(tz=UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The tables: where they stand, and what was written there."""

    tables: dict[str, str]
    written: dict[str, Written]


def manifest(
    job: Job, inputs: list[str], counts: Counts, ran: Ran, files: Files, notes: list[str]
) -> bytes:
    """Give the manifest as JSON."""
    told: dict[str, Any] = {
        "kind": job.kind,
        "inputs": inputs,
        "tables": files.tables,
        FILES: {name: asdict(one) for name, one in files.written.items()},
        "counts": {
            "input": counts.entries,
            "results": counts.results,
            "errors": counts.errors,
            "add_up": counts.add_up(),
            "done_by_this_run": counts.anew,
        },
        "options": _options(job),
        "versions": {
            "software": job.software_version,
            "knowledge": job.knowledge_version,
            "knowledge_mark": job.knowledge_mark,
            "tables": SHAPE,
            "python": platform.python_version(),
            **{name: version(name) for name in _PACKAGES},
        },
        "seed": SEED,
        "machine": machine(),
        "ran": {
            "began": ran.began.isoformat(),
            "ended": now().isoformat(),
            "seconds": round(ran.seconds, 3),
            "cpu_seconds": round(ran.cpu_s, 3),
            "cpu_seconds_per_thousand": round(1000 * ran.cpu_s / ran.of, 3) if ran.of else None,
            "where": ran.where,
        },
        "notes": notes,
    }
    text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    return text.encode(errors="backslashreplace")  # a name of a file may be no UTF-8


def _options(job: Job) -> dict[str, Any]:
    if job.kind == "cases":
        return {"detail": job.detail, "lenient": job.lenient, "language": job.language}
    return {
        "modality": job.modality or None,
        "patience_s": job.patience_s,
        "memory_bytes": job.memory_bytes,
    }


def machine() -> dict[str, Any]:
    """Say what the client runs on."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].split(":", 1)[1].strip() if names else cpu
    return {"cpu": cpu, "cores": os.cpu_count(), "system": platform.platform()}


def version(package: str) -> str | None:
    """Give the version of a package that is installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
