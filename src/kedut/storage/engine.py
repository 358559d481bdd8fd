"""The way to the database: what each kind needs so that an acknowledged save is a save."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from kedut.storage.place import SQLITE

PATIENCE_S = 5  # for a lock, a connection, a free place in the pool
ANSWER_WITHIN_S = 10
PAGE_BYTES = 4096


def engine_for(url: URL, *, largest_file_bytes: int | None) -> Engine:
    """Give the engine for an address; no connection is made yet."""
    if url.get_backend_name() == SQLITE:
        return _sqlite(url, largest_file_bytes)
    return _postgresql(url)


def reading(engine: Engine) -> Engine:
    """Give the same engine for transactions that write nothing and wait for no writer."""
    return engine.execution_options(kedut_reads=True)


def empty_the_log(engine: Engine) -> None:
    """Bring SQLite's write-ahead log into the file and cut it, so that nothing erased stays in it.

    The erasing itself is done by then: if somebody reads for long, or the disk is full, the log is
    cut the next time, or when the store is closed.
    """
    could_not = (sqlite3.OperationalError, SQLAlchemyError)
    with suppress(*could_not), closing(engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _sqlite(url: URL, largest_file_bytes: int | None) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_timeout=PATIENCE_S,
        connect_args={"timeout": PATIENCE_S, "isolation_level": None},
    )
    pages = largest_file_bytes // PAGE_BYTES if largest_file_bytes else None

    def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten
        connection.execute("PRAGMA synchronous = FULL")  # a save outlives a power cut
        if pages:
            connection.execute(f"PRAGMA max_page_count = {pages}")

    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("kedut_reads")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _postgresql(url: URL) -> Engine:
    patient: dict[str, Any] = {
        "connect_timeout": PATIENCE_S,
        "tcp_user_timeout": ANSWER_WITHIN_S * 1000,
        "application_name": "kedut",
        "options": f"-c statement_timeout={ANSWER_WITHIN_S}s -c lock_timeout={PATIENCE_S}s",
    }
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,  # a server that went and came back is found again
        pool_timeout=PATIENCE_S,
        connect_args={name: value for name, value in patient.items() if name not in url.query},
    )
