"""Write the statements that a kedut of the newest schema sends to its database.

    python -m tests.storage.statements

They must go on working on the next schema: old and new work side by side while machines go over
one after the other. Once a schema is released they stay as they are.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event

from kedut.storage.tables import SCHEMA
from kedut.storage.tables import kept as table
from kedut.storage.token import Token
from tests.storage.places import Place, postgresql_place, sqlite_place
from tests.storage.postgres import HOW, PostgresServer, binaries

STATEMENTS = Path(__file__).parents[1] / "contracts/statements"


def statements(place: Place) -> str:
    """Give what a kedut sends to its database: one statement for each thing it does, with ?."""
    store, sent = place.open(), dict[str, dict[str, Any]]()
    tokens: list[Token] = []
    deeds: dict[str, Callable[[], object]] = {
        "keep": lambda: tokens.append(store.keep(b"first")),
        "read": lambda: store.read(tokens[0]),
        "replace": lambda: store.replace(tokens[0], b"second", 1),
        "erase": lambda: store.erase(tokens[0]),
    }

    def hear(*heard: Any) -> None:
        _, _, sql, _, context, _ = heard
        if context.compiled is None:  # the beginning of a transaction
            return
        names = re.findall(r"%\((\w+)\)s", sql) or context.compiled.positiontup
        fields = [re.sub(r"_\d+$", "", name.removeprefix("kept_")) for name in names]
        assert set(fields) <= {column.name for column in table.columns}
        sent[name] = {"sql": re.sub(r"%\(\w+\)s", "?", sql), "values": fields}

    event.listen(store._engine, "before_cursor_execute", hear)
    for name, act in deeds.items():  # noqa: B007 - heard above
        act()
    store.close()
    return json.dumps(sent, indent=1) + "\n"


def of_sqlite() -> str:
    """Give the statements sent to a SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        return statements(sqlite_place(Path(folder)))


def of_postgresql() -> str:
    """Give the statements sent to a PostgreSQL database."""
    programs = binaries()
    if programs is None:
        raise SystemExit(HOW)
    server = PostgresServer(programs)
    try:
        return statements(postgresql_place(server, server.database()))
    finally:
        server.remove()


if __name__ == "__main__":
    STATEMENTS.mkdir(exist_ok=True)
    for kind, sent in {"sqlite": of_sqlite, "postgresql": of_postgresql}.items():
        file = STATEMENTS / f"{kind}-{SCHEMA}.json"
        if not file.exists():
            file.write_text(sent(), encoding="utf-8")
