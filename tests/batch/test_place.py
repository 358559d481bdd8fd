"""Places that others write to as well: what was listed before says nothing of now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from kedut.batch.parts import done_in
from kedut.batch.place import content, is_there, names_in, remove, size_of, write_whole


class Remembering(MemoryFileSystem):
    """Trusts its last listing of a folder, as those of object stores do."""

    protocol = "remembering"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]

    def ls(self, path: str, detail: bool = True, **more: Any) -> list[Any]:
        folder = self._strip_protocol(path)
        if folder not in self.dircache:
            self.dircache[folder] = super().ls(folder, detail=True, **more)
        there = self.dircache[folder]
        return there if detail else [one["name"] for one in there]

    def info(self, path: str, **more: Any) -> dict[str, Any]:
        name = self._strip_protocol(path)
        known = dict(self.dircache).get(name.rpartition("/")[0])
        if known is None:
            return super().info(name, **more)
        for one in known:
            if one["name"] == name:
                return one
        raise FileNotFoundError(name)

    def exists(self, path: str, **more: Any) -> bool:
        try:
            return bool(self.info(path, **more))
        except FileNotFoundError:
            return False

    def _open(self, path: str, mode: str = "rb", **more: Any) -> Any:
        if mode == "rb":
            self.info(path)
        return super()._open(path, mode, **more)

    def invalidate_cache(self, path: str | None = None) -> None:
        self.dircache.clear()


def another_process_writes(url: str, data: bytes) -> None:
    Remembering(skip_instance_cache=True).pipe_file(url, data)


@pytest.fixture
def folder() -> Iterator[str]:
    fsspec.register_implementation("remembering", Remembering, clobber=True)
    place = "remembering://runs/some"
    write_whole(f"{place}/one.part", b"first")
    yield place
    remove(place)


def test_what_another_process_wrote_since_the_last_listing_is_there(folder: str) -> None:
    assert done_in(folder) == {"one"}
    another_process_writes(f"{folder}/two.part", b"second")
    assert content(f"{folder}/two.part") == b"second"
    assert names_in(folder) == ["one.part", "two.part"]
    another_process_writes(f"{folder}/three.part", b"third")
    assert is_there(f"{folder}/three.part")
    assert names_in(folder)
    another_process_writes(f"{folder}/four.part", b"a fourth")
    assert size_of(f"{folder}/four.part") == len(b"a fourth")
