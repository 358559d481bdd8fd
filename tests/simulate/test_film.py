"""Drawn films: the same again from the same seed, and their truth is what they show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kedut.measurement.recording import Film, Modality
from kedut.simulate.film import Scene, draw_film, simulate_film, write_film
from kedut.simulate.film_motion import envelope

TINY = {"width": 160, "height": 96, "duration_s": 3.0, "radius_px": (10.0, 14.0)}


def test_a_drawn_film_is_a_film() -> None:
    film = simulate_film(Scene(**TINY))
    assert isinstance(film, Film)
    assert film.about.modality is Modality.VIDEO
    shown = list(film.frames())
    assert len(shown) == film.about.length == 90
    assert {frame.shape for _, frame in shown} == {(96, 160)}
    assert [time_s for time_s, _ in shown] == pytest.approx([i / 30 for i in range(90)])
    assert next(iter(film.frames(height_px=48)))[1].shape == (48, 80)


def test_the_same_seed_gives_the_same_film_and_another_another() -> None:
    one, same, other = (draw_film(seed, duration_s=2.0, height=96) for seed in (5, 5, 6))
    first, again, different = (next(iter(film.frames()))[1] for film in (one, same, other))
    assert np.array_equal(first, again)
    assert one.twitches == same.twitches
    assert not np.array_equal(first, different)


def test_a_twitch_moves_its_own_place_at_its_own_time_only() -> None:
    scene = Scene(**TINY, noise=0.0, amplitude_px=(2.0, 3.0), per_minute=20)
    film = simulate_film(scene, seed=1)
    one = film.twitches[0]
    frames = np.array([frame for _, frame in film.frames()], float)
    rest = frames[int(one.start_s * 30)]
    height = frames[int((one.start_s + one.rise_s) * 30) + 1]
    rows, columns = np.mgrid[:96, :160]
    inside = np.hypot(columns - one.x_px, rows - one.y_px) < one.radius_px
    outside = np.hypot(columns - one.x_px, rows - one.y_px) > 3 * one.radius_px
    assert np.abs(height - rest)[inside].mean() > 2
    assert np.abs(height - rest)[outside].max() <= 1
    assert np.array_equal(frames[0], frames[int(one.start_s * 30)])


def test_a_still_scene_on_a_stand_without_noise_does_not_change() -> None:
    film = simulate_film(Scene(**TINY, noise=0.0, still=True))
    frames = np.array([frame for _, frame in film.frames()])
    assert film.twitches == ()
    assert not np.ptp(frames, axis=0).any()


def test_a_twitch_rises_within_its_rise_and_falls_in_twice_its_fall() -> None:
    since = np.linspace(-0.1, 1.0, 1101)
    course = envelope(since, 0.05, 0.2)
    assert course[since <= 0].max() == 0
    assert since[course.argmax()] == pytest.approx(0.05, abs=0.002)
    assert course.max() == pytest.approx(1)
    assert course[since > 0.45].max() < 0.02


def test_no_twitch_is_drawn_while_the_scene_is_disturbed() -> None:
    for seed in range(6):
        scene = Scene(**{**TINY, "duration_s": 20.0}, light_jump=0.3, contraction_px=5.0)
        film = simulate_film(scene, seed=seed)
        assert {epoch.reason for epoch in film.epochs} == {"light", "movement"}
        for one in film.twitches:
            assert all(
                not e.onset_s <= one.start_s <= e.onset_s + e.duration_s for e in film.epochs
            )


def test_drawn_scenes_differ_in_what_films_differ_in() -> None:
    scenes = [draw_film(seed, duration_s=2.0, height=48).scene for seed in range(30)]
    for name in ("hand_held", "flicker", "breathing_px", "light_jump", "shadow", "focus_pulse"):
        assert len({bool(getattr(scene, name)) for scene in scenes}) == 2, name
    assert {scene.ultrasound for scene in scenes} == {True, False}
    assert len({scene.rate_hz for scene in scenes}) == 3


def test_a_written_film_is_read_back_nearly_as_it_was(tmp_path: Path) -> None:
    import av

    film = simulate_film(Scene(**TINY, noise=0.5))
    write_film(film, tmp_path / "skin.mp4", bits_per_pixel=1.0)
    with av.open(str(tmp_path / "skin.mp4")) as container:
        read = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    drawn = [frame for _, frame in film.frames()]
    assert len(read) == len(drawn)
    apart = [np.abs(a.astype(float) - b).mean() for a, b in zip(read, drawn, strict=True)]
    # a film has the range 16 to 235 for black to white or all of it; both are read as grey
    assert max(apart) < 12
