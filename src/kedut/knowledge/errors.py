"""What can be wrong with a knowledge folder.

ValueError
└── BadKnowledge      one or many faults, each with file, line and a way out
ValueError
└── BadExpression     a rule that does not parse
LookupError
└── UnknownIdentifier an identifier no table holds, with the nearest ones
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault in one place."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


class BadKnowledge(ValueError):
    """The knowledge cannot be used; every fault found is listed."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


class BadExpression(ValueError):
    """A condition is not written in AND, OR, NOT, parentheses and identifiers."""


class UnknownIdentifier(LookupError):
    """No table holds this identifier."""

    def __init__(self, identifier: str, nearest: tuple[str, ...]) -> None:
        self.identifier = identifier
        self.nearest = nearest
        hint = f"; nearest: {', '.join(repr(n) for n in nearest)}" if nearest else ""
        super().__init__(f"{identifier!r} is not known{hint}")
