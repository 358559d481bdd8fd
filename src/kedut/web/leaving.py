"""A worker that is asked to end: it says so, finishes what is under way, and ends within a time."""

from __future__ import annotations

import asyncio
import math
import signal
import threading
import time
from dataclasses import dataclass, field
from types import FrameType

STOP_WITHIN_S = 20  # after the last request was taken


@dataclass(slots=True)
class Leaving:
    """Whether this worker was asked to end, and when it will have ended."""

    drain_s: float = 0.0
    _until: float = field(default=math.inf, init=False)

    def begin(self) -> None:
        """Say that it leaves; from now on /ready says no, and connections close after an answer."""
        self._until = min(self._until, time.monotonic() + self.drain_s + STOP_WITHIN_S)

    @property
    def now(self) -> bool:
        """Whether it was asked to end."""
        return self._until < math.inf

    @property
    def left_s(self) -> float:
        """How long what is under way may still take."""
        return self._until - time.monotonic()


def heed_signals(leaving: Leaving) -> None:
    """Note when the process is asked to end, before the server beneath does what it does then.

    For `drain_s` after SIGTERM the server still takes what comes, while those who send it requests
    notice that it leaves. Asked a second time, or from a keyboard, it begins to end at once.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # a test; who starts threads also ends them
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        _heed(leaving, number, loop)


def _heed(leaving: Leaving, number: signal.Signals, loop: asyncio.AbstractEventLoop) -> None:
    server = signal.getsignal(number)
    if not callable(server):
        return

    def heard(sig: int, frame: FrameType | None) -> None:
        first = not leaving.now
        leaving.begin()
        if first and sig == signal.SIGTERM and leaving.drain_s:
            loop.call_soon_threadsafe(loop.call_later, leaving.drain_s, server, sig, None)
        else:
            server(sig, frame)

    signal.signal(number, heard)
