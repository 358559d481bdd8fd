"""Skin followed through a film: its local displacement, with camera and light taken out.

Places are followed on a grid by the pyramidal method of Lucas and Kanade (Bouguet 2001, OpenCV).
What ours does differently, and why:

- against a slowly renewed reference picture, not the frame before: errors do not add up;
- the camera is a smooth field (second order in x and y) fitted robustly to the places themselves,
  so that shift, turning, zoom and a bent leg go with it and a twitch stays;
- light is taken out first by dividing by the local mean, so that flicker and gain do not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from kedut.measurement.recording import Frame

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

STEP_PX = 12  # constant: between neighbouring places, in the reduced film
WINDOW_PX = 17  # constant: side of the square that is compared; overlaps its neighbours by a third
_LEVELS = 1  # constant: halvings; motions of about 8 px from frame to frame are followed
_LIGHT_PX = 31  # constant: light is what is smooth over this; skin texture is finer
_DARK = 8.0  # constant: grey levels added to the mean, so that black does not divide by zero
_SPREAD = 30.0  # constant: grey levels of texture after normalising, of the 127 there are
_LOST_FRAMES = 4  # constant: lost for longer, the grid is laid anew
_OVERLAP = 8  # constant: frames in which the old and the new reference are both compared
_AGE_FRAMES = 600  # constant: a reference is renewed after this many frames
_DRIFT = 0.06  # constant: of the height; the camera's way after which a reference is renewed
_UNLIKE = 2.0  # constant: times the usual difference from the reference; then it is another thing
_UNLIKE_GREY = 8.0  # constant: grey levels of difference that are never another thing
_ROUNDS = 4  # constant: of reweighting; the fit no longer moves after three
_LOST_SHARE = 0.5  # constant: fewer followed places than this and the picture is lost
_GONE_SHARE = 0.6  # constant: fewer places in view than this and the grid is laid anew
_MEMORY = 0.03  # constant: weight of the newest frame in a place's usual restlessness
LIGHT_GRID = (8, 5)  # constant: columns and rows in which the light is followed


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one frame shows.

    displacement_px : of each place, camera taken out, in the reduced film, shape (places, 2)
    followed : which places were found
    camera : coefficients (6, 2) of the smooth field that carries the grid into the frame
    lost : too few places were found: nothing can be said about this frame
    anew : the grid was laid anew here: displacements do not continue those before
    light : logarithm of the mean grey, a coarse grid, flat
    texture : deviation of the normalised picture: falls when the film is out of focus
    """

    displacement_px: Floats
    followed: Flags
    camera: Floats
    lost: bool
    anew: bool
    light: Floats
    texture: float


@dataclass(slots=True, kw_only=True)
class _Reference:
    """A picture that others are compared with, and where the places of the grid are in it."""

    picture: Frame
    places: Floats
    camera: Floats
    offset: Floats
    age: int = 0
    differences: list[Floats] = field(default_factory=list)


def even_light(frame: Frame) -> tuple[Frame, float]:
    """Give a picture of the texture alone, and how strong it was as a share of the light."""
    grey = frame.astype(np.float32)
    mean = cv2.blur(grey, (_LIGHT_PX, _LIGHT_PX))
    share = np.asarray(cv2.subtract(grey, mean), np.float32)
    cv2.divide(share, mean + np.float32(_DARK), share)
    spread = float(cv2.meanStdDev(share)[1][0, 0])
    gain = _SPREAD / max(spread, 1e-4)
    even = cv2.convertScaleAbs(np.maximum(share, -128 / gain), alpha=gain, beta=128)
    return np.asarray(even, np.uint8), spread


class SkinTracker:
    """Follows a grid of places through the frames of a film, one frame after the other."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        margin = WINDOW_PX // 2 + 2
        self.columns = max(3, (width - 2 * margin) // STEP_PX + 1)
        self.rows = max(3, (height - 2 * margin) // STEP_PX + 1)
        x = np.linspace(margin, width - 1 - margin, self.columns)
        y = np.linspace(margin, height - 1 - margin, self.rows)
        self.grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2).astype(np.float32)
        self._basis = self.smooth_basis(self.grid)
        self._still = np.zeros((6, 2), np.float32)
        self._still[:3] = np.linalg.lstsq(self._basis[:, :3], self.grid, rcond=None)[0]
        self._reference: _Reference | None = None
        self._next: _Reference | None = None
        self._usual = np.ones(len(self.grid), np.float32)
        self._camera = self._still
        self._lost_for = 0

    def smooth_basis(self, places: Floats) -> Floats:
        """Give the terms of a smooth field at some places, shape (places, 6)."""
        x = 2 * places[:, 0] / self.width - 1
        y = 2 * places[:, 1] / self.height - 1
        return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1).astype(np.float32)

    def step(self, frame: Frame) -> Seen:
        """Take the next frame."""
        even, texture = even_light(frame)
        light = cv2.resize(frame, LIGHT_GRID, interpolation=cv2.INTER_AREA)
        reference = self._reference
        anew = reference is None or self._lost_for > _LOST_FRAMES
        if reference is None or anew:
            reference = self._lay_anew(even)
        displacement, followed = self._compare(reference, even)
        lost = float(followed.mean()) < _LOST_SHARE * self._in_view()
        self._lost_for = self._lost_for + 1 if lost else 0
        if not lost:
            self._renew(reference, even, displacement)
            quiet = np.minimum((displacement**2).sum(axis=1), 4.0)
            self._usual += _MEMORY * (np.where(followed, quiet, 4.0) - self._usual)
        return Seen(
            displacement_px=displacement,
            followed=followed,
            camera=self._camera,
            lost=lost,
            anew=anew,
            light=np.log(light.astype(np.float32).ravel() + 1),
            texture=texture,
        )

    def _lay_anew(self, even: Frame) -> _Reference:
        self._camera = self._still
        self._lost_for = 0
        self._next = None
        self._usual[:] = 1.0
        self._reference = _Reference(
            picture=even,
            places=self.grid,
            camera=self._still,
            offset=np.zeros_like(self.grid),
        )
        return self._reference

    def _in_view(self) -> float:
        return float(self._inside(self._basis @ self._camera).mean())

    def _inside(self, places: Floats) -> Flags:
        edge = WINDOW_PX // 2 + 1
        x, y = places[:, 0], places[:, 1]
        within = (x >= edge) & (x < self.width - edge) & (y >= edge) & (y < self.height - edge)
        return np.asarray(within, np.bool_)

    def _compare(self, reference: _Reference, even: Frame) -> tuple[Floats, Flags]:
        """Give the displacement of the places against a reference; moves the camera along."""
        guess = reference.places + self._basis @ (self._camera - reference.camera)
        found, status, error = cv2.calcOpticalFlowPyrLK(
            reference.picture,
            even,
            reference.places[:, None, :],
            guess[:, None, :].astype(np.float32).copy(),
            winSize=(WINDOW_PX, WINDOW_PX),
            maxLevel=_LEVELS,
            criteria=(cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 5, 0.02),
            flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
            minEigThreshold=1e-4,
        )
        moved = np.asarray(found[:, 0, :], np.float32) - reference.places
        followed = (
            (status[:, 0] > 0)
            & self._inside(reference.places)
            & self._inside(reference.places + moved)
        )
        if followed.any():
            usual = float(np.median(error[followed, 0]))
            followed &= error[:, 0] < max(_UNLIKE * usual, _UNLIKE_GREY)
        smooth = self._smooth_field(moved, followed, self._camera - reference.camera)
        self._camera = reference.camera + smooth
        left = moved - self._basis @ smooth
        left[~followed] = 0
        followed &= np.abs(left).max(axis=1) < WINDOW_PX
        return np.asarray(left + reference.offset, np.float32), followed

    def _smooth_field(self, moved: Floats, followed: Flags, before: Floats) -> Floats:
        usual = followed / (self._usual + 0.01)
        if not followed.any():
            return before
        # from where the camera was, shifted: all at once could settle on what moves behind the leg
        smooth = before.copy()
        trusted = followed & (self._usual <= np.median(self._usual[followed]))
        smooth[0] += np.median((moved - self._basis @ smooth)[trusted], axis=0)
        weights = self._agreeing(moved, smooth, followed, usual)
        for _ in range(_ROUNDS):
            weighted = self._basis * weights[:, None]
            square = weighted.T @ self._basis + 1e-3 * np.eye(6, dtype=np.float32)
            smooth = np.linalg.solve(square, weighted.T @ moved).astype(np.float32)
            weights = self._agreeing(moved, smooth, followed, usual)
        return smooth

    def _agreeing(self, moved: Floats, smooth: Floats, followed: Flags, usual: Floats) -> Floats:
        left = np.sqrt(((moved - self._basis @ smooth) ** 2).sum(axis=1))
        scale = 1.5 * float(np.median(left[followed])) + 0.02
        return np.asarray(usual / (1 + (left / scale) ** 2) ** 2, np.float32)

    def _renew(self, reference: _Reference, even: Frame, displacement: Floats) -> None:
        """Change to a new reference when the old one is far or old, without a jump."""
        reference.age += 1
        if self._next is not None:
            camera = self._camera
            newer, _ = self._compare(self._next, even)
            self._camera = camera
            self._next.differences.append(displacement - newer)
            if len(self._next.differences) >= _OVERLAP:
                self._next.offset = np.mean(self._next.differences, axis=0)
                self._reference, self._next = self._next, None
            return
        way = np.abs(self._basis @ (self._camera - reference.camera)).max()
        if way > _DRIFT * self.height or reference.age > _AGE_FRAMES:
            places = (self._basis @ self._camera).astype(np.float32)
            if self._inside(places).mean() < _GONE_SHARE:
                self._lost_for = _LOST_FRAMES + 1
                return
            self._next = _Reference(
                picture=even,
                places=places,
                camera=self._camera,
                offset=np.zeros_like(self.grid),
            )
