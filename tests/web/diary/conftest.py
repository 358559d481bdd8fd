"""A person with a diary, in a database of their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours
from kedut.web import diary, diary_files, diary_show, keep
from tests.web.client import TestClient
from tests.web.diary.noting import Clock
from tests.web.keep.person import leave, person


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return ours()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept.sqlite"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the clock that the server goes by: noon in Jakarta on a day in November."""
    made = Clock(datetime(2026, 11, 20, 5, 0, tzinfo=UTC))
    for module in (diary, diary_files, diary_show):
        monkeypatch.setattr(module, "now", made.now)
    monkeypatch.setattr(keep, "_now", made.now)
    return made


@pytest.fixture
def client(knowledge: Knowledge, file: Path, clock: Clock) -> Iterator[TestClient]:
    one = person(knowledge, file)
    yield one
    leave(one)
