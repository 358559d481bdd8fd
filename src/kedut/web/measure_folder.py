"""The folder in which a recording lies while it is measured; gone afterwards, whoever is killed."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

if sys.platform != "win32":
    import fcntl

_PREFIX = "kedut-recording-"
_HELD = "held"  # locked while somebody measures; the system lets go of it when they die
_YOUNG_S = 2.0  # perhaps not locked yet


@contextmanager
def folder_for_one() -> Iterator[Path]:
    """Give a folder that is deleted with all in it; by the next who measures if we are killed."""
    sweep()
    with (
        tempfile.TemporaryDirectory(prefix=_PREFIX) as name,
        (Path(name) / _HELD).open("wb") as held,
    ):
        _lock(held)
        yield Path(name)


def sweep() -> None:
    """Delete what servers left that were killed while they measured."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # it is still measured, not ours, or gone meanwhile
            if time.time() - folder.stat().st_mtime < _YOUNG_S:
                continue
            with (folder / _HELD).open("r+b") as held:
                _lock(held)
                shutil.rmtree(folder)


def _lock(held: IO[bytes]) -> None:
    if sys.platform != "win32":
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
