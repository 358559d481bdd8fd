"""A backup brings back what was kept, and a store moves from one kind of database to the other."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from kedut.storage.errors import NotForThisStore, NotKept
from kedut.storage.keys import Keys
from kedut.storage.move import move
from tests.contracts.conftest import an_empty_place
from tests.storage.places import Place, postgresql_place, sqlite_place
from tests.storage.postgres import PostgresServer

KEYS = Keys.parse(secrets.token_urlsafe(32))


def test_a_sqlite_backup_brings_back_what_was_kept_and_replaced_and_erased(tmp_path: Path) -> None:
    store = sqlite_place(tmp_path).open()
    same, changed, erased = (store.keep(word) for word in (b"same", b"old", b"erased later"))
    backup = tmp_path / "backup.sqlite"
    store.backup(backup)
    store.replace(changed, b"new", 1)
    store.erase(erased)
    late = store.keep(b"after the backup")
    store.restore(backup)
    found = [store.read(token).document for token in (same, changed, erased)]
    assert found == [b"same", b"old", b"erased later"]
    with pytest.raises(NotKept):
        store.read(late)
    assert store.replace(changed, b"newer", 1).revision == 2
    store.close()


def test_a_backup_is_a_store_itself_and_brings_up_a_new_machine(tmp_path: Path) -> None:
    store = sqlite_place(tmp_path).open(keys=KEYS)
    token = store.keep(b"carried over")
    store.backup(tmp_path / "backup.sqlite")
    store.close()
    elsewhere = sqlite_place(tmp_path / "new machine").open(keys=KEYS)
    elsewhere.restore(tmp_path / "backup.sqlite")
    assert elsewhere.read(token).document == b"carried over"
    elsewhere.close()


def test_a_postgresql_dump_brings_back_what_was_kept(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    first = postgres.database()
    store = postgresql_place(postgres, first).open(keys=KEYS)
    token = store.keep(b"kept")
    at = ("-h", str(postgres.folder), "-U", "kedut")
    dump = str(postgres.folder / f"{first}.dump")
    postgres.run("pg_dump", *at, "--format=custom", f"--file={dump}", first)
    store.replace(token, b"changed after", 1)
    restore = ("pg_restore", *at, "--clean", "--if-exists")
    postgres.run(*restore, f"--dbname={first}", dump)
    assert store.read(token).document == b"kept", "into the same database, while it is open"
    store.close()
    second = postgres.database()
    postgres.run(*restore, f"--dbname={second}", dump)
    other = postgresql_place(postgres, second).open(keys=KEYS)
    assert other.read(token).document == b"kept", "into an empty one"
    other.close()


def test_postgresql_says_which_programs_do_it(postgres: PostgresServer, tmp_path: Path) -> None:
    store = postgresql_place(postgres, postgres.database()).open()
    with pytest.raises(NotForThisStore, match="pg_dump --format=custom"):
        store.backup(tmp_path / "backup")
    with pytest.raises(NotForThisStore, match="pg_restore --clean --if-exists"):
        store.restore(tmp_path / "backup")
    store.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_move_takes_all_and_every_link_still_opens(
    place: Place, kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    folder = tmp_path / "target"
    folder.mkdir()
    store, target = place.open(keys=KEYS), an_empty_place(kind, request, folder).open(keys=KEYS)
    documents = {store.keep(bytes([number])): bytes([number]) for number in range(205)}
    changed = next(iter(documents))
    before = store.replace(changed, b"changed", 1)
    assert move(store, target) == 205
    assert target.read(changed) == before
    assert all(target.read(token).document == documents[token] for token in [*documents][1:])
    assert target.keys_in_use() == store.keys_in_use()
    with pytest.raises(NotForThisStore, match="name an empty database"):
        move(store, target)
    store.close()
    target.close()
