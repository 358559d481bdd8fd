"""A server on its worst day (`make bench-server`): killed, its database restarted, under load.

nginx, kedut several times, and PostgreSQL, started from Debian's packages on this machine, as
docs/how-to/serve.md says. wrk asks; people keep, add and erase, and are asked afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from kedut.bench import web_mix
from kedut.bench.savers import audit, saving
from kedut.bench.site import MISSING, Site, missing, site
from kedut.bench.visitor import Visitor
from kedut.bench.web import taken_by_others
from kedut.bench.web_mix import Poured, pour, requests_of
from kedut.bench.web_worst_day_page import COMMAND, LONG, PAGE, SHORT, Day, goals, page, rows
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours

RESULTS = Path("build/bench/web-worst-day.json")
_WARM_S = 5
_TOP_S = 10
_PEOPLE = 20  # played once; their requests are asked again and again
_SAVERS = 4
_SAVE_EVERY_S = 0.4
_QUIET_S = 20.0  # before and after each restart of the database
_RESTARTS = ("immediate", "fast")


def main() -> int:
    """Measure, print, and with `--write` write the page; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    parser.add_argument("--seconds", type=int, default=600, help="of the load with kills (600)")
    parser.add_argument("--every", type=float, default=60.0, help="seconds from kill to kill (60)")
    parser.add_argument("--workers", type=int, default=2 * (os.cpu_count() or 1), metavar="N")
    options = parser.parse_args()
    if missing() or shutil.which("wrk") is None:
        print(missing() or f"wrk is missing; {MISSING}", file=sys.stderr)
        return 2
    knowledge = ours()
    day = worst_day(knowledge, options.workers, options.seconds, options.every)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(asdict(day), indent=1) + "\n", encoding="utf-8")
    for what, value, note in rows(day):
        print(f"{what:62} {value:>22}  {note}")
    for sentence in goals(day):
        print(sentence, file=sys.stderr)
    if options.write:
        PAGE.write_text(page(day, knowledge.version), encoding="utf-8")
    return 0 if day.clear else 1


def worst_day(
    knowledge: Knowledge, workers: int, seconds: int, every_s: float, quiet_s: float = _QUIET_S
) -> Day:
    """Measure all on one site.

    Parameters
    ----------
    seconds : of the load during which a worker is killed every `every_s`
    quiet_s : before, between and after the restarts of the database
    """
    others = taken_by_others()
    with site(workers=workers) as here, tempfile.TemporaryDirectory() as name:
        load = Load(here, knowledge, Path(name))
        top = load.top()
        with saving(here, people=_SAVERS, pause_s=_SAVE_EVERY_S) as ledger:
            with killing(here, every_s) as kills:
                short, long = load.half(top.rate, seconds)
            backs, restarted = restarts(here, load, top.rate, quiet_s)
        found = audit(here, ledger)
    return Day(
        workers=workers,
        seconds=seconds,
        kills=len(kills),
        top=top,
        short=short,
        long=long,
        restarted=restarted,
        back_s=tuple(ledger.first_after(back) for back in backs),
        saves=len(ledger.kept),
        told=ledger.told,
        broken=ledger.broken,
        unclear=tuple(ledger.unclear[:10]),
        longest_save_ms=ledger.longest_ms,
        lost=found.lost,
        doubled=found.doubled,
        looked_at=found.looked_at,
        others=max(others, taken_by_others()),
    )


class Load:
    """What wrk asks, in files: short answers, long ones, and all in their shares."""

    def __init__(self, here: Site, knowledge: Knowledge, folder: Path) -> None:
        self._address = here.address
        self._folder = folder
        visitor = Visitor(here)
        asked = requests_of(visitor, knowledge, people=_PEOPLE)
        visitor.close()
        for name, kinds in {"short": SHORT, "long": LONG, "mixed": SHORT + LONG}.items():
            web_mix.write({kind: asked[kind] for kind in kinds}, folder / name)
        self.long_share = sum(web_mix.SHARES[kind] for kind in LONG) / sum(web_mix.SHARES.values())

    def top(self) -> Poured:
        """Ask all kinds in their shares, as fast as they are answered."""
        pour(self._address, self._folder / "mixed", _WARM_S)
        return pour(self._address, self._folder / "mixed", _TOP_S)

    def half(self, top: float, seconds: float) -> tuple[Poured, Poured]:
        """Ask at half of a rate, short and long ones beside each other."""
        with ThreadPoolExecutor(2) as both:
            short = both.submit(self._paced, "short", top / 2 * (1 - self.long_share), seconds)
            long = both.submit(self._paced, "long", top / 2 * self.long_share, seconds)
            return short.result(), long.result()

    def _paced(self, name: str, rate: float, seconds: float) -> Poured:
        file = self._folder / name
        pause = web_mix.pause_for(rate, lambda ms: pour(self._address, file, _WARM_S, ms))
        return pour(self._address, file, seconds, pause)


@contextmanager
def killing(here: Site, every_s: float) -> Iterator[list[float]]:
    """Kill one worker after the other, each when the last is back; gives when each was killed."""
    stop, killed = threading.Event(), list[float]()

    def go_on() -> None:
        while not stop.wait(every_s):
            killed.append(time.monotonic())
            here.kill_and_restart(len(killed) % len(here.workers)).join()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield killed
    finally:
        stop.set()
        thread.join()


def restarts(here: Site, load: Load, top: float, quiet_s: float) -> tuple[list[float], Poured]:
    """Restart the database in the midst of load, as a crash would and as people do.

    Gives when it was back, each time, and what those saw who asked for short answers.
    """
    backs: list[float] = []
    with ThreadPoolExecutor(1) as aside:
        pouring = aside.submit(load.half, top, _WARM_S + (len(_RESTARTS) + 1) * quiet_s)
        for how in _RESTARTS:
            time.sleep(quiet_s)
            here.restart_database(how)
            backs.append(time.monotonic())
        short, _ = pouring.result()
    return backs, short


if __name__ == "__main__":
    sys.exit(main())
