"""How long the page of a long diary takes: `python -m kedut.bench.diary_web [DAYS]`.

A server of its own with one worker, on a database of its own; what is told is the time from the
request to the last byte, over the machine's own network.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import numpy as np

from kedut.assess.entries import empty
from kedut.diary.entry import Context, Count, Entry, Function, Said
from kedut.diary.journal import Event, added
from kedut.diary.wire import event_to_json
from kedut.storage.notes import add_notes
from kedut.storage.store import open_store

DAYS = 3650
GOAL_MS = 200
UPDATE_GOAL_MS = 50
_TIMES = 15
_SEED = 20261123
_GRADES = tuple(Said)
_FORM = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


class _Stays(urllib.request.HTTPRedirectHandler):
    """Gives the answer that leads elsewhere instead of going there."""

    def http_error_303(self, *answer: Any) -> Any:
        """Give it."""
        return answer[1]


def main(arguments: list[str]) -> int:
    """Fill a diary, ask for its page, and tell how long it took."""
    days = int(arguments[0]) if arguments else DAYS
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/kept.sqlite"
        token = filled(database, days)
        with serving(database, Path(folder)) as address:
            browser = urllib.request.build_opener(
                urllib.request.HTTPCookieProcessor(CookieJar()), _Stays()
            )
            page = f"{address}/en/diary/{token}"
            text = browser.open(page).read().decode()
            shown = timed(lambda: browser.open(page).read())
            listed = timed(lambda: browser.open(f"{page}/entries").read())
            noted = timed(lambda: note(browser, page, text))
    goals = f"goals {GOAL_MS} ms a page, {UPDATE_GOAL_MS} ms an update"
    print(f"days noted: {days}; page of {len(text) / 1024:.0f} KiB; {goals}")
    for what, times in (("page", shown), ("all entries", listed), ("note a day", noted)):
        middle, most = statistics.median(times), max(times)
        print(f"{what}: median {middle:.0f} ms, longest of {len(times)} {most:.0f} ms")
    met = statistics.median(shown) <= GOAL_MS and statistics.median(noted) <= UPDATE_GOAL_MS
    return 0 if met else 1


def filled(database: str, days: int) -> str:
    """Fill a diary with a day each up to today, and give its token."""
    chance = np.random.default_rng(_SEED)
    start = datetime.now(UTC).astimezone() - timedelta(days=days)
    events = [event(start + timedelta(days=number), chance) for number in range(days)]
    with closing(open_store(database)) as store:
        token = store.keep(empty())
        documents = {
            str(number).encode(): json.dumps(event_to_json(one)).encode()
            for number, one in enumerate(events)
        }
        add_notes(store, token, documents)
    return token.text


def event(at: datetime, chance: np.random.Generator) -> Event:
    """Give a day as somebody notes it who fills in nearly everything."""
    counted = chance.random() < 0.3
    entry = Entry(
        id=chance.bytes(16).hex(),
        at=at,
        said=_GRADES[int(chance.integers(len(_GRADES)))],
        count=Count(twitches=int(chance.poisson(12)), minutes=5) if counted else None,
        where=("calf:left",),
        context=Context(
            sleep_hours=float(chance.integers(4, 9)),
            caffeine_cups=float(chance.integers(0, 4)),
            remedies=("magnesium",) if chance.random() < 0.5 else (),
            no_remedy=False,
        ),
        function=Function(
            ten_heel_raises_left=True,
            ten_heel_raises_right=True,
            tripped=bool(chance.random() < 0.01),
            speech_changed=False,
        ),
        note="after work",
    )
    return added(entry, at)


def note(browser: urllib.request.OpenerDirector, page: str, text: str) -> None:
    """Send the form of a day; the page it leads to is not asked for.

    Raises
    ------
    RuntimeError
        It was not taken.
    """
    form = text.partition('class="diary-form"')[2].partition("</form>")[0]
    day = datetime.now(UTC).date() - timedelta(days=1)
    told = {**dict(_FORM.findall(form)), "day": day.isoformat(), "zone": "UTC", "said": "some"}
    told["entry"] = np.random.default_rng().bytes(16).hex()
    answer = browser.open(page, urllib.parse.urlencode(told).encode())
    if answer.status != HTTPStatus.SEE_OTHER:
        raise RuntimeError(f"the form was not taken: {answer.status}")


def timed(work: Callable[[], object]) -> list[float]:
    """Give how long it took each time, in ms, once warm."""
    work()
    times = []
    for _ in range(_TIMES):
        begun = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - begun))
    return times


@contextmanager
def serving(database: str, folder: Path) -> Iterator[str]:
    """Start a server at a free port and give its address."""
    command = [sys.executable, "-m", "kedut", "serve", "--port", "0", "--database", database]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        said = process.stdout.readline() if process.stdout else ""
        found = re.search(r"http://\S+:\d+", said)
        if found is None:
            raise SystemExit((folder / "log").read_text())
        time.sleep(5)  # the reasoning is made fast in the background
        yield found[0]
    finally:
        process.terminate()
        process.wait(30)
        if process.stdout:
            process.stdout.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
