"""A SQLite store is its owner's file, is overwritten where erased, and is copied whole."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from threading import Event, Thread, Timer

import pytest

from kedut.storage import engine
from kedut.storage.errors import NewerSchema, NotForThisStore, StoreUnavailable
from kedut.storage.seal import lookup_of
from kedut.storage.tables import VERSION_TABLE
from tests.storage.places import sqlite_place


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_file_and_folder_are_their_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = sqlite_place(tmp_path / "deep" / "data").open()
        store.keep(b"x")
        store.backup(tmp_path / "backup.sqlite")
        files = {path.name: mode(path) for path in (tmp_path / "deep" / "data").iterdir()}
    finally:
        os.umask(before)
    assert files == {f"kept.sqlite{end}": 0o600 for end in ("", "-wal", "-shm")}
    assert mode(tmp_path / "deep" / "data") == 0o700
    assert mode(tmp_path / "backup.sqlite") == 0o600
    store.close()


def test_a_file_others_could_read_is_closed_to_them_and_a_foreign_folder_left(
    tmp_path: Path,
) -> None:
    tmp_path.chmod(0o755)
    file = tmp_path / "kept.sqlite"
    file.touch(mode=0o644)
    sqlite_place(tmp_path).open().close()
    assert mode(file) == 0o600
    assert mode(tmp_path) == 0o755


def test_erased_and_replaced_bytes_are_in_no_file_any_more(tmp_path: Path) -> None:
    place = sqlite_place(tmp_path)
    store = place.open()
    token, other = store.keep(os.urandom(50_000)), store.keep(b"stays")
    ciphertexts = []
    for revision in (1, 2):
        wanted = "SELECT ciphertext FROM kept WHERE lookup = ?"
        ((ciphertext,),) = place.sql(wanted, lookup_of(token))
        ciphertexts.append(ciphertext)
        if revision == 1:
            store.replace(token, os.urandom(50_000), 1)
    pieces = [whole[at : at + 64] for whole in ciphertexts for at in range(0, len(whole), 64)]
    there = everything_in(tmp_path)
    assert sum(piece in there for piece in pieces) > len(pieces) * 0.9
    store.erase(token)
    left = everything_in(tmp_path)
    assert not [piece for piece in pieces if piece in left]
    assert lookup_of(token) not in left
    assert store.read(other).document == b"stays"
    store.close()


def test_a_closed_store_is_one_file(tmp_path: Path) -> None:
    store = sqlite_place(tmp_path).open()
    store.keep(b"x")
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["kept.sqlite"]


def test_it_waits_for_the_disk_before_it_says_saved(tmp_path: Path) -> None:
    store = sqlite_place(tmp_path).open()
    with store.writing() as connection:
        names = ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
    assert found == ["wal", 2, 1, 1, 1000 * engine.PATIENCE_S]
    store.close()


def test_a_store_another_program_holds_can_be_read_and_says_so_when_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "PATIENCE_S", 0.05)
    place = sqlite_place(tmp_path)
    store = place.open()
    token = store.keep(b"readable")
    with closing(place.connect()) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        assert store.read(token).document == b"readable"
        with pytest.raises(StoreUnavailable, match="try again in a moment"):
            store.replace(token, b"not now", 1)
        other.execute("ROLLBACK")
    assert store.replace(token, b"now", 1).revision == 2
    store.close()


def test_a_backup_taken_while_others_write_is_one_moment(tmp_path: Path) -> None:
    store = sqlite_place(tmp_path).open()
    one, other = store.keep(b"0"), store.keep(b"0")
    stop = Event()

    def write_both() -> None:  # `one` is always saved first: never behind `other`
        number = 1
        while not stop.is_set():
            for token in (one, other):
                store.replace(token, str(number).encode(), number)
            number += 1

    writer = Thread(target=write_both)
    writer.start()
    (tmp_path / "copies").mkdir()
    files = [tmp_path / "copies" / f"{number}.sqlite" for number in range(5)]
    for file in files:
        store.backup(file)
    stop.set()
    writer.join()
    store.close()
    assert len(list((tmp_path / "copies").iterdir())) == 5, "nothing beside them"
    target = sqlite_place(tmp_path / "restored").open()
    for file in files:
        target.restore(file)
        first, second = target.read(one).revision, target.read(other).revision
        assert first - second in {0, 1}
    target.close()


def test_a_backup_over_an_older_one_takes_its_place_whole(tmp_path: Path) -> None:
    store = sqlite_place(tmp_path).open()
    backup = tmp_path / "backup.sqlite"
    backup.write_bytes(b"older")
    token = store.keep(b"x")
    store.backup(backup)
    store.erase(token)
    store.restore(backup)
    assert store.read(token).document == b"x"
    store.close()


def test_a_backup_onto_the_store_itself_or_into_nowhere_is_refused(tmp_path: Path) -> None:
    store = sqlite_place(tmp_path).open()
    token = store.keep(b"unharmed")
    with pytest.raises(NotForThisStore, match="name another file"):
        store.backup(tmp_path / "kept.sqlite")
    with pytest.raises(StoreUnavailable, match="look at the folder"):
        store.backup(tmp_path / "no such folder" / "backup.sqlite")
    assert store.read(token).document == b"unharmed"
    store.close()


def test_what_is_no_whole_backup_is_not_restored(tmp_path: Path) -> None:
    store = sqlite_place(tmp_path).open()
    token = store.keep(os.urandom(200_000))
    backup = tmp_path / "backup.sqlite"
    store.backup(backup)
    whole = backup.read_bytes()
    wrong = {
        "cut": whole[: len(whole) // 2],
        "holed": whole[:4096] + bytes(40960) + whole[45056:],
        "text": b"no database at all" * 500,
        "empty": b"",
    }
    for name, content in wrong.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(NotForThisStore, match="no whole backup"):
            store.restore(tmp_path / name)
    with pytest.raises(NotForThisStore, match="there is no file"):
        store.restore(tmp_path / "missing")
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
        connection.commit()
    with pytest.raises(NewerSchema):
        store.restore(backup)
    assert store.read(token).revision == 1, "and the store is as it was"
    store.close()


def test_a_damaged_store_says_so_and_a_backup_mends_it(tmp_path: Path) -> None:
    place = sqlite_place(tmp_path)
    store = place.open()
    token = store.keep(b"in the backup")
    store.backup(tmp_path / "backup.sqlite")
    store.close()
    (tmp_path / "kept.sqlite").write_bytes(b"scribble" * 5000)
    with pytest.raises(StoreUnavailable, match="restore the last backup"):
        place.open()
    mended = place.open(at_once=False)
    mended.restore(tmp_path / "backup.sqlite")
    assert mended.read(token).document == b"in the backup"
    mended.close()
    assert (tmp_path / "kept.sqlite.damaged").read_bytes() == b"scribble" * 5000


def test_a_file_that_vanishes_is_told_and_one_put_back_is_found(tmp_path: Path) -> None:
    store = sqlite_place(tmp_path).open()
    token = store.keep(b"before")
    store.backup(tmp_path / "backup.sqlite")
    for path in tmp_path.glob("kept.sqlite*"):
        path.unlink()
    for act in (store.ready, lambda: store.keep(b"x"), lambda: store.read(token)):
        with pytest.raises(StoreUnavailable, match="is gone; put it back"):
            act()
    assert not (tmp_path / "kept.sqlite").exists(), "no empty one is begun"
    shutil.copy(tmp_path / "backup.sqlite", tmp_path / "kept.sqlite")
    assert store.replace(token, b"after", 1).revision == 2
    store.close()
    again = sqlite_place(tmp_path).open()
    assert again.read(token).document == b"after", "it went into the file that is there"
    again.close()


def test_opening_waits_for_another_program_that_reads_a_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "PATIENCE_S", 0.01)
    file = tmp_path / "kept.sqlite"
    holder = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN")
    holder.execute("SELECT * FROM sqlite_master").fetchall()
    later = Timer(0.2, holder.execute, ["ROLLBACK"])
    later.start()
    store = sqlite_place(tmp_path).open()
    later.join()
    holder.close()
    assert store.read(store.keep(b"x")).revision == 1
    store.close()
