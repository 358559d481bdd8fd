"""Files that come with the pages: found by name, told apart by their content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
FONTS = Path(__file__).parent.parent / "report" / "fonts"
_SERVED = frozenset({".css", ".js", ".png", ".svg", ".woff2"})


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
    """Give where a file lies, or none; the name is looked up and is never a path."""
    return _files().get(name)


@cache
def _files() -> dict[str, Path]:
    """Give the files that are served, by name."""
    found = {path.relative_to(STATIC).as_posix(): path for path in STATIC.rglob("*")}
    found |= {f"fonts/{path.name}": path for path in FONTS.iterdir()}
    return {name: path for name, path in found.items() if path.suffix in _SERVED}
