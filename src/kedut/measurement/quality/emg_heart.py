"""The heart's beat told from twitches: it comes back at a pace that no motor unit at rest keeps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SHORTEST_S, LONGEST_S = 0.33, 1.7  # constant: 180 and 35 beats a minute
FEWEST = 8  # constant: fewer intervals may be even by chance
MOST = 1024  # constant: tell the pace as well as all of a day, whose square would fill the memory
EVEN = 0.15  # constant: largest change from beat to beat, over the interval
EVEN_SHARE = 0.7  # constant: of the intervals; breath, missed and extra beats are the rest
MOST_MISSED = 4  # constant: beats in a row hidden by something else
COVERS = 0.4  # constant: share of the time in which it beats


def beat_s(times_s: NDArray[np.float64], usable_s: float) -> float:
    """Give the interval of a beating source in seconds, 0 where it does not beat.

    Intervals may be multiples where beats were missed; a beat changes little to the next.
    """
    if len(times_s) < FEWEST + 1:
        return 0.0
    d = np.diff(np.sort(times_s))
    inside = d[(d > SHORTEST_S) & (d < LONGEST_S)]
    if len(inside) < FEWEST:
        return 0.0
    # the shortest interval that many others are near to
    few = inside[:: -(-len(inside) // MOST)]
    near = np.abs(few[:, None] - few[None]) < EVEN * few[:, None]
    crowd = near.sum(axis=1)
    pace = float(np.median(few[near[int(crowd.argmax())]]))
    beats = np.rint(d / pace)
    seen = beats <= MOST_MISSED
    away = np.abs(d - beats * pace)
    counted = int(seen.sum())
    even = int((seen & (beats >= 1) & (away < EVEN * pace * np.sqrt(beats))).sum())
    if counted < FEWEST or even < EVEN_SHARE * counted:
        return 0.0
    if len(times_s) * pace < COVERS * usable_s:
        return 0.0
    return pace


def between_beats(
    times_s: NDArray[np.float64], beats_s: NDArray[np.float64], pace_s: float
) -> NDArray[np.bool_]:
    """Tell which times fall where a beat is due and none was found."""
    if not len(times_s):
        return np.zeros(0, bool)
    at = np.searchsorted(beats_s, times_s)
    before = times_s - beats_s[np.maximum(at - 1, 0)]
    after = beats_s[np.minimum(at, len(beats_s) - 1)] - times_s
    due = np.zeros(len(times_s), bool)
    for gap, other in ((before, after), (after, before)):
        count = np.rint(gap / pace_s)
        due |= (
            (count >= 1)
            & (count <= MOST_MISSED)
            & (np.abs(gap - count * pace_s) < EVEN * pace_s)
            & ((other > (1 - 2 * EVEN) * pace_s) | (other < 0))
        )
    return due
