"""People who answer, keep, add and erase while things break, and what they were told."""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from kedut.assess.interview import Question
from kedut.assess.transcript import Transcript, answered, pack
from kedut.bench.site import Site
from kedut.bench.visitor import FIELD, Form, Page, Visitor

TWITCH = Question("yes_no", "twitch_calf_one_side", ("twitch_calf_one_side",))
PAIN = Question("yes_no", "calf_pain", ("calf_pain",))
_LINK = re.compile(r"/(?:id|en)/kept/([A-Za-z0-9_-]{43})")
_ENTRY = re.compile(r'<input type="hidden" name="t" value="([^"]+)">')
_GIVE_UP_S = 120.0
_AGAIN_AFTER_S = 0.25
_LOOKED_AT = 300


@dataclass(slots=True)
class Ledger:
    """What people were told.

    kept : each link that was shown, with the number of entries under it; 0: erased
    told : answers that said what to do, and how often that was
    broken : answers that never came, the form then sent again
    unclear : answers that were neither
    """

    kept: dict[str, int] = field(default_factory=dict)
    told: int = 0
    broken: int = 0
    unclear: list[str] = field(default_factory=list)
    longest_ms: float = 0.0
    acknowledged_at: list[float] = field(default_factory=list)

    @property
    def alive(self) -> int:
        """How many links should open."""
        return sum(n > 0 for n in self.kept.values())

    def first_after(self, moment: float) -> float:
        """Give how long after a moment (monotonic, s) somebody's save was acknowledged."""
        return next((at - moment for at in self.acknowledged_at if at >= moment), float("inf"))


class Saver:
    """One person, who sends a form until it is taken."""

    def __init__(self, site: Site, ledger: Ledger, number: int) -> None:
        self._visitor = Visitor(site)
        self._ledger = ledger
        self._chance = random.Random(number)

    def live(self, stop: threading.Event, pause_s: float) -> None:
        """Keep, add and erase until it is time to stop; what was begun is ended first."""
        try:
            while not stop.is_set():
                self._answer()
                self._keep()
                stop.wait(self._chance.expovariate(1 / pause_s))
        except Exception as error:  # noqa: BLE001 - told by whoever asks for the ledger
            self._ledger.unclear.append(f"a person gave up: {error!r}")
        finally:
            self._visitor.close()

    def _answer(self) -> None:
        """Answer the first page of the interview."""
        told = {"csrf": self._form(), "action": "about", "whom": "myself", "age": "40"}
        if 'name="age"' in self._sent("/en/interview", told).text:
            self._ledger.unclear.append("the interview did not go on")

    def _keep(self) -> None:
        link = self._link(
            self._sent("/en/keep", {"csrf": self._form(), "t": interview(pain=False)})
        )
        entries = 1
        if self._chance.random() < 0.3:
            more = {"csrf": self._form(), "t": interview(pain=True), "kept": link}
            if self._link(self._sent("/en/keep", more)) != link:
                self._ledger.unclear.append("added under another link")
            entries = 2
        if self._chance.random() < 0.1:
            self._sent("/en/erase", {"csrf": self._form(), "token": link, "sure": "yes"})
            entries = 0
        self._ledger.kept[link] = entries
        self._ledger.acknowledged_at.append(time.monotonic())

    def _form(self) -> str:
        """Open the page with the button, and give the number of its form."""
        found = FIELD.search(self._whole(lambda: self._visitor.get("/en/keep")).text)
        if found is None:
            raise RuntimeError("the page has no form")
        return found[1]

    def _sent(self, path: str, form: Form) -> Page:
        """Send a form, and send it again until it is taken."""
        return self._whole(lambda: self._visitor.post(path, form))

    def _whole(self, ask: Callable[[], Page]) -> Page:
        until = time.monotonic() + _GIVE_UP_S
        while time.monotonic() < until:
            begun = time.perf_counter()
            try:
                page = ask()
            except (OSError, http.client.HTTPException):
                self._ledger.broken += 1
                time.sleep(_AGAIN_AFTER_S)
                continue
            took_ms = (time.perf_counter() - begun) * 1000
            self._ledger.longest_ms = max(self._ledger.longest_ms, took_ms)
            if page.status == 200:
                return page
            if page.status == 503 and is_clear(page.text):
                self._ledger.told += 1
            else:
                self._ledger.unclear.append(f"{page.status}: {page.text[:80]}")
            time.sleep(_AGAIN_AFTER_S)
        raise TimeoutError("nobody took the form")

    def _link(self, page: Page) -> str:
        found = _LINK.search(page.text)
        if found is None:
            raise RuntimeError("the page shows no link")
        return found[1]


def is_clear(text: str) -> bool:
    """Say whether a page tells that no answer is lost: ours, or that of the proxy."""
    return "Your answers are not lost" in text or '<form method="post" action="/en/' in text


def interview(*, pain: bool) -> str:
    """Give a packed interview."""
    transcript = Transcript(whom="myself", age=34.0, sex="male")
    transcript = answered(transcript, TWITCH, present=TWITCH.findings)
    return pack(answered(transcript, PAIN, **{"present" if pain else "absent": PAIN.findings}))


@contextmanager
def saving(site: Site, *, people: int, pause_s: float) -> Iterator[Ledger]:
    """Let people keep while the context lasts; the ledger is whole after it."""
    stop, ledgers = threading.Event(), [Ledger() for _ in range(people)]
    total = Ledger()
    savers = [Saver(site, ledger, number) for number, ledger in enumerate(ledgers)]
    threads = [threading.Thread(target=one.live, args=(stop, pause_s)) for one in savers]
    for thread in threads:
        thread.start()
    try:
        yield total
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        for one in ledgers:
            total.kept |= one.kept
            total.told += one.told
            total.broken += one.broken
            total.unclear += one.unclear
            total.longest_ms = max(total.longest_ms, one.longest_ms)
            total.acknowledged_at = sorted(total.acknowledged_at + one.acknowledged_at)


@dataclass(frozen=True, slots=True)
class Audit:
    """What was told beside what is in the database."""

    lost: int
    doubled: int
    looked_at: int

    @property
    def right(self) -> bool:
        """Whether everything is there, once."""
        return self.lost == self.doubled == 0


def audit(site: Site, ledger: Ledger, *, before: int = 0) -> Audit:
    """Open what was kept, and count what is in the database: as many rows as links, no more.

    Parameters
    ----------
    before : rows that were there already
    """
    visitor, lost, doubled = Visitor(site), 0, 0
    links = list(ledger.kept.items())
    looked_at = links if len(links) <= _LOOKED_AT else random.Random(1).sample(links, _LOOKED_AT)
    for link, entries in looked_at:
        page = visitor.get(f"/en/kept/{link}")
        there = len(set(_ENTRY.findall(page.text))) if page.status == 200 else 0
        lost += there < entries
        doubled += there > entries
    visitor.close()
    more = site.count_kept() - before - ledger.alive
    return Audit(
        lost=lost + max(-more, 0), doubled=doubled + max(more, 0), looked_at=len(looked_at)
    )
