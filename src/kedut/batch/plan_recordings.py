"""Folders, lists and names of recordings become parts, one recording each, none of them twice."""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from kedut.batch.cells import Note
from kedut.batch.find_recordings import find
from kedut.batch.job import Job
from kedut.batch.list_recordings import is_list, recordings_of
from kedut.batch.part import Broken, Part, Recording, key_of
from kedut.batch.place import absolute, is_folder, joined, local, parted, system

_SHOWN = 5
_GET = "get it (git annex get, datalad get), or remove the link"


def parts_of(names: Sequence[str], job: Job, note: Note) -> Iterator[Part]:
    """Give the parts of what was named: recordings, folders of them, lists of them.

    A recording is called what tells it apart: as its list or its folder does where one alone is
    named, else as it is reached from here.

    Raises
    ------
    Stopped
    """
    sealed = job.sealed()
    marks = _Marks()
    named = [one for name in names for one in _named(name, note, alone=len(names) == 1)]
    for source in _once(named, marks, note):
        yield _part(source, sealed, marks)


def _named(name: str, note: Note, *, alone: bool) -> Iterator[Recording | Broken]:
    url = absolute(name)
    try:
        if is_folder(url):
            yield from _of_folder(url, "" if alone else _above(name), note)
        elif is_list(url):
            yield from recordings_of(url, name, alone=alone)
        else:
            yield Recording(url=url, name=name)
    except OSError as error:
        if _is_gone(url):
            yield Recording(url=url, name=name)
        else:
            yield _broken(name, f"cannot be read ({error.strerror or error})")


def _above(name: str) -> str:
    """Give what comes before the names in a folder, so that those of several folders differ."""
    plain = name.rstrip("/") if "://" in name else Path(name).as_posix().rstrip("/")
    return "" if plain == "." else f"{plain}/"


def _of_folder(url: str, above: str, note: Note) -> Iterator[Recording | Broken]:
    found = find(url)
    for what, those in (
        ("files are no recordings by their name", found.left_out),
        ("links lead to folders that are looked through already", found.again),
    ):
        if those:
            note(f"{_plain(url)}: {len(those)} {what}: {_first(those)}")
    if not found.names and not found.closed:
        yield _broken(url, "there is no recording in the folder")
    for name, why in found.closed:
        yield _broken(above + name, f"the folder cannot be read ({why})")
    for name in found.names:
        yield Recording(url=joined(url, name), name=above + name)


def _once(
    named: Sequence[Recording | Broken], marks: _Marks, note: Note
) -> list[Recording | Broken]:
    """Leave out what leads to a recording that is there already, and tell of it."""
    taken: dict[str | Broken, Recording | Broken] = {}
    doubled: list[str] = []
    for place, source in _placed(named, marks):
        first = taken.get(place)
        if first is None:
            taken[place] = source
            continue
        doubled.append(source.name)
        if isinstance(source, Broken) or isinstance(first, Broken):
            continue
        if not first.modality:
            taken[place] = replace(first, modality=source.modality)
        elif source.modality not in ("", first.modality):
            what = f"is named as {first.modality} and as {source.modality}; the first was taken"
            broken = Broken(name=source.name, what=what, remedy="name it once")
            taken.setdefault(broken, broken)
    if doubled:
        note(f"{len(doubled)} named more than once, taken once: {_first(doubled)}")
    return list(taken.values())


def _placed(
    named: Sequence[Recording | Broken], marks: _Marks
) -> list[tuple[str | Broken, Recording | Broken]]:
    """Give each with where it truly lies; links to others of them come after all others."""
    found: list[tuple[str | Broken, str, Recording | Broken]] = []
    for source in named:
        if isinstance(source, Recording):
            found.append((*marks.place(source.url), source))
        else:
            found.append((source, "", source))
    there = {place for place, _, _ in found}
    own = [(place, source) for place, to, source in found if to not in there]
    return own + [(to, source) for _, to, source in found if to in there]


def _part(source: Recording | Broken, sealed: str, marks: _Marks) -> Part:
    if isinstance(source, Recording):
        source = _looked_at(source, marks)
    if isinstance(source, Broken):
        source = replace(source, name=_plain(source.name))
        return Part(key=key_of(sealed, source.name, source.what), entries=1, source=source)
    key = key_of(sealed, source.url, source.name, source.modality, marks.of(source.url))
    return Part(key=key, entries=1, source=source)


def _looked_at(source: Recording, marks: _Marks) -> Recording | Broken:
    """Give what is wrong with a recording that need not be opened to be seen."""
    if _plain(source.url) != source.url or _plain(source.name) != source.name:
        return Broken(name=source.name, what="its name is no UTF-8", remedy="rename it")
    try:
        if _is_gone(source.url):
            what = "is a link to a file that is not there"
            return Broken(name=source.name, what=what, remedy=_GET)
        marks.of(source.url)
    except OSError as error:
        return _broken(source.name, f"cannot be read ({error.strerror or error})")
    return source


def _is_gone(url: str) -> bool:
    path = local(url)
    return path is not None and path.is_symlink() and not path.exists()


def _broken(name: str, what: str) -> Broken:
    return Broken(name=name, what=what, remedy="check the name, and that you may read it")


def _first(names: Sequence[str]) -> str:
    more = ", ..." if len(names) > _SHOWN else ""
    return ", ".join(map(_plain, names[:_SHOWN])) + more


def _plain(name: str) -> str:
    """Give a name that can be written anywhere."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


class _Marks:
    """When the files of a recording changed last, and how long they are: no file is read."""

    def __init__(self) -> None:
        self._folders: dict[str, dict[str, list[str]]] = {}
        self._real: dict[str, str] = {}

    def of(self, url: str) -> str:
        """Give a text that changes with a recording or what lies beside it under its name."""
        return "|".join(self._beside(url) or ["missing"])

    def _beside(self, url: str) -> list[str]:
        folder, name = parted(url)
        if folder not in self._folders:
            self._folders[folder] = self._look(folder)
        return self._folders[folder].get(name.partition(".")[0], [])

    def place(self, url: str) -> tuple[str, str]:
        """Give where a recording truly lies, and of a link with nothing beside it where it leads.

        A link that has files of its own beside it (a header with other samples) is a recording of
        its own.
        """
        path = local(url)
        if path is None:
            return url, ""
        folder, name = parted(str(path))
        if folder not in self._real:
            self._real[folder] = os.path.realpath(folder)
        place = joined(self._real[folder], name)
        try:
            alone = path.is_symlink() and len(self._beside(str(path))) == 1
        except OSError:
            alone = False  # told when its turn comes
        return place, os.path.realpath(path) if alone else ""

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
            return marks
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            for entry in sorted(os.scandir(path), key=lambda each: each.name):
                marks[entry.name.partition(".")[0]].append(_plain(_mark(entry)))
        return marks


def _mark(entry: os.DirEntry[str]) -> str:
    try:
        state = entry.stat()
    except OSError:  # a link to nothing, or gone since
        return f"{entry.name} gone"
    return f"{entry.name} {state.st_size} {state.st_mtime_ns}"
