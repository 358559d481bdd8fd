"""A store whose writers are killed, whose disk is full, or whose database goes and comes back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kedut.storage.errors import StoreFull, StoreUnavailable
from kedut.storage.store import LARGEST_BYTES, Store, open_store
from kedut.storage.tables import SCHEMA, VERSION_TABLE
from kedut.storage.token import Token
from tests.storage.places import Place, postgresql_place, sqlite_place
from tests.storage.postgres import PostgresServer
from tests.storage.workers import document

ROOT = Path(__file__).parents[2]


def run_workers(act: str, place: Place, folder: Path, count: int) -> list[tuple[Token, int]]:
    """Run the processes and give what they were told is kept."""
    file = folder / "acknowledged"
    words = [sys.executable, "-m", "tests.storage.workers", act, place.url, str(file), str(count)]
    subprocess.run(words, cwd=ROOT, check=True, timeout=240)
    lines = [line.split() for line in file.read_text().splitlines()]
    return [(Token.parse(text), int(revision)) for text, revision in lines]


def test_writers_killed_in_the_midst_leave_every_acknowledged_save_whole(
    place: Place, tmp_path: Path
) -> None:
    told = dict(run_workers("kill", place, tmp_path, 20))  # the last line of each token counts
    assert len(told) == 20
    assert sum(told.values()) > 20, "they were killed after some saves, not before"
    store = place.open()
    for token, revision in told.items():
        there = store.read(token)
        assert there.revision in {revision, revision + 1}, "the last may be saved and not yet told"
        assert there.document == document(there.revision)
        store.replace(token, b"and on", there.revision)
    store.close()


def test_workers_that_open_an_empty_database_at_once_all_find_it_ready(
    place: Place, tmp_path: Path
) -> None:
    told = run_workers("open", place, tmp_path, 4)
    assert len(told) == 4
    assert place.sql(f"SELECT version_num FROM {VERSION_TABLE}") == [(SCHEMA,)]
    store = place.open()
    assert all(store.read(token).document == document(1) for token, _ in told)
    store.close()


def test_a_server_stopped_and_started_again_is_found_again(postgres: PostgresServer) -> None:
    place = postgresql_place(postgres, postgres.database())
    store = place.open()
    token = store.keep(b"before")
    postgres.stop()
    try:
        acts: list[Callable[[], object]] = [
            store.ready,
            lambda: store.read(token),
            lambda: store.keep(b"meanwhile"),
            lambda: store.replace(token, b"meanwhile", 1),
            lambda: store.erase(token),
        ]
        for act in acts:
            with pytest.raises(StoreUnavailable, match="see that it runs"):
                act()
        with pytest.raises(StoreUnavailable):
            place.open()
        early = place.open(at_once=False)
    finally:
        postgres.start()
    store.ready()
    assert store.read(token).document == b"before"
    assert store.replace(token, b"after", 1).revision == 2
    assert early.read(token).document == b"after", "opened while nothing answered"
    early.close()
    store.close()


def test_a_password_is_not_in_the_sentence() -> None:
    url = "postgresql+psycopg://kedut:Rahasia@/kedut?host=/nowhere"
    with pytest.raises(StoreUnavailable) as told:
        open_store(url)
    assert "Rahasia" not in str(told.value)
    assert "kedut:***@" in str(told.value)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a disk of a size."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk can only be mounted as root; the test by a limit still runs")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def cramped(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Place, Path]]:
    """Give a database on a disk with little room."""
    if request.param == "sqlite":
        with small_disk(tmp_path / "disk", "3m") as disk:
            yield sqlite_place(disk), disk
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with small_disk(server.folder / "disk", "16m") as disk:
        server.give(disk)
        server.sql(f"CREATE TABLESPACE cramped LOCATION '{disk}'")
        name = server.database("TABLESPACE cramped")
        server.sql("CHECKPOINT")  # a new database's pages get their room on the disk only now
        yield postgresql_place(server, name), disk
        server.sql(f"DROP DATABASE {name} WITH (FORCE)")
        server.sql("DROP TABLESPACE cramped")


def fill(store: Store) -> list[Token]:
    """Keep until there is no room, then smaller ones until there is none for these either."""
    kept: list[Token] = []
    for size in (LARGEST_BYTES // 8, 100):
        for _ in range(5000):
            try:
                kept.append(store.keep(os.urandom(size)))
            except StoreFull:
                break
        else:
            pytest.fail("the disk never got full")
    return kept


def test_on_a_full_disk_what_was_kept_stays_and_room_lets_it_go_on(
    cramped: tuple[Place, Path],
) -> None:
    place, disk = cramped
    store = place.open()
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(600_000))
    token = store.keep(b"before it was full")
    others = fill(store)
    with pytest.raises(StoreFull, match="free space on its disk"):
        store.replace(token, os.urandom(LARGEST_BYTES), 1)
    assert store.read(token).document == b"before it was full"
    assert all(store.read(other).revision == 1 for other in others)
    ballast.unlink()
    assert store.replace(token, b"there is room", 1).revision == 2
    store.erase(others[0])
    store.close()


def test_a_limit_of_the_file_is_a_full_disk_too(tmp_path: Path) -> None:
    place = sqlite_place(tmp_path)
    store = place.open(largest_file_bytes=2_000_000)
    token = store.keep(b"before it was full")
    others = fill(store)
    assert store.read(token).document == b"before it was full"
    assert (tmp_path / "kept.sqlite").stat().st_size <= 2_000_000
    for other in others[:4]:
        store.erase(other)
    assert store.replace(token, os.urandom(1000), 1).revision == 2, "erasing makes room"
    store.close()
