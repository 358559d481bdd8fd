"""Cases as programs send them: one object, a list, or one a line; and what answers them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Event
from typing import Any

from kedut.assess.batch import Brief
from kedut.assess.wire import error_line, to_json
from kedut.case.case import Case
from kedut.case.errors import BadCase
from kedut.case.wire import case_from, identifier_of, parse_object
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.exact import ImpossibleEvidence
from kedut.web.turns import assess_in_turn

MOST_BRIEF = 1000
MOST_FULL = 50
WHERE = "the body"
_EASY = 12  # findings present: so few are reckoned with in well under a millisecond
_EXAMPLE = ("twitch_calf_one_side", "intense_exercise_48h")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How cases are to be answered."""

    detail: str = "full"
    language: str = "id"
    lenient: bool = False

    @property
    def most(self) -> int:
        """Give how many cases may come at once."""
        return MOST_BRIEF if self.detail == "brief" else MOST_FULL


@dataclass(frozen=True, slots=True)
class Item:
    """One case of several, decoded or not to be decoded, with its place."""

    told: Any
    where: str
    number: int


class Desk:
    """Answers cases from one knowledge base; brief ones by the compiled way once it is loaded."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._brief: Brief | None = None
        self._warming = Event()

    def warm(self) -> None:
        """Load the compiled way and use it once; until then the plain way says the same."""
        if self._warming.is_set():
            return
        self._warming.set()
        brief = Brief(self.knowledge)
        brief.line(Case(present=tuple(f for f in _EXAMPLE if f in self.knowledge.findings)))
        self._brief = brief

    def case(self, told: Any, wish: Wish, *, where: str = WHERE, number: int = 1) -> Case:
        """Give a decoded object as a case.

        Raises
        ------
        BadCase
        """
        try:
            case = case_from(told, self.knowledge, where=where, lenient=wish.lenient)
        except BadCase as error:
            remedy = error.remedy.replace("--lenient", "lenient=true")
            raise BadCase(where=error.where, what=error.what, remedy=remedy) from None
        return case if case.id else replace(case, id=f"line-{number}")

    def easy(self, case: Case, wish: Wish) -> bool:
        """Say whether the answer is there in no time, so that nobody waits behind it."""
        return wish.detail == "brief" and self._brief is not None and len(case.present) <= _EASY

    def answer(self, case: Case, wish: Wish) -> str:
        """Give the answer as one line, as `kedut assess --format json` writes it.

        Raises
        ------
        BadCase
            The findings cannot stand together.
        """
        try:
            if wish.detail == "brief" and self._brief is not None:
                return self._brief.line(case)
            found = assess_in_turn(case, self.knowledge, detail=wish.detail, language=wish.language)
        except ImpossibleEvidence as error:
            raise BadCase(
                where=f"{WHERE}, key 'findings_present'", what=str(error), remedy="look at it again"
            ) from error
        return to_json(found, self.knowledge, wish.language)

    def answers(self, items: list[Item | BadCase], wish: Wish) -> list[str]:
        """Give one line for each; a case that cannot be assessed is told in its place."""
        return [self._one(item, place, wish) for place, item in enumerate(items, 1)]

    def _one(self, item: Item | BadCase, place: int, wish: Wish) -> str:
        if isinstance(item, BadCase):
            return error_line(item, identifier=None, line=place)
        try:
            case = self.case(item.told, wish, where=item.where, number=item.number)
            return self.answer(case, wish)
        except BadCase as error:
            return error_line(error, identifier=identifier_of(item.told), line=item.number)


@lru_cache(maxsize=8)
def desk_of(knowledge: Knowledge) -> Desk:
    """Give the desk of a knowledge base, made once."""
    return Desk(knowledge)


def object_of(body: bytes) -> Any:
    """Decode a body that is JSON.

    Raises
    ------
    BadCase
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadCase(
            where=WHERE, what=f"byte {error.start} is not UTF-8", remedy="send JSON in UTF-8"
        ) from None
    return parse_object(text, where=WHERE)


def items_of(told: list[Any]) -> list[Item | BadCase]:
    """Give the cases of a JSON list."""
    return [Item(one, f"{WHERE}, item {n}", n) for n, one in enumerate(told, 1)]


def items_of_lines(body: bytes) -> list[Item | BadCase]:
    """Give the cases of a body with one a line; empty lines are left out."""
    return list(_lines(body))


def _lines(body: bytes) -> Iterator[Item | BadCase]:
    for number, line in enumerate(body.split(b"\n"), 1):
        if not line.strip():
            continue
        where = f"{WHERE} line {number}"
        try:
            yield Item(parse_object(line, where=where), where, number)
        except BadCase as error:
            yield error


def must_fit(items: list[Item | BadCase], wish: Wish) -> None:
    """Refuse more cases than are taken at once, and none at all.

    Raises
    ------
    BadCase
    """
    if len(items) > wish.most:
        raise BadCase(
            where=WHERE,
            what=f"{len(items)} cases; {wish.most} are taken at once with detail={wish.detail}",
            remedy="send them in parts, or use `kedut assess` for a large file",
        )
    if not items:
        raise BadCase(
            where=WHERE,
            what="there is no case in it",
            remedy='send one, for instance {"findings_present": ["twitch_calf_one_side"]}',
        )


def error_object(error: BadCase, identifier: str | None = None) -> bytes:
    """Give what a program gets for a single case that cannot be assessed."""
    shape: dict[str, Any] = {"id": identifier} if identifier else {}
    shape["error"] = {"where": error.where, "what": error.what, "try": error.remedy}
    return as_bytes(json.dumps(shape, ensure_ascii=False) + "\n")


def as_bytes(text: str) -> bytes:
    """Encode; half a letter, which JSON allows and UTF-8 does not, as JSON writes it."""
    return text.encode("utf-8", "backslashreplace")
