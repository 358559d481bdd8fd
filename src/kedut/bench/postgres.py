"""A PostgreSQL server of our own: in a temporary folder, on a socket, thrown away."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
SETTINGS = "-c listen_addresses='' -c max_connections=100 -c shared_buffers=16MB"
HASTY = "-c fsync=off"


def binaries() -> Path | None:
    """Give the folder of the newest PostgreSQL's programs, if there is one."""
    if DEBIAN.is_dir():
        found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
        if found:
            return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


def unprivileged() -> str | None:
    """Give the user to run as, where we are root: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in users else "nobody"


class PostgresServer:
    """One server; databases are made in it by number.

    Parameters
    ----------
    programs : the folder of PostgreSQL's programs
    durable : writes reach the disk before they are acknowledged, as they must where it matters
    """

    def __init__(self, programs: Path, *, durable: bool = False) -> None:
        self._programs = programs
        self._durable = durable
        self._user = unprivileged()
        self.folder = Path(tempfile.mkdtemp(prefix="kedut-pg-"))
        self._numbers = itertools.count(1)
        self.give(self.folder)
        self.run(
            "initdb", "--pgdata", str(self._data), "--username=kedut", "--auth=trust",
            "--encoding=UTF8", "--no-locale", "--no-sync",
        )  # fmt: skip
        self.start()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def give(self, folder: Path) -> None:
        """Make a folder the server's own."""
        if self._user:
            shutil.chown(folder, self._user)

    def run(self, program: str, *words: str) -> str:
        """Run one of PostgreSQL's programs to its end and give what it said."""
        ended = subprocess.run(
            [str(self._programs / program), *words],
            user=self._user,
            extra_groups=[] if self._user else None,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise RuntimeError(f"{program}: {ended.stdout}{ended.stderr}")
        return ended.stdout

    def start(self) -> None:
        """Start, and wait until it answers."""
        log, data = str(self.folder / "log"), str(self._data)
        options = f"{SETTINGS} {'' if self._durable else HASTY} -k {self.folder}"
        self.run("pg_ctl", "start", "-w", "-s", "-D", data, "-l", log, "-o", options)

    def stop(self, how: str = "immediate") -> None:
        """Stop as a crash would, no goodbye, nothing tidied; or, `fast`, as an administrator."""
        self.run("pg_ctl", "stop", "-w", "-s", "-m", how, "-D", str(self._data))

    @property
    def process(self) -> int:
        """The process that all others of it descend from."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def sql(self, command: str, database: str = "postgres") -> str:
        """Run a command and give the values it answers with."""
        at = ("-h", str(self.folder), "-U", "kedut", "-d", database)
        return self.run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *at, "-c", command)

    def database(self, more: str = "") -> str:
        """Make an empty database and give its name."""
        name = f"kedut_{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} {more}")
        return name

    def url(self, database: str) -> str:
        """Give the address of a database."""
        return f"postgresql+psycopg://kedut@/{database}?host={self.folder}"

    def remove(self) -> None:
        """Stop and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder)
