"""Files that come with the pages: found by name, told apart by their content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
FONTS = Path(__file__).parent.parent / "report" / "fonts"
_FOLDERS = {"fonts": FONTS}


@cache
def asset(name: str) -> str:
    """Give the address of a file; a changed file has another address.

    Raises
    ------
    LookupError
        No such file comes with the pages.
    """
    path = file_of(name)
    if path is None:
        raise LookupError(f"no file {name!r} comes with the pages")
    return f"/static/{name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:10]}"


def file_of(name: str) -> Path | None:
    """Give where a file lies, or none; never one outside our folders."""
    first, _, rest = name.partition("/")
    folder = _FOLDERS.get(first)
    root, inside = (folder, rest) if folder is not None else (STATIC, name)
    path = (root / inside).resolve()
    if not path.is_relative_to(root.resolve()) or not path.is_file():
        return None
    return path
