"""The small knowledge folder, for every test here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.knowledge.small import write_small


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a small, faultless knowledge folder that a test may break."""
    return write_small(tmp_path / "small")
