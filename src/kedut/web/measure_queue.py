"""Recordings measured one after the other, each in a process that can be stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

AT_ONCE = 1  # in each worker of the server: measuring takes a whole core
WAITING = 4  # so many more may wait
WITHIN_S = 300.0
LONGEST_LINE = 16 * 1024 * 1024  # bytes; pictures stand in it
_BEAT_S = 1.0
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "NUMBA_CACHE_DIR")


class Full(RuntimeError):
    """So many wait already that one more would wait too long."""


class Queue:
    """Who is measured and who waits, in this worker of the server; `here` counts both."""

    def __init__(self, *, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self.here = 0

    @contextlib.asynccontextmanager
    async def place(self) -> AsyncIterator[asyncio.Semaphore]:
        """Hold a place in the row while the context lasts.

        Raises
        ------
        Full
        """
        if self.here >= self._room:
            raise Full
        self.here += 1
        try:
            yield self._slots
        finally:
            self.here -= 1


async def measured(
    path: Path, language: str, modality: str, *, within_s: float = WITHIN_S
) -> AsyncGenerator[dict[str, Any], None]:
    """Give what the process tells: `share`, then `done`, or `wrong` with a sentence's key.

    In between, at least once a second, an empty object: whoever listens may have left. The process
    is ended, with all it started, when the iteration ends for whatever reason.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kedut.web.measure_worker", str(path), language, modality,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=LONGEST_LINE,
        env=_environment(),
        cwd=path.parent,
        start_new_session=True,
    )  # fmt: skip
    try:
        async for said in _lines(process, within_s):
            yield said
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _lines(
    process: asyncio.subprocess.Process, within_s: float
) -> AsyncGenerator[dict[str, Any], None]:
    loop = asyncio.get_running_loop()
    until = loop.time() + within_s
    reading: asyncio.Task[bytes] | None = None
    try:
        while loop.time() < until:
            if process.stdout is None:
                break
            reading = reading or asyncio.ensure_future(process.stdout.readline())
            done, _ = await asyncio.wait({reading}, timeout=_BEAT_S)
            if not done:
                yield {}
                continue
            line, reading = reading.result(), None
            if not line:  # ended, or was ended, before it told anything
                yield {"wrong": "measure_web.too_heavy", "detail": ""}
                return
            said = json.loads(line)
            yield said
            if "done" in said or "wrong" in said:
                return
        yield {"wrong": "measure_web.too_long", "detail": ""}
    finally:
        if reading is not None:
            reading.cancel()


def _environment() -> dict[str, str]:
    """Give the process what it needs, no setting and no secret of the server; one thread each."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    threads = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
    )
    return {**kept, **threads, "MPLBACKEND": "agg"}
