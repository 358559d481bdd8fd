"""A person with a database of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours
from tests.web.client import TestClient
from tests.web.keep.person import leave, person


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return ours()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept.sqlite"


@pytest.fixture
def client(knowledge: Knowledge, file: Path) -> Iterator[TestClient]:
    one = person(knowledge, file)
    yield one
    leave(one)
