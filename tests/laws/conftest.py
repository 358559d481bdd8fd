"""How many examples a law is tried on: KEDUT_LAW_EXAMPLES, else 500; `make proof` says more."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from kedut.knowledge.load import ours
from kedut.reasoning.inference import reasoner_of

EXAMPLES = int(os.environ.get("KEDUT_LAW_EXAMPLES", "500"))

settings.register_profile(
    "laws",
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES <= 500,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("laws")


@pytest.fixture(scope="session", autouse=True)
def _quick() -> None:
    """Use the compiled posterior: it says what the clear one says (tests/reasoning)."""
    reasoner_of(ours()).quicken()
