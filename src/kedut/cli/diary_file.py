"""The file of a diary: events are only ever put at its end, whole and on the disk."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from kedut.diary.errors import LineFault
from kedut.diary.journal import Event, Journal
from kedut.diary.wire import Imported, dump_events, load_events

FILE_NAME = "diary.jsonl"
_OWNER_ONLY_FILE, _OWNER_ONLY_FOLDER = 0o600, 0o700
_TABLES = {".csv", ".tsv", ".txt"}


def default_file() -> Path:
    """Give the one file in the user's data folder.

    Raises
    ------
    ValueError
        What knows that folder is not installed.
    """
    try:
        from platformdirs import user_data_path
    except ImportError:
        raise ValueError(
            "where your data folder is, is not known; say --file PATH, "
            "or install kedut with its part `web`"
        ) from None
    return user_data_path("kedut", appauthor=False) / FILE_NAME


def read(file: Path) -> tuple[Journal, tuple[LineFault, ...]]:
    """Read a diary; none yet is an empty one, and a bad line stays where it is."""
    if not file.exists():
        return Journal(), ()
    found = load_events(_text(file.read_bytes()))
    return Journal(found.events), found.faults


def journal_of(file: Path, complain: Callable[[str], object]) -> Journal:
    """Read a diary and tell the lines that could not be read."""
    journal, faults = read(file)
    for fault in faults:
        complain(f"{file}, line {fault.line}: {fault.what}; it is kept as it is")
    return journal


def append(file: Path, events: Sequence[Event]) -> None:
    """Put events at the end in one write; a line that a crash left half is ended first."""
    if not events:
        return
    if not file.parent.exists():
        file.parent.mkdir(parents=True, mode=_OWNER_ONLY_FOLDER)
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, _OWNER_ONLY_FILE)
    with os.fdopen(handle, "r+b", buffering=0) as out, _alone(out.fileno()):
        size = out.seek(0, os.SEEK_END)
        half = False
        if size:
            out.seek(size - 1)
            half = out.read(1) != b"\n"
        told = (b"\n" if half else b"") + dump_events(events).encode(errors="surrogatepass")
        while told:
            told = told[out.write(told) or 0 :]
        os.fsync(out.fileno())


@contextlib.contextmanager
def _alone(handle: int) -> Iterator[None]:
    """Keep other programs of ours from writing at the same time, where the system can."""
    try:
        import fcntl
    except ImportError:  # not on Windows; there one write is all the care there is
        yield
        return
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


def read_others(file: Path, zone: str | None = None) -> Imported:
    """Read a table or JSON lines from elsewhere.

    Parameters
    ----------
    zone : of times in a table that are written without one
    """
    from kedut.diary.table import load_table

    text = _text(file.read_bytes())
    if file.suffix.casefold() in _TABLES:
        return load_table(text, zone=zone)
    return load_events(text)


def _text(content: bytes) -> str:
    """Give the text; what an old spreadsheet wrote is not UTF-8, and nothing is thrown away.

    Line by line: two programs may have written into one file.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return "\n".join(map(_line, lines))


def _line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")
