"""Sources that twitch again and again: their direction and shape, learnt from the recording itself.

A twitch whose direction and shape are known stands out at a lower score than one of any direction.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.detectors.motion_bank import TWITCHES, shapes

Floats = NDArray[np.float32]

_ALIKE = 0.8  # constant: cosine above which two twitches, direction and shape, are of one source
_ENOUGH = 3  # constant: twitches of which a shape may be learnt
_COMPONENTS = 10  # constant: hold 99 % of the bank; the rest of an average is noise
_TO_AND_FRO_S = 0.015  # constant: by so much a start is uncertain
_MOST_SITES = 12  # constant: a calf that twitches at more places is not told apart by one sensor


@dataclass(slots=True, kw_only=True)
class Site:
    """One source.

    total : sum of its twitches in the band, each aligned at its start, shape (axes, samples)
    fitted : sum of what the bank made of them
    sizes : sum of their sizes, peak to peak
    count : how many
    """

    total: Floats
    fitted: Floats
    sizes: float = 0.0
    count: int = 0

    @property
    def learnt(self) -> bool:
        """Say whether it has been seen often enough."""
        return self.count >= _ENOUGH

    @property
    def usual(self) -> float:
        """Give the usual size of its twitches, peak to peak."""
        return self.sizes / max(1, self.count)

    def arrow_and_wave(self, rate_hz: float) -> tuple[Floats, Floats]:
        """Give its direction, of length one, and its wave, of one peak to peak."""
        left, _, right = np.linalg.svd(self.total, full_matrices=False)
        basis = _basis(rate_hz)
        wave = (right[0] @ basis.T) @ basis
        return left[:, 0], np.asarray(wave / max(float(np.ptp(wave)), 1e-9), dtype=np.float32)


@lru_cache(maxsize=8)
def _basis(rate_hz: float) -> Floats:
    """Give what twitches are made of: the bank's main components, a little to and fro in time."""
    rows = shapes(rate_hz)[:TWITCHES]
    step = max(1, round(_TO_AND_FRO_S * rate_hz))
    moved = np.concatenate([np.roll(rows, lag, axis=1) for lag in (-step, 0, step)])
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(np.linalg.svd(moved, full_matrices=False)[2][:_COMPONENTS], dtype=np.float32)


class Sites:
    """All sources of a recording; grows as it is read."""

    def __init__(self) -> None:
        self.all: list[Site] = []

    @property
    def learnt(self) -> int:
        """Give how many are known."""
        return sum(site.learnt for site in self.all)

    def nearest(self, fit: Floats) -> int:
        """Give the source a twitch is most like; -1 where it is like none."""
        best, alike = -1, _ALIKE
        for number, site in enumerate(self.all):
            likeness = _likeness(site.fitted, fit)
            if likeness > alike:
                best, alike = number, likeness
        return best

    def place(self, window: Floats, fit: Floats) -> int:
        """Give the source a twitch comes from, and let the source learn; -1 when there is no room.

        window : the band, from the lead before its start on
        fit : what the bank makes of it
        """
        best = self.nearest(fit)
        if best < 0:
            if len(self.all) >= _MOST_SITES:
                return -1
            self.all.append(Site(total=np.zeros_like(window), fitted=np.zeros_like(window)))
            best = len(self.all) - 1
        self.all[best].total += window
        self.all[best].fitted += fit
        self.all[best].sizes += float(np.linalg.norm(window.max(axis=1) - window.min(axis=1)))
        self.all[best].count += 1
        return best


def _likeness(total: Floats, fit: Floats) -> float:
    """Give the cosine between what was seen and a new twitch, over axes and time at once.

    Shapes of the bank start in different ways: where in a sample's reach it began is left open.
    """
    norm = float(np.linalg.norm(total) * np.linalg.norm(fit))
    along = max(
        float(np.vdot(total[:, 1:], fit[:, :-1])),
        float(np.vdot(total, fit)),
        float(np.vdot(total[:, :-1], fit[:, 1:])),
    )
    return along / max(norm, 1e-12)
