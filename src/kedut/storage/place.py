"""Where the database stands: its default place, and a file that only its owner reads."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from platformdirs import user_data_path
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from kedut.storage.errors import BadAddress

FILE_NAME = "kept.sqlite"
OWNER_ONLY_FILE = 0o600
OWNER_ONLY_FOLDER = 0o700
SQLITE = "sqlite"
POSTGRESQL = "postgresql"


def default_url() -> str:
    """Give the address of the one file in the user's data folder."""
    file = user_data_path("kedut", appauthor=False) / FILE_NAME
    return URL.create(SQLITE, database=str(file)).render_as_string()


def address(url: str) -> URL:
    """Read a database address; SQLite must name a file.

    Raises
    ------
    BadAddress
        It is neither SQLite with a file nor PostgreSQL; a password in it is not repeated.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadAddress("the database's address cannot be read") from None
    kind = parsed.get_backend_name()
    if kind == POSTGRESQL:
        return parsed.set(drivername="postgresql+psycopg")
    if kind != SQLITE:
        raise BadAddress(f"kedut keeps in SQLite or PostgreSQL, not in {kind}")
    if not parsed.database or parsed.database == ":memory:" or parsed.query:
        raise BadAddress("a SQLite address names a file and nothing else")
    return parsed


def file_of(url: URL) -> Path:
    """Give the file of a SQLite address."""
    return Path(url.database or "").expanduser().absolute()


def identity(file: Path | None) -> tuple[int, int] | None:
    """Give what tells a file from another that later has its name; None if there is none."""
    try:
        found = file.stat() if file else None
    except FileNotFoundError:
        return None
    return (found.st_dev, found.st_ino) if found else None


def make_private(file: Path) -> None:
    """See that the file is there, readable by its owner only; so is a folder made for it."""
    if not file.parent.exists():
        file.parent.mkdir(parents=True, mode=OWNER_ONLY_FOLDER)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, OWNER_ONLY_FILE))
    if file.stat().st_mode & 0o077:
        file.chmod(OWNER_ONLY_FILE)


def can_be_written(file: Path) -> None:
    """Return if a database can be written there, or made where there is none; else raise OSError.

    Nothing is made.
    """
    there = file
    while not there.exists() and there != there.parent:
        there = there.parent
    fits = there.is_file() if there == file else there.is_dir()
    mode = os.W_OK if there == file else os.W_OK | os.X_OK
    if not fits:
        raise NotADirectoryError(errno.ENOTDIR, "a file and a folder are mixed up", str(there))
    if not os.access(there, mode):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))
