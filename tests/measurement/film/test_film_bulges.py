"""Skin that bulges moves away on all sides: one twitch, not one for each flank."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedut.measurement.detectors.film import detect_film
from kedut.measurement.detectors.film_events import Event, bulges_whole
from kedut.measurement.match import match
from kedut.measurement.recording import About, Frame, Modality
from kedut.simulate.film_motion import envelope
from tests.measurement.film.films import Kept

RATE_HZ = 30.0
SIZE_PX = (480, 270)
TWITCHES = ((1.5, 150.0, 110.0), (3.2, 330.0, 150.0), (5.1, 210.0, 170.0), (6.9, 380.0, 90.0))
RADIUS_PX = 32.0


def event(
    place_px: tuple[float, float], way: tuple[float, float], *, frame: float = 50.0, z: float = 20.0
) -> Event:
    return Event(
        frame=frame,
        place_px=place_px,
        radius_px=20.0,
        amplitude_px=2.0,
        direction=way,
        shape=0,
        z=z,
        course_px=np.zeros(4, np.float32),
    )


def bulging(seed: int, amplitude_px: float, sign: float) -> Kept:
    """Give a film of skin that bulges at each twitch, or sinks in where the sign is -1."""
    rng = np.random.default_rng(seed)
    width, height = SIZE_PX
    skin = np.zeros((height, width))
    for blur, part in ((1.2, 3.0), (3.0, 4.0), (8.0, 5.0), (30.0, 8.0)):
        texture = cv2.GaussianBlur(rng.standard_normal((height, width)), (0, 0), blur)
        skin += part * texture / texture.std()
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    pictures: list[tuple[float, Frame]] = []
    for index in range(round(9 * RATE_HZ)):
        at_x, at_y = x.copy(), y.copy()
        for start_s, centre_x, centre_y in TWITCHES:
            since_s = np.array(index / RATE_HZ - start_s)
            height_px = sign * amplitude_px * float(envelope(since_s, 0.07, 0.4)) * (since_s > 0)
            across, down = (x - centre_x) / RADIUS_PX, (y - centre_y) / RADIUS_PX
            steep = height_px * (2 * np.e) ** 0.5 * np.exp(-(across**2) - down**2)
            at_x -= steep * across
            at_y -= steep * down
        seen = cv2.remap(
            skin, at_x.astype(np.float32), at_y.astype(np.float32), cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REFLECT,
        )  # fmt: skip
        noisy = 130 + seen + rng.standard_normal(seen.shape)
        pictures.append((index / RATE_HZ, np.clip(noisy, 0, 255).astype(np.uint8)))
    about = About(
        name="bulge", modality=Modality.VIDEO, format="drawn", rate_hz=RATE_HZ, length=len(pictures)
    )
    return Kept(about=about, size_px=SIZE_PX, pictures=pictures, asked=[])


@pytest.mark.parametrize("seed, sign", [(0, 1.0), (1, 1.0), (2, -1.0)])
def test_a_bulge_is_one_twitch_and_lies_where_it_bulges(seed: int, sign: float) -> None:
    found = detect_film(bulging(seed, 3.0, sign)).twitches
    pairs = match([one.onset_s for one in found], [start for start, _, _ in TWITCHES], 0.1)
    assert len(found) == len(pairs) == len(TWITCHES)
    for one, other in pairs:
        _, x, y = TWITCHES[other]
        assert np.hypot((found[one].x or 0) - x, (found[one].y or 0) - y) < RADIUS_PX


turns = st.floats(0, 2 * np.pi)


@given(turns, st.floats(30, 55), st.sampled_from([-1, 1]))
def test_two_flanks_of_a_bulge_are_one_between_them(turn: float, apart: float, sign: int) -> None:
    way = np.array([np.cos(turn), np.sin(turn)])
    left, right = (
        event(tuple(100 + side * way * apart / 2), tuple(sign * side * way), z=20 + side)
        for side in (-1, 1)
    )
    [whole] = bulges_whole([left, right], RATE_HZ)
    assert np.allclose(whole.place_px, 100)
    assert whole.z == 21
    assert whole.radius_px >= apart / 2


@given(turns, turns, st.floats(30, 55))
def test_what_moves_alike_remains_two(turn: float, way: float, apart: float) -> None:
    line = np.array([np.cos(turn), np.sin(turn)])
    ways = (float(np.cos(way)), float(np.sin(way)))
    one, other = event((0.0, 0.0), ways), event(tuple(line * apart), ways)
    assert len(bulges_whole([one, other], RATE_HZ)) == 2


@given(turns, st.floats(61, 300), st.floats(2, 9))
def test_what_is_far_or_later_remains_two(turn: float, far: float, later: float) -> None:
    way = np.array([np.cos(turn), np.sin(turn)])
    first = event((0.0, 0.0), tuple(-way))
    assert len(bulges_whole([first, event(tuple(way * far), tuple(way))], RATE_HZ)) == 2
    other = event(tuple(way * 40), tuple(way), frame=50 + later)
    assert len(bulges_whole([first, other], RATE_HZ)) == 2
