"""A film as its readers give it: what the file says, and a way to play it from its start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.closing import Closes
from kedut.measurement.recording import About, Frame, Modality

PIXELS_MOST: Final = 1 << 26  # constant: 8K has half as many
FILM_AGAIN: Final = "film again, or convert it to MP4 (H.264)"
Play = Callable[[int | None], Iterator[tuple[float, Frame]]]


class FilmFile(Closes):
    """A film: what the file says, and a way to play it from its start.

    Parameters
    ----------
    about : what the file says
    size_px : width and height as shown
    play : gives time and picture from the start, of a height or full size
    """

    def __init__(self, about: About, size_px: tuple[int, int], play: Play) -> None:
        self._about, self._size_px, self._play = about, size_px, play
        self._open = True

    @property
    def about(self) -> About:
        """Give what the file says about itself."""
        return self._about

    @property
    def size_px(self) -> tuple[int, int]:
        """Give width and height as shown, rotation applied."""
        return self._size_px

    def frames(self, *, height_px: int | None = None) -> Iterator[tuple[float, Frame]]:
        """Give each frame's time in seconds and its grey picture, from the first on."""
        if not self._open:
            raise ValueError(f"{self._about.name} is closed; open it again to read it")
        if height_px is not None and not 0 < height_px <= 1 << 14:
            raise ValueError(f"a height of {height_px} pixels cannot be; give 1 to 16384")
        try:
            yield from self._play(height_px)
        except BadRecording:
            raise
        except Exception as broken:
            raise BadRecording(
                where=self._about.name,
                what=f"its pictures cannot be decoded ({type(broken).__name__})",
                remedy=FILM_AGAIN,
            ) from broken

    def note(self, text: str) -> None:
        """Add to what the reader says of the file."""
        self._about = replace(self._about, notes=(*self._about.notes, text))

    def close(self) -> None:
        """Let go of the file; a second time does nothing."""
        self._open = False


def only_video(modality: Modality | None, name: str) -> None:
    """Refuse to take a film for something else."""
    if modality not in {None, Modality.VIDEO}:
        raise BadRecording(
            where=name, what=f"it is a film, not {modality}", remedy="leave the modality away"
        )
