"""Of two clients with one target the second is told; a client that is gone holds nothing up."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kedut.batch.errors import Stopped
from kedut.batch.lock import Lock

QUICK = {"beat_s": 0.05, "silent_s": 0.5}


def held(path: Path, said: list[str] | None = None) -> Lock:
    return Lock(str(path), (said if said is not None else []).append, **QUICK)


def test_the_second_is_told_who_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "results.parquet.lock"
    with held(path), pytest.raises(Stopped, match=r"results\.parquet: is being written by process"):
        held(path).__enter__()
    assert not path.exists()
    with held(path):
        assert path.exists()


def test_one_whose_process_has_ended_is_taken_over_at_once(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = (
        "import os, sys; from kedut.batch.lock import Lock;"
        "Lock(sys.argv[1], print).__enter__(); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert path.exists()
    said: list[str] = []
    with Lock(str(path), said.append, beat_s=0.05, silent_s=1000):
        assert len(said) == 1
    assert "it has ended" in said[0]


def test_one_elsewhere_that_gives_no_sign_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text(json.dumps({"token": "x", "host": "other", "pid": 1, "beats": 4}))
    said: list[str] = []
    with held(path, said):
        assert "no sign for 0.5 s" in said[0]
        assert "on other" in said[0]


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_lock_that_says_nothing_is_taken_over(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lock"
    path.write_text(text)
    with held(path):
        assert json.loads(path.read_text())["pid"]


def test_one_that_was_taken_over_while_asleep_stops(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with held(path) as lock:
        lock.check()
        path.write_text(json.dumps({"token": "another"}))
        assert lock._thread is not None
        lock._thread.join(5)
        with pytest.raises(Stopped, match="took this target over"):
            lock.check()
    assert json.loads(path.read_text())["token"] == "another"


def test_in_an_object_store_the_second_is_told_too() -> None:
    import fsspec

    url, options = "memory://locks/one.lock", QUICK
    unheard: Any = [].append
    with Lock(url, unheard, **options), pytest.raises(Stopped, match="is being written"):
        Lock(url, unheard, **options).__enter__()
    assert not fsspec.filesystem("memory").exists("/locks/one.lock")
