"""What was written, as the manifest tells it, and whether it is still that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kedut.batch.place import content, is_there, reading, size_of

FILES = "files"  # the key of the manifest
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A table by its size and content; `rows` stand in it."""

    rows: int
    bytes: int
    sha256: str


def written(url: str, rows: int) -> Written:
    """Look at a table that is whole.

    Raises
    ------
    OSError
    """
    digest = hashlib.sha256()
    with reading(url) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return Written(rows=rows, bytes=size_of(url), sha256=digest.hexdigest())


def are_as_told(manifest: str, tables: Mapping[str, str]) -> bool:
    """Say whether all tables are there and are those that the manifest tells of.

    Raises
    ------
    OSError
    """
    told = _told(manifest)
    for name, url in tables.items():
        one = told.get(name)
        if not isinstance(one, dict) or not is_there(url) or one.get("bytes") != size_of(url):
            return False
        if asdict(written(url, one.get("rows", 0))) != one:
            return False
    return True


def _told(manifest: str) -> dict[str, Any]:
    if not is_there(manifest):
        return {}
    try:
        found = json.loads(content(manifest))
    except (ValueError, RecursionError):
        return {}
    told = found.get(FILES) if isinstance(found, dict) else None
    return told if isinstance(told, dict) else {}
