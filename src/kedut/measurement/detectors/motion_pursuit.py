"""Which shapes, where and how large, explain a stretch: the largest first, then the rest.

Matching pursuit, with one difference: what is left of a large twitch because its shape is not quite
in the bank does not count as another twitch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from kedut.measurement.detectors.motion_bank import KNOCKS, Answers, White
from kedut.measurement.detectors.motion_fast import best, strongest, take_away

Floats = NDArray[np.float32]

NEAR_S = 0.5  # constant: how far a twitch's misfit reaches
APART_S = 0.12  # constant: two twitches nearer than this cannot be told apart by their movement
_LEFTOVER = 0.4  # constant: a shape misses this much of its neighbour's root energy, at the worst
_MOST = 12  # constant: picks in one run; more is not a few twitches but something else
_BACK_S = 0.1  # constant: a late start may answer best to a shape that starts this much earlier


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """What the pursuit may pick.

    knocks : which of them are knocks on the phone
    least : the score each needs
    directed : whose direction is known
    arrows : their whitened directions; zeros for the others
    """

    answers: Answers
    knocks: NDArray[np.bool_]
    least: Floats
    arrows: Floats
    directed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One twitch of the pursuit.

    at : sample of its start; shape : its row; arrow : its size on each whitened axis
    score : length of the arrow in standard deviations of the noise there
    knock : score of the best knock at the same place
    """

    at: int
    shape: int
    arrow: Floats
    score: float
    knock: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch that stands out, and what explains it.

    energy : of the whitened axes there, less what noise alone would have
    explained : share of it that the picks explain
    """

    start: int
    stop: int
    picks: tuple[Pick, ...]
    energy: float
    explained: float


class Overlaps:
    """How much of one shape the filter of another hears, at each distance; known once asked for."""

    def __init__(self, wave: Floats) -> None:
        self.reach = wave.shape[1] - 1
        self._size = fft.next_fast_len(2 * wave.shape[1], real=True)
        self._spectra = fft.rfft(wave, self._size, axis=1)
        self._known: dict[int, Floats] = {}

    def of(self, shape: int) -> Floats:
        """Give what all filters hear of a shape, from `-reach` to `reach` samples after it."""
        if shape not in self._known:
            heard = fft.irfft(self._spectra[shape] * np.conj(self._spectra), self._size, axis=1)
            both = np.concatenate([heard[:, -self.reach :], heard[:, : self.reach + 1]], axis=1)
            self._known[shape] = both.astype(np.float32)
        return self._known[shape]


def strengths(shapes: Shapes, loud: Floats) -> Floats:
    """Give at each sample the best score of any shape, as a share of what it needs."""
    heard = shapes.answers.heard
    return best(heard, shapes.least, shapes.arrows, shapes.directed) / loud


def pursue(
    white: White,
    shapes: Shapes,
    overlaps: Overlaps,
    run: tuple[int, int],
    scale: float,
    rate_hz: float,
) -> Run:
    """Explain one run, from the first to the last sample that stand out, by twitches.

    scale : RMS of the whitened noise there
    """
    room = round(NEAR_S * rate_hz)
    low = max(0, run[0] - room // 2)
    high = min(white.axes.shape[1], run[1] + 1 + room)
    heard = shapes.answers.heard[:, :, low:high] / np.float32(scale)
    inside = white.axes[:, low:high] / np.float32(scale)
    floor = np.full(high - low, np.inf, dtype=np.float32)
    floor[max(0, run[0] - low - round(_BACK_S * rate_hz)) : run[1] - low + 1] = 0
    apart = round(APART_S * rate_hz)
    picks: list[Pick] = []
    explained = 0.0
    while len(picks) < _MOST:
        row, at = strongest(
            heard, shapes.least, shapes.arrows, shapes.directed, shapes.knocks, floor
        )
        if row < 0:
            break
        arrow, size, knock = _pick(heard, shapes, row, at)
        picks.append(Pick(at=low + at, shape=row, arrow=arrow, score=size, knock=knock))
        explained += size * size
        take_away(heard, overlaps.of(row), arrow, at)
        around = slice(max(0, at - room), at + room)
        floor[around] = np.maximum(floor[around], _LEFTOVER * size)
        floor[max(0, at - apart) : at + apart + 1] = np.inf
    energy = float(np.vdot(inside, inside)) - inside.size * white.share
    return Run(
        start=run[0],
        stop=run[1],
        picks=tuple(picks),
        energy=energy,
        explained=min(1.0, explained / max(energy, 1e-9)),
    )


def _pick(heard: Floats, shapes: Shapes, row: int, at: int) -> tuple[Floats, float, float]:
    """Give a pick's arrow, score, and the score of the best knock there."""
    arrow = heard[row, :, at].copy()
    if shapes.directed[row]:
        arrow = shapes.arrows[row] * np.float32(shapes.arrows[row] @ arrow)
    first = int(np.argmax(shapes.knocks))
    near = heard[first : first + KNOCKS, :, max(0, at - 3) : at + 8]
    knock = float(np.max(np.sum(near * near, axis=1), initial=0)) ** 0.5
    return arrow, float(np.sqrt(arrow @ arrow)), knock
