"""A database's own errors become ours, with a sentence that says what would do."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from kedut.storage.errors import NotForThisStore, StoreFull, StoreUnavailable

PRIMARY = 0xFF  # SQLite's extended codes carry the primary one in their low byte
NO_ROOM_BYTES = 128 * 1024
SQLITE_REMEDY = {
    sqlite3.SQLITE_BUSY: "another program is writing to it: try again in a moment",
    sqlite3.SQLITE_LOCKED: "another program is writing to it: try again in a moment",
    sqlite3.SQLITE_READONLY: "it may not be written: give the file and its folder to this user",
    sqlite3.SQLITE_PERM: "it may not be opened: give the file and its folder to this user",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: see that its folder exists and is this user's",
    sqlite3.SQLITE_CORRUPT: "it is damaged: restore the last backup",
    sqlite3.SQLITE_NOTADB: "the file is no database: name another, or restore the last backup",
    sqlite3.SQLITE_IOERR: "its disk does not answer: look at the disk",
}
POSTGRESQL_REMEDY = {
    "53100": "",  # disk full
    "28": "it refused the user or the password: look at the address",
    "3D": "there is no such database: make it with `createdb`",
    "42": "its tables were changed from outside: restore the last backup",
    "53": "it has no connection or memory left: raise its limits",
    "55": "another program is writing to it: try again in a moment",
    "57": "it is stopping or took too long: try again in a moment",
}


@contextmanager
def in_our_words(name: str, file: Path | None) -> Iterator[None]:
    """Raise StoreFull or StoreUnavailable for whatever the database cannot do.

    Parameters
    ----------
    name : the database's address without password, for the sentence
    file : the database's file, if it is one
    """
    try:
        yield
    except StoreUnavailable:
        raise
    except NoConnectionFree as fault:
        raise _unavailable(name, "too many at once: try again in a moment") from fault
    except DBAPIError as fault:
        raise _from_driver(name, file, fault.orig) from fault
    except sqlite3.Error as fault:
        raise _from_driver(name, file, fault) from fault
    except SQLAlchemyError as fault:
        raise _unavailable(name, "see the cause in the log") from fault
    except OSError as fault:
        if no_room(file):
            raise StoreFull from fault
        raise _unavailable(name, f"{fault.strerror}: look at the folder and its owner") from fault


def no_room(file: Path | None) -> bool:
    """Say whether the disk of the file is full."""
    folder = file.parent if file else None
    return bool(folder and folder.exists() and shutil.disk_usage(folder).free < NO_ROOM_BYTES)


def _unavailable(name: str, remedy: str) -> StoreUnavailable:
    return StoreUnavailable(f"the database {name} does not answer; {remedy}")


def _from_driver(name: str, file: Path | None, fault: BaseException | None) -> StoreUnavailable:
    if isinstance(fault, sqlite3.Error):
        code = (getattr(fault, "sqlite_errorcode", None) or 0) & PRIMARY
        full = code == sqlite3.SQLITE_FULL
        if full or (code in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN} and no_room(file)):
            return StoreFull()
        return _unavailable(name, SQLITE_REMEDY.get(code, "see the cause in the log"))
    state = getattr(fault, "sqlstate", None) or ""
    if state == "53100":
        return StoreFull()
    remedy = POSTGRESQL_REMEDY.get(state[:2], "see that it runs and the address is right")
    return _unavailable(name, remedy)


def not_here(what: str, instead: str) -> NotForThisStore:
    """Give the error for what this kind of store cannot do."""
    return NotForThisStore(f"{what}; {instead}")
