"""A copy of a SQLite store, and the way back, while others read and write."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from kedut.storage.errors import NewerSchema
from kedut.storage.faults import PRIMARY, not_here
from kedut.storage.place import OWNER_ONLY_FILE, make_private
from kedut.storage.tables import SCHEMA, VERSION_TABLE

WHOLE = -1  # all pages in one step: what others save meanwhile does not start it anew


def copy_out(file: Path, target: Path) -> None:
    """Write one moment of the store to a file of its owner; there whole or not at all."""
    if target.exists() and target.samefile(file):
        raise not_here("a backup cannot be the store itself", "name another file")
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWNER_ONLY_FILE))
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy, pages=WHOLE)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def copy_in(backup: Path, file: Path) -> None:
    """Put a backup in the place of what the store holds, after looking whether it is sound.

    A store too damaged to be written over is set aside as `<name>.damaged`.
    """
    _must_be_sound(backup)
    make_private(file)
    try:
        _write_over(backup, file)
    except sqlite3.DatabaseError as fault:
        code = getattr(fault, "sqlite_errorcode", 0) & PRIMARY
        if code not in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            raise
        for end in ("", "-wal", "-shm"):  # a log left beside another file would damage that too
            part = file.with_name(file.name + end)
            if part.exists():
                part.replace(file.with_name(f"{file.name}.damaged{end}"))
        make_private(file)
        _write_over(backup, file)


def _write_over(backup: Path, file: Path) -> None:
    with closing(sqlite3.connect(backup)) as source, closing(sqlite3.connect(file)) as store:
        store.execute("PRAGMA secure_delete = ON")
        source.backup(store, pages=WHOLE)
        store.execute("PRAGMA journal_mode = WAL")
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _must_be_sound(backup: Path) -> None:
    if not backup.is_file():
        raise not_here(f"there is no file {backup}", "name a file that a backup wrote")
    try:
        with closing(sqlite3.connect(backup)) as copy:
            (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
            (found,) = copy.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
    except sqlite3.DatabaseError:
        verdict, found = "no backup", "0"
    if verdict != "ok":
        raise not_here(f"{backup} is no whole backup of kedut", "take the one before")
    if int(found) > int(SCHEMA):
        raise NewerSchema(found, SCHEMA)
