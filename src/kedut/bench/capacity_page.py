"""The page of how many machines so many people need, with the arithmetic."""

from __future__ import annotations

import datetime
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kedut.bench.capacity import Request, Units

RATES = (1, 100, 10_000)
HISTORIES = 100_000_000
_HALF = 0.5  # the promised answer times hold at half of the top rate
_CORES = (2, 64, 1_000)
_HOURS_A_YEAR = 8_766
_PEAK = 10
_SPARE_MIB = 512
_GIB = 1024


def page(units: Units, version: str) -> str:
    """Give the page."""
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    mean = units.mean_ms
    lines = [
        "# How many machines it takes",
        "",
        f"Reckoned on {today} with knowledge {version} by `make capacity`; no figure on this page",
        "is typed in by hand.",
        "",
        f"Machine of the measurements: {units.machine}.",
        f"Others took {units.busy:.0%} of it before or after. Costs are times of a core, not of",
        "the clock, so what else runs changes them little; another processor changes all alike.",
        "",
        "## What one request costs",
        "",
        "| request | of 100 | kedut | nginx | PostgreSQL | together |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(_row(kind, units.mix.get(kind, 0), one, units) for kind, one in units.requests.items()),
        _cost_row("**the mix**", "100", mean),
        "",
        "Milliseconds of a core. A step is one page of the interview, a result its last; brief",
        "and full are assessments by a program. Of 100 requests so many are of each kind; those",
        "without a number are not in the mix.",
        "",
        "## So many requests a second",
        "",
        "The promised times to answer hold at half of what a server can do, so twice the cores",
        "that are busy are counted, and at least one.",
        "",
    ]
    for rate in RATES:
        lines += _rate(rate, units, mean)
    lines += [*_history(units), *_kept(units), *_recordings(units), *_how_to_read()]
    return "\n".join(lines) + "\n"


def cores(rate: float, ms: float) -> tuple[float, int]:
    """Give the cores that are busy at a rate, and those to have."""
    busy = rate * ms / 1000
    return busy, max(1, math.ceil(busy / _HALF))


def _rate(rate: int, units: Units, mean: Request) -> list[str]:
    lines = [f"### {rate:,} a second", ""]
    for name, ms in (
        ("kedut", mean.kedut),
        ("nginx", mean.nginx),
        ("PostgreSQL", mean.postgresql),
    ):
        busy, wanted = cores(rate, ms)
        lines.append(
            f"- {name}: {rate:,} x {_n(ms)} ms / 1,000 = {_n(busy)} cores busy; / {_HALF:g} = "
            f"{_n(busy / _HALF)}, so {wanted:,}"
        )
    _, workers = cores(rate, mean.kedut)
    memory = workers * units.worker_mib
    lines.append(
        f"- memory of kedut, one process a core: {workers:,} x {units.worker_mib:.0f} MiB = "
        f"{_n(memory / _GIB)} GiB"
    )
    return [*lines, ""]


def _history(units: Units) -> list[str]:
    lines = [
        f"## {HISTORIES:,} histories in a batch",
        "",
        "`kedut assess cases.parquet --out results.parquet`, on one machine or a Dask cluster.",
        "",
    ]
    kinds = (
        ("brief", units.batch_ms, units.result_bytes),
        ("full, with intervals, courses and advice", units.full_ms, units.full_bytes),
    )
    for name, ms, size in kinds:
        hours = HISTORIES * ms / 1000 / 3600
        lines += [
            f"- {name}: {HISTORIES:,} x {_n(ms)} ms / 3,600,000 = {_n(hours)} hours of a core",
            *(f"  - on {n:,} cores: {_n(hours)} / {n:,} = {_time(hours / n)}" for n in _CORES),
            f"  - results: {HISTORIES:,} x {size:.0f} bytes = {_size(HISTORIES * size)}",
        ]
    lines.append(
        f"- the cases as lines of JSON: {HISTORIES:,} x {units.case_bytes:.0f} bytes = "
        f"{_size(HISTORIES * units.case_bytes)}"
    )
    lines.append("- memory: one part of the table at a time, whatever the number of cases")
    return [*lines, ""]


def _kept(units: Units) -> list[str]:
    each = HISTORIES / (_HOURS_A_YEAR * 3600)
    step, result = units.requests["step"], units.requests["result"]
    steps = units.mix["step"] / units.mix["result"]
    whole = steps * step.all + result.all + units.requests["save"].all
    busy, wanted = cores(_PEAK * each, whole)
    return [
        f"## {HISTORIES:,} people who ask once a year, and keep it",
        "",
        f"- {HISTORIES:,} / ({_HOURS_A_YEAR:,} h x 3,600) = {_n(each)} interviews a second; "
        f"{_PEAK} times that when most ask: {_n(_PEAK * each)}",
        f"- one: {_n(steps)} steps x {_n(step.all)} ms + result {_n(result.all)} ms + keeping "
        f"{_n(units.requests['save'].all)} ms = {_n(whole)} ms",
        f"- {_n(_PEAK * each)} x {_n(whole)} ms / 1,000 = {_n(busy)} cores busy; / {_HALF:g} = "
        f"{_n(busy / _HALF)}, so {wanted:,}",
        f"- the database: {HISTORIES:,} x {units.kept_bytes:.0f} bytes = "
        f"{_size(HISTORIES * units.kept_bytes)} a year, and as much for a backup",
        "",
    ]


def _recordings(units: Units) -> list[str]:
    ms = units.recorded_ms
    each = 60_000 / ms
    return [
        "## Recordings over the web",
        "",
        f"- a minute of a phone's motion sensor: {_n(ms)} ms; a core measures 60,000 / {_n(ms)} = "
        f"{_n(each)} such minutes a minute",
        f"- 10,000 people a day who send one: 10,000 x {_n(ms)} ms / 86,400,000 = "
        f"{10_000 * ms / 86_400_000:.2g} cores",
        "- EMG and films: [speed and accuracy](../reference/speed-measure.md)",
        "",
    ]


def _how_to_read() -> list[str]:
    return [
        "## How to read this",
        "",
        "- It is arithmetic on unit costs, not a load test of such a site. What grows with the",
        "  number of machines (a balancer, the network between them, replicas) is not in it;",
        "  kedut's processes share nothing but the database, so theirs does not.",
        "- How one machine does under load and faults is",
        "  [measured](../reference/speed-web.md); how to run several is told in",
        "  [Serve it for others](../how-to/serve.md#several-processes-or-machines).",
        f"- {_SPARE_MIB} MiB beside kedut's are enough for the system and nginx of a machine.",
    ]


def _row(kind: str, share: int, one: Request, units: Units) -> str:
    of = sum(units.mix.values())
    return _cost_row(kind, f"{100 * share / of:.0f}" if share else "", one)


def _cost_row(name: str, share: str, one: Request) -> str:
    costs = " | ".join(f"{_n(ms)}" for ms in (one.kedut, one.nginx, one.postgresql, one.all))
    return f"| {name} | {share} | {costs} |"


def _n(number: float) -> str:
    """Give three digits, and no power of ten for a reader to work out."""
    if number >= 1000 or number == 0:
        return f"{number:,.0f}"
    return f"{number:.3g}" if number >= 0.001 else f"{number:.6f}".rstrip("0")


def _time(hours: float) -> str:
    if hours < 1 / 60:
        return f"{_n(3600 * hours)} seconds"
    if hours < 1:
        return f"{_n(60 * hours)} minutes"
    return f"{_n(hours)} hours" if hours < 48 else f"{_n(hours / 24)} days"


def _size(size: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            return f"{_n(size)} {unit}"
        size /= 1000
    raise AssertionError("unreachable")
