"""How discharges of one unit stand in time: alone, in pairs, in bursts, in a long even train."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.twitch import Kind

PAIR_S = (0.008, 0.11)  # constant: intervals of doublets
BURST_S = 0.2  # constant: 5 a second; slower is no burst
SHORT_BURST_S = 0.1  # constant: three may fall together by chance, so they must be closer
LONG_BURST = 5  # constant: what else is found inside is hardly told from it
EDGE, EDGE_MOST_S = 3.0, 0.25  # constant: intervals to the first or last of a burst; at most
FEWEST_IN_BURST = 3  # constant: two are a doublet
ALONE_SHARE = 0.6  # constant: of a unit's discharges outside of bursts: it has none
LULL_S = 0.25  # constant: no longer pause within a crowd
CROWD_S = 2.0  # constant: a crowd of chance is shorter, at two discharges a second
CROWD_PER_S = 6.0  # constant: what a weak contraction of a few units makes
UNEVEN = 2.0  # constant: one interval over the next within a burst
TRAIN_S = 2.2  # constant: longer than a burst of grouped discharges
TRAIN_INTERVAL_S = (0.025, 0.3)  # constant: 3 to 40 a second, as a will drives a unit
TRAIN_EVEN = 1.5  # constant: one interval over the next, typically, in a train


Burst = tuple[float, float, float]  # first and last second, usual interval


def kinds(
    times_s: NDArray[np.float64],
    units: NDArray[np.int64],
    repeating: Sequence[Burst] = (),
) -> list[Kind]:
    """Give the kind of each discharge; times ascend.

    repeating : stretches whose signal repeats itself: bursts, whatever their units were taken for
    """
    grouped = np.zeros(len(times_s), bool)
    inside = np.zeros(len(times_s), bool)
    for first, last, _ in repeating:
        inside[slice(*np.searchsorted(times_s, (first, last)))] = True
    for first, last, interval in repeating:
        a, b = np.searchsorted(times_s, (first, last))
        if _one_source(units[a:b]):
            grouped[a:b] = ~_apart(units, a, b, inside)
            _edges(times_s, units, grouped, a, b - 1, interval)
    for unit in np.unique(units[units >= 0]):
        rows = np.flatnonzero(units == unit)
        for first, stop in _bursts(times_s[rows]):
            long = stop - first >= LONG_BURST
            a, b = int(rows[first]), int(rows[stop - 1])
            own = units[a : b + 1]
            its = (own == unit) | (own < 0) | long
            grouped[a : b + 1] |= its & ~_apart(units, a, b + 1, inside)
            usual = float(np.median(np.diff(times_s[rows[first:stop]])))
            _edges(times_s, units, grouped, a, b, usual)
    out = [Kind.GROUPED if g else Kind.SINGLE for g in grouped]
    for unit in np.unique(units[units >= 0]):
        rows = np.flatnonzero((units == unit) & ~grouped)
        i = 0
        while i + 1 < len(rows):
            apart = times_s[rows[i + 1]] - times_s[rows[i]]
            if PAIR_S[0] <= apart <= PAIR_S[1]:
                out[rows[i]] = out[rows[i + 1]] = Kind.DOUBLET
                i += 1
            i += 1
    return out


def _apart(
    units: NDArray[np.int64], first: int, stop: int, inside: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell which discharges within a burst are of a unit that else discharges outside of any."""
    own = units[first:stop]
    out = np.zeros(stop - first, bool)
    for unit in np.unique(own[own >= 0]):
        mine = units == unit
        alone = int((mine & ~inside).sum())
        if (
            len(own) > FEWEST_IN_BURST
            and (own == unit).sum() == 1
            and alone >= ALONE_SHARE * mine.sum()
        ):
            out |= own == unit
    return out


def _one_source(units: NDArray[np.int64]) -> bool:
    """Tell whether discharges can be a burst: enough of one unit, or of none that is known."""
    unknown = int((units < 0).sum())
    known = np.bincount(units[units >= 0]).max(initial=0)
    return bool(unknown + known >= FEWEST_IN_BURST)


def _edges(
    times_s: NDArray[np.float64],
    units: NDArray[np.int64],
    grouped: NDArray[np.bool_],
    first: int,
    last: int,
    interval_s: float,
) -> None:
    """Add to a burst what of it, or of unknown shape, is a few intervals away."""
    reach = min(EDGE * interval_s, EDGE_MOST_S)
    own = np.unique(units[first : last + 1])
    for step, at in ((-1, first), (1, last)):
        i, end = at + step, times_s[at]
        while 0 <= i < len(times_s) and abs(times_s[i] - end) <= reach:
            if units[i] < 0 or units[i] in own:
                grouped[i] = True
                end = times_s[i]
            i += step


def _bursts(times: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Give runs, first and stop, of three and more with short and similar intervals."""
    d = np.diff(times)
    found = []
    i = 0
    while i < len(d):
        j = i
        while j < len(d) and d[j] <= BURST_S and (j == i or _similar(d[j - 1], d[j])):
            j += 1
        count = j - i + 1
        if count >= 4 or (count == 3 and max(d[i:j]) <= SHORT_BURST_S):
            found.append((i, j + 1))
            i = j
        i = max(j, i + 1)
    return found


def _similar(a: float, b: float) -> bool:
    return max(a, b) <= UNEVEN * min(a, b)


def dense(times_s: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Give first and last time of long crowds of discharges, whatever their units."""
    breaks = np.flatnonzero(np.diff(times_s) > LULL_S)
    firsts = np.concatenate(([0], breaks + 1))
    lasts = np.concatenate((breaks, [len(times_s) - 1]))
    return [
        (float(times_s[a]), float(times_s[b]))
        for a, b in zip(firsts, lasts, strict=True)
        if b > a
        and times_s[b] - times_s[a] >= CROWD_S
        and (b - a) >= CROWD_PER_S * (times_s[b] - times_s[a])
    ]


def trains(times_s: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Give first and last time of long even trains of one unit: a will, not a twitch."""
    d = np.diff(times_s)
    found = []
    low, high = TRAIN_INTERVAL_S
    i = 0
    while i < len(d):
        j = i
        while j < len(d) and low <= d[j] <= high:
            j += 1
        if j > i + 4 and times_s[j] - times_s[i] >= TRAIN_S:
            steps = np.abs(np.diff(np.log(d[i:j])))
            if float(np.median(steps)) <= np.log(TRAIN_EVEN):
                found.append((float(times_s[i]), float(times_s[j])))
        i = max(j, i + 1)
    return found
