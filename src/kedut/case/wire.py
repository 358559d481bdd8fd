"""The fixed JSON shape of a case: read, checked, explained when wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from kedut.case.case import Case
from kedut.case.errors import BadCase
from kedut.case.values import findings_from_values
from kedut.knowledge.errors import UnknownIdentifier
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.nearest import nearest

_OLDEST_YEARS = 120
_LONGEST_SHOWN = 60


def read_case(
    text: str | bytes, knowledge: Knowledge, *, where: str, lenient: bool = False
) -> Case:
    """Read one case from JSON text.

    Parameters
    ----------
    where : named in errors, for instance `cases.jsonl line 7`
    lenient : unknown identifiers are listed under `ignored` instead of being an error

    Raises
    ------
    BadCase
        Says where, what, and what would do.
    """
    return case_from(parse_object(text, where=where), knowledge, where=where, lenient=lenient)


def parse_object(text: str | bytes, *, where: str) -> Any:
    """Decode JSON text; raises BadCase like `read_case`."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadCase(
            where=where,
            what=f"this is not JSON ({_short(error)})",
            remedy="write one JSON object, for instance "
            '{"findings_present": ["twitch_calf_one_side"]}',
        ) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Give an object; a key that stands twice would silently lose what it said first."""
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice[:_LONGEST_SHOWN]!r} stands twice")
    return found


def identifier_of(found: Any) -> str | None:
    """Give the `id` of a decoded object where it has one that can be shown."""
    name = found.get("id") if isinstance(found, Mapping) else None
    return name if isinstance(name, str) and name else None


def case_from(found: Any, knowledge: Knowledge, *, where: str, lenient: bool = False) -> Case:
    """Check a decoded JSON object and give the case; raises BadCase like `read_case`."""
    if not isinstance(found, Mapping):
        raise BadCase(
            where=where,
            what=f"a case must be a JSON object, got {_type(found)}",
            remedy='put the case in braces: {"findings_present": [...]}',
        )
    if "findings_present" not in found:
        raise BadCase(
            where=where,
            what="the key 'findings_present' is missing",
            remedy="add it; an empty list is allowed",
        )
    reader = _Reader(found, knowledge, where, lenient)
    if found["findings_present"] is None:
        raise reader.wrong("findings_present", "a list of identifiers in quotes", None)
    present = [*reader.names("findings_present"), *reader.names("risk_factors")]
    absent = list(reader.names("findings_absent"))
    for name, answer in reader.mapping("tests").items():
        if answer is None:
            continue
        if not isinstance(answer, bool):
            raise reader.wrong(f"tests.{name}", "true or false", answer)
        for identifier in reader.resolved("tests", name):
            (present if answer else absent).append(identifier)
    both = sorted(set(present) & set(absent))
    if both:
        raise BadCase(
            where=f"{where}, key 'findings_absent'",
            what=f"{', '.join(map(repr, both[:5]))} is said to be present and absent",
            remedy="keep it in one of the two, or in neither if it is not known",
        )
    age, sex = reader.age(), reader.sex()
    values = reader.values()
    by_value_present, by_value_absent = findings_from_values(
        values, set(present), set(absent), knowledge, where
    )
    return Case(
        id=reader.identifier(),
        age=age,
        sex=sex,
        present=tuple(dict.fromkeys([*present, *by_value_present])),
        absent=tuple(dict.fromkeys([*absent, *by_value_absent])),
        values=values,
        ignored=tuple(dict.fromkeys(reader.ignored)),
    )


@lru_cache(maxsize=8)
def _known(knowledge: Knowledge) -> dict[str, str]:
    """Give every name and alias with the finding it stands for."""
    names = [
        *knowledge.findings,
        *(a for a, f in knowledge.aliases.items() if f in knowledge.findings),
    ]
    return {name: knowledge.resolve(name) for name in names}


class _Reader:
    """Reads the keys of one object, collecting what is ignored."""

    def __init__(
        self, found: Mapping[str, Any], knowledge: Knowledge, where: str, lenient: bool
    ) -> None:
        self.found = found
        self.knowledge = knowledge
        self.where = where
        self.lenient = lenient
        self.ignored: list[str] = []

    def wrong(self, key: str, wanted: str, got: object) -> BadCase:
        return BadCase(
            where=f"{self.where}, key {key!r}",
            what=f"must be {wanted}, got {_type(got)} {_short(got)}",
            remedy=f"write {wanted}, or null if it is not known",
        )

    def names(self, key: str) -> list[str]:
        found = self.found.get(key)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(n, str) for n in found):
            raise self.wrong(key, "a list of identifiers in quotes", found)
        known = _known(self.knowledge)
        try:
            return [known[name] for name in found]
        except KeyError:
            return [identifier for name in found for identifier in self.resolved(key, name)]

    def resolved(self, key: str, name: str) -> list[str]:
        known = _known(self.knowledge).get(name)
        if known is not None:
            return [known]
        if self.lenient:
            self.ignored.append(name)
            return []
        try:
            return [self.knowledge.resolve(name)]
        except UnknownIdentifier as error:
            hint = ", ".join(map(repr, error.nearest)) or "none resembles it"
            raise BadCase(
                where=f"{self.where}, key {key!r}",
                what=f"{_short(name)!r} is not known; nearest: {hint}",
                remedy="use one of `kedut knowledge list`, or --lenient to leave it out",
            ) from None

    def mapping(self, key: str) -> Mapping[str, Any]:
        found = self.found.get(key)
        if found is None:
            return {}
        if not isinstance(found, Mapping):
            raise self.wrong(key, "an object in braces", found)
        return found

    def age(self) -> float | None:
        age = self.found.get("age")
        if age is None:
            return None
        if isinstance(age, bool) or not isinstance(age, int | float):
            raise self.wrong("age", "a number of years from 0 to 120", age)
        if not 0 <= age <= _OLDEST_YEARS:  # NaN is not either, and no whole number is too large
            raise self.wrong("age", "a number of years from 0 to 120", age)
        return float(age)

    def sex(self) -> str | None:
        sex = self.found.get("sex")
        if sex not in (None, "male", "female"):
            raise self.wrong("sex", '"male" or "female"', sex)
        return sex if isinstance(sex, str) else None

    def values(self) -> dict[str, float]:
        told = self.mapping("values")
        if not told:
            return {}
        ranges = {t.value: t for t in self.knowledge.thresholds}
        values: dict[str, float] = {}
        for name, number in told.items():
            if number is None:
                continue
            if name not in ranges:
                if self.lenient:
                    self.ignored.append(name)
                    continue
                hint = ", ".join(map(repr, nearest(name, ranges))) or "none resembles it"
                raise BadCase(
                    where=f"{self.where}, key 'values'",
                    what=f"{_short(name)!r} is not known; nearest: {hint}",
                    remedy="use one of `kedut knowledge table values`",
                )
            known = ranges[name]
            wanted = f"a number from {known.low:g} to {known.high:g} {known.unit}"
            if isinstance(number, bool) or not isinstance(number, int | float):
                raise self.wrong(f"values.{name}", wanted, number)
            if not known.low <= number <= known.high:
                raise self.wrong(f"values.{name}", wanted, number)
            values[name] = float(number)
        return values

    def identifier(self) -> str:
        found = self.found.get("id")
        if found is None:
            return ""
        if not isinstance(found, str | int) or isinstance(found, bool):
            raise self.wrong("id", "a text", found)
        return str(found)


def _type(found: object) -> str:
    if found is None:
        return "null"
    if isinstance(found, bool):
        return "a truth value"
    names: dict[type, str] = {str: "the text", int: "the number", float: "the number"}
    names |= {list: "the list", dict: "the object"}
    return names.get(type(found), type(found).__name__)


def _short(found: object) -> str:
    try:
        text = str(found)
    except (ValueError, RecursionError):  # an integer of many thousand digits, a deep list
        return "(too large to show)"
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
