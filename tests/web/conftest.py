"""A server without a network, for the tests of the pages and the interfaces; and a real one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI

from kedut.web.app import create_app
from kedut.web.settings import Settings
from tests.web.browser import CHROMIUM, Served, chromium, serving
from tests.web.client import TestClient

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """Give the application as people meet it, without a limit of requests."""
    return create_app(Settings(secret="only for tests", requests_per_minute=0))


@pytest.fixture(scope="session")
def server(app: FastAPI) -> Iterator[TestClient]:
    """Give a running application; redirects are shown, not followed."""
    with TestClient(app, follow_redirects=False) as running:
        yield running


@pytest.fixture
def client(server: TestClient) -> TestClient:
    """Give the same application to a browser that has not been here before."""
    return TestClient(server.app, follow_redirects=False)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a server that a browser can reach."""
    with serving(tmp_path_factory.mktemp("kept")) as running:
        yield running


@pytest.fixture(scope="module")
def address(served: Served) -> str:
    """Give the address of the running server."""
    return served.address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser."""
    if CHROMIUM is None:
        pytest.skip("no Chromium; on Debian or Ubuntu: apt-get install chromium")
    with chromium() as running:
        yield running
