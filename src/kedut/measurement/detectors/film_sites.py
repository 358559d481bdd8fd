"""Where in a film it twitches: twitches of one place as one site, and a map of them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.twitch import Twitch

_MAP_ROWS = 36  # constant: cells of the map from top to bottom; a site covers several
_APART = 0.8  # constant: of the mean radius; centres nearer than this are one site


def sites(twitches: Sequence[Twitch], radii_px: Sequence[float]) -> tuple[Twitch, ...]:
    """Give twitches, in time, with their site as `cluster` and their radius.

    Strongest first, each joins the nearest site whose mean centre is within most of a radius.
    """
    centres: list[list[tuple[float, float, float]]] = []
    site_of = [-1] * len(twitches)
    for index in sorted(range(len(twitches)), key=lambda i: -twitches[i].score):
        x, y, radius = twitches[index].x or 0.0, twitches[index].y or 0.0, radii_px[index]
        near = [
            (float(np.hypot(mx - x, my - y)), site)
            for site, (mx, my, mr) in enumerate(np.mean(members, axis=0) for members in centres)
            if np.hypot(mx - x, my - y) < _APART * (mr + radius) / 2
        ]
        if near:
            site_of[index] = min(near)[1]
            centres[site_of[index]].append((x, y, radius))
        else:
            site_of[index] = len(centres)
            centres.append([(x, y, radius)])
    order = list(dict.fromkeys(site_of))
    return tuple(
        replace(one, cluster=order.index(site), radius=radius)
        for one, site, radius in zip(twitches, site_of, radii_px, strict=True)
    )


def heat(twitches: Sequence[Twitch], size_px: tuple[int, int]) -> NDArray[np.float32]:
    """Give the map of where it twitched: for each cell, the sum of how far twitches moved it.

    In pixels of the film; it covers the whole picture, 36 rows, cells about square.
    """
    width, height = size_px
    columns = max(1, round(_MAP_ROWS * width / height))
    x = (np.arange(columns) + 0.5) * width / columns
    y = (np.arange(_MAP_ROWS)[:, None] + 0.5) * height / _MAP_ROWS
    total = np.zeros((_MAP_ROWS, columns), np.float32)
    for one in twitches:
        if one.x is None or one.y is None or not one.radius:
            continue
        squared = (x - one.x) ** 2 + (y - one.y) ** 2
        total += (one.amplitude * np.exp(-squared / one.radius**2)).astype(np.float32)
    return total
