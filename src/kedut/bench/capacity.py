"""`make capacity`: how many machines so many people need, from measured unit costs.

Costs of requests come from `kedut.bench.web_costs` (measured anew where its file is missing), the
rest is measured here: a batch into a table, a recording, what keeping takes on disk.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kedut.bench import web_costs
from kedut.bench.capacity_page import page
from kedut.bench.site import missing
from kedut.bench.speed import EXAMPLES, machine, synthetic
from kedut.bench.web import taken_by_others
from kedut.bench.web_mix import SHARES
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours

COMMAND = "python -m kedut.bench.capacity"
PAGE = Path("docs/explanation/capacity.md")
FILE = Path("build/bench/capacity.json")
_CASES = 20_000
_FEW = 200
_KEPT = 2_000
_FEWEST = {"measure": 1}  # requests that a cost must rest on; of the others 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Milliseconds of a core for one request of a kind, in each program."""

    kedut: float
    nginx: float
    postgresql: float

    @property
    def all(self) -> float:
        """Give the sum."""
        return self.kedut + self.nginx + self.postgresql


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """What one of each thing costs.

    requests : by kind; mix: the shares in which they are asked
    batch_ms, full_ms : of a core, for a case into a table, brief and full
    case_bytes, result_bytes, full_bytes : of a case as JSON, its brief and its full row in Parquet
    recorded_ms : of a core for a minute of a recording over the web
    kept_bytes : of the database for one thing kept
    worker_mib : memory of one process of the server
    """

    requests: dict[str, Request]
    mix: dict[str, int]
    batch_ms: float
    full_ms: float
    case_bytes: float
    result_bytes: float
    full_bytes: float
    recorded_ms: float
    kept_bytes: float
    worker_mib: float
    machine: str
    busy: float

    @property
    def mean_ms(self) -> Request:
        """Give the cost of a request in the mix."""
        of = sum(self.mix.values())
        return Request(
            **{
                name: sum(n * getattr(self.requests[kind], name) for kind, n in self.mix.items())
                / of
                for name in ("kedut", "nginx", "postgresql")
            }
        )


def main() -> int:
    """Measure, reckon, print, and with `--write` write the page."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    options = parser.parse_args()
    knowledge = ours()
    if web_costs.FILE.exists():
        told = json.loads(web_costs.FILE.read_text(encoding="utf-8"))
    elif missing():
        print(missing(), file=sys.stderr)
        return 2
    else:
        told = web_costs.measured(knowledge)
        web_costs.FILE.parent.mkdir(parents=True, exist_ok=True)
        web_costs.FILE.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    few = [k for k, one in told["cpu_ms"].items() if one["requests"] < _FEWEST.get(k, 30)]
    if few:
        print(
            f"{web_costs.FILE}: too few requests were answered of {', '.join(few)}; measure again "
            f"when the machine is quiet: rm {web_costs.FILE}",
            file=sys.stderr,
        )
        return 1
    units = measured(knowledge, told)
    FILE.write_text(json.dumps(asdict(units), indent=1) + "\n", encoding="utf-8")
    text = page(units, knowledge.version)
    print(text)
    if options.write:
        PAGE.write_text(text, encoding="utf-8")
        print(f"written: {PAGE}", file=sys.stderr)
    return 0


def measured(knowledge: Knowledge, web: dict[str, Any]) -> Units:
    """Measure what the server's costs leave open."""
    others = taken_by_others()
    lines = synthetic(knowledge, _CASES)
    brief, few = _batch(lines, "brief"), _batch(lines[:_FEW], "brief")
    full, fewer = _batch(lines[:_FEW], "full"), _batch(lines[:1], "full")
    names = ("kedut", "nginx", "postgresql")
    costs = {k: Request(**{n: one[n] for n in names}) for k, one in web["cpu_ms"].items()}
    recorded = costs.pop("measure").all / (web["recording_s"] / 60)
    return Units(
        requests=costs,
        mix={kind: share for kind, share in SHARES.items() if kind in costs},
        batch_ms=(brief[0] - few[0]) / (_CASES - _FEW),
        full_ms=(full[0] - fewer[0]) / (_FEW - 1),
        case_bytes=sum(map(len, lines)) / len(lines),
        result_bytes=brief[1] / _CASES,
        full_bytes=full[1] / _FEW,
        recorded_ms=recorded,
        kept_bytes=_kept_bytes(),
        worker_mib=web["worker_memory_mib"],
        machine=machine(),
        busy=max(others, taken_by_others(), web["taken_by_others"]),
    )


def _batch(lines: list[bytes], detail: str) -> tuple[float, int]:
    """Give milliseconds of a core for a whole command, its start included, and bytes written."""
    with tempfile.TemporaryDirectory() as name:
        cases, out = Path(name) / "cases.jsonl", Path(name) / "results.parquet"
        cases.write_bytes(b"".join(lines))
        command = [sys.executable, "-m", "kedut", "assess", str(cases), "--out", str(out)]
        before = os.times()
        subprocess.run(
            [*command, "--detail", detail, "--lenient", "--workers", "1"],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        after = os.times()
        spent = after.children_user + after.children_system
        spent -= before.children_user + before.children_system
        return 1000 * spent, out.stat().st_size


def _kept_bytes() -> float:
    """Give the bytes by which a database grows for one thing kept."""
    from kedut.storage.store import open_store

    case = sorted(EXAMPLES.glob("*.json"))[0].read_bytes()
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "kept.sqlite"
        sizes = []
        for _ in range(2):
            store = open_store(f"sqlite:///{file}")
            for _ in range(_KEPT):
                store.keep(case)
            store.close()
            sizes.append(sum(one.stat().st_size for one in Path(name).iterdir()))
        return (sizes[1] - sizes[0]) / _KEPT


if __name__ == "__main__":
    sys.exit(main())
