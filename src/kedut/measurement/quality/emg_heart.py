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
PACED = 0.07  # constant: change of the pace, over the interval
PACED_FEWEST = 15  # constant: fewer may agree by chance
PACED_SHARE = 0.65  # constant: of times with another one pace away
PACED_OVER = 0.25  # constant: above what chance gives
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


def paced(times_s: NDArray[np.float64]) -> float:
    """Give the interval at which most of a source's times come back, 0 where they do not.

    Unlike `beat_s` it bears missed beats and false ones among the times: it asks of each time
    whether another is one pace before or after it.
    """
    times = np.sort(times_s)
    if len(times) < PACED_FEWEST:
        return 0.0
    first = np.searchsorted(times, times + SHORTEST_S)
    stop = np.searchsorted(times, times + LONGEST_S)
    gaps = np.concatenate([times[a:b] - t for t, a, b in zip(times, first, stop, strict=True)])
    if len(gaps) < PACED_FEWEST:
        return 0.0
    log = np.log(gaps)
    grid = np.arange(np.log(SHORTEST_S), np.log(LONGEST_S), PACED / 4)
    crowd = ((log[:, None] > grid - PACED) & (log[:, None] < grid + PACED)).sum(axis=0)
    # gaps of two beats crowd as much as those of one: the shortest good one is the pace
    good = np.flatnonzero(crowd >= 0.8 * crowd.max())
    pace = float(np.median(gaps[np.abs(log - grid[good[0]]) < PACED]))
    near = np.zeros(len(times), bool)
    for sign in (-1, 1):
        due = times + sign * pace
        at = np.clip(np.searchsorted(times, due), 1, len(times) - 1)
        away = np.minimum(np.abs(times[at] - due), np.abs(times[at - 1] - due))
        near |= away < PACED * pace
    rate = len(times) / max(times[-1] - times[0], pace)
    chance = 1 - np.exp(-4 * PACED * pace * rate)
    return pace if near.mean() > max(PACED_SHARE, chance + PACED_OVER) else 0.0


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
