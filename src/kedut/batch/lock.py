"""One client at a time for one target: who has it says so, and is seen to be alive."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from kedut.batch.errors import Stopped
from kedut.batch.place import content, is_there, local, remove, write_once, write_whole

BEAT_S = 5.0
SILENT_S = 20.0  # without a beat for so long, its holder is taken for gone


class Lock:
    """Holds a target while the context lasts.

    Raises
    ------
    Stopped
        Another client is writing there.
    """

    def __init__(
        self,
        url: str,
        tell: Callable[[str], None],
        *,
        beat_s: float = BEAT_S,
        silent_s: float = SILENT_S,
    ) -> None:
        self.url = url
        self._tell = tell
        self._beat_s, self._silent_s = beat_s, silent_s
        self._mine = {
            "token": uuid.uuid4().hex,
            "host": platform.node(),
            "space": _space(),
            "pid": os.getpid(),
            "started": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        }
        self._beats = 0
        self._end = threading.Event()
        self._thread: threading.Thread | None = None
        self.lost = False

    def __enter__(self) -> Lock:
        settle_s = 0.0 if local(self.url) is not None else 1.0  # where two may both have written
        while not write_once(self.url, self._said()):
            self._judge()
            settle_s = 1.0  # another may have taken it over at the same time
        time.sleep(settle_s)
        if self._holder().get("token") != self._mine["token"]:
            raise self._taken(self._holder())
        self._thread = threading.Thread(target=self._beat, daemon=True, name="kedut-lock")
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.set()
        if self._thread is not None:
            self._thread.join()
        with contextlib.suppress(OSError):
            if self._holder().get("token") == self._mine["token"]:
                remove(self.url)

    def check(self) -> None:
        """Say whether we still hold it.

        Raises
        ------
        Stopped
            Another client took it over: this one was silent for too long.
        """
        if self.lost:
            raise Stopped(
                self.url,
                "another client took this target over while this one was asleep",
                "let that one finish; what was done here is kept",
            )

    def _said(self) -> bytes:
        return json.dumps({**self._mine, "beats": self._beats}).encode()

    def _holder(self) -> dict[str, Any]:
        """Give who holds it; nobody where there is no lock, or one half written."""
        try:
            found = json.loads(content(self.url))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _judge(self) -> None:
        """Return when the holder is gone, and its lock too.

        Raises
        ------
        Stopped
            It is alive.
        """
        held = self._holder()
        if held and _is_dead(held):
            self._take_over(held, "it has ended")
            return
        until = time.monotonic() + self._silent_s
        while time.monotonic() < until:
            time.sleep(min(0.1, self._silent_s / 10))
            now = self._holder()
            if not now and not is_there(self.url):
                return
            if now != held:  # it gives signs of life
                raise self._taken(now)
        self._take_over(held, f"it has given no sign for {self._silent_s:g} s")

    def _take_over(self, held: dict[str, Any], why: str) -> None:
        if self._holder() == held:
            self._tell(f"taking over from {_who(held)}: {why}")
            remove(self.url)

    def _taken(self, held: dict[str, Any]) -> Stopped:
        return Stopped(
            self.url.removesuffix(".lock"),
            f"is being written by {_who(held)}",
            "wait until it is done, or choose another --out",
        )

    def _beat(self) -> None:
        while not self._end.wait(self._beat_s):
            held = self._holder()
            if held and held.get("token") != self._mine["token"]:
                self.lost = True
                return
            self._beats += 1
            with contextlib.suppress(OSError):  # a full disk is told of by who writes results
                write_whole(self.url, self._said())


def _space() -> str:
    """Say in which space of processes a number of ours means anything."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _is_dead(held: dict[str, Any]) -> bool:
    """Say whether a holder on this machine is gone for certain."""
    if not held.get("space") or held["space"] != _space() or not isinstance(held.get("pid"), int):
        return False
    try:
        os.kill(held["pid"], 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    with contextlib.suppress(OSError):
        state = Path(f"/proc/{held['pid']}/stat").read_text(encoding="ascii", errors="replace")
        return state.rpartition(")")[2].split()[0] in "ZX"
    return False


def _who(held: dict[str, Any]) -> str:
    return (
        f"process {held.get('pid', '?')} on {held.get('host', '?')} "
        f"since {held.get('started', '?')}"
    )
