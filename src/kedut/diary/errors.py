"""What can be wrong with a diary that is read.

ValueError
└── BadEntry   one line that says something impossible; the other lines go on
"""

from __future__ import annotations

from dataclasses import dataclass


class BadEntry(ValueError):
    """A line that cannot be read as an entry; says what and what would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFault:
    """A line that was left out in an import: where, what is wrong, and the line itself.

    line : counted from 1
    """

    line: int
    what: str
    text: str
