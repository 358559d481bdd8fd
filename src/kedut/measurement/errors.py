"""What can be wrong with a recording, said so that a person knows what would do."""

from __future__ import annotations


class BadRecording(ValueError):
    """A file that cannot be measured.

    Parameters
    ----------
    where : the file, and the place in it where known
    what : what is wrong
    remedy : what would do
    """

    def __init__(self, *, where: str, what: str, remedy: str) -> None:
        super().__init__(f"{where}: {what}; {remedy}")
        self.where, self.what, self.remedy = where, what, remedy
