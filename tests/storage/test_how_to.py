"""What the page for operators tells them to run, runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kedut.storage.place import default_url
from kedut.storage.store import open_store

PAGE = Path(__file__).parents[2] / "docs/how-to/keep-and-restore.md"
EXAMPLE = "postgresql+psycopg://kedut@localhost/kedut"


def test_the_programs_on_the_page_run_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("KEDUT_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    other = f"sqlite:///{tmp_path}/other.sqlite"
    text = PAGE.read_text(encoding="utf-8")
    count, backup, restore, move = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    assert EXAMPLE in move

    def run(program: str) -> None:
        exec(program.replace(EXAMPLE, other), {})  # noqa: S102 - our own page

    store = open_store(default_url())
    token = store.keep(b"kept")
    run(count)
    assert capsys.readouterr().out == "{'': 1}\n[]\n"
    run(backup)
    store.erase(token)
    store.close()
    run(restore)
    run(move)
    assert capsys.readouterr().out == "1 moved\n"
    moved = open_store(other)
    assert moved.read(token).document == b"kept"
    moved.close()
