"""`/ready` asks the place where people keep, and makes nothing there."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kedut.storage.tables import SCHEMA
from kedut.web.app import create_app
from kedut.web.settings import Settings
from tests.storage.dump_schema import DUMPS
from tests.web.client import TestClient

NOBODY = "postgresql+psycopg://kedut@127.0.0.1:1/kedut?connect_timeout=1"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "kedut" / "kept.sqlite"


def at(address: str, **more: str) -> TestClient:
    """Give a browser before a server that keeps there."""
    settings = Settings(database=address, requests_per_minute=0, secret="s" * 43, **more)
    return TestClient(create_app(settings))


@pytest.fixture
def client(file: Path) -> Iterator[TestClient]:
    one = at(f"sqlite:///{file}")
    yield one
    one.app.state.store.close()  # type: ignore[attr-defined]


def test_where_nobody_keeps_anything_it_is_ready_and_makes_nothing(
    client: TestClient, tmp_path: Path
) -> None:
    for _ in range(2):
        assert client.get("/ready").json()["status"] == "ready"
    assert list(tmp_path.iterdir()) == []


def test_it_does_not_upgrade_and_make_tables_in_what_is_there(
    client: TestClient, file: Path
) -> None:
    file.parent.mkdir(parents=True)
    file.touch()
    assert client.get("/ready").status_code == 200
    assert file.stat().st_size == 0


def test_a_database_of_an_older_kedut_is_brought_to_our_schema(
    client: TestClient, file: Path
) -> None:
    file.parent.mkdir(parents=True)
    with closing(sqlite3.connect(file)) as older:
        older.executescript((DUMPS / "sqlite-1.sql").read_text(encoding="utf-8"))
    assert client.get("/ready").json()["status"] == "ready"
    with closing(sqlite3.connect(file)) as now:
        assert now.execute("SELECT version_num FROM kedut_schema").fetchall() == [(SCHEMA,)]


def test_a_server_that_starts_does_so_by_itself(file: Path) -> None:
    file.parent.mkdir(parents=True)
    with closing(sqlite3.connect(file)) as older:
        older.executescript((DUMPS / "sqlite-1.sql").read_text(encoding="utf-8"))
    with at(f"sqlite:///{file}"), closing(sqlite3.connect(file)) as now:
        until = time.monotonic() + 60
        while now.execute("SELECT version_num FROM kedut_schema").fetchall() != [(SCHEMA,)]:
            assert time.monotonic() < until, "nobody did"
            time.sleep(0.02)


def test_a_database_one_schema_ahead_is_worked_with(client: TestClient, file: Path) -> None:
    file.parent.mkdir(parents=True)
    client.app.state.store = None  # type: ignore[attr-defined]
    client.get("/ready")
    client.app.state.store.ready()  # type: ignore[attr-defined]
    with closing(sqlite3.connect(file)) as newer:
        newer.execute("UPDATE kedut_schema SET version_num = ?", (str(int(SCHEMA) + 1),))
        newer.commit()
    other = at(f"sqlite:///{file}")
    assert other.get("/ready").status_code == 200
    other.app.state.store.close()  # type: ignore[attr-defined]


def test_what_is_no_database_is_told_before_the_first_use(client: TestClient, file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no database " * 1000)
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


def test_a_folder_in_the_place_of_the_file_is_told(client: TestClient, file: Path) -> None:
    file.mkdir(parents=True)
    assert client.get("/ready").status_code == 503


def test_a_file_in_the_place_of_a_folder_is_told(client: TestClient, file: Path) -> None:
    file.parents[1].touch()
    assert client.get("/ready").status_code == 503


def test_a_folder_that_cannot_be_written_is_told(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = {tmp_path}  # to an administrator, who may run this, every folder is open
    monkeypatch.setattr(os, "access", lambda path, mode: path not in closed)
    assert client.get("/ready").status_code == 503
    closed.clear()
    assert client.get("/ready").status_code == 200


def test_a_database_of_a_newer_kedut_is_told(client: TestClient, file: Path) -> None:
    file.parent.mkdir(parents=True)
    with closing(sqlite3.connect(file)) as newer:
        newer.execute("CREATE TABLE kedut_schema (version_num TEXT)")
        newer.execute("INSERT INTO kedut_schema VALUES ('9999')")
        newer.commit()
    assert client.get("/ready").status_code == 503


def test_a_database_that_went_away_after_its_first_use_is_told_and_found_again(
    client: TestClient, file: Path
) -> None:
    client.app.state.store = None  # type: ignore[attr-defined]
    assert client.get("/ready").status_code == 200
    client.app.state.store.ready()  # type: ignore[attr-defined] # as the first who keeps does
    away = file.with_suffix(".away")
    file.rename(away)
    assert client.get("/ready").status_code == 503
    away.rename(file)
    assert client.get("/ready").status_code == 200


def test_a_server_of_a_database_that_is_not_there_is_told_and_the_pages_go_on() -> None:
    client = at(NOBODY)
    assert client.get("/ready").status_code == 503
    assert client.get("/health").status_code == 200
    assert client.get("/en/interview").status_code == 200
    client.app.state.store.close()  # type: ignore[attr-defined]


def test_where_the_database_stands_is_written_into_the_log_and_not_to_the_world(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = at(NOBODY)
    answer = client.get("/ready")
    assert "127.0.0.1" not in answer.text
    assert "127.0.0.1:1/kedut" in caplog.text
    client.app.state.store.close()  # type: ignore[attr-defined]


def test_a_key_that_is_none_is_told_without_its_text() -> None:
    client = at("sqlite:////tmp/never-made.sqlite", keys=("nonsense",))  # type: ignore[arg-type]
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert "nonsense" not in answer.text
