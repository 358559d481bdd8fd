"""The knowledge, pyAgrum loaded in peace, and the long tests left to `make proof`."""

from __future__ import annotations

import os
import warnings

import pytest

from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the wrappers of pyAgrum, about themselves
    import pyagrum  # noqa: F401 - loaded once, here


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what only `make proof` runs."""
    if "KEDUT_LAW_EXAMPLES" not in os.environ:
        skip = pytest.mark.skip(reason="part of `make proof` only")
        for item in items:
            if item.get_closest_marker("proof"):
                item.add_marker(skip)


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """Give the knowledge that comes with the software."""
    return ours()
