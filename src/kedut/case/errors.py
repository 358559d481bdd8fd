"""What can be wrong with a case.

ValueError
└── BadCase   one sentence each for where, what, and what would do
"""

from __future__ import annotations


class BadCase(ValueError):
    """A case that cannot be assessed."""

    def __init__(self, *, where: str, what: str, remedy: str) -> None:
        self.where = where
        self.what = what
        self.remedy = remedy
        super().__init__(f"{where}: {what}; {remedy}")
