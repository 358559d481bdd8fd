"""What was found paired with what is true, one to one, and how good that is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = Sequence[float] | NDArray[np.float64]
Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many were found, missed and invented; add them up to pool recordings."""

    hits: int
    missed: int
    false: int

    def __add__(self, other: Score) -> Score:
        """Pool two recordings: each event counts once."""
        return Score(
            hits=self.hits + other.hits,
            missed=self.missed + other.missed,
            false=self.false + other.false,
        )

    @property
    def precision(self) -> float:
        """Give the share of what was found that is true; NaN where nothing was found."""
        return _share(self.hits, self.hits + self.false)

    @property
    def recall(self) -> float:
        """Give the share of what is true that was found; NaN where nothing is true."""
        return _share(self.hits, self.hits + self.missed)

    @property
    def f1(self) -> float:
        """Give the harmonic mean of precision and recall; NaN where there is nothing at all."""
        return _share(2 * self.hits, 2 * self.hits + self.missed + self.false)


def pooled(scores: Iterable[Score]) -> Score:
    """Give the score over several recordings."""
    return sum(scores, Score(hits=0, missed=0, false=0))


def match(found_s: Times, true_s: Times, tolerance_s: float) -> Pairs:
    """Pair what was found with what is true: most pairs first, then the least distance in sum.

    Both lists are sorted in time. Pairs never cross, which loses nothing on a line: crossing pairs
    can be uncrossed without growing their distance or leaving the tolerance.

    Parameters
    ----------
    found_s, true_s : times in seconds, ascending
    tolerance_s : the largest distance of a pair; its bound belongs to it

    Returns
    -------
    (place in found_s, place in true_s), ascending in both

    Raises
    ------
    ValueError
        A list is not ascending, holds NaN, or the tolerance is below zero.
    """
    found, true = _ascending(found_s, "found_s"), _ascending(true_s, "true_s")
    if not tolerance_s >= 0:
        raise ValueError(f"tolerance_s must be 0 or more, got {tolerance_s}")
    firsts = np.searchsorted(true, found - tolerance_s, side="left")
    lasts = np.searchsorted(true, found + tolerance_s, side="right")
    # A pair is worth more than any distances it could save.
    worth = 1.0 + 2.0 * tolerance_s * (min(found.size, true.size) + 1)
    best = np.zeros(true.size + 1)  # best[j]: of the found so far with the first j true ones
    known = 0  # best is final up to here; beyond, it stays the same
    rows: list[NDArray[np.float64]] = []
    for time, first, last in zip(found, firsts, lasts, strict=True):
        if last > known:
            best[known + 1 : last + 1] = best[known]
            known = int(last)
        before = best[first : last + 1].copy()
        gain = worth - np.abs(true[first:last] - time)
        taken = np.concatenate(([-math.inf], before[:-1] + gain))
        best[first : last + 1] = np.maximum.accumulate(np.maximum(before, taken))
        best[last + 1 : known + 1] = np.maximum(best[last + 1 : known + 1], best[last])
        rows.append(before)
    return _traced(rows, firsts, true, found, worth)


def _traced(
    rows: list[NDArray[np.float64]],
    firsts: NDArray[np.intp],
    true: NDArray[np.float64],
    found: NDArray[np.float64],
    worth: float,
) -> Pairs:
    """Walk back through the rows: `rows[i]` is the best without found `i`, over its window."""
    pairs: list[tuple[int, int]] = []
    end = true.size
    for place in range(found.size - 1, -1, -1):
        first, before = int(firsts[place]), rows[place]
        end_here = min(end, first + before.size - 1)
        if end_here <= first:
            continue
        gain = worth - np.abs(true[first:end_here] - found[place])
        with_it = before[: end_here - first] + gain
        chosen = int(np.argmax(with_it))
        if with_it[chosen] > before[end_here - first]:
            end = first + chosen
            pairs.append((place, end))
    return tuple(reversed(pairs))


def score(
    found_s: Times, true_s: Times, tolerance_s: float, *, largest_lag_s: float = 0.0
) -> Score:
    """Count hits, missed and false; with `largest_lag_s` one constant lag is taken off first."""
    found = _ascending(found_s, "found_s")
    if largest_lag_s > 0:
        found = found - constant_lag_s(found, true_s, tolerance_s, largest_lag_s)
    hits = len(match(found, true_s, tolerance_s))
    return Score(hits=hits, missed=len(true_s) - hits, false=found.size - hits)


def constant_lag_s(
    found_s: Times, true_s: Times, tolerance_s: float, largest_lag_s: float
) -> float:
    """Give the one lag, at most `largest_lag_s` either way, by which most found are late.

    It is the median of the differences in the fullest window of twice the tolerance; 0 where
    nothing is near.
    """
    found, true = _ascending(found_s, "found_s"), _ascending(true_s, "true_s")
    firsts = np.searchsorted(found, true - largest_lag_s, side="left")
    lasts = np.searchsorted(found, true + largest_lag_s, side="right")
    near = [found[a:b] - time for time, a, b in zip(true, firsts, lasts, strict=True)]
    differences = np.sort(np.concatenate(near)) if near else np.empty(0)
    if differences.size == 0:
        return 0.0
    ends = np.searchsorted(differences, differences + 2 * tolerance_s, side="right")
    fullest = int(np.argmax(ends - np.arange(differences.size)))
    return float(np.median(differences[fullest : ends[fullest]]))


def _ascending(times: Times, name: str) -> NDArray[np.float64]:
    array = np.asarray(times, dtype=np.float64)
    if array.size and not (np.all(np.isfinite(array)) and np.all(np.diff(array) >= 0)):
        raise ValueError(f"{name} must be finite and ascending in time; sort it first")
    return array


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan
