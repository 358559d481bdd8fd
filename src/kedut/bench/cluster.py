"""A scheduler and two workers on loopback, and a batch of the examples through them.

`make run-cluster`: what comes out must equal, to the byte, what local processes write.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

COMMAND = "python -m kedut.bench.cluster"
EXAMPLES = Path("examples")
HOST = "127.0.0.1"
_KEDUT = (sys.executable, "-m", "kedut")
_WITHIN_S = 60.0
_LOOK_S = 0.2


class Cluster:
    """Dask processes that are started again when they end, as a service manager would do.

    workers : how many; each has one thread and may be killed
    within : what comes before a command, by the name of its process: to run it on another host
    """

    def __init__(
        self,
        folder: Path,
        workers: int = 2,
        host: str = HOST,
        within: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.address = f"tcp://{host}:{free_port()}"
        self._within = within or {}
        self._folder = folder
        name, _, number = self.address.removeprefix("tcp://").rpartition(":")
        one = ("--no-dashboard", "--local-directory", str(folder / "dask"))
        self._commands: dict[str, tuple[str, ...]] = {
            "scheduler": ("scheduler", "--host", name, "--port", number, "--no-dashboard")
        }
        for place in range(workers):
            self._commands[f"worker-{place}"] = (
                "worker", self.address, "--nthreads", "1", "--no-nanny", "--memory-limit", "0",
                "--death-timeout", "20", *one,
            )  # fmt: skip
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Cluster:
        for name in self._commands:
            self._start(name)
        self._thread.start()
        if self._within:
            return self  # on a host that cannot be seen from here
        until = time.monotonic() + _WITHIN_S
        host, _, port = self.address.removeprefix("tcp://").rpartition(":")
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex((host, int(port))) == 0:
                    return self
            time.sleep(_LOOK_S)
        raise TimeoutError(f"no scheduler at {self.address} within {_WITHIN_S:g} s")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.set()
        self._thread.join()
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, name: str) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [*self._within.get(name, ()), sys.executable, "-m", "dask", *self._commands[name]],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"},
            )

    def _watch(self) -> None:
        while not self._end.wait(_LOOK_S):
            for name, process in list(self.processes.items()):
                if process.poll() is not None:
                    self._start(name)

    def kill(self, name: str) -> None:
        """End a process as `kill -9` does."""
        process = self.processes[name]
        process.send_signal(signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """Give a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> int:
    """Run the examples on a cluster and in local processes; give 0 when all bytes are the same."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the tables there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kedut-") as name:
        folder = Path(name)
        same = compare(folder)
        if options.keep:
            for one in ("cluster", "local"):
                shutil.copytree(folder / one, options.keep / one, dirs_exist_ok=True)
    return 0 if same else 1


def compare(folder: Path) -> bool:
    """Run both ways into a folder; say whether all tables are the same to the byte."""
    cases = [str(path) for path in sorted(EXAMPLES.glob("*.json"))]
    recordings = [
        str(path)
        for path in sorted((EXAMPLES / "recordings").iterdir())
        if path.suffix != ".md" and not path.stem.endswith(("_truth", "_epochs"))
    ]
    with Cluster(folder) as cluster:
        print(f"scheduler at {cluster.address}, {len(cluster.processes) - 1} workers", flush=True)
        for where, how in (
            ("cluster", ("--scheduler", cluster.address)),
            ("local", ("--workers", "2")),
        ):
            for command, names in (("assess", cases), ("measure", recordings)):
                out = folder / where / command
                out.mkdir(parents=True)
                _run([*_KEDUT, command, *names, *how, "--out", f"{out}/"])
    same = True
    for path in sorted((folder / "local").rglob("*.parquet")):
        name = path.relative_to(folder / "local")
        equal = path.read_bytes() == (folder / "cluster" / name).read_bytes()
        print(f"{name}: {'the same bytes' if equal else 'DIFFERENT'} ({path.stat().st_size})")
        same = same and equal
    return same


def _run(command: list[str]) -> None:
    print("$ kedut " + " ".join(command[3:]), flush=True)
    status = subprocess.run(command, check=False).returncode
    if status:
        raise SystemExit(f"it ended with status {status}")


if __name__ == "__main__":
    sys.exit(main())
