"""Which shapes, where and how large, explain a stretch: the largest first, then the rest.

Matching pursuit, with one difference: what is left of a large twitch because its shape is not quite
in the bank does not count as another twitch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from kedut.measurement.detectors.motion_bank import Answers, White

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
    arrows : for a shape whose direction is known, its whitened direction, else zeros
    """

    answers: Answers
    knocks: NDArray[np.bool_]
    least: Floats
    arrows: Floats


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
    """How much of one shape the filter of another hears, at each distance; worked out when asked."""  # noqa: E501  a whole thought

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


def strengths(heard: Floats, shapes: Shapes) -> Floats:
    """Give each shape's score as a share of what it needs, shape (shapes, samples)."""
    free = np.sqrt(np.einsum("kat,kat->kt", heard, heard)) / shapes.least[:, None]
    for row in np.flatnonzero(shapes.arrows.any(axis=1)):
        free[row] = shapes.arrows[row] @ heard[row] / shapes.least[row]
    return np.asarray(free, dtype=np.float32)


def pursue(
    white: White, shapes: Shapes, overlaps: Overlaps, run: tuple[int, int], scale: float, rate_hz: float
) -> Run:
    """Explain one run, from the first to the last sample that stand out, by twitches.

    scale : RMS of the whitened noise there
    """
    room = round(NEAR_S * rate_hz)
    low = max(0, run[0] - room // 2)
    high = min(white.axes.shape[1], run[1] + 1 + room)
    heard = shapes.answers.heard[:, :, low:high] / np.float32(scale)
    inside = white.axes[:, low:high] / np.float32(scale)
    shut = np.ones(high - low, dtype=bool)
    shut[max(0, run[0] - low - round(_BACK_S * rate_hz)) : run[1] - low + 1] = False
    floor = np.zeros(high - low, dtype=np.float32)
    picks: list[Pick] = []
    explained = 0.0
    while len(picks) < _MOST:
        score = strengths(heard, shapes)
        score[shapes.knocks] = 0
        score[:, shut] = 0
        score[score * shapes.least[:, None] < floor] = 0
        row, at = divmod(int(np.argmax(score)), score.shape[1])
        if score[row, at] < 1:
            break
        pick = _pick(heard, shapes, row, at)
        picks.append(Pick(at=low + at, shape=row, arrow=pick[0], score=pick[1], knock=pick[2]))
        explained += float(pick[0] @ pick[0])
        _take_away(heard, overlaps, row, at, pick[0])
        apart, near = round(APART_S * rate_hz), room
        shut[max(0, at - apart) : at + apart + 1] = True
        around = slice(max(0, at - near), at + near)
        floor[around] = np.maximum(floor[around], _LEFTOVER * pick[1])
    energy = float(np.sum(inside * inside)) - inside.size * white.share
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
    if shapes.arrows[row].any():
        arrow = shapes.arrows[row] * np.float32(shapes.arrows[row] @ arrow)
    near = heard[shapes.knocks, :, max(0, at - 3) : at + 8]
    knock = np.sqrt(np.einsum("kat,kat->kt", near, near)).max(initial=0)
    return arrow, float(np.linalg.norm(arrow)), float(knock)


def _take_away(heard: Floats, overlaps: Overlaps, row: int, at: int, arrow: Floats) -> None:
    """Take a twitch out of what all filters heard."""
    known, reach = overlaps.of(row), overlaps.reach
    first, last = max(0, at - reach), min(heard.shape[2], at + reach + 1)
    part = known[:, first - at + reach : last - at + reach]
    heard[:, :, first:last] -= arrow[None, :, None] * part[:, None, :]
