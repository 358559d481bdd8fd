"""Folders, lists and names of recordings become parts, one recording each."""

from __future__ import annotations

import csv
import io
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from kedut.batch.cells import Note
from kedut.batch.job import Job
from kedut.batch.part import Broken, Part, Recording, key_of
from kedut.batch.place import absolute, content, is_folder, joined, local, names_in, parted, system

_MODALITIES = ("", "emg", "motion", "video")
_NOT_ALONE = {".tsv", ".txt", ".asc", ".dat", ".continuous", ".ima", ""}  # beside others, mostly
_HEAD = 4096


@dataclass(slots=True)
class _Found:
    """What is in a folder: recordings by name, and what was left out."""

    names: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def parts_of(names: Sequence[str], job: Job, note: Note) -> Iterator[Part]:
    """Give the parts of what was named: recordings, folders of them, lists of them.

    Raises
    ------
    Stopped
    """
    sealed = job.sealed()
    marks = _Marks()
    seen: set[str] = set()
    for name in names:
        url = absolute(name)
        try:
            if is_folder(url):
                yield from _of_folder(url, sealed, marks, note)
            elif is_list(url):
                yield from _of_list(url, name, sealed, marks)
            elif name not in seen:
                seen.add(name)
                yield _part(Recording(url=url, name=name), sealed, marks)
        except OSError as error:
            yield _broken(name, f"cannot be read ({error.strerror or error})", sealed)


def is_list(url: str) -> bool:
    """Say whether a file is a list of recordings: a table with a column `file`."""
    if not url.endswith((".csv", ".tsv")):
        return False
    path = local(url)
    if path is None:
        head = content(url)[:_HEAD]
    else:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    return "file" in _header(head)[0]


def _header(head: bytes) -> tuple[list[str], str]:
    text = head.decode("utf-8-sig", "replace").partition("\n")[0]
    comma = max("\t;,", key=text.count)
    return [cell.strip() for cell in next(csv.reader([text], delimiter=comma), [])], comma


def _of_folder(url: str, sealed: str, marks: _Marks, note: Note) -> Iterator[Part]:
    found = _Found()
    _walk(url, "", found)
    if found.left_out:
        shown = ", ".join(found.left_out[:5])
        note(f"{url}: {len(found.left_out)} files are no recordings by their name: {shown}")
    if not found.names:
        yield _broken(url, "there is no recording in the folder", sealed)
    for name in found.names:
        yield _part(Recording(url=joined(url, name), name=name), sealed, marks)


def _walk(url: str, below: str, found: _Found) -> None:
    """Find recordings in a folder and those in it, in order of their names."""
    names = [name for name in names_in(url) if not name.startswith(".")]
    there = set(names)
    for name in names:
        inner = joined(url, name)
        if is_folder(inner):
            _walk(inner, f"{below}{name}/", found)
        elif _is_recording(name, there):
            found.names.append(below + name)
        else:
            found.left_out.append(below + name)


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


def _of_list(url: str, name: str, sealed: str, marks: _Marks) -> Iterator[Part]:
    text = content(url)
    header, comma = _header(text)
    folder, _ = parted(url)
    rows = csv.DictReader(
        io.StringIO(text.decode("utf-8-sig", "replace")), fieldnames=header, delimiter=comma
    )
    next(rows, None)
    empty = True
    for number, row in enumerate(rows, 2):
        empty = False
        file, modality = (row.get("file") or "").strip(), (row.get("modality") or "").strip()
        where = f"{name} line {number}"
        if not file:
            yield _broken(where, "the column 'file' is empty", sealed)
        elif modality not in _MODALITIES:
            yield _broken(where, f"modality {modality[:20]!r} is not emg, motion or video", sealed)
        else:
            whole = file if "://" in file or Path(file).is_absolute() else joined(folder, file)
            source = Recording(url=absolute(whole), name=file, modality=modality)
            yield _part(source, sealed, marks)
    if empty:
        yield _broken(name, "the list is empty", sealed)


def _part(source: Recording, sealed: str, marks: _Marks) -> Part:
    key = key_of(sealed, source.url, source.name, source.modality, marks.of(source.url))
    return Part(key=key, entries=1, source=source)


def _broken(name: str, what: str, sealed: str) -> Part:
    broken = Broken(name=name, what=what, remedy="check the name, and that you may read it")
    return Part(key=key_of(sealed, name, what), entries=1, source=broken)


class _Marks:
    """When the files of a recording changed last, and how long they are: no file is read."""

    def __init__(self) -> None:
        self._folders: dict[str, dict[str, list[str]]] = {}

    def of(self, url: str) -> str:
        """Give a text that changes with a recording or what lies beside it under its name."""
        folder, name = parted(url)
        if folder not in self._folders:
            self._folders[folder] = self._look(folder)
        return "|".join(self._folders[folder].get(name.partition(".")[0], ["missing"]))

    def _look(self, folder: str) -> dict[str, list[str]]:
        marks: dict[str, list[str]] = defaultdict(list)
        path = local(folder)
        if path is None:
            files, inner = system(folder)
            there = files.ls(inner, detail=True) if files.exists(inner) else []
            for one in sorted(there, key=lambda each: str(each["name"])):
                name = str(one["name"]).rpartition("/")[2]
                when = one.get("ETag") or one.get("mtime") or one.get("created")
                marks[name.partition(".")[0]].append(f"{name} {one['size']} {when}")
        elif path.is_dir():
            for entry in sorted(os.scandir(path), key=lambda each: each.name):
                state = entry.stat()
                mark = f"{entry.name} {state.st_size} {state.st_mtime_ns}"
                marks[entry.name.partition(".")[0]].append(mark)
        return marks
