"""`kedut --version` says all that can differ between two installations."""

from __future__ import annotations

import subprocess
import sys

import pytest

import kedut
from kedut.cli.main import main
from kedut.knowledge.load import ours
from kedut.storage.newest import newest_schema
from kedut.storage.tables import SCHEMA


def test_the_version_names_software_knowledge_and_schema(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    told = capsys.readouterr().out.strip()
    assert told == (
        f"kedut {kedut.__version__} (knowledge {ours().version}, case format 1, "
        f"database schema {SCHEMA})"
    )


def test_the_newest_schema_is_that_of_the_tables() -> None:
    assert newest_schema() == SCHEMA


def test_the_version_loads_no_database() -> None:
    look = "import sys; from kedut.cli.main import _version; _version(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True
    )
    assert not {"sqlalchemy", "alembic", "sqlite3"} & set(loaded.stdout.split())
