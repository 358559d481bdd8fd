"""Laws of the film detector: what must not matter does not, what must follows."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from kedut.measurement.detectors.film import detect_film
from kedut.measurement.measure import measured
from kedut.measurement.twitch import Detected, Reason
from kedut.simulate.film import Scene, simulate_film
from tests.measurement.film.films import Changed, Kept, keep, score

SMALL = {"width": 320, "height": 180, "radius_px": (20.0, 30.0), "amplitude_px": (1.2, 3.0)}


@cache
def plain() -> tuple[Kept, Detected]:
    film = simulate_film(Scene(**SMALL, duration_s=9.0, per_minute=45), seed=3)
    kept = keep(film)
    found = detect_film(kept)
    assert score(found, film.twitches)[0].f1 == 1.0
    assert len(film.twitches) >= 4
    return kept, found


def times(found: Detected) -> list[float]:
    return [one.onset_s for one in found.twitches]


def test_mirroring_the_film_mirrors_x() -> None:
    film, found = plain()
    mirrored = detect_film(Changed(film, lambda frame, _: np.ascontiguousarray(frame[:, ::-1])))
    assert times(mirrored) == pytest.approx(times(found), abs=0.02)
    for one, other in zip(found.twitches, mirrored.twitches, strict=True):
        assert other.x == pytest.approx(film.size_px[0] - 1 - (one.x or 0), abs=1.5)
        assert other.y == pytest.approx(one.y, abs=1.5)
        assert other.amplitude == pytest.approx(one.amplitude, rel=0.1)


@pytest.mark.parametrize("gain, offset", [(0.7, 0.0), (1.0, 40.0), (1.3, -20.0)])
def test_brighter_or_darker_film_has_the_same_twitches(gain: float, offset: float) -> None:
    film, found = plain()

    def lit(frame: np.ndarray, _: int) -> np.ndarray:
        return np.clip(np.rint(frame * gain + offset), 0, 255).astype(np.uint8)

    again = detect_film(Changed(film, lit))
    assert times(again) == pytest.approx(times(found), abs=0.03)
    for one, other in zip(found.twitches, again.twitches, strict=True):
        assert np.hypot((other.x or 0) - (one.x or 0), (other.y or 0) - (one.y or 0)) < 4
        assert other.amplitude == pytest.approx(one.amplitude, rel=0.2)


def test_twice_the_size_is_twice_the_place_and_the_amplitude() -> None:
    film, found = plain()

    def doubled(frame: np.ndarray, _: int) -> np.ndarray:
        return cv2.resize(frame, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)

    large = detect_film(_Reducing(film, doubled))
    assert times(large) == pytest.approx(times(found), abs=0.03)
    for one, other in zip(found.twitches, large.twitches, strict=True):
        assert other.x == pytest.approx(2 * (one.x or 0), abs=8)
        assert other.y == pytest.approx(2 * (one.y or 0), abs=8)
        assert other.amplitude == pytest.approx(2 * one.amplitude, rel=0.25)


class _Reducing(Changed):
    """A changed film that is made smaller when asked, as readers do."""

    def frames(self, *, height_px=None):
        for time_s, frame in super().frames():
            if height_px is not None and height_px != frame.shape[0]:
                width = round(frame.shape[1] * height_px / frame.shape[0])
                frame = cv2.resize(frame, (width, height_px), interpolation=cv2.INTER_AREA)
            yield time_s, frame


@pytest.mark.parametrize("hand_held", [0.0, 1.0])
def test_a_still_scene_gives_nothing(hand_held: float) -> None:
    scene = Scene(
        **SMALL, duration_s=8.0, still=True, hand_held=hand_held, breathing_px=1.0, flicker=0.02
    )
    found = detect_film(simulate_film(scene, seed=8))
    assert found.twitches == ()
    assert found.quality.smallest_seen is not None
    assert found.heat is not None
    assert not found.heat.any()


@pytest.mark.parametrize(
    "trouble, reasons",
    [
        ({"light_jump": 0.4}, {Reason.LIGHT}),
        ({"shadow": 0.35}, {Reason.LIGHT}),
        ({"leg_movement_px": 18.0}, {Reason.MOVEMENT, Reason.CAMERA}),
        ({"contraction_px": 10.0}, {Reason.MOVEMENT, Reason.CAMERA}),
        ({"focus_pulse": True}, {Reason.CAMERA, Reason.MOVEMENT}),
    ],
    ids=["light", "shadow", "leg", "contraction", "focus"],
)
def test_what_disturbs_is_left_out_by_its_name_and_nothing_is_counted_in_it(
    trouble: dict[str, float], reasons: set[Reason]
) -> None:
    film = simulate_film(Scene(**SMALL, duration_s=8.0, per_minute=40, **trouble), seed=21)
    found = detect_film(film)
    (epoch,) = film.epochs
    over = [
        one
        for one in found.quality.excluded
        if one.onset_s < epoch.onset_s + epoch.duration_s / 2
        and one.onset_s + one.duration_s > epoch.onset_s
    ]
    assert {one.reason for one in over} & reasons
    for one in found.twitches:
        assert not any(
            out.onset_s <= one.onset_s <= out.onset_s + out.duration_s
            for out in found.quality.excluded
        )
    assert found.quality.usable_s < film.about.duration_s - 0.9
    assert score(found, film.twitches)[0].false == 0


def test_twitches_of_one_place_are_one_site_and_the_map_is_warm_there() -> None:
    film, found = plain()
    sites = {one.cluster for one in found.twitches}
    assert sites == set(range(len(sites)))
    for site in sites:
        x = [one.x for one in found.twitches if one.cluster == site]
        assert np.ptp(x) < 40
    assert found.heat is not None
    rows, columns = found.heat.shape
    one = max(found.twitches, key=lambda t: t.amplitude)
    warm = found.heat[int(one.y * rows / film.size_px[1]), int(one.x * columns / film.size_px[0])]
    assert warm > 0.5 * one.amplitude
    assert np.median(found.heat) < 0.2 * warm


def test_the_course_of_each_twitch_is_kept_and_rises_where_it_begins() -> None:
    _, found = plain()
    assert found.waveforms is not None
    assert found.waveform_of == tuple(range(len(found.twitches)))
    assert len(found.waveforms) == len(found.twitches)
    before = round(0.3 * found.waveform_rate_hz)
    for course in found.waveforms:
        assert course[: before - 2].max() < 0.3 * course.max()
        assert before <= course.argmax() <= before + 5


def test_progress_rises_to_one() -> None:
    film, _ = plain()
    told: list[float] = []
    detect_film(film, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_film_without_frames_is_unusable_not_an_error() -> None:
    film, _ = plain()
    found = detect_film(Kept(film.about, film.size_px, [], []))
    assert found.twitches == ()
    assert not found.quality.usable
    assert found.quality.smallest_seen is None


def test_few_frames_a_film_of_one_colour_and_a_black_one_give_nothing() -> None:
    film, _ = plain()
    for grey, count in ((120, 90), (0, 90), (120, 3)):
        pictures = [(i / 30, np.full((180, 320), grey, np.uint8)) for i in range(count)]
        found = detect_film(Kept(film.about, film.size_px, pictures, []))
        assert found.twitches == ()
        assert not found.quality.usable
    assert "too_short" in found.quality.reasons


def test_each_reason_is_given_for_what_it_names() -> None:
    film, found = plain()
    assert found.quality.reasons == ("too_short",)
    dark = detect_film(Changed(film, lambda frame, _: (frame // 12).astype(np.uint8)))
    assert "too_dark" in dark.quality.reasons
    soft = detect_film(Changed(film, lambda frame, _: cv2.GaussianBlur(frame, (0, 0), 9.0)))
    assert "out_of_focus" in soft.quality.reasons or soft.quality.smallest_seen > (
        found.quality.smallest_seen
    )
    slow = simulate_film(Scene(**SMALL, duration_s=8.0, rate_hz=10.0), seed=3)
    rare = detect_film(slow)
    assert "low_frame_rate" in rare.quality.reasons
    assert not rare.quality.usable


def test_a_film_in_which_only_very_large_twitches_show_gives_no_rate() -> None:
    dim = measured(simulate_film(Scene(**SMALL, duration_s=12.0, contrast=0.12, noise=8.0), seed=3))
    assert "out_of_focus" in dim.detected.quality.reasons
    assert not dim.detected.quality.usable
    assert dim.features.rate is None
    assert "no_usable_rest" in dim.limits
