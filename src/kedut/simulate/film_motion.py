"""What a drawn film shows: its scene, its twitches and the way of its camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is filmed and how; what is off by default is zero.

    contrast : of the skin's texture, 1 in good light
    noise : of the sensor, standard deviation in grey levels
    hand_held : 0 on a stand, 1 an ordinary hand
    breathing_px : how far breathing moves the skin
    flicker : of the lamp, as a share of the light; lamp_hz : twice the mains
    light_jump, shadow : a sudden change and a passing shadow, as a share of the light
    focus_pulse : the autofocus hunts once
    background : the leg lies before something that moves
    leg_movement_px, contraction_px : the leg moves once; the muscle tightens once
    per_minute : twitches; still : none at all
    radius_px : a twitch's displacement falls to 1/e there
    """

    width: int = 480
    height: int = 270
    rate_hz: float = 30.0
    duration_s: float = 15.0
    ultrasound: bool = False
    contrast: float = 1.0
    brightness: float = 1.0
    blur_px: float = 0.0
    noise: float = 1.5
    hand_held: float = 0.0
    breathing_px: float = 0.0
    flicker: float = 0.0
    lamp_hz: float = 100.0
    light_jump: float = 0.0
    shadow: float = 0.0
    focus_pulse: bool = False
    background: bool = False
    leg_movement_px: float = 0.0
    contraction_px: float = 0.0
    per_minute: float = 30.0
    sites: int = 3
    amplitude_px: tuple[float, float] = (1.5, 4.0)
    radius_px: tuple[float, float] = (18.0, 40.0)
    still: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmedTwitch:
    """One true twitch; `shading` is the share of light by which its slope brightens."""

    start_s: float
    x_px: float
    y_px: float
    radius_px: float
    amplitude_px: float
    rise_s: float
    decay_s: float
    direction_rad: float
    shading: float = 0.0


def envelope(since_s: Floats, rise_s: float, decay_s: float) -> Floats:
    """Give a twitch's height over time: half a cosine up, then an exponential down."""
    up = 0.5 - 0.5 * np.cos(np.pi * np.clip(since_s / rise_s, 0, 1))
    down = np.exp(-np.maximum(since_s - rise_s, 0) / (decay_s / 2))  # constant: 1/e at half of it
    return np.asarray(up * down)


def draw_twitches(
    scene: Scene, rng: np.random.Generator, disturbed: Sequence[tuple[float, float]]
) -> tuple[FilmedTwitch, ...]:
    """Draw irregular twitches of a few sites, none while the scene is disturbed."""
    if scene.still:
        return ()
    inset = max(1.2 * scene.radius_px[1], 0.12 * scene.height)
    if scene.background:
        inset = max(inset, 0.3 * scene.height)
    inset = min(inset, 0.45 * scene.height)
    low, high = (inset, inset), (scene.width - inset, scene.height - inset)
    sites = [
        (rng.uniform(low, high), rng.uniform(*scene.radius_px), rng.uniform(0, 2 * np.pi))
        for _ in range(scene.sites)
    ]
    found: list[FilmedTwitch] = []
    time_s = rng.uniform(0.8, 2.0)
    while time_s < scene.duration_s - 1.0:
        place, radius, direction = sites[int(rng.integers(len(sites)))]
        clear = all(not on - 0.6 < time_s < on + length + 0.4 for on, length in disturbed)
        if clear:
            found.append(
                FilmedTwitch(
                    start_s=float(time_s),
                    x_px=float(place[0] + rng.normal(0, 0.1 * radius)),
                    y_px=float(place[1] + rng.normal(0, 0.1 * radius)),
                    radius_px=float(radius),
                    amplitude_px=float(rng.uniform(*scene.amplitude_px)),
                    rise_s=float(rng.uniform(0.03, 0.08)),
                    decay_s=float(rng.uniform(0.1, 0.25)),
                    direction_rad=float(direction + rng.normal(0, 0.2)),
                    shading=float(rng.uniform(-0.06, 0.06)),
                )
            )
        pause = rng.lognormal(np.log(60 / scene.per_minute) - 0.3, 0.8)
        time_s += max(0.45, float(pause))
    return tuple(found)


class CameraPath:
    """Where the camera looks: a smooth drift, a tremor of 6 to 10 Hz, turning and zooming."""

    def __init__(self, scene: Scene, rng: np.random.Generator) -> None:
        self._scene = scene
        slow, fast = 4, 3
        self._hz = np.concatenate([rng.uniform(0.08, 0.9, slow), rng.uniform(6, 10, fast)])
        self._phase = rng.uniform(0, 2 * np.pi, (4, slow + fast))
        drift, tremor = 0.010 / slow, 0.0006 / fast  # constant: of the height, each wave's size
        size = np.concatenate([np.full(slow, drift), np.full(fast, tremor)])
        # constant: sideways and up by shares of the height, turning (rad) and zoom a third of them
        self._size = np.outer([2.0, 2.0, 0.6, 0.6], size) * rng.uniform(0.5, 1.5, (4, slow + fast))
        rows, columns = np.mgrid[: scene.height, : scene.width].astype(np.float32)
        self._right = columns - np.float32(scene.width / 2)
        self._down = rows - np.float32(scene.height / 2)

    def seen_from(
        self, time_s: float, zoom: float, _blur: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Give for each pixel the place on the skin that it shows."""
        scene = self._scene
        waves = np.sin(2 * np.pi * self._hz * time_s + self._phase)
        right, down, turn, grow = scene.hand_held * (self._size * waves).sum(axis=1)
        scale = 1 + grow + zoom
        cosine, sine = np.float32(scale * np.cos(turn)), np.float32(scale * np.sin(turn))
        x = cosine * self._right - sine * self._down
        y = sine * self._right + cosine * self._down
        x += np.float32(scene.width / 2 + right * scene.height)
        y += np.float32(scene.height / 2 + down * scene.height)
        return x, y
