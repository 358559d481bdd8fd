"""What a server's worst day brought: figures, goals, and the page about them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from kedut.bench.speed import machine
from kedut.bench.web_mix import CONNECTIONS, LATE_S, SHARES, Poured

PAGE = Path("docs/reference/speed-server.md")
GOAL_P99_MS = 50.0
GOAL_BACK_S = 5.0
_QUIET = 0.1  # of the cores; what others take beyond it is said aloud

COMMAND = "python -m kedut.bench.web_worst_day"
SHORT = ("step", "page", "brief")
LONG = ("result", "full")

Row = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one run found.

    top : of all kinds in their shares, as fast as they come
    short, long : at half of that, side by side, while workers are killed
    restarted : short ones, while the database is restarted
    back_s : from the database's return to the first entry kept, of each restart
    told, broken, unclear : answers to those who keep that were not the page with the link
    """

    workers: int
    seconds: int
    kills: int
    top: Poured
    short: Poured
    long: Poured
    restarted: Poured
    back_s: tuple[float, ...]
    saves: int
    told: int
    broken: int
    unclear: tuple[str, ...]
    longest_save_ms: float
    lost: int
    doubled: int
    looked_at: int
    others: float

    @property
    def unanswered(self) -> int:
        """How many answers were neither whole nor told what to do."""
        return sum(one.neither + one.broken for one in (self.short, self.long, self.restarted))

    @property
    def late(self) -> int:
        """How many did not come in time."""
        return self.short.late + self.long.late + self.restarted.late

    @property
    def clear(self) -> bool:
        """Whether every answer was whole or told what to do, and nothing was lost or doubled."""
        return self.unanswered == 0 and not self.unclear and self.lost == self.doubled == 0


def rows(day: Day) -> list[Row]:
    """Give what was found as rows."""
    back = ", ".join(f"{s:.2f} s" for s in day.back_s)
    unclear = "; ".join(day.unclear)
    return [
        ("as fast as they are answered, all kinds", _rate(day.top), _told(day.top)),
        ("half of it: short answers", _rate(day.short), f"{_told(day.short)}; goal p99 "
         f"{GOAL_P99_MS:.0f} ms"),
        ("half of it: long answers, at the same time", _rate(day.long), _told(day.long)),
        ("workers killed meanwhile", f"{day.kills}", f"of {day.workers}, in {day.seconds} s"),
        ("of those answers: no whole one",
         f"{day.short.told + day.long.told} said what to do",
         f"{_failed(day.short, day.long)}"),
        ("database restarted: short answers", _rate(day.restarted), _told(day.restarted)),
        ("of those answers: no whole one", f"{day.restarted.told} said what to do",
         f"{_failed(day.restarted)}"),
        ("from its return to the first entry kept", back, f"goal {GOAL_BACK_S:.0f} s"),
        ("links given to those who kept", f"{day.saves}", f"longest {day.longest_save_ms:.0f} ms"),
        ("answers to them that were no link", f"{day.told} said what to do",
         f"{day.broken} broken off, {len(day.unclear)} unclear {unclear}".strip()),
        ("entries lost", f"{day.lost}", f"all links counted, {day.looked_at} opened"),
        ("entries there twice", f"{day.doubled}", ""),
        ("taken by others, before or after", f"{day.others:.0%}", "of the cores"),
    ]  # fmt: skip


def goals(day: Day) -> list[str]:
    """Give a sentence for each goal that was missed, and for what makes the figures doubtful."""
    said = []
    if not day.clear:
        said.append("an answer failed, or an entry was lost or doubled")
    if day.late:
        said.append(f"{day.late} answers took more than {LATE_S} s")
    if day.short.p99_ms > GOAL_P99_MS:
        said.append(f"p99 of short answers was {day.short.p99_ms:.0f} ms")
    if max(day.back_s) > GOAL_BACK_S:
        said.append(f"after the database was back it took {max(day.back_s):.1f} s")
    if day.others > _QUIET:
        said.append(f"others took {day.others:.0%} of the machine: alone it is faster than this")
    return said


def page(day: Day, version: str) -> str:
    """Give the page."""
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    shares = ", ".join(f"{kind} {n}" for kind, n in SHARES.items())
    lines = [
        "# A server on its worst day",
        "",
        f"Measured on {today} with knowledge {version} by `{COMMAND} --write`;",
        "`make bench-server` prints the same, `tests/web/test_worst_day.py` is its short form.",
        "",
        f"Machine: {machine()}.",
        f"nginx with `deploy/nginx.conf` (TLS), {day.workers} kedut of one process each,",
        "PostgreSQL that writes to the disk before it acknowledges, `wrk`, and those who keep: all",
        "on the same cores.",
        "",
        f"`wrk` asks what people ask, of 25 requests: {shares}.",
        f"Short answers are {', '.join(SHORT)}; long ones ({' and '.join(LONG)}) hold a whole",
        "assessment with its ranges. First all as fast as they are answered over",
        f"{CONNECTIONS} connections; then short and long ones side by side at half of that rate,",
        "each connection pausing for random times, while a worker is killed (`kill -9`) every",
        f"{day.seconds / max(day.kills, 1):.0f} s and started anew 2 s later. Last, at the same",
        "rate, PostgreSQL is stopped and started, once as a crash does, once as an administrator",
        "does. All the while four people keep, add and erase; each sends a form again until it is",
        "taken, as they would. In the end every link they were shown is held against the database.",
        "",
        "An answer counts as told to come back where it is a page of 503 with `Retry-After`; as",
        f"late after {LATE_S} s.",
        "",
        "| what | found | beside it |",
        "| --- | ---: | --- |",
        *(f"| {what} | {value} | {note} |" for what, value, note in rows(day)),
        "",
        *([f"Goals missed, or doubts: {'; '.join(goals(day))}.", ""] if goals(day) else []),
    ]
    return "\n".join(lines)


def _failed(*poured: Poured) -> str:
    broken, late = sum(one.broken for one in poured), sum(one.late for one in poured)
    neither = sum(one.neither for one in poured)
    odd = "".join(one.odd for one in poured)
    return f"{broken} broken off, {late} late, {neither} else{odd}"


def _rate(poured: Poured) -> str:
    return f"{poured.rate:.0f} a second"


def _told(poured: Poured) -> str:
    return (
        f"p50 {poured.p50_ms:.3g} ms, p99 {poured.p99_ms:.3g} ms, longest {poured.most_ms:.0f} ms; "
        f"{poured.whole} whole"
    )
