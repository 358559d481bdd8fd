"""A bare application around the FHIR door, and how many examples a law is tried on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, settings

from kedut.fhir import systems
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours
from kedut.reasoning.inference import reasoner_of
from kedut.web.fhir_door import router
from kedut.web.settings import Settings
from tests.web.client import TestClient

settings.register_profile(
    "fhir",
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("fhir")


@pytest.fixture(scope="session", autouse=True)
def _quick() -> None:
    """Use the compiled posterior: it says what the clear one says (tests/reasoning)."""
    reasoner_of(ours()).quicken()


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return ours()


def bare_app() -> FastAPI:
    """Give an application that is nothing but the FHIR door."""
    app = FastAPI()
    app.state.knowledge = ours()
    app.state.settings = Settings(secret="only for tests", fhir_base=systems.BASE)
    app.include_router(router)
    return app


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    with TestClient(bare_app(), raise_server_exceptions=False) as browser:
        yield browser
