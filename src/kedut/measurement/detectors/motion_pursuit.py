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
from kedut.measurement.detectors.motion_fast import best, explain

Floats = NDArray[np.float32]

NEAR_S = 0.5  # constant: how far a twitch's misfit reaches
APART_S = 0.12  # constant: two twitches nearer than this cannot be told apart by their movement
_LEFTOVER = 0.4  # constant: a shape misses this much of its neighbour's root energy, at the worst
_MOST = 12  # constant: picks in one run; more is not a few twitches but something else
_BACK_S = 0.1  # constant: a late start may answer best to a shape that starts this much earlier


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """What the pursuit may pick.

    knocks : knocks on the phone, which are not picked but compared, starting at `lead` samples
    least : the score each needs
    directed : whose direction is known
    arrows : their whitened directions; zeros for the others
    """

    answers: Answers
    knocks: Floats
    lead: int
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


def overlaps(wave: Floats) -> Floats:
    """Give how much each shape's filter hears of another, at all distances, zero in the middle.

    Shape (of which, by which, 2 * samples - 1).
    """
    reach = wave.shape[1] - 1
    size = fft.next_fast_len(2 * wave.shape[1], real=True)
    spectra = fft.rfft(wave, size, axis=1)
    heard = fft.irfft(spectra[:, None] * np.conj(spectra), size, axis=2)
    return np.asarray(
        np.concatenate([heard[:, :, -reach:], heard[:, :, : reach + 1]], axis=2), dtype=np.float32
    )


def strengths(shapes: Shapes, loud: Floats) -> Floats:
    """Give at each sample the best score of any shape, as a share of what it needs."""
    heard = shapes.answers.heard
    return best(heard, shapes.least, shapes.arrows, shapes.directed) / loud


def pursue(
    white: White,
    shapes: Shapes,
    overlap: Floats,
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
    rows, places, arrows, knocks = explain(
        heard,
        shapes.least,
        shapes.arrows,
        shapes.directed,
        inside,
        shapes.knocks,
        shapes.lead,
        overlap,
        max(0, run[0] - low - round(_BACK_S * rate_hz)),
        run[1] - low + 1,
        round(APART_S * rate_hz),
        room,
        _LEFTOVER,
        _MOST,
    )
    sizes = np.sqrt(np.einsum("pa,pa->p", arrows, arrows)).tolist()
    energy = float(np.vdot(inside, inside)) - inside.size * white.share
    return Run(
        start=run[0],
        stop=run[1],
        picks=tuple(
            Pick(at=low + at, shape=row, arrow=arrow, score=size, knock=knock)
            for row, at, arrow, size, knock in zip(
                rows.tolist(), places.tolist(), arrows, sizes, knocks.tolist(), strict=True
            )
        ),
        energy=energy,
        explained=min(1.0, sum(size * size for size in sizes) / max(energy, 1e-9)),
    )
