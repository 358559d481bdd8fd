"""Where a run writes: the tables, what it tells of itself, and what it holds while it works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kedut.batch.errors import Stopped
from kedut.batch.place import absolute, is_folder, joined, parted
from kedut.batch.tables import ERRORS, EVENTS, RESULTS

_SUFFIX = ".parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """The places of one run.

    tables : by name, `results`, `errors` and for recordings `events`
    parts, lock : there while the run is not finished
    """

    tables: dict[str, str]
    manifest: str
    parts: str
    lock: str


def outputs(out: str, names: Sequence[str] = (RESULTS, ERRORS)) -> Outputs:
    """Give the places for `--out`: a name that ends in `.parquet`, or a folder.

    Beside `results.parquet` stand `errors.parquet` and `manifest.json`; beside another name, so
    that several may share a folder, `NAME.errors.parquet` and `NAME.manifest.json`.

    Raises
    ------
    Stopped
    """
    url = absolute(out)
    if out.endswith("/") or (is_folder(url) and not out.endswith(_SUFFIX)):
        url = joined(url, RESULTS + _SUFFIX)
    if not url.endswith(_SUFFIX):
        raise Stopped(out, "is no table", f"name one that ends in {_SUFFIX}, or a folder: {out}/")
    folder, file = parted(url)
    stem = file.removesuffix(_SUFFIX)
    before = "" if stem == RESULTS else f"{stem}."
    tables = {name: joined(folder, f"{before}{name}{_SUFFIX}") for name in names}
    tables[RESULTS] = url
    return Outputs(
        tables=tables,
        manifest=joined(folder, f"{before}manifest.json"),
        parts=f"{url}.parts",
        lock=f"{url}.lock",
    )


RECORDINGS = (RESULTS, EVENTS, ERRORS)
