"""Films."""

from __future__ import annotations


class FilmFile:
    """A film."""

    def note(self, text: str) -> None:
        """Add a note."""
