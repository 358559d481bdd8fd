"""Lists of recordings: tables with a column `file`, whatever ends their lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from kedut.batch.part import Broken, Recording
from kedut.batch.place import absolute, content, joined, local, parted

_MODALITIES = ("", "emg", "motion", "video")
_HEAD = 4096
_NO_SIGN = "\ufffd"


def is_list(url: str) -> bool:
    """Say whether a file is a list of recordings: a table with a column `file`.

    Raises
    ------
    OSError
    """
    if not url.endswith((".csv", ".tsv")):
        return False
    path = local(url)
    if path is None:
        head = content(url)[:_HEAD]
    else:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    try:
        return "file" in _header(_text(head))[0]
    except csv.Error:
        return False


def _text(raw: bytes) -> str:
    """Read a text whose lines end as the first one does; a stray sign in a row spoils that row."""
    text = raw.decode("utf-8-sig", "replace").replace("\0", _NO_SIGN).replace("\r\n", "\n")
    first_end = min((at for at in (text.find("\r"), text.find("\n")) if at >= 0), default=-1)
    by_return = first_end >= 0 and text[first_end] == "\r"
    return text.replace("\r", "\n" if by_return else _NO_SIGN)


def _header(text: str) -> tuple[list[str], str]:
    line = text.partition("\n")[0]
    comma = max("\t;,", key=line.count)
    return [cell.strip() for cell in next(csv.reader([line], delimiter=comma), [])], comma


def recordings_of(url: str, name: str, *, alone: bool) -> Iterator[Recording | Broken]:
    """Give what a list names, row by row; a row that says nothing useful is told with its line.

    Parameters
    ----------
    alone : nothing else is named, so that the names in the list tell all apart

    Raises
    ------
    OSError
    """
    text = _text(content(url))
    folder, _ = parted(url)
    above, _ = parted(name)
    before = "" if alone or above == "." else f"{above.rstrip('/')}/"
    line, empty = 1, True
    try:
        header, comma = _header(text)
        rows = csv.DictReader(io.StringIO(text), fieldnames=header, delimiter=comma)
        next(rows, None)
        for row in rows:
            line, empty = rows.line_num, False
            file, modality = (row.get("file") or "").strip(), (row.get("modality") or "").strip()
            where = f"{name} line {line}"
            if not file:
                yield _broken(where, "the column 'file' is empty")
            elif modality not in _MODALITIES:
                yield _broken(where, f"modality {modality[:20]!r} is not emg, motion or video")
            elif "://" in file or Path(file).is_absolute():
                yield Recording(url=absolute(file), name=file, modality=modality)
            else:
                whole = absolute(joined(folder, file))
                yield Recording(url=whole, name=before + file, modality=modality)
    except csv.Error as error:
        yield _broken(f"{name} after line {line}", f"is no table any more ({error})")
        return
    if empty:
        yield _broken(name, "the list is empty")


def _broken(name: str, what: str) -> Broken:
    remedy = "a row names a file in the column 'file'; check the list, and that you may read it"
    return Broken(name=name, what=what, remedy=remedy)
