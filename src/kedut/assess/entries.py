"""What one person keeps, as bytes: interviews by date; the only place where its keys stand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kedut.knowledge.entities import Level

SCHEMA = 1


class BadEntries(ValueError):
    """A document that is none of ours, or one of a newer kedut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One interview as it was kept.

    t : the packed transcript
    answered_at : with its offset from UTC
    level : the urgency that was told then
    """

    t: str
    answered_at: datetime
    knowledge_version: str
    software_version: str
    level: Level


def empty() -> bytes:
    """Give the document of somebody who has kept no interview yet, such as one with a diary."""
    return json.dumps({"schema": SCHEMA, "entries": []}, separators=(",", ":")).encode()


def appended(document: bytes | None, entry: Entry) -> bytes:
    """Give the document with one more entry; what else stands in it is carried along.

    The same answers on the same day are one entry: a button pressed twice keeps once.

    Raises
    ------
    BadEntries
    """
    if entry.answered_at.tzinfo is None:
        raise BadEntries("answered_at needs its offset from UTC")
    shape: dict[str, Any] = {"schema": SCHEMA, "entries": []}
    if document is not None:
        shape = _shape(document)
    rows: list[dict[str, Any]] = shape["entries"]
    day = entry.answered_at.date()
    if any(row["t"] == entry.t and _time(row).date() == day for row in rows):
        return document or b""
    rows.append(
        {
            "t": entry.t,
            "answered_at": entry.answered_at.isoformat(timespec="seconds"),
            "knowledge_version": entry.knowledge_version,
            "software_version": entry.software_version,
            "level": str(entry.level),
        }
    )
    return json.dumps(shape, ensure_ascii=False, separators=(",", ":")).encode()


def entries_of(document: bytes) -> tuple[Entry, ...]:
    """Give what is kept, the oldest first.

    Raises
    ------
    BadEntries
    """
    found = [_entry(row) for row in _shape(document)["entries"]]
    return tuple(sorted(found, key=lambda entry: entry.answered_at))


def _shape(document: bytes) -> dict[str, Any]:
    try:
        shape = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise BadEntries("what is kept is no JSON") from error
    match shape:
        case {"schema": 1, "entries": [*rows]} if all(isinstance(row, dict) for row in rows):
            for row in rows:
                _entry(row)
            return dict(shape)
        case {"schema": int(schema)} if schema > SCHEMA:
            raise BadEntries(f"schema {schema} is of a newer kedut; install that one again")
    raise BadEntries("what is kept has another shape")


def _entry(row: dict[str, Any]) -> Entry:
    try:
        return Entry(
            t=str(row["t"]),
            answered_at=_time(row),
            knowledge_version=str(row["knowledge_version"]),
            software_version=str(row["software_version"]),
            level=Level(row["level"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise BadEntries("an entry of what is kept has another shape") from error


def _time(row: dict[str, Any]) -> datetime:
    time = datetime.fromisoformat(row["answered_at"])
    if time.tzinfo is None:
        raise BadEntries("answered_at needs its offset from UTC")
    return time
