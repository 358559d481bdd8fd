"""The two kinds of place a store can have, with what the tests do to them from outside."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from kedut.storage.store import Store, open_store
from tests.storage.postgres import PostgresServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An empty database and a way past the store: what somebody with the database alone can do."""

    kind: str
    url: str
    connect: Callable[[], Any]
    mark: str  # how a parameter is written in SQL

    def open(self, **more: Any) -> Store:
        """Open a store there."""
        return open_store(self.url, **more)

    def sql(self, command: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a command, each parameter written as ?, and give its rows."""
        with closing(self.connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(command.replace("?", self.mark), values)
            rows = cursor.fetchall() if cursor.description else []
            connection.commit()
        return rows

    def script(self, text: str) -> None:
        """Run a file of commands."""
        with closing(self.connect()) as connection:
            if self.kind == "sqlite":
                connection.executescript(text)
            else:
                connection.execute(text)
            connection.commit()


def sqlite_place(folder: Path) -> Place:
    """Give a place for a SQLite file that is not there yet."""
    file = folder / "kept.sqlite"
    return Place(
        kind="sqlite",
        url=f"sqlite:///{file}",
        connect=lambda: sqlite3.connect(file, timeout=30),
        mark="?",
    )


def postgresql_place(server: PostgresServer, database: str) -> Place:
    """Give a place for a database of the server."""
    return Place(
        kind="postgresql",
        url=server.url(database),
        connect=lambda: psycopg.connect(
            host=str(server.folder), user="kedut", dbname=database, client_encoding="utf8"
        ),
        mark="%s",
    )
