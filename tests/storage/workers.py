"""Processes that open and write a store, some of them killed: run as a program by the tests.

    python -m tests.storage.workers kill URL FILE COUNT    writers, one after the other, killed
    python -m tests.storage.workers note URL FILE COUNT    the same, adding notes to a diary
    python -m tests.storage.workers open URL FILE COUNT    workers that open at the same moment

What was acknowledged stands in FILE, a line each: token and revision, or number of the note.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import time
from collections.abc import Callable

from kedut.storage.notes import add_notes
from kedut.storage.store import open_store


def document(revision: int) -> bytes:
    """Give what a writer saves at a revision: a page to some dozen, all of one number."""
    return f"{revision:08d}".encode() * (1 + revision * 997 % 8000)


def write_on(url: str, acknowledged: int) -> None:
    """Keep and replace without end."""
    store = open_store(url)
    token = store.keep(document(1))
    revision = 1
    while True:
        os.write(acknowledged, f"{token.text} {revision}\n".encode())
        revision = store.replace(token, document(revision + 1), revision).revision


def note_on(url: str, acknowledged: int) -> None:
    """Add notes to a diary without end, one at a time."""
    store = open_store(url)
    token = store.keep(b"a diary")
    number = 0
    while True:
        add_notes(store, token, {str(number).encode(): str(number).encode()})
        os.write(acknowledged, f"{token.text} {number}\n".encode())
        number += 1


def kill_writers(
    url: str, acknowledged: int, count: int, write: Callable[[str, int], None] = write_on
) -> None:
    """Start a writer, kill it in the midst of its saves, and start the next."""
    chance = random.Random(count)
    for _ in range(count):
        size = os.fstat(acknowledged).st_size
        child = os.fork()
        if child == 0:
            write(url, acknowledged)
        while os.fstat(acknowledged).st_size == size:
            time.sleep(0.001)
        time.sleep(chance.uniform(0.001, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def kill_noters(url: str, acknowledged: int, count: int) -> None:
    """Start somebody who notes, kill them in the midst, and start the next."""
    kill_writers(url, acknowledged, count, note_on)


def open_at_once(url: str, acknowledged: int, count: int) -> None:
    """Let many open an empty database at the same moment, each keeping something."""
    import alembic.command  # noqa: F401 - so that the forks do not wait for the disk

    gate, opened = os.pipe()
    children = []
    for _ in range(count):
        child = os.fork()
        if child == 0:
            os.close(opened)
            os.read(gate, 1)
            store = open_store(url)
            os.write(acknowledged, f"{store.keep(document(1)).text} 1\n".encode())
            store.close()
            os._exit(0)
        children.append(child)
    os.close(opened)
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    act, url, path, count = sys.argv[1:]
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with contextlib.closing(os.fdopen(file, "ab")):
        {"kill": kill_writers, "note": kill_noters, "open": open_at_once}[act](
            url, file, int(count)
        )
