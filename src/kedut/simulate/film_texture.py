"""Drawn surfaces: skin with pores, hairs and moles; the speckle of an ultrasound picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]

_HAIR_POINTS = 12  # constant: corners of a drawn hair, enough for a smooth curve
_SHIFT = 3  # constant: fractional bits in which OpenCV takes coordinates of lines


def noise_at_scale(shape: tuple[int, int], scale_px: float, rng: np.random.Generator) -> Picture:
    """Give smooth noise of unit deviation whose grains are about `scale_px` wide."""
    grain = max(1.0, scale_px)
    small = (max(4, round(shape[0] / grain)), max(4, round(shape[1] / grain)))
    grains = cv2.GaussianBlur(rng.standard_normal(small, dtype=np.float32), (0, 0), 0.8)
    wide = cv2.resize(grains, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(wide / wide.std(), np.float32)


def skin(shape: tuple[int, int], rng: np.random.Generator, *, contrast: float = 1.0) -> Picture:
    """Give a piece of skin, grey around 120 of 255.

    contrast : of the fine texture; 1 is skin in good light, 0.3 smooth and pale skin
    """
    unit = shape[0] / 270  # constant: textures are stated for a picture 270 px high
    picture = np.full(shape, 120.0, np.float32)
    for scale, depth in ((1.6, 5.0), (3.5, 5.0), (8.0, 4.0), (25.0, 5.0), (90.0, 7.0)):
        fine = contrast if scale < 20 else 1.0  # constant: beyond this it is blotches, not texture
        picture += depth * fine * noise_at_scale(shape, scale * unit, rng)
    for _ in range(int(rng.integers(0, 40))):
        _draw_hair(picture, unit, rng)
    for _ in range(int(rng.integers(0, 6))):
        centre = rng.uniform((0, 0), shape[::-1])
        _draw_mole(picture, centre, float(rng.uniform(1.5, 5.0)) * unit, float(rng.uniform(15, 45)))
    return picture


def speckle(shape: tuple[int, int], rng: np.random.Generator) -> Picture:
    """Give an ultrasound picture: fully developed speckle, log-compressed, with bright layers."""
    unit = shape[0] / 270  # constant: stated for a picture 270 px high
    real = cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (0, 0), 2.2 * unit, None, unit)
    other = cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (0, 0), 2.2 * unit, None, unit)
    envelope = np.hypot(real, other)
    layers = noise_at_scale((shape[0], 8), 14 * unit, rng)
    tissue = cv2.resize(layers, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    tissue = tissue + 0.6 * noise_at_scale(shape, 30 * unit, rng)
    level = 20 * np.log10(envelope / envelope.mean() + 1e-3) + 5 * tissue
    return np.asarray(np.clip(90 + 4 * level, 0, 255), np.float32)


def _draw_hair(picture: Picture, unit: float, rng: np.random.Generator) -> None:
    along = np.linspace(0, 1, _HAIR_POINTS)[:, None]
    angle, bend = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.4)
    length = rng.uniform(15, 60) * unit
    course = angle + bend * along
    start = rng.uniform((0, 0), picture.shape[::-1])
    points = start + length * along * np.hstack([np.cos(course), np.sin(course)])
    layer = np.zeros_like(picture)
    cv2.polylines(
        layer,
        [np.round(points * 2**_SHIFT).astype(np.int32)],
        isClosed=False,
        color=(float(rng.uniform(20, 60)),),
        thickness=max(1, round(unit)),
        lineType=cv2.LINE_AA,
        shift=_SHIFT,
    )
    picture -= layer


def _draw_mole(
    picture: Picture, centre: NDArray[np.float64], radius_px: float, depth: float
) -> None:
    rows, columns = np.ogrid[: picture.shape[0], : picture.shape[1]]
    squared = (columns - centre[0]) ** 2 + (rows - centre[1]) ** 2
    picture -= (depth * np.exp(-((squared / radius_px**2) ** 2))).astype(np.float32)
