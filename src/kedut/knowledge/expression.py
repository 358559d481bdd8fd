"""Conditions over findings: parsed once, then decided in three-valued logic.

A condition is identifiers joined by AND, OR, NOT and parentheses. It is kept as a list of
alternatives, each a set that must be present and a set that must not be (disjunctive normal form),
as bit masks over findings, so that deciding it costs a few integer operations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kedut.knowledge.errors import BadExpression

_TOKEN = re.compile(r"\s*(?:(AND|OR|NOT|\(|\))|([a-z][a-z0-9_]*))")
_MOST_ALTERNATIVES = 4096

Alternative = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition: any alternative suffices; each is (present, not present)."""

    text: str
    alternatives: tuple[Alternative, ...]

    @property
    def wanted(self) -> frozenset[str]:
        """Identifiers that stand unnegated."""
        return frozenset().union(*(present for present, _ in self.alternatives))

    @property
    def unwanted(self) -> frozenset[str]:
        """Identifiers that stand negated."""
        return frozenset().union(*(absent for _, absent in self.alternatives))


def parse(text: str, rename: Callable[[str], str] = str) -> Condition:
    """Parse a condition.

    Parameters
    ----------
    text : AND, OR, NOT, parentheses, identifiers
    rename : applied to every identifier (aliases become the identifier they stand for)

    Raises
    ------
    BadExpression
        Says what was expected where.
    """
    tokens = list(_tokens(text))
    alternatives, rest = _either(tokens, rename, negated=False)
    if rest:
        raise BadExpression(f"unexpected {rest[0]!r} in {text!r}")
    return Condition(text, tuple(_smallest(alternatives)))


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if not match:
            raise BadExpression(f"cannot read {text[at : at + 20]!r} in {text!r}")
        at = match.end()
        yield match.group(1) or match.group(2)


def _either(
    tokens: list[str], rename: Callable[[str], str], *, negated: bool
) -> tuple[list[Alternative], list[str]]:
    found, tokens = _both(tokens, rename, negated=negated)
    while tokens and tokens[0] == "OR":
        more, tokens = _both(tokens[1:], rename, negated=negated)
        found = _product(found, more) if negated else found + more
    return found, tokens


def _both(
    tokens: list[str], rename: Callable[[str], str], *, negated: bool
) -> tuple[list[Alternative], list[str]]:
    found, tokens = _one(tokens, rename, negated=negated)
    while tokens and tokens[0] == "AND":
        more, tokens = _one(tokens[1:], rename, negated=negated)
        found = found + more if negated else _product(found, more)
    return found, tokens


def _one(
    tokens: list[str], rename: Callable[[str], str], *, negated: bool
) -> tuple[list[Alternative], list[str]]:
    if not tokens:
        raise BadExpression("the condition ends too early")
    head, rest = tokens[0], tokens[1:]
    if head == "NOT":
        return _one(rest, rename, negated=not negated)
    if head == "(":
        found, rest = _either(rest, rename, negated=negated)
        if not rest or rest[0] != ")":
            raise BadExpression("a parenthesis is not closed")
        return found, rest[1:]
    if head in {"AND", "OR", ")"}:
        raise BadExpression(f"an identifier is missing before {head!r}")
    name = frozenset({rename(head)})
    return [(frozenset(), name) if negated else (name, frozenset())], rest


def _product(left: list[Alternative], right: list[Alternative]) -> list[Alternative]:
    if len(left) * len(right) > _MOST_ALTERNATIVES:
        raise BadExpression("the condition has too many alternatives; split it")
    return [(a | c, b | d) for a, b in left for c, d in right]


def _smallest(alternatives: list[Alternative]) -> list[Alternative]:
    """Drop alternatives that another one covers, and impossible ones."""
    possible = sorted(
        {(p, n) for p, n in alternatives if not p & n},
        key=lambda a: (len(a[0]) + len(a[1]), sorted(a[0]), sorted(a[1])),
    )
    kept: list[Alternative] = []
    for present, absent in possible:
        if not any(p <= present and n <= absent for p, n in kept):
            kept.append((present, absent))
    return kept
