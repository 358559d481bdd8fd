"""Findings of a measurement (`kedut measure --format json`) join a case."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from kedut.case.case import Case
from kedut.case.errors import BadCase
from kedut.knowledge.errors import UnknownIdentifier
from kedut.knowledge.knowledge_base import Knowledge

_EXAMPLE = '{"findings": [{"id": "measured_rhythm_4_to_7_hz", "present": false}]}'


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measurement found present and absent."""

    present: tuple[str, ...]
    absent: tuple[str, ...]


def read_measured(path: Path, knowledge: Knowledge) -> Measured:
    """Read the findings of a measurement; one JSON object, or one a line.

    Raises
    ------
    BadCase
        Says where, what, and what would do.
    """
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadCase(
            where=str(path), what=f"cannot be read ({error})", remedy="check the name"
        ) from None
    present: list[str] = []
    absent: list[str] = []
    try:
        objects = [json.loads("\n".join(lines))]
    except (ValueError, RecursionError):
        try:
            objects = [json.loads(line) for line in lines]
        except (ValueError, RecursionError) as error:
            raise _wrong(path, f"is not JSON ({str(error)[:80]})") from None
    for found in objects:
        rows = found.get("findings") if isinstance(found, dict) else None
        if not isinstance(rows, list):
            raise _wrong(path, "has no list 'findings'")
        for row in rows:
            if not isinstance(row, dict) or not isinstance(row.get("id"), str):
                raise _wrong(path, "has a finding without 'id'")
            if not isinstance(row.get("present"), bool | None):
                raise _wrong(path, f"says neither true, false nor null for {row['id']!r}")
            try:
                name = knowledge.resolve(row["id"])
            except UnknownIdentifier as error:
                raise _wrong(path, str(error)) from None
            if row.get("present") is not None:
                (present if row["present"] else absent).append(name)
    both = set(present) & set(absent)
    # Seen in one recording and not in another: it was seen.
    return Measured(tuple(dict.fromkeys(present)), tuple(n for n in absent if n not in both))


def _wrong(path: Path, what: str) -> BadCase:
    return BadCase(where=str(path), what=what, remedy=f"it should look like {_EXAMPLE}")


def add_measured(case: Case, measured: Measured, *, where: str) -> Case:
    """Give the case with what was measured.

    Raises
    ------
    BadCase
        The measurement contradicts what the case states.
    """
    clash = set(case.present) & set(measured.absent) | set(case.absent) & set(measured.present)
    if clash:
        raise BadCase(
            where=where,
            what=f"the measurement contradicts {', '.join(map(repr, sorted(clash)))}",
            remedy="take the finding out of the case, or leave --with out",
        )
    return replace(
        case,
        present=tuple(dict.fromkeys([*case.present, *measured.present])),
        absent=tuple(dict.fromkeys([*case.absent, *measured.absent])),
    )
