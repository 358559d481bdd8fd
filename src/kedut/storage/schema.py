"""The database takes the newest shape when it is opened, whoever of several workers comes first."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from kedut.storage.engine import PATIENCE_S, reading
from kedut.storage.errors import NewerSchema
from kedut.storage.place import SQLITE
from kedut.storage.tables import SCHEMA, VERSION_TABLE

EMPTY = "0"
AHEAD = 1  # schemas: each step leaves what the kedut before it says working (ADR 16)
ONE_AT_A_TIME = 0x6B65647574  # PostgreSQL's advisory lock: "kedut"
STEPS = Path(__file__).parent / "migrations"


def schema_of(connection: Connection) -> str:
    """Give the schema a database has: "0" for one that kedut has not seen."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return EMPTY
    return connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")) or EMPTY


def must_not_be_newer(connection: Connection) -> str:
    """Give the schema a database has, where this kedut can work with it: up to one ahead of ours.

    While several machines go over to a new kedut one after the other, the old works on beside it.

    Raises
    ------
    NewerSchema
        A kedut two schemas ahead was here.
    """
    found = schema_of(connection)
    if int(found) > int(SCHEMA) + AHEAD:
        raise NewerSchema(found, SCHEMA)
    return found


def upgrade(engine: Engine) -> None:
    """Bring the database to our schema, in one transaction; nothing if it is there or ahead.

    Raises
    ------
    NewerSchema
        A kedut two schemas ahead was here.
    """
    if engine.dialect.name == SQLITE:
        _write_ahead(engine)
    with reading(engine).connect() as connection:
        found = must_not_be_newer(connection)
    if int(found) >= int(SCHEMA):
        return
    with engine.begin() as connection:  # on SQLite the one writer there can be
        if engine.dialect.name != SQLITE:
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": ONE_AT_A_TIME})
        if int(must_not_be_newer(connection)) < int(SCHEMA):  # as the one before us has left it
            _take_the_steps(connection)


def _take_the_steps(connection: Connection) -> None:
    from alembic.command import upgrade as take  # seldom needed, and slow to load
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    take(config, "head")


def _write_ahead(engine: Engine) -> None:
    """Set SQLite's write-ahead log, which stays set; SQLite does not wait for others here."""
    deadline = time.monotonic() + PATIENCE_S
    wait_s = 0.02
    with closing(engine.raw_connection()) as connection:
        while True:
            try:
                connection.cursor().execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as fault:
                busy = fault.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
                if not busy or time.monotonic() > deadline:
                    raise
                time.sleep(wait_s)
            else:
                return
