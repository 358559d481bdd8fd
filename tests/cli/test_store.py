"""`kedut store`: every answer says what is there; nothing is replaced or made unasked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kedut.cli.main import main
from kedut.storage.keys import Keys
from kedut.storage.store import Store, open_store

ONE, TWO = "A" * 42 + "E", "B" * 42 + "E"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("KEDUT_KEY", raising=False)
    address = f"sqlite:///{tmp_path}/kept.sqlite"
    monkeypatch.setenv("KEDUT_DATABASE", address)
    return address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url, keys=Keys.parse(ONE))
    yield opened
    opened.close()


@pytest.mark.parametrize("words", [["check"], ["backup", "x"], ["move", "sqlite:///x"]])
def test_where_nothing_is_kept_yet_no_file_is_made(
    url: str, tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["store", *words]) == 2
    assert "nothing is kept yet" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_missing_is_named(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store.keep(b"x")
    monkeypatch.setenv("KEDUT_KEY", TWO)
    assert main(["store", "check"]) == 1
    missing = Keys.parse(ONE).writing
    assert f"1 record sealed by key {missing}: THIS KEY IS MISSING" in capsys.readouterr().out
    monkeypatch.setenv("KEDUT_KEY", f"{TWO},{ONE}")
    assert main(["store", "check"]) == 0
    monkeypatch.setenv("KEDUT_KEY", f"{ONE},{TWO}")
    assert main(["store", "check"]) == 0
    spare = Keys.parse(TWO).writing
    assert f"key {spare} seals nothing any more" in capsys.readouterr().out


def test_a_restore_replaces_what_is_kept_only_where_told(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = store.keep(b"first")
    assert main(["store", "backup", str(tmp_path / "copy")]) == 0
    store.keep(b"second")
    assert main(["store", "restore", str(tmp_path / "copy")]) == 2
    assert "keeps 2 records" in capsys.readouterr().err
    assert sum(store.keys_in_use().values()) == 2
    assert main(["store", "restore", str(tmp_path / "copy"), "--yes"]) == 0
    assert sum(store.keys_in_use().values()) == 1
    assert store.read(first).document == b"first"


def test_a_backup_that_is_none_changes_nothing(store: Store, tmp_path: Path) -> None:
    first = store.keep(b"first")
    (tmp_path / "copy").write_bytes(b"no backup")
    assert main(["store", "restore", str(tmp_path / "copy"), "--yes"]) == 2
    assert store.read(first).document == b"first"


def test_a_password_is_never_repeated(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    for address in ("mysql://u:sesame@h/d", "postgresql://u:sesame@127.0.0.1:1/d"):
        assert main(["store", "check", "--database", address]) == 2
    told = capsys.readouterr()
    assert "sesame" not in told.err + told.out


def test_without_a_word_it_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["store"]) == 2
    assert "check, backup, restore, move" in capsys.readouterr().err
