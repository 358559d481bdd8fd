"""Why a run stops; what is done by then stays done.

RuntimeError
└── Stopped   one sentence each for where, what, and what would do
"""

from __future__ import annotations


class Stopped(RuntimeError):
    """A run that cannot go on; run again, it goes on from where it was."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        super().__init__(where, what, remedy)
        self.where, self.what, self.remedy = where, what, remedy

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.remedy}"
