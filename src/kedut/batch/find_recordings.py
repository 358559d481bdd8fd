"""The recordings in a folder and all below it, each folder looked through once."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from kedut.batch.place import is_folder, joined, local, names_in

_NOT_ALONE = {".tsv", ".txt", ".asc", ".dat", ".continuous", ".ima", ""}  # beside others, mostly


@dataclass(slots=True)
class Found:
    """What is in a folder.

    names : of recordings, in order, relative to the folder
    left_out : files that are no recordings by their name
    again : links to folders that are looked through already
    closed : folders that cannot be read, and why
    """

    names: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    closed: list[tuple[str, str]] = field(default_factory=list)


def find(url: str) -> Found:
    """Look through a folder; links to folders are followed last, so that real names win."""
    found = Found()
    folders, links = [""], list[str]()
    walked: set[str] = set()
    while folders or links:
        below = folders.pop() if folders else links.pop(0)
        real = _real(url, below)
        if real in walked or _leads_up(url, below, real):
            found.again.append(below.rstrip("/"))
            continue
        walked.add(real)
        try:
            inner = _look_into(url, below, found)
        except OSError as error:
            if not below:
                raise
            found.closed.append((below.rstrip("/"), error.strerror or str(error)))
            continue
        for name in inner:
            path = local(joined(url, name.rstrip("/")))
            (links if path is not None and path.is_symlink() else folders).append(name)
        links.sort()
    for names in (found.names, found.left_out):
        names.sort(key=lambda name: name.split("/"))
    return found


def _look_into(url: str, below: str, found: Found) -> list[str]:
    """Add what one folder holds; give the folders in it."""
    folder = joined(url, below) if below else url
    names = [name for name in names_in(folder) if not name.startswith(".")]
    there = set(names)
    folders = []
    for name in names:
        if is_folder(joined(folder, name)):
            folders.append(f"{below}{name}/")
        elif _is_recording(name, there):
            found.names.append(below + name)
        else:
            found.left_out.append(below + name)
    return folders


def _real(url: str, below: str) -> str:
    folder = joined(url, below) if below else url
    path = local(folder)
    return folder if path is None else os.path.realpath(path)


def _leads_up(url: str, below: str, real: str) -> bool:
    """Say whether a folder is a link to one that it lies in."""
    path = local(joined(url, below.rstrip("/"))) if below else None
    if path is None or not path.is_symlink():
        return False
    return Path(os.path.realpath(path.parent)).is_relative_to(real)


def _is_recording(name: str, beside: set[str]) -> bool:
    path = Path(name)
    suffix = path.suffix.lower()
    if suffix in _NOT_ALONE or suffix not in _suffixes():
        return False
    return suffix != ".mat" or path.with_suffix(".hea").name not in beside  # WFDB has both


@lru_cache(maxsize=1)
def _suffixes() -> frozenset[str]:
    from kedut.measurement.readers.signature import FORMATS

    return frozenset(suffix for one in FORMATS.values() for suffix in one.suffixes)
