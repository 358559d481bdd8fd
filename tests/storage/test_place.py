"""Which addresses are taken, and where the file stands if nobody says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kedut.storage.errors import BadAddress, StoreUnavailable
from kedut.storage.place import default_url
from kedut.storage.store import open_store


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory&uri=true",
        "mysql://somebody:Rahasia@host/kedut",
        "kept.sqlite",
        "",
    ],
)
def test_an_address_that_would_keep_nothing_is_refused(url: str) -> None:
    with pytest.raises(BadAddress, match=r"write sqlite:///folder/kept\.sqlite or") as told:
        open_store(url)
    assert "Rahasia" not in str(told.value)


def test_the_default_is_one_file_in_the_users_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "my data%20"))
    store = open_store(default_url())
    token = store.keep(b"here")
    store.close()
    assert (tmp_path / "my data%20" / "kedut" / "kept.sqlite").stat().st_size
    again = open_store(default_url())
    assert again.read(token).document == b"here"
    again.close()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="look at the folder and its owner"):
        open_store(f"sqlite:///{tmp_path}/file/kept.sqlite")


def test_opening_a_store_that_is_up_to_date_does_not_load_the_migrations(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kept.sqlite"
    open_store(url).close()
    code = (
        "import sys; from kedut.storage.store import open_store; "
        f"open_store({url!r}).close(); raise SystemExit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
