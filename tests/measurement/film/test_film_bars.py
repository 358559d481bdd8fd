"""How often the film detector is right, on drawn films."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from kedut.measurement.detectors.film import detect_film
from kedut.measurement.match import Score, pooled
from kedut.measurement.readers.opening import open_recording
from kedut.measurement.recording import Film
from kedut.simulate.film import DrawnFilm, Scene, draw_film, simulate_film, write_film
from tests.measurement.film.films import score

SEEDS = range(40, 42)


def total(films: Iterable[DrawnFilm]) -> tuple[Score, int]:
    scores, placed = [], 0
    for film in films:
        one, near = score(detect_film(film), film.twitches)
        scores.append(one)
        placed += near
    return pooled(scores), placed


def scenes(**changes: object) -> list[DrawnFilm]:
    usual = {"duration_s": 10.0, "per_minute": 40.0, "breathing_px": 0.5}
    return [simulate_film(Scene(**{**usual, **changes}), seed=seed) for seed in SEEDS]


def test_clear_films_are_counted_and_placed() -> None:
    found, placed = total(scenes(amplitude_px=(1.0, 4.0)))
    assert found.f1 >= 0.9
    assert placed == found.hits


def test_hand_held_films_are_counted_and_placed() -> None:
    found, placed = total(scenes(hand_held=1.0, flicker=0.02, amplitude_px=(1.0, 3.0)))
    assert found.f1 >= 0.8
    assert placed >= 0.95 * found.hits


def test_twitches_below_one_pixel_are_counted_and_placed() -> None:
    found, placed = total(scenes(amplitude_px=(0.4, 0.95), noise=1.5))
    assert found.f1 >= 0.8
    assert placed >= 0.95 * found.hits


def test_twitches_in_the_speckle_of_ultrasound_are_counted_and_placed() -> None:
    film = simulate_film(Scene(ultrasound=True, duration_s=10.0, per_minute=40, noise=1.0), seed=6)
    found, placed = total([film])
    assert found.f1 >= 0.8
    assert placed == found.hits


def test_a_film_drawn_in_every_respect_is_counted() -> None:
    found, _ = total(draw_film(seed, duration_s=12.0) for seed in (0, 21))
    assert found.f1 >= 0.8


def test_a_film_from_a_file_is_counted_as_the_phone_compressed_it(tmp_path: Path) -> None:
    film = simulate_film(Scene(duration_s=10.0, per_minute=40, hand_held=0.5), seed=12)
    write_film(film, tmp_path / "calf.mp4")
    read = open_recording(tmp_path / "calf.mp4")
    assert isinstance(read, Film)
    found, placed = score(detect_film(read), film.twitches)
    assert found.f1 >= 0.85
    assert placed == found.hits


def test_what_is_smallest_seen_is_near_the_smallest_that_is_found() -> None:
    scene = Scene(duration_s=12.0, per_minute=50, amplitude_px=(0.1, 1.2), noise=3.0)
    film = simulate_film(scene, seed=5)
    found = detect_film(film)
    limit = found.quality.smallest_seen
    assert limit is not None
    seen, _ = score(found, [one for one in film.twitches if one.amplitude_px > 2 * limit])
    assert seen.missed == 0


@pytest.mark.slow
def test_a_long_film_keeps_no_more_than_a_stretch_in_memory() -> None:
    import tracemalloc

    scene = Scene(width=96, height=72, duration_s=4.0, radius_px=(8.0, 10.0), per_minute=60)
    drawn = list(simulate_film(scene, seed=2).frames())

    def peak_mb(turns: int) -> float:
        film = _Again(drawn, turns)
        tracemalloc.start()
        detect_film(film)
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        return peak

    assert peak_mb(18) < 1.1 * peak_mb(12) + 1


class _Again:
    """A film played there and back over and over."""

    def __init__(self, drawn, turns: int) -> None:
        self._drawn, self._turns = drawn, turns
        once = simulate_film(Scene(width=96, height=72, duration_s=4.0, still=True)).about
        self.about = type(once)(
            name=once.name,
            modality=once.modality,
            format=once.format,
            rate_hz=once.rate_hz,
            length=len(drawn) * turns,
        )
        self.size_px = (96, 72)

    def frames(self, *, height_px=None):
        count = 0
        for turn in range(self._turns):
            for _, frame in self._drawn[:: -1 if turn % 2 else 1]:
                yield count / 30, frame
                count += 1

    def close(self) -> None:
        pass
