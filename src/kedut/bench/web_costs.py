"""What one request of each kind costs: seconds of a core in kedut, nginx and PostgreSQL.

    python -m kedut.bench.web_costs [--json FILE]

Times of the processor, not of the clock: what else the machine does changes them little. From them
docs compute how many machines so many people need.
"""

from __future__ import annotations

import argparse
import base64
import datetime
import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kedut
from kedut.bench.savers import interview
from kedut.bench.site import Site, missing, site
from kedut.bench.speed import machine
from kedut.bench.visitor import FIELD, Visitor, body_of
from kedut.bench.web import memory_mib, taken_by_others
from kedut.bench.web_mix import Request, pour, requests_of
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours

COMMAND = "python -m kedut.bench.web_costs"
FILE = Path("build/bench/web-costs.json")
_PEOPLE = 20
_SAVES = 2_000
_SECONDS = 3
_CONNECTIONS = 2
_ENOUGH = 60
_MOST_TURNS = 8
_RECORDINGS = 3
_RECORDING_S = 60
_TICKS_S = os.sysconf("SC_CLK_TCK")
_MARK = "recording-of-the-bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Milliseconds of a core for one request in each program; `requests`: how many there were."""

    kedut: float
    nginx: float
    postgresql: float
    requests: int


def main() -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", type=Path, default=FILE, metavar="FILE", help=f"({FILE})")
    options = parser.parse_args()
    if missing():
        print(missing(), file=sys.stderr)
        return 2
    told = measured(ours())
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    for kind, cost in told["cpu_ms"].items():
        print(f"{kind:8}", "  ".join(f"{name} {value:8.3f}" for name, value in cost.items()))
    print(f"written: {options.json}")
    return 0


def measured(knowledge: Knowledge) -> dict[str, Any]:
    """Give all costs, with what they were measured on."""
    others = taken_by_others()
    with site(workers=1) as here, tempfile.TemporaryDirectory() as name:
        costs = costs_of(here, knowledge, Path(name))
        memory = memory_mib(here.workers[0].process)
    return {
        "at": datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "software_version": kedut.__version__,
        "knowledge_version": knowledge.version,
        "taken_by_others": round(max(others, taken_by_others()), 3),
        "worker_memory_mib": round(memory, 1),
        "recording_s": _RECORDING_S,
        "cpu_ms": {
            kind: {name: getattr(cost, name) for name in Cost.__slots__}
            for kind, cost in costs.items()
        },
    }


def costs_of(here: Site, knowledge: Knowledge, folder: Path) -> dict[str, Cost]:
    """Give the cost of a step, a result, a page, an assessment, a save, and a recording."""
    visitor = Visitor(here)
    asked = requests_of(visitor, knowledge, people=_PEOPLE)
    asked["save"] = saves(visitor, _SAVES)
    found: dict[str, Cost] = {}
    for kind, requests in asked.items():
        file = folder / kind
        file.write_bytes(b"".join(b"%d\n%b\n" % (len(one.raw), one.raw) for one in requests))
        _asked(here, file)  # what is done once is done
        found[kind] = _cost(here, lambda file=file: _asked(here, file))  # type: ignore[misc] # bound now
    found["measure"] = _cost(here, lambda: _measure(visitor))
    visitor.close()
    return found


def _asked(here: Site, file: Path) -> int:
    """Ask for some seconds, and for longer where few are answered; give how many were."""
    count = 0
    for _ in range(_MOST_TURNS):
        count += pour(here.address, file, _SECONDS, connections=_CONNECTIONS).whole
        if count >= _ENOUGH:
            break
    return count


def _cost(here: Site, work: Callable[[], int]) -> Cost:
    roots = {
        "kedut": here.workers[0].process,
        "nginx": here.proxy.process,
        "postgresql": here.postgres.process,
    }
    before = {name: cpu_s(root) for name, root in roots.items()}
    count = max(work(), 1)
    time.sleep(0.2)
    spent = {name: (cpu_s(root) - before[name]) * 1000 / count for name, root in roots.items()}
    return Cost(requests=count, **{name: round(ms, 4) for name, ms in spent.items()})


def saves(visitor: Visitor, count: int) -> list[Request]:
    """Give so many presses of *Keep it*, each from a page of its own, made from one page."""
    found = FIELD.search(visitor.get("/en/keep").text)
    if found is None:
        raise RuntimeError("the page has no form")
    masked = base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))
    half = len(masked) // 2
    plain = bytes(a ^ b for a, b in zip(masked[:half], masked[half:], strict=True))
    made = []
    for _ in range(count):
        mask = secrets.token_bytes(half)
        token = mask + bytes(a ^ b for a, b in zip(mask, plain, strict=True))
        csrf = base64.urlsafe_b64encode(token).decode().rstrip("=")
        body = body_of({"csrf": csrf, "t": interview(pain=False)})
        made.append(Request("POST", "/en/keep", body, cookie=visitor.cookie))
    return made


def _measure(visitor: Visitor) -> int:
    """Send recordings of a minute, one after the other."""
    for _ in range(_RECORDINGS):
        found = FIELD.search(visitor.get("/en/measure").text)
        if found is None:
            raise RuntimeError("the page has no form")
        page = visitor.send("/en/measure", *_multipart(found[1], _recording()))
        if "data-share" not in page.text or page.status != 200:
            raise RuntimeError(f"it was not measured: {page.status}")
    return _RECORDINGS


def _recording() -> bytes:
    """Give a phone's accelerometer on a twitching calf, as the page sends it."""
    from kedut.simulate.motion import Scene, simulate_motion

    moved = simulate_motion(Scene(duration_s=_RECORDING_S, rate_hz=60, ptp_m_s2=0.4), 1)
    lines = ["Time (s),Acceleration x (m/s^2),Acceleration y (m/s^2),Acceleration z (m/s^2)"]
    rows = moved.recording.samples.T.tolist()
    lines += [f"{n / 60:.5f},{x:.5f},{y:.5f},{z:.5f}" for n, (x, y, z) in enumerate(rows)]
    return "\n".join(lines).encode() + b"\n"


def _multipart(csrf: str, recording: bytes) -> tuple[bytes, str]:
    parts = (
        f'--{_MARK}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{csrf}\r\n'
        f'--{_MARK}\r\nContent-Disposition: form-data; name="recording"; filename="motion.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    body = parts.encode() + recording + f"\r\n--{_MARK}--\r\n".encode()
    return body, f"multipart/form-data; boundary={_MARK}"


def cpu_s(root: int) -> float:
    """Give the processor's time of a process and all it has started (Linux)."""
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(") ")[2].split()
        except OSError:  # it has ended
            continue
        process = int(stat.parent.name)
        parents[process] = int(fields[1])
        spent[process] = sum(map(int, fields[11:15])) / _TICKS_S  # with children that ended
    total = 0.0
    for process, seconds in spent.items():
        above = process
        while above not in (0, root):
            above = parents.get(above, 0)
        total += seconds if above == root else 0.0
    return total


if __name__ == "__main__":
    sys.exit(main())
