"""The shapes of the potentials in a recording, learnt from those that stand alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.linalg import eigh

BEFORE_S, AFTER_S = (
    0.048,
    0.064,
)  # constant: longest potentials through skin, and the band's own wave
SHIFTS = 4  # constant: quarters of a sample leave less than a twentieth of the energy
LIKE = 0.25  # constant: size of a difference, over the potential, within one unit
CUT = 1.3  # constant: distance of two groups, in what noise and variation explain
REACH = 0.995  # constant: share of the energy by which it is searched
HEART = 0.8  # constant: share of the energy by which a fit is judged
DIMENSIONS = 8  # constant: more hold only noise
MATCHED = 5.2  # constant: less than one false alarm in ten minutes, for all shapes together
FEWEST = 3  # constant: two alike may be chance
REPEATED = 5  # constant: knocks are not the same shape and size so often; a unit is
CLEAR = 900.0  # constant: energy, in noise, from which two alike are none
SLOWEST_HZ = 34.0  # constant: typical frequency; swaying has less, potentials have 41 and more
LONGEST_S = 0.05  # constant: of the middle four fifths of the energy; potentials have 0.046
CELL_S = 0.004  # constant: noise is taken off over this
MEDIAN = 1.57  # constant: variance of a median over that of a mean
CROWDED_S = 0.012  # constant: half of the shortest interval in a burst
MOST_UNITS = 12  # constant: more are not told apart on one channel

Snippets = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Templates:
    """What potentials look like, in units of the noise.

    bank : (units, SHIFTS, parts, samples)
    norms : (units,) energy
    kappa : (units,) variance of the noise along each
    peak : (units,) sample of the largest deflection
    reach : (units, 2) first and stop of the samples that hold nearly all of it
    heart : (units, 2) first and stop of the samples that hold most of the energy
    members : (units,) how many were averaged
    least : (units,) score from which a discharge is believed
    cross : (units, SHIFTS, units, lags) products of templates, filled as they are needed
    crossed : (units, SHIFTS) which are filled
    beat_s : (units,) the heart's pace where the unit is the heart, else 0
    """

    bank: NDArray[np.float32]
    norms: NDArray[np.float32]
    kappa: NDArray[np.float32]
    peak: NDArray[np.int64]
    heart: NDArray[np.int64]
    reach: NDArray[np.int64]
    members: NDArray[np.int64]
    least: NDArray[np.float32]
    beat_s: NDArray[np.float32]
    cross: NDArray[np.float32]
    crossed: NDArray[np.bool_]

    @property
    def units(self) -> int:
        """Give how many there are."""
        return len(self.norms)


def size(work_rate_hz: float) -> tuple[int, int]:
    """Give samples before and after the peak."""
    return round(BEFORE_S * work_rate_hz), round(AFTER_S * work_rate_hz)


def learn(
    x: Snippets,
    noise: NDArray[np.float32],
    work_rate_hz: float,
    *,
    clear: NDArray[np.bool_] | None = None,
    edged: NDArray[np.bool_] | None = None,
) -> Templates:
    """Group snippets into units and average each.

    x : (n, parts, samples), peak in place, in units of the recording's noise
    noise : (n,) how strong the noise was around each, in the same units
    clear : (n, 2) where others stand beside: none is near before, none after
    edged : (n,) which look like knocks: a unit among them has to come back more often
    """
    n, parts, length = x.shape
    before, _ = size(work_rate_hz)
    if n < FEWEST:
        return bank_of(np.empty((0, parts, length), np.float32), np.empty(0, np.int64))
    near = round(CROWDED_S * work_rate_hz)
    shown = x[:, :, before - near : before + near] if clear is not None else x
    labels = _group(shown.reshape(n, -1), noise)
    means, members = [], []
    for label in range(labels.max() + 1):
        rows = np.flatnonzero(labels == label)
        own = x[rows]
        few = FEWEST if float(np.square(own).sum()) < CLEAR * len(rows) else 2
        if edged is not None and 2 * edged[rows].sum() > len(rows):
            few = REPEATED
        if len(rows) < few:
            continue
        mean = np.median(own, axis=0)
        reach = max(2, round(0.004 * work_rate_hz))  # constant: the peak strays by its noise
        if clear is None:
            means.append(ease(np.median(_align(own, mean, reach), axis=0)))
        else:
            own = _align(own, _narrow(mean, before, near), reach)
            means.append(_joined(own, clear[rows], before, near))
        members.append(len(rows))
    kept = [
        i
        for i, mean in enumerate(means)
        if not sways(mean, work_rate_hz) and not lingers(mean, members[i], work_rate_hz)
    ]
    means, members = [means[i] for i in kept], [members[i] for i in kept]
    cores = means if clear is None else [_narrow(mean, before, near) for mean in means]
    means, members = _merge(means, cores, members, round(0.02 * work_rate_hz))
    order = np.argsort(members)[::-1][:MOST_UNITS]
    if not len(order):
        return bank_of(np.empty((0, parts, length), np.float32), np.empty(0, np.int64))
    return bank_of(np.stack([means[i] for i in order]), np.array([members[i] for i in order]))


def sways(x: NDArray[np.float32], work_rate_hz: float) -> bool:
    """Tell whether a wave is too slow for a potential: the root mean square of its frequency."""
    step = np.diff(x, axis=-1)
    bound = 4 * np.sin(np.pi * SLOWEST_HZ / work_rate_hz) ** 2
    return bool(np.square(step).sum() < bound * np.square(x).sum())


def lingers(x: NDArray[np.float32], members: int, work_rate_hz: float) -> bool:
    """Tell whether a mean of so many snippets is too long for one potential."""
    cell = round(CELL_S * work_rate_hz)
    power = np.square(x).sum(axis=0)
    cells = power[: power.size // cell * cell].reshape(-1, cell).sum(axis=1)
    run = np.cumsum(np.maximum(cells - MEDIAN * len(x) * cell / members, 0))
    first, last = np.searchsorted(run, [(1 - HEART) / 2 * run[-1], (1 + HEART) / 2 * run[-1]])
    return bool((last - first) * cell > LONGEST_S * work_rate_hz)


def _group(x: NDArray[np.float32], noise: NDArray[np.float32]) -> NDArray[np.int64]:
    """Group by shape and size together: far apart is what noise and variation do not explain."""
    away = x - x.mean(axis=0)
    dims = min(DIMENSIONS, *x.shape)
    wide = x.shape[1] > x.shape[0]  # the smaller of the two squares has the same axes
    square = (away @ away.T if wide else away.T @ away).astype(np.float64)
    n = len(square)
    values, axes = eigh(square, subset_by_index=(n - dims, n - 1), check_finite=False)
    low = (axes * np.sqrt(np.maximum(values, 0)) if wide else away @ axes).astype(np.float32)
    energy = np.square(x).sum(axis=1)
    far = np.square(low).sum(axis=1)
    d2 = far[:, None] + far[None] - 2 * low @ low.T
    expected = dims * (np.square(noise)[:, None] + np.square(noise)[None]) + LIKE**2 * np.maximum(
        energy[:, None], energy[None]
    )
    d = np.sqrt(np.maximum(d2, 0) / expected)
    upper = d[np.triu_indices(len(x), 1)]
    return np.asarray(fcluster(linkage(upper, "average"), CUT, "distance"), np.int64) - 1


def _align(x: Snippets, mean: Snippets, reach: int) -> Snippets:
    """Move each snippet to where it fits the mean best, by whole samples."""
    length = x.shape[2]
    inner = slice(reach, length - reach)
    scores = np.stack(
        [
            np.einsum("npj,pj->n", x[:, :, inner.start + lag : inner.stop + lag], mean[:, inner])
            for lag in range(-reach, reach + 1)
        ]
    )
    best = scores.argmax(axis=0) - reach
    out = np.zeros_like(x)
    for i, lag in enumerate(best):
        if lag >= 0:
            out[i, :, : length - lag] = x[i, :, lag:]
        else:
            out[i, :, -lag:] = x[i, :, :lag]
    return out


def ease(mean: Snippets) -> Snippets:
    """Let the ends of a template run out to zero."""
    n = mean.shape[-1]
    eased = max(2, n // 10)
    window = np.ones(n, np.float32)
    rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(eased) + 0.5) / eased)
    window[:eased], window[-eased:] = rise, rise[::-1]
    return np.asarray(mean * window, np.float32)


def _joined(own: Snippets, clear: NDArray[np.bool_], middle: int, near: int) -> Snippets:
    """Join what the first discharges of bursts show before the peak and the last ones after it."""
    first, last = own[clear[:, 0]], own[clear[:, 1]]
    if min(len(first), len(last)) < FEWEST:
        return _narrow(np.asarray(np.median(own, axis=0), np.float32), middle, near)
    mean = np.concatenate(
        [np.median(first, axis=0)[:, :middle], np.median(last, axis=0)[:, middle:]], axis=1
    )
    return ease(mean)


def _narrow(mean: Snippets, middle: int, near: int) -> Snippets:
    """Keep only the surroundings of the peak: what is further away belongs to neighbours."""
    away = np.abs(np.arange(mean.shape[-1]) - middle) / (2 * near)
    window = np.where(away < 1, 0.5 + 0.5 * np.cos(np.pi * away), 0)
    return np.asarray(mean * window, np.float32)


def together(alone: Templates, crowd: Templates, work_rate_hz: float) -> Templates:
    """Give the units of both: those that stand alone, and those of bursts that none of them is."""
    if not alone.units or not crowd.units:
        return alone if alone.units else crowd
    before, _ = size(work_rate_hz)
    near, reach = round(CROWDED_S * work_rate_hz), round(0.02 * work_rate_hz)
    cores = [[_narrow(m, before, near) for m in t.bank[:, 0]] for t in (alone, crowd)]
    new = [
        i
        for i, core in enumerate(cores[1])
        if not any(
            _same(core, other, 1 / int(crowd.members[i]) + 1 / int(count), reach)
            for other, count in zip(cores[0], alone.members, strict=True)
        )
    ][: max(MOST_UNITS - alone.units, 0)]
    return bank_of(
        np.concatenate([alone.bank[:, 0], crowd.bank[new, 0]]),
        np.concatenate([alone.members, crowd.members[new]]),
    )


def _same(a: Snippets, b: Snippets, noise: float, reach: int) -> bool:
    """Tell whether two means, of so much noise, are one shape at some lag."""
    ea, eb = float(np.square(a).sum()), float(np.square(b).sum())
    both = np.sum([np.correlate(b[p], a[p], "full") for p in range(len(a))], axis=0)
    middle = a.shape[1] - 1
    c = float(np.max(both[middle - reach : middle + reach + 1]))
    return ea + eb - 2 * c < LIKE**2 * max(ea, eb) + a.size * noise


def _merge(
    means: list[Snippets], cores: list[Snippets], members: list[int], reach: int
) -> tuple[list[Snippets], list[int]]:
    """Put together units whose cores are the same shape at some lag."""
    means, cores, members = list(means), list(cores), list(members)
    i = 0
    while i < len(means):
        j = i + 1
        while j < len(means):
            if _same(cores[i], cores[j], 1 / members[i] + 1 / members[j], reach):
                keep = i if members[i] >= members[j] else j
                means[i], cores[i] = means[keep], cores[keep]
                members[i] += members[j]
                del means[j], cores[j], members[j]
                j = i + 1
            else:
                j += 1
        i += 1
    return means, members


def bank_of(means: Snippets, members: NDArray[np.int64]) -> Templates:
    """Make the bank of templates moved by parts of a sample."""
    units, _, length = means.shape
    s = np.fft.rfft(means, 2 * length, axis=2)
    turn = np.exp(
        -2j * np.pi * np.fft.rfftfreq(2 * length)[None] * np.arange(SHIFTS)[:, None] / SHIFTS
    )
    moved = np.fft.irfft(s[:, None] * turn[None, :, None], 2 * length, axis=3)[..., :length]
    bank = np.ascontiguousarray(moved, np.float32)
    peak = np.array([int(np.argmax(m[np.argmax(np.abs(m).max(axis=1))] ** 2)) for m in means], int)
    return Templates(
        bank=bank,
        norms=np.square(means).sum(axis=(1, 2)).astype(np.float32),
        kappa=np.ones(units, np.float32),
        peak=peak.reshape(-1) if units else np.empty(0, np.int64),
        heart=np.array([_middle(m, HEART) for m in means], np.int64).reshape(units, 2),
        reach=np.array([_middle(m, REACH) for m in means], np.int64).reshape(units, 2),
        members=members,
        least=np.full(units, MATCHED, np.float32),
        beat_s=np.zeros(units, np.float32),
        cross=np.zeros((units, SHIFTS, units, 2 * length - 1), np.float32),
        crossed=np.zeros((units, SHIFTS), np.bool_),
    )


def _middle(mean: Snippets, share: float) -> tuple[int, int]:
    """Give the samples between which the middle of the energy lies."""
    run = np.cumsum(np.square(mean).sum(axis=0))
    low, high = np.searchsorted(run, [(1 - share) / 2 * run[-1], (1 + share) / 2 * run[-1]])
    return int(low), int(high) + 1
