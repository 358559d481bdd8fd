"""What the page for operators tells them to run, runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kedut.cli.main import main
from kedut.storage.place import default_url
from kedut.storage.store import open_store

PAGE = Path(__file__).parents[2] / "docs/how-to/keep-and-restore.md"
EXAMPLE = "postgresql+psycopg://kedut@localhost/kedut"


def test_the_commands_on_the_page_run_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    for name in ("KEDUT_KEY", "KEDUT_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    other = f"sqlite:///{tmp_path}/other.sqlite"
    text = PAGE.read_text(encoding="utf-8")
    check, backup, restore, move = re.findall(r"^kedut (store .*)$", text, re.MULTILINE)
    assert EXAMPLE in move

    def run(command: str) -> str:
        assert main(command.replace(EXAMPLE, other).split()) == 0
        return capsys.readouterr().out

    store = open_store(default_url())
    token = store.keep(b"kept")
    assert "1 record sealed by the link alone" in run(check)
    run(backup)
    store.erase(token)
    store.close()
    run(restore)
    assert run(move) == "1 record moved; the source is as it was\n"
    moved = open_store(other)
    assert moved.read(token).document == b"kept"
    moved.close()
