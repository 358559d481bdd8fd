"""The file of a diary: events are only ever put at its end, whole and on the disk."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from kedut.diary.errors import LineFault
from kedut.diary.journal import Event, Journal
from kedut.diary.wire import Imported, dump_events, load_events

FILE_NAME = "diary.jsonl"
_OWNER_ONLY_FILE, _OWNER_ONLY_FOLDER = 0o600, 0o700
_END = "\n"
_UTF_16, _BYTE_ORDER = (b"\xff\xfe", b"\xfe\xff"), b"\xef\xbb\xbf"
_SHOWN = 60  # signs of a line that does not open
_TABLES = {".csv", ".tsv", ".txt"}
_LINES = {".jsonl", ".ndjson", ".json"}


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
    """Read a diary; none yet is an empty one, and a bad line stays where it is.

    Raises
    ------
    ValueError
        Lines are sealed with a key that is not here.
    """
    if not file.exists():
        return Journal(), ()
    lines, changed = _opened(file.read_bytes())
    found = load_events("\n".join(lines))
    faults = sorted((*found.faults, *changed), key=lambda fault: fault.line)
    return Journal(found.events), tuple(faults)


def _opened(content: bytes) -> tuple[list[str], list[LineFault]]:
    """Give each line as it was before it was sealed, an empty one where it does not open."""
    from kedut.cli.diary_seal import LineChanged, LineSeal

    seal = LineSeal.ours()
    lines, faults = _text(content).split(_END), []
    for place, line in enumerate(lines):
        try:
            lines[place] = seal.open(line)
        except LineChanged as wrong:
            lines[place] = ""
            faults.append(LineFault(line=place + 1, what=str(wrong), text=line[:_SHOWN]))
    return lines, faults


def journal_of(file: Path, complain: Callable[[str], object]) -> Journal:
    """Read a diary and tell the lines that could not be read."""
    journal, faults = read(file)
    for fault in faults:
        complain(f"{file}, line {fault.line}: {fault.what}; it is kept as it is")
    return journal


def append(file: Path, events: Sequence[Event]) -> None:
    """Put events at the end in one write; a line that a crash left half is ended first.

    Raises
    ------
    ValueError
        What is there is sealed with a key that is not here: it would be two diaries in one.
    """
    from kedut.cli.diary_seal import LineSeal

    if not events:
        return
    seal = LineSeal.ours()
    lines = "".join(f"{seal.seal(dump_events([one]).removesuffix(_END))}{_END}" for one in events)
    if not file.parent.exists():
        file.parent.mkdir(parents=True, mode=_OWNER_ONLY_FOLDER)
    while not _appended(file, lines.encode(errors="surrogatepass")):
        pass  # it was erased while we waited for it; begin it anew


def _appended(file: Path, told: bytes) -> bool:
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, _OWNER_ONLY_FILE)
    with os.fdopen(handle, "r+b", buffering=0) as out, _alone(out.fileno()):
        if not file.exists() or not os.path.samestat(os.fstat(out.fileno()), file.stat()):
            return False
        out.seek(0)
        _opened(out.read())
        size = out.seek(0, os.SEEK_END)
        half = False
        if size:
            out.seek(size - 1)
            half = out.read(1) != b"\n"
        told = (b"\n" if half else b"") + told
        while told:
            told = told[out.write(told) or 0 :]
        os.fsync(out.fileno())
    return True


def holds_all(copy: Path) -> bool:
    """Tell whether a copy of this name holds the whole: a table has neither history nor all."""
    return copy.suffix.casefold() in _LINES


def erase(file: Path, copy: Path | None = None) -> tuple[LineFault, ...]:
    """Erase a diary; its copy, where one is wanted, is on the disk before.

    The copy holds every event, and lines that could not be read as they were. It is plain, also
    where the diary was sealed; given are the lines that stay sealed, as they do not open.

    Raises
    ------
    FileExistsError
        There is something where the copy should be; nothing is erased.
    ValueError
        The name of the copy is none of JSON lines; nothing is erased.
    """
    faults: list[LineFault] = []
    if copy is not None and not holds_all(copy):
        raise ValueError(f"{copy}: the copy is of JSON lines; end its name in .jsonl")
    with file.open("r+b") as held, _alone(held.fileno()):
        if copy is not None:
            content, faults = _plain(held.read())
            _write_new(copy, content)
        if os.name != "nt":
            file.unlink()
    if os.name == "nt":  # there an open file cannot be taken away
        file.unlink()
    _settle(file.parent)
    return tuple(faults)


def _plain(content: bytes) -> tuple[bytes, list[LineFault]]:
    """Give a diary without its seal, to the byte what was not sealed or does not open."""
    lines, faults = _opened(content)
    stay = {fault.line for fault in faults}
    there = _text(content).split(_END)
    if not content.startswith(_UTF_16):
        raw = content.removeprefix(_BYTE_ORDER).split(b"\n")
    else:
        raw = [line.encode(errors="surrogatepass") for line in there]
    return b"\n".join(
        was if number in stay or line == told else line.encode(errors="surrogatepass")
        for number, (line, told, was) in enumerate(zip(lines, there, raw, strict=True), start=1)
    ), faults


def _write_new(file: Path, content: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY_FILE)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    except OSError:
        file.unlink(missing_ok=True)
        raise
    _settle(file.parent)


def _settle(folder: Path) -> None:
    """See that what was put into a folder, or taken out, is so on the disk, where one can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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


def read_others(file: Path, zone: str | None, now: datetime) -> Imported:
    """Read a table or JSON lines from elsewhere.

    Parameters
    ----------
    zone : of times in a table that are written without one
    now : the moment it is; entries of days that have not begun are told as faults
    """
    from kedut.diary.table import load_table

    text = _text(file.read_bytes())
    if file.suffix.casefold() in _TABLES:
        return load_table(text, zone=zone, now=now)
    return load_events(text, now=now)


def _text(content: bytes) -> str:
    """Give the text; what an old spreadsheet wrote is not UTF-8, and nothing is thrown away.

    Line by line: two programs may have written into one file.
    """
    if content.startswith(_UTF_16):
        return content.decode("utf-16", errors="replace")
    lines = content.removeprefix(_BYTE_ORDER).split(b"\n")
    return "\n".join(map(_line, lines))


def _line(line: bytes) -> str:
    for halves in ("strict", "surrogatepass"):  # half a sign is mended where the line is read
        with contextlib.suppress(UnicodeDecodeError):
            return line.decode("utf-8", errors=halves)
    return line.decode("cp1252", errors="replace")
