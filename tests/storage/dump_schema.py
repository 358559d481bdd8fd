"""Write the dumps of the newest schema that the tests of all later ones start from.

    python -m tests.storage.dump_schema

Once a schema is released its dumps stay as they are; one that is there is not written again.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from kedut.storage.keys import Keys, ServerKey
from kedut.storage.notes import add_notes
from kedut.storage.tables import SCHEMA
from kedut.storage.token import Token
from tests.storage.places import Place, postgresql_place, sqlite_place
from tests.storage.postgres import HOW, PostgresServer, binaries

DUMPS = Path(__file__).parents[1] / "contracts/schemas"
BARE = Token(bytes(range(32)))  # of the document that the link alone sealed
UNDER_KEY = Token(bytes(range(1, 33)))  # of the one that the server's key sealed too
KEYS = Keys((ServerKey(bytes(range(100, 132))),))
MOMENT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
NOTES = {b"one": b"Dicatat hari ini", b"two": b"x" * 300}  # under each token, since 2
NOT_DATA = re.compile(r"^(--.*|\\.*|SET .*|SELECT pg_catalog.*|)\n", re.MULTILINE)


def fill(place: Place) -> None:
    """Keep one document of each kind, with a diary, under the tokens above."""
    with patch.object(Token, "fresh", side_effect=[BARE, UNDER_KEY]):
        store = place.open(now=lambda: MOMENT)
        add_notes(store, store.keep(b"Kedutan di betis kiri"), NOTES)
        store.close()
        store = place.open(keys=KEYS, now=lambda: MOMENT)
        store.replace(token := store.keep(b"first"), b"second", 1)
        add_notes(store, token, NOTES)
        store.close()


def of_sqlite() -> str:
    """Give the dump of a SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        place = sqlite_place(Path(folder))
        fill(place)
        with closing(sqlite3.connect(Path(folder) / "kept.sqlite")) as connection:
            return "\n".join(connection.iterdump()) + "\n"


def of_postgresql() -> str:
    """Give the dump of a PostgreSQL database, without what its version or server adds."""
    programs = binaries()
    if programs is None:
        raise SystemExit(HOW)
    server = PostgresServer(programs)
    try:
        name = server.database()
        fill(postgresql_place(server, name))
        at = ("-h", str(server.folder), "-U", "kedut")
        dump = server.run("pg_dump", *at, "--inserts", "--no-owner", "--no-acl", name)
    finally:
        server.remove()
    return NOT_DATA.sub("", dump)


if __name__ == "__main__":
    for kind, dump in {"sqlite": of_sqlite, "postgresql": of_postgresql}.items():
        file = DUMPS / f"{kind}-{SCHEMA}.sql"
        if not file.exists():
            file.write_text(dump(), encoding="utf-8")
