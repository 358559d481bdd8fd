"""Where parts are done: in this process, in processes beside it, or on a Dask cluster."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Protocol

from kedut.batch.errors import Stopped
from kedut.batch.job import Job, Outcome
from kedut.batch.part import Part
from kedut.batch.work import do

Ended = tuple[Part, Outcome | BaseException]
_AHEAD = 2  # parts given to each worker, so that none waits
_POLL_S = 0.05
_SILENT_S = 30.0


class Lost(RuntimeError):
    """A part was not done because what was to do it is gone."""


class Engine(Protocol):
    """Takes parts and gives what came of them, in any order."""

    def room(self) -> int:
        """Give how many parts it wants to have at once."""

    def submit(self, job: Job, part: Part) -> None:
        """Take a part; raises Lost."""

    def ended(self) -> list[Ended]:
        """Wait a little for parts to end; of those that were lost, `Lost`."""

    def stop(self) -> None:
        """Let go of everything."""


class Here:
    """Does the parts in this process."""

    def __init__(self) -> None:
        self._ended: list[Ended] = []

    def room(self) -> int:
        """Give 1."""
        return 1

    def submit(self, job: Job, part: Part) -> None:
        """Do it at once."""
        try:
            self._ended.append((part, do(job, part)))
        except Exception as error:  # noqa: BLE001 - told by who asked, as from another process
            self._ended.append((part, error))

    def ended(self) -> list[Ended]:
        """Give what was done."""
        ended, self._ended = self._ended, []
        return ended

    def stop(self) -> None:
        """Let go of what was kept for the next part."""
        from kedut.batch.rows_parquet import let_go
        from kedut.batch.work_recordings import stop_readers

        let_go()
        stop_readers()


class Beside:
    """Does the parts in processes of this machine; those that are killed are replaced."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._running: dict[Future[Outcome], Part] = {}

    def room(self) -> int:
        """Give some more than there are workers."""
        return _AHEAD * self._workers

    def submit(self, job: Job, part: Part) -> None:
        """Hand a part to the processes."""
        import multiprocessing

        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_ready,
            )
        try:
            self._running[self._pool.submit(do, job, part)] = part
        except BrokenProcessPool as error:
            if not self._running:
                self.stop()  # else `ended` finds it broken
            raise Lost(str(error)) from error

    def ended(self) -> list[Ended]:
        """Wait for parts; when a process was killed, those under way are lost."""
        if not self._running:
            return []
        done, _ = wait(self._running, timeout=1.0, return_when=FIRST_COMPLETED)
        ended: list[Ended] = []
        broken = False
        for future in done:
            part = self._running.pop(future)
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                broken = True
                ended.append((part, Lost("a worker was ended")))
            else:
                ended.append((part, future.result() if error is None else error))
        if broken:
            ended += [(part, Lost("a worker was ended")) for part in self._running.values()]
            self.stop()
        return ended

    def stop(self) -> None:
        """End the processes."""
        self._running.clear()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _ready() -> None:
    """Make a worker leave Ctrl-C to its parent, and end at once: with its parent, or when done.

    What it holds goes with it; to free it piece by piece takes half a second.
    """
    import atexit
    import multiprocessing
    import os
    from multiprocessing.connection import wait as wait_for

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    atexit.register(os._exit, 0)
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def watch() -> None:
            wait_for([sentinel])
            os._exit(1)

        threading.Thread(target=watch, daemon=True, name="kedut-parent").start()


class OnDask:
    """Does the parts on a Dask cluster; waits for a scheduler that is away.

    address : of the scheduler, tcp://host:port
    away_s : how long to wait for it

    Raises
    ------
    Stopped
        It is no address for Dask, or what is needed to speak to it is not installed.
    """

    def __init__(self, address: str, tell: Callable[[str], None], *, away_s: float = 600.0) -> None:
        from kedut.batch.dask_address import check

        check(address)
        self._address, self._tell, self._away_s = address, tell, away_s
        self._client: Any = None
        self._running: dict[Any, Part] = {}
        self._workers = 1
        self._asked_at = 0.0

    def room(self) -> int:
        """Give some more than there are threads of workers."""
        if self._running and not self._is_up():
            return 0  # `ended` tells first what is lost
        client = self._connected()
        now = time.monotonic()
        if now - self._asked_at > 1:
            self._asked_at = now
            self._workers = max(1, sum(_threads(client)))
        return _AHEAD * self._workers

    def submit(self, job: Job, part: Part) -> None:
        """Hand a part to the cluster."""
        if self._running and not self._is_up():
            raise Lost("the scheduler went away")
        client = self._connected()
        try:
            future = client.submit(do, job, part, pure=False)
        except Exception as error:
            raise Lost(str(error)) from error
        self._running[future] = part

    def ended(self) -> list[Ended]:
        """Wait for parts; when the scheduler went away, all under way are lost."""
        if self._running and not self._is_up():
            lost: list[Ended] = [
                (p, Lost("the scheduler went away")) for p in self._running.values()
            ]
            self.stop()
            return lost
        found = [future for future in self._running if future.status not in ("pending",)]
        if not found:
            time.sleep(_POLL_S)
        ended: list[Ended] = []
        for future in found:
            part = self._running.pop(future)
            ended.append((part, self._came_of(future)))
        return ended

    def _came_of(self, future: Any) -> Outcome | BaseException:
        if future.status == "finished":
            try:
                outcome: Outcome = future.result(timeout=_SILENT_S)
            except Exception as error:  # noqa: BLE001 - whatever the cluster raises: done again
                return Lost(f"{type(error).__name__}: {error}")
            return outcome
        if future.status != "error":
            return Lost(f"the cluster says {future.status}")
        try:
            wrong = future.exception(timeout=_SILENT_S)
        except Exception as gone:  # noqa: BLE001 - as above
            return Lost(f"{type(gone).__name__}: {gone}")
        kind = type(wrong).__name__
        if isinstance(wrong, BaseException) and not kind.startswith(("Killed", "Comm", "Cancel")):
            return wrong
        return Lost(f"{kind}: {wrong}")

    def _is_up(self) -> bool:
        return self._client is not None and self._client.status == "running"

    def _connected(self) -> Any:
        """Give a client that is connected; wait where the scheduler is away.

        Raises
        ------
        Stopped
            It stays away.
        """
        if self._is_up():
            return self._client
        from distributed import Client

        self.stop()
        until, told = time.monotonic() + self._away_s, False
        while True:
            try:
                self._client = Client(  # type: ignore[no-untyped-call] # it has no types
                    self._address, timeout=5, set_as_default=False
                )
                self._client.wait_for_workers(1, timeout=5)
                return self._client
            except ValueError as error:
                raise Stopped(self._address, str(error), "write it as tcp://host:8786") from error
            except (OSError, TimeoutError) as error:
                up = self._is_up()
                self.stop()
                if time.monotonic() > until:
                    what = "has no worker" if up else f"does not answer ({error})"
                    remedy = "start it, then run again: what is done is kept"
                    raise Stopped(self._address, what, remedy) from error
                if not told:
                    told = True
                    self._tell(
                        f"{self._address} {'has no worker' if up else 'does not answer'}; "
                        f"waiting up to {self._away_s:g} s"
                    )
                time.sleep(1)

    def stop(self) -> None:
        """Let go of the cluster."""
        self._running.clear()
        client, self._client = self._client, None
        if client is not None:
            client.close(timeout=2)


def _threads(client: Any) -> list[int]:
    try:
        return list(client.nthreads().values())
    except Exception:  # noqa: BLE001 - it may go away at any time; `ended` finds out
        return [1]
