"""Filmed skin and ultrasound cine with twitches, drawn; where and when is known exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from kedut.measurement.recording import About, Frame, Modality
from kedut.simulate.film_motion import CameraPath, FilmedTwitch, Scene, draw_twitches, envelope
from kedut.simulate.film_texture import Picture, noise_at_scale, skin, speckle

_NOISE_PICTURES = 6  # constant: sensor noise is taken from this many pictures, shifted at random
_MARGIN = 0.15  # constant: skin drawn beyond the view, of its height, for the camera to wander in


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """A stretch in which nothing can be counted; `reason` as in `measurement.twitch.Reason`."""

    onset_s: float
    duration_s: float
    reason: str


class DrawnFilm:
    """A film drawn frame by frame when asked for; the same scene and seed give the same film.

    Its truth stands in `twitches` and `epochs`; places are pixels of the film while the camera
    is at rest.
    """

    def __init__(self, scene: Scene, seed: int) -> None:
        rng = np.random.default_rng([seed, 0])
        self.scene = scene
        self._seed = seed
        self._surface = self._draw_surface(rng)
        self._behind = 110 + 22 * noise_at_scale((scene.height, scene.width), 12, rng)
        self._bank = rng.standard_normal(
            (_NOISE_PICTURES, scene.height, scene.width), dtype=np.float32
        )
        self._light = self._draw_light(rng)
        self._path = CameraPath(scene, rng)
        self._breath = (rng.uniform(0.2, 0.33), rng.uniform(0, 2 * np.pi), rng.uniform(0, 1, 2))
        self._event_at = tuple(
            sorted(rng.uniform(0.15, 0.85, 4) * scene.duration_s)
        )  # light, shadow, focus, movement
        self.epochs = self._epochs()
        self.twitches = draw_twitches(scene, rng, [(e.onset_s, e.duration_s) for e in self.epochs])

    @property
    def about(self) -> About:
        """Give what the film says about itself."""
        scene = self.scene
        return About(
            name="drawn",
            modality=Modality.VIDEO,
            format="drawn",
            rate_hz=scene.rate_hz,
            length=round(scene.duration_s * scene.rate_hz),
        )

    @property
    def size_px(self) -> tuple[int, int]:
        """Give width and height."""
        return self.scene.width, self.scene.height

    def frames(self, *, height_px: int | None = None) -> Iterator[tuple[float, Frame]]:
        """Give each frame's time and picture."""
        width, height = self.size_px
        for index in range(self.about.length):
            time_s = index / self.scene.rate_hz
            frame = self._frame(index, time_s)
            if height_px is not None and height_px < height:
                small = (round(width * height_px / height), height_px)
                frame = cv2.resize(frame, small, interpolation=cv2.INTER_AREA).astype(np.uint8)
            yield time_s, frame

    def close(self) -> None:
        """Do nothing: no file is open."""

    def _draw_surface(self, rng: np.random.Generator) -> Picture:
        scene = self.scene
        margin = round(_MARGIN * scene.height)
        shape = (scene.height + 2 * margin, scene.width + 2 * margin)
        if scene.ultrasound:
            return speckle(shape, rng)
        return skin(shape, rng, contrast=scene.contrast)

    def _draw_light(self, rng: np.random.Generator) -> Picture:
        rows, columns = np.mgrid[: self.scene.height, : self.scene.width].astype(np.float32)
        slope = rng.uniform(-0.2, 0.2, 2)
        light = 1 + slope[0] * (columns / self.scene.width - 0.5)
        light += slope[1] * (rows / self.scene.height - 0.5)
        return np.asarray(light * self.scene.brightness, np.float32)

    def _epochs(self) -> tuple[Epoch, ...]:
        scene, (light, shadow, focus, movement) = self.scene, self._event_at
        all_of = (
            (scene.light_jump, Epoch(onset_s=light, duration_s=0.1, reason="light")),
            (scene.shadow, Epoch(onset_s=shadow, duration_s=1.0, reason="light")),
            (scene.focus_pulse, Epoch(onset_s=focus, duration_s=0.8, reason="camera")),
            (scene.leg_movement_px, Epoch(onset_s=movement, duration_s=1.5, reason="movement")),
            (scene.contraction_px, Epoch(onset_s=movement, duration_s=2.0, reason="movement")),
        )
        return tuple(epoch for there, epoch in all_of if there)

    def _frame(self, index: int, time_s: float) -> Frame:
        scene = self.scene
        rng = np.random.default_rng([self._seed, 1, index])
        x, y = self._path.seen_from(time_s, *self._focus(time_s))
        shade = self._move(x, y, time_s)
        margin = np.float32(round(_MARGIN * scene.height))
        picture = cv2.remap(
            self._surface, x + margin, y + margin, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        )
        picture = picture * shade
        if scene.background:
            picture = self._beside(picture, time_s)
        _, blur = self._focus(time_s)
        if blur or scene.blur_px:
            picture = cv2.GaussianBlur(picture, (0, 0), float(np.hypot(blur, scene.blur_px)))
        picture = picture * (self._light * self._gain(time_s))
        noise = self._bank[int(rng.integers(_NOISE_PICTURES))]
        shift = (int(rng.integers(scene.height)), int(rng.integers(scene.width)))
        picture += scene.noise * np.roll(noise, shift, (0, 1))
        return np.clip(np.rint(picture), 0, 255).astype(np.uint8)

    def _focus(self, time_s: float) -> tuple[float, float]:
        """Give how far the zoom breathes, and the blur in pixels."""
        if not self.scene.focus_pulse:
            return 0.0, 0.0
        since = (time_s - self._event_at[2]) / 0.8
        pulse = np.sin(np.pi * since) ** 2 if 0 < since < 1 else 0.0
        return 0.006 * pulse, 2.5 * pulse * self.scene.height / 270

    def _move(self, x: Picture, y: Picture, time_s: float) -> NDArray[np.float32]:
        """Displace the skin in place; give by what its brightness is multiplied."""
        scene = self.scene
        shade = np.ones_like(x)
        for one in self.twitches:
            height = float(envelope(np.array(time_s - one.start_s), one.rise_s, one.decay_s))
            reach = 3 * one.radius_px
            if height < 1e-3:
                continue
            rows = slice(max(0, int(one.y_px - reach)), max(0, int(one.y_px + reach) + 1))
            columns = slice(max(0, int(one.x_px - reach)), max(0, int(one.x_px + reach) + 1))
            here = np.s_[rows, columns]
            right, down = x[here] - one.x_px, y[here] - one.y_px
            bump = height * np.exp(-(right**2 + down**2) / one.radius_px**2)
            sloping = (right * np.cos(1.0) + down * np.sin(1.0)) / one.radius_px
            shade[here] *= 1 + one.shading * sloping * bump
            x[here] -= one.amplitude_px * np.cos(one.direction_rad) * bump
            y[here] -= one.amplitude_px * np.sin(one.direction_rad) * bump
        if scene.breathing_px:
            rate, phase, (u, v) = self._breath
            wide = np.exp(-((x / scene.width - u) ** 2 + (y / scene.height - v) ** 2)) * np.float32(
                scene.breathing_px * np.sin(2 * np.pi * rate * time_s + phase)
            )
            y -= wide
        self._leg(x, y, time_s)
        return shade

    def _leg(self, x: Picture, y: Picture, time_s: float) -> None:
        scene, onset = self.scene, self._event_at[3]
        if scene.leg_movement_px:
            since = np.clip((time_s - onset) / 1.5, 0, 1)
            swing = scene.leg_movement_px * np.sin(np.pi * since) ** 2
            x -= np.float32(swing) * (0.6 + 0.8 * x / scene.width)
            y -= np.float32(0.5 * swing) * (1.2 - 0.6 * x / scene.width)
        if scene.contraction_px:
            since = time_s - onset
            hold = np.clip(since / 0.25, 0, 1) * np.clip((2.0 - since) / 0.3, 0, 1)
            tremble = 1 + 0.08 * np.sin(2 * np.pi * 9 * since)
            bulge = np.exp(-((x / scene.width - 0.5) ** 2 * 6 + (y / scene.height - 0.5) ** 2 * 5))
            x -= np.float32(scene.contraction_px * hold * tremble) * bulge
            y += np.float32(0.4 * scene.contraction_px * hold) * bulge

    def _beside(self, picture: Picture, time_s: float) -> Picture:
        """Put the leg, a lying cylinder, before something that moves."""
        scene = self.scene
        rows = np.linspace(-1, 1, scene.height, dtype=np.float32)[:, None]
        leg = np.clip((0.72 - np.abs(rows)) * scene.height / 6, 0, 1)
        round_off = np.sqrt(np.clip(1 - (rows / 0.9) ** 2, 0.05, 1))
        travel = round(scene.height * (0.2 * np.sin(0.9 * time_s) + 0.05 * np.sin(5 * time_s)))
        behind = np.roll(self._behind, (travel, 2 * travel), (0, 1))
        return np.asarray(leg * round_off * picture + (1 - leg) * behind, np.float32)

    def _gain(self, time_s: float) -> NDArray[np.float32]:
        scene = self.scene
        rows = np.arange(scene.height, dtype=np.float32)[:, None] / scene.height
        gain = np.ones((scene.height, 1), np.float32)
        if scene.flicker:
            # a shutter that rolls: each row is lit at another phase of the lamp's cycle
            turn = scene.lamp_hz * (time_s + 0.8 * rows / scene.rate_hz)
            gain += np.float32(scene.flicker) * np.sin(2 * np.pi * turn)
        if scene.light_jump:
            gain *= 1 + scene.light_jump * np.clip((time_s - self._event_at[0]) / 0.1, 0, 1)
        if scene.shadow:
            edge = (time_s - self._event_at[1]) * 1.6 - 0.3
            columns = np.arange(scene.width, dtype=np.float32)[None, :] / scene.width
            dark = 1 / (1 + np.exp((columns - edge) / 0.04))
            gain = gain * (1 - scene.shadow * dark)
        return np.asarray(gain, np.float32)


def simulate_film(scene: Scene | None = None, *, seed: int = 0) -> DrawnFilm:
    """Give a film of a scene; its truth is in `twitches` and `epochs`."""
    return DrawnFilm(scene or Scene(), seed)


def draw_film(seed: int, *, duration_s: float = 20.0, height: int = 270) -> DrawnFilm:
    """Give a film of a scene that is itself drawn: held or on a stand, light, skin, twitches."""
    rng = np.random.default_rng([seed, 7])
    unit = height / 270  # constant: what is stated in pixels is for a film 270 px high
    ultrasound = bool(rng.random() < 0.12)

    def at_times(share: float, low: float, high: float) -> float:
        drawn = float(rng.uniform(low, high))
        return drawn if rng.random() < share else 0.0

    scene = Scene(
        height=height,
        width=round(height * 16 / 18) * 2,
        duration_s=duration_s,
        rate_hz=float(rng.choice([25.0, 30.0, 30.0, 60.0])),
        ultrasound=ultrasound,
        contrast=float(rng.uniform(0.5, 1.3)),
        brightness=float(rng.uniform(0.6, 1.3)),
        noise=float(rng.uniform(0.5, 3.5)),
        hand_held=at_times(0.5, 0.4, 1.3),
        breathing_px=at_times(0.6, 0.3, 1.5) * unit,
        flicker=0.0 if ultrasound else at_times(0.4, 0.01, 0.04),
        lamp_hz=float(rng.choice([100.0, 120.0])) + float(rng.normal(0, 0.1)),
        light_jump=0.0 if ultrasound else at_times(0.2, -0.35, 0.4),
        shadow=0.0 if ultrasound else at_times(0.15, 0.1, 0.4),
        focus_pulse=bool(rng.random() < 0.15) and not ultrasound,
        background=bool(rng.random() < 0.3) and not ultrasound,
        per_minute=float(np.exp(rng.uniform(np.log(8), np.log(50)))),
        amplitude_px=(0.6 * unit, 4.0 * unit),
        radius_px=(14 * unit, 40 * unit),
    )
    trouble = rng.random()
    if trouble < 0.12:
        scene = replace(scene, leg_movement_px=float(rng.uniform(8, 25)) * unit)
    elif trouble < 0.24:
        scene = replace(scene, contraction_px=float(rng.uniform(5, 12)) * unit)
    return DrawnFilm(scene, seed)


def write_film(film: DrawnFilm, path: Path, *, bits_per_pixel: float = 0.13) -> None:
    """Write a film as MP4 as phones do: H.264 where the library has it, else MPEG-4.

    bits_per_pixel : 0.13 is 8 Mbit/s at 1080p30, half of what phones take; 0.03 is a film sent on
    """
    width, height = film.size_px
    h264 = "libx264" in av.codecs_available
    with av.open(str(path), "w") as container:
        rate = Fraction(film.about.rate_hz).limit_denominator(1001)
        stream = container.add_stream("libx264" if h264 else "mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        if h264:
            # as the encoders of phones: a whole picture each second, none coded backwards
            whole = str(round(film.about.rate_hz))
            stream.options = {"preset": "veryfast", "bf": "0", "g": whole, "qmin": "8"}
        stream.bit_rate = round(bits_per_pixel * width * height * film.about.rate_hz)
        for _, grey in film.frames():
            picture = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format="yuv420p")
            for packet in stream.encode(picture):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)


__all__ = [
    "DrawnFilm",
    "Epoch",
    "FilmedTwitch",
    "Scene",
    "draw_film",
    "simulate_film",
    "write_film",
]
