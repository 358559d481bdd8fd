"""Each kind of store; what is tested here is tested on all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kedut.storage.store import Store
from tests.storage.places import Place, postgresql_place, sqlite_place
from tests.storage.postgres import HOW, PostgresServer, binaries

KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests of a worker; left out loudly where it is not installed."""
    programs = binaries()
    if programs is None:
        pytest.skip(HOW)
    server = PostgresServer(programs)
    yield server
    server.remove()


def an_empty_place(kind: str, request: pytest.FixtureRequest, folder: Path) -> Place:
    """Give an empty database of a kind."""
    if kind == "sqlite":
        return sqlite_place(folder)
    server: PostgresServer = request.getfixturevalue("postgres")
    return postgresql_place(server, server.database())


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Give an empty database, one kind after the other."""
    return an_empty_place(request.param, request, tmp_path)


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """Give a store in an empty database."""
    store = place.open()
    yield store
    store.close()


@pytest.fixture(scope="module", params=KINDS)
def lasting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Give a database that the laws of one file share."""
    return an_empty_place(request.param, request, tmp_path_factory.mktemp("lasting"))


@pytest.fixture(scope="module")
def lasting_store(lasting: Place) -> Iterator[Store]:
    """Give a store that the laws of one file share."""
    store = lasting.open()
    yield store
    store.close()
