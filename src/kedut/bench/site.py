"""The whole of a server on one machine: nginx, several kedut, PostgreSQL; each may be killed."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from kedut.bench import proxy as nginx
from kedut.bench.postgres import PostgresServer, binaries
from kedut.bench.proxy import NGINX, Proxy, free_port

WITHIN_S = 120
RESTART_AFTER_S = 2.0  # as deploy/kedut.service has it
MISSING = "on Debian or Ubuntu: apt-get install nginx-light postgresql wrk"


@dataclass
class Worker:
    """One kedut at one port; started anew after a while when it dies, as systemd does."""

    port: int
    folder: Path
    environment: dict[str, str]
    source: str = ""
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def process(self) -> int:
        """Its process; 0 where none is."""
        return self._process.pid if self._process else 0

    @property
    def written(self) -> str:
        """All it has written."""
        return (self.folder / f"{self.port}.log").read_text()

    def start(self, *, wait: bool = True) -> None:
        """Start it; with `wait`, until it may get requests."""
        environment = dict(self.environment)
        if self.source:  # another release of kedut than ours
            environment["PYTHONPATH"] = self.source
        command = [sys.executable, "-m", "kedut", "serve", "--port", str(self.port)]
        with (self.folder / f"{self.port}.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Return when it says that it may get requests."""
        until = time.monotonic() + WITHIN_S
        while not self.ready():
            if time.monotonic() > until or (self._process and self._process.poll() is not None):
                raise RuntimeError("kedut did not begin: " + self.written[-2000:])
            time.sleep(0.05)

    def ready(self) -> bool:
        """Say whether it may get requests."""
        with suppress(OSError):
            address = f"http://127.0.0.1:{self.port}/ready"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return bool(answer.status == 200)
        return False

    def kill(self) -> None:
        """Kill it: no goodbye, nothing tidied."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end, and give how it ended."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(how)
        ended = self._process.wait(WITHIN_S)
        self._process = None
        return ended


@dataclass(frozen=True)
class Site:
    """All that runs."""

    proxy: Proxy
    workers: tuple[Worker, ...]
    postgres: PostgresServer
    database: str

    @property
    def port(self) -> int:
        """The port of https."""
        return int(self.proxy.secure.rpartition(":")[2])

    @property
    def address(self) -> str:
        """Its address as one on this machine reaches it."""
        return f"https://127.0.0.1:{self.port}"

    def count_kept(self) -> int:
        """Count what is in the database; nothing where nobody has kept anything yet."""
        if not self.postgres.sql("SELECT to_regclass('kept')", self.database).strip():
            return 0
        return int(self.postgres.sql("SELECT count(*) FROM kept", self.database))

    def kill_and_restart(self, number: int) -> threading.Thread:
        """Kill a worker; it is started anew after a while, in the thread that is given."""
        worker = self.workers[number]
        worker.kill()

        def again() -> None:
            time.sleep(RESTART_AFTER_S)
            worker.start()

        thread = threading.Thread(target=again)
        thread.start()
        return thread

    def restart_database(self, how: str = "immediate") -> None:
        """Stop PostgreSQL as a crash would, or `fast` as an administrator, and start it."""
        self.postgres.stop(how)
        self.postgres.start()


def missing() -> str:
    """Say what of it is not installed; empty where all is there."""
    return "" if NGINX and binaries() else f"nginx or PostgreSQL is missing; {MISSING}"


@contextmanager
def site(
    *, workers: int = 2, durable: bool = True, sources: tuple[str, ...] = ()
) -> Iterator[Site]:
    """Start all, and leave nothing behind.

    Parameters
    ----------
    durable : PostgreSQL writes to the disk before it acknowledges
    sources : for the first workers, folders with another release of kedut
    """
    programs = binaries()
    if programs is None or NGINX is None:
        raise RuntimeError(missing())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kedut-site-")))
        postgres = PostgresServer(programs, durable=durable)
        stack.callback(postgres.remove)
        database = postgres.database()
        told = _environment(postgres.url(database))
        started = []
        for number in range(workers):
            source = sources[number] if number < len(sources) else ""
            worker = Worker(port=free_port(), folder=folder, environment=told, source=source)
            stack.callback(worker.kill)
            worker.start(wait=False)
            started.append(worker)
        for worker in started:
            worker.wait_until_ready()
        (folder / "nginx").mkdir()
        written = nginx.write(folder / "nginx", [worker.port for worker in started])
        running = stack.enter_context(nginx.running(written))
        yield Site(running, tuple(started), postgres, database)


def _environment(database: str) -> dict[str, str]:
    """Give the settings that docs/how-to/serve.md names for a server, and no limit of requests."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("KEDUT_")}
    return {
        **kept,
        "KEDUT_DATABASE": database,
        "KEDUT_SECRET": secrets.token_urlsafe(32),
        "KEDUT_SECURE": "1",
        "KEDUT_PROXIES": "1",
        "KEDUT_METRICS": "1",
        "KEDUT_DRAIN": "1",
        "KEDUT_REQUESTS_PER_MINUTE": "0",
    }
