"""A case as one short text, small enough for a QR code: `KEDUT1:` and base45 of packed JSON.

The text carries the case itself and no address. Answers of whole question groups are said by the
group's name; a reader whose group of that name holds other questions leaves its answers unknown.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kedut.case import base45
from kedut.case.case import AtLeast, Case
from kedut.case.errors import BadCase
from kedut.case.private import handed_on
from kedut.case.wire import case_from, parse_object
from kedut.knowledge.entities import Level
from kedut.knowledge.knowledge_base import Knowledge

PREFIX = "KEDUT1:"
_FAMILY = "KEDUT"
_LONGEST_TEXT = 8_000  # constant: characters; the largest QR code holds 4,296
_LARGEST_JSON = 64_000  # constant: bytes; every finding answered needs some 15,000
_WORTH_A_GROUP = 3  # constant: fewer answers are named one by one
_SEXES = {"m": "male", "f": "female"}
_MOST_DAYS = 366
_REMEDY = "scan or copy the whole text again, from KEDUT1: to its end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A case that was read from its text.

    left_out : its maker left private answers out
    unread : groups of answers that mean something else here and stay unknown
    """

    case: Case
    left_out: bool = False
    unread: tuple[str, ...] = ()


def plain(case: Case) -> Case:
    """Give a case as its text carries it: answers once and in order, what was ignored left out."""
    return replace(
        case,
        present=tuple(sorted(set(case.present))),
        absent=tuple(sorted(set(case.absent))),
        ignored=(),
    )


def pack(
    case: Case,
    knowledge: Knowledge,
    ticked: Collection[str] = (),
    at_least: AtLeast | None = None,
) -> str:
    """Give a case as one text.

    Parameters
    ----------
    ticked : kinds of private answers (`PRIVATE_KINDS`) that the person allowed
    at_least : the urgency found with all answers; whoever assesses the text says no less
    """
    kept, left_out = handed_on(case, knowledge, ticked)
    kept = plain(kept)
    groups, absent = _grouped(kept, knowledge)
    shape = {
        "i": kept.id,
        "a": _short(kept.age),
        "s": kept.sex[:1] if kept.sex else None,
        "p": list(kept.present),
        "n": absent,
        "g": groups,
        "v": {name: _short(number) for name, number in sorted(kept.values.items())},
        "x": int(left_out),
        "u": _floor(at_least or case.at_least),
    }
    told = {key: value for key, value in shape.items() if value not in (None, "", [], {}, 0)}
    if kept.age == 0:
        told["a"] = 0
    text = json.dumps(told, separators=(",", ":"), ensure_ascii=False)
    return PREFIX + base45.encode(zlib.compress(text.encode(), 9))


def _floor(found: AtLeast | None) -> list[Any]:
    """Give an urgency that others must not fall below; self-care says nothing."""
    if found is None or found.level is Level.SELF_CARE:
        return []
    return [str(found.level), found.within_days]


def _at_least(found: Mapping[str, Any], where: str) -> AtLeast | None:
    """Read that urgency; one that cannot be read is told, for without it less could be said."""
    told = found.get("u")
    if told is None:
        return None
    match told:
        case [str(level), int(days)] if (
            level in list(Level) and not isinstance(days, bool) and 0 <= days <= _MOST_DAYS
        ):
            return AtLeast(level=Level(level), within_days=days)
    raise _wrong(where, "the urgency in it has another shape")


def _short(number: float | None) -> float | None:
    return int(number) if number is not None and float(number).is_integer() else number


def _groups(knowledge: Knowledge) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Give the groups of questions: name, members in order, and what tells another membership."""
    for name, members in (*knowledge.screen.items(), *knowledge.opening.items()):
        ordered = tuple(sorted(members))
        yield name, ordered, f"{zlib.crc32(' '.join(ordered).encode()):08x}"


def _grouped(case: Case, knowledge: Knowledge) -> tuple[dict[str, list[Any]], list[str]]:
    """Give absent findings by group, with the places of the members that are not, and the rest."""
    absent = set(case.absent)
    groups: dict[str, list[Any]] = {}
    for name, members, mark in _groups(knowledge):
        others = [place for place, member in enumerate(members) if member not in absent]
        if len(members) - len(others) >= _WORTH_A_GROUP:
            groups[name] = [mark, *others]
            absent -= set(members)
    return groups, sorted(absent)


def is_packed(text: str | bytes) -> bool:
    """Say whether a text starts like a packed case of any version."""
    start = text[:64] if isinstance(text, str) else text[:64].decode("latin-1")
    return start.lstrip().upper().startswith(_FAMILY)


def unpack(text: str, knowledge: Knowledge, *, where: str) -> Unpacked:
    """Read a case from its text.

    Raises
    ------
    BadCase
        Says where, what, and what would do.
    """
    found = parse_object(_json(text, where), where=where)
    if not isinstance(found, Mapping):
        raise _wrong(where, "the text holds no case")
    absent, unread = _ungrouped(found, knowledge, where)
    shape: dict[str, Any] = {
        "id": found.get("i"),
        "age": found.get("a"),
        "sex": _SEXES.get(found.get("s", "")) if isinstance(found.get("s"), str) else None,
        "findings_present": found.get("p", []),
        "findings_absent": absent,
        "values": found.get("v"),
    }
    case = case_from(shape, knowledge, where=where, lenient=True)
    case = replace(plain(case), ignored=case.ignored, at_least=_at_least(found, where))
    return Unpacked(case=case, left_out=bool(found.get("x")), unread=unread)


def _json(text: str, where: str) -> bytes:
    """Give the JSON of a packed text; what is too large or damaged is refused."""
    told = text.strip()  # no base45 text of bytes ends in its space
    if not told.upper().startswith(PREFIX):
        if told.upper().startswith(_FAMILY):
            raise BadCase(
                where=where,
                what=f"{told[:7]!r} is no version this software reads; it reads {PREFIX}",
                remedy="update kedut, or ask for the case as a file",
            )
        raise _wrong(where, f"the text does not start with {PREFIX}")
    if len(told) > _LONGEST_TEXT:
        raise _wrong(where, f"the text has {len(told)} characters, more than any QR code")
    try:
        packed = base45.decode("".join(told[len(PREFIX) :].splitlines()).upper())
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(packed, _LARGEST_JSON)
    except (ValueError, zlib.error):
        raise _wrong(where, "the text is damaged") from None
    if unpacker.unconsumed_tail:
        raise _wrong(where, f"the text unpacks to more than {_LARGEST_JSON} bytes")
    if not unpacker.eof:
        raise _wrong(where, "the text is not whole")
    return data


def _ungrouped(
    found: Mapping[str, Any], knowledge: Knowledge, where: str
) -> tuple[Any, tuple[str, ...]]:
    absent, groups = found.get("n", []), found.get("g", {})
    if not isinstance(absent, list) or not isinstance(groups, Mapping):
        raise _wrong(where, "the answers have another shape")
    known = {name: (members, mark) for name, members, mark in _groups(knowledge)}
    unread = []
    for name, told in groups.items():
        members, mark = known.get(name, ((), ""))
        if not isinstance(told, list) or not mark or told[:1] != [mark]:
            unread.append(str(name)[:64])
            continue
        others = set(told[1:]) if all(isinstance(n, int) for n in told[1:]) else None
        if others is None or not others <= set(range(len(members))):
            raise _wrong(where, f"the answers of the group {name!r} have another shape")
        absent = absent + [m for place, m in enumerate(members) if place not in others]
    return absent, tuple(unread)


def _wrong(where: str, what: str) -> BadCase:
    return BadCase(where=where, what=what, remedy=_REMEDY)
