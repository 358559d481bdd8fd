"""Films that tests are done on: drawn small and short, changed as a law asks, and scored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kedut.measurement.match import Score, match
from kedut.measurement.recording import About, Film, Frame
from kedut.measurement.twitch import Detected
from kedut.simulate.film import FilmedTwitch

TOLERANCE_S = 0.1


@dataclass(slots=True)
class Changed:
    """A film with each frame changed by a function of its number."""

    film: Film
    change: Callable[[Frame, int], Frame]

    @property
    def about(self) -> About:
        return self.film.about

    @property
    def size_px(self) -> tuple[int, int]:
        first = next(iter(self.frames()))[1]
        return first.shape[1], first.shape[0]

    def frames(self, *, height_px: int | None = None) -> Iterator[tuple[float, Frame]]:
        for index, (time_s, frame) in enumerate(self.film.frames(height_px=None)):
            changed = self.change(frame, index)
            assert height_px is None or changed.shape[0] == height_px
            yield time_s, changed

    def close(self) -> None:
        self.film.close()


@dataclass(slots=True)
class Kept:
    """A drawn film kept in memory, so that it is drawn once for many tests."""

    about: About
    size_px: tuple[int, int]
    pictures: list[tuple[float, Frame]]
    asked: list[int | None]

    def frames(self, *, height_px: int | None = None) -> Iterator[tuple[float, Frame]]:
        self.asked.append(height_px)
        assert height_px is None or height_px == self.size_px[1]
        yield from self.pictures

    def close(self) -> None:
        pass


def keep(film: Film) -> Kept:
    return Kept(film.about, film.size_px, list(film.frames()), [])


def score(found: Detected, true: Sequence[FilmedTwitch]) -> tuple[Score, int]:
    """Give the score in time, and how many of the hits lie within a radius of their place."""
    pairs = match([t.onset_s for t in found.twitches], [t.start_s for t in true], TOLERANCE_S)
    placed = 0
    for here, there in pairs:
        one, truth = found.twitches[here], true[there]
        assert one.x is not None
        assert one.y is not None
        placed += bool(np.hypot(one.x - truth.x_px, one.y - truth.y_px) <= truth.radius_px)
    hits = len(pairs)
    return (
        Score(hits=hits, missed=len(true) - hits, false=len(found.twitches) - hits),
        placed,
    )
