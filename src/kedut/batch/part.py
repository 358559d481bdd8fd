"""A part of the work: some rows or one recording, with a key that changes when its answer may."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Some lines of a text file.

    start, end : bytes; first : the number of the first line, from 1
    header : the columns of a table, else empty; comma : what parts them
    """

    url: str
    name: str
    start: int
    end: int
    first: int
    header: tuple[str, ...] = ()
    comma: str = ","


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some rows of one group of a Parquet file; `before` stand in groups ahead of it."""

    url: str
    name: str
    size: int
    group: int
    start: int
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One recording; `name` is how it was named, `modality` what it is where the file is silent."""

    url: str
    name: str
    modality: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A file that could not be looked into: one row of errors."""

    name: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the work.

    key : changes when its content, the options or a version does
    entries : how many cases or recordings go in, and must come out
    """

    key: str
    entries: int
    source: Lines | Rows | Recording | Broken


def key_of(*pieces: bytes | str) -> str:
    """Give a short text that differs where any piece differs."""
    digest = hashlib.blake2b(digest_size=16)
    for piece in pieces:
        raw = piece.encode(errors="surrogatepass") if isinstance(piece, str) else piece
        digest.update(len(raw).to_bytes(8, "little"))
        digest.update(raw)
    return digest.hexdigest()
