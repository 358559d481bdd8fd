"""A server without a network, for the tests of the pages and the interfaces."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from kedut.web.app import create_app
from kedut.web.settings import Settings
from tests.web.client import TestClient


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
