"""`kedut serve` as a process of its own, at a free port."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WITHIN_S = 60


@dataclass
class Running:
    """A server that answers, and what it has written."""

    process: subprocess.Popen[str]
    address: str
    log: Path

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def stop(self) -> int:
        """Ask it to end and give how it ended."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(WITHIN_S)


@contextmanager
def serving(folder: Path, *more: str, told: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Start a server at a free port and wait for the address it prints; `told` are settings."""
    log = folder / "log"
    clean = {name: text for name, text in os.environ.items() if not name.startswith("KEDUT_")}
    database = f"sqlite:///{folder}/kept.sqlite"
    command = [sys.executable, "-m", "kedut", "serve", "--port", "0", "--database", database]
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*command, *more],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**clean, **(told or {})},
        )
    try:
        said = process.stdout.readline() if process.stdout else ""
        found = re.search(r"http://\S+:\d+", said)
        assert found, log.read_text()
        yield Running(process, found[0], log)
    finally:
        process.terminate()  # and with it its workers
        try:
            process.wait(WITHIN_S)
        finally:
            process.kill()
        if process.stdout:
            process.stdout.close()
