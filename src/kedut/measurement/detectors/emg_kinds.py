"""How discharges of one unit stand in time: alone, in pairs, in bursts, in a long even train."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.twitch import Kind

PAIR_S = (0.008, 0.11)  # constant: intervals of doublets
BURST_S = 0.2  # constant: 5 a second; slower is no burst
MIXED_S = 0.12  # constant: of a burst whose discharges were taken for several units'
LULL_S = 0.25  # constant: no longer pause within a crowd, or next to a burst
EDGE, EDGE_S = 3.0, 0.06  # constant: intervals, and seconds, to what still belongs to a burst
FEWEST_IN_BURST = 3  # constant: two are a doublet
FEWEST_MIXED = 4  # constant: three units fall together more easily than one fires thrice
CHANCE = 0.05  # constant: bursts that chance makes in a recording; below it, one is real
AROUND_S = 5.0  # constant: how often a unit discharges changes over this
DOUBLETS = 10.0  # constant: discharges without a second that are held to be known beforehand
HABIT = 0.5  # constant: of a unit's discharges in bursts: it is one that discharges so
CROWD_S = 2.0  # constant: a crowd of chance is shorter, at two discharges a second
CROWD_PER_S = 6.0  # constant: what a weak contraction of a few units makes
UNEVEN = 2.0  # constant: one interval over the next within a burst
TRAIN_S = 2.2  # constant: longer than a burst of grouped discharges
TRAIN_INTERVAL_S = (0.025, 0.3)  # constant: 3 to 40 a second, as a will drives a unit
TRAIN_EVEN = 1.5  # constant: one interval over the next, typically, in a train


Burst = tuple[float, float, float]  # first and last second, usual interval
Times = NDArray[np.float64]
Units = NDArray[np.int64]
Flags = NDArray[np.bool_]


def kinds(times_s: Times, units: Units, repeating: Sequence[Burst] = ()) -> list[Kind]:
    """Give the kind of each discharge; times ascend.

    repeating : stretches whose signal repeats itself: bursts, whatever their units were taken for
    """
    out = [Kind.GROUPED if g else Kind.SINGLE for g in _grouped(times_s, units, repeating)]
    for unit in np.unique(units[units >= 0]):
        rows = [i for i in np.flatnonzero(units == unit) if out[i] is not Kind.GROUPED]
        i = 0
        while i + 1 < len(rows):
            apart = times_s[rows[i + 1]] - times_s[rows[i]]
            if PAIR_S[0] <= apart <= PAIR_S[1]:
                out[rows[i]] = out[rows[i + 1]] = Kind.DOUBLET
                i += 1
            i += 1
    return out


def _grouped(times_s: Times, units: Units, repeating: Sequence[Burst]) -> Flags:
    """Tell which discharges belong to bursts.

    A unit may discharge in bursts, or alone: what of the latter falls into a burst stays alone.
    """
    own = np.zeros(len(times_s), bool)  # in a run of its own unit
    spans: list[Burst] = []
    for unit in np.unique(units[units >= 0]):
        rows = np.flatnonzero(units == unit)
        for a, b in _runs(times_s[rows], BURST_S, even=True):
            own[rows[a:b]] = True
            spans.append(_span(times_s[rows[a:b]]))
    mixed = [(a, b) for a, b in _runs(times_s, MIXED_S, even=False) if b - a >= FEWEST_MIXED]
    spans += [_span(times_s[a:b]) for a, b in mixed]
    for first, last, interval in repeating:
        if _one_source(units[slice(*np.searchsorted(times_s, (first, last)))]):
            spans.append((first, last, interval))
    amid = own.copy()
    for first, last, _ in spans:
        amid[np.searchsorted(times_s, first) : np.searchsorted(times_s, last, "right")] = True
    habit = _habit(units, amid)
    grouped = own | (amid & habit)
    for first, last, interval in spans:
        _edges(times_s, grouped, habit, (first, last), EDGE * interval + EDGE_S)
    return _short_too(times_s, units, grouped)


def _short_too(times_s: Times, units: Units, grouped: Flags) -> Flags:
    """Add short bursts where most discharges are grouped: there, only the others meet by chance."""
    while 2 * grouped.sum() > len(times_s):
        amid = grouped.copy()
        for a, b in _runs(times_s, MIXED_S, even=False, lone=times_s[~grouped]):
            amid[a:b] = True
        more = grouped | (amid & _habit(units, amid))
        if (more == grouped).all():
            break
        grouped = more
    return grouped


def _habit(units: Units, amid: Flags) -> Flags:
    """Tell which discharges are of units that discharge in bursts, or of unknown shape."""
    habit = np.ones(len(units), bool)
    for unit in np.unique(units[units >= 0]):
        habit[units == unit] = amid[units == unit].mean() >= HABIT
    return habit


def _span(times_s: Times) -> Burst:
    return float(times_s[0]), float(times_s[-1]), float(np.median(np.diff(times_s)))


def _one_source(units: Units) -> bool:
    """Tell whether discharges can be a burst: enough of one unit, or of none that is known."""
    unknown = int((units < 0).sum())
    known = np.bincount(units[units >= 0]).max(initial=0)
    return bool(unknown + known >= FEWEST_IN_BURST)


def _edges(
    times_s: Times, grouped: Flags, habit: Flags, span: tuple[float, float], reach_s: float
) -> None:
    """Add to a burst what of units that discharge so, or of unknown shape, is next to it."""
    reach = min(reach_s, LULL_S)
    first, last = np.searchsorted(times_s, span[0]), np.searchsorted(times_s, span[1], "right")
    for step, at, end in ((-1, int(first) - 1, span[0]), (1, int(last), span[1])):
        i = at
        while 0 <= i < len(times_s) and abs(times_s[i] - end) <= reach:
            if habit[i]:
                grouped[i] = True
                end = times_s[i]
            i += step


def _runs(
    times: Times, longest_s: float, *, even: bool, lone: Times | None = None
) -> list[tuple[int, int]]:
    """Give runs, first and stop, of short intervals that chance does not make.

    Chance: discharges as often as they begin around there, some of them followed by a second.

    lone : those that stand by themselves, if not all: only they meet by chance
    """
    d = np.diff(times)
    lone = times if lone is None else lone
    begins = lone[np.append(True, np.diff(lone) > LULL_S)] if len(lone) else lone
    together = np.diff(np.append(np.searchsorted(lone, begins), len(lone)))
    pairs = float((together == 2).sum()) / (float((together <= 2).sum()) + DOUBLETS)
    found = []
    i = 0
    while i < len(d):
        j = i
        while j < len(d) and d[j] <= longest_s and (j == i or not even or _similar(d[j - 1], d[j])):
            j += 1
        count = j - i + 1
        if count >= FEWEST_IN_BURST and _by_chance(times, begins, pairs, i, j) < CHANCE:
            found.append((i, j + 1))
            i = j
        i = max(j, i + 1)
    return found


def _by_chance(times: Times, begins: Times, pairs: float, first: int, last: int) -> float:
    """Give how many runs like this one chance makes in the whole recording.

    pairs : share of what begins that is a pair
    """
    count, gap = last - first + 1, float(np.diff(times[first : last + 1]).max())
    lasts = max(float(times[-1] - times[0]), 2 * AROUND_S)
    near = np.searchsorted(begins, (times[first] - AROUND_S, times[last] + AROUND_S))
    around = times[last] - times[first] + 2 * AROUND_S
    often = max(len(begins) / lasts, float(near[1] - near[0]) / around)
    next_one = 1 - np.exp(-often * gap)
    steps = count - 1
    doubled = pairs ** (count // 2) * next_one ** (steps - count // 2)
    return float(len(begins) * max(next_one**steps, doubled))


def _similar(a: float, b: float) -> bool:
    return bool(max(a, b) <= UNEVEN * min(a, b))


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
