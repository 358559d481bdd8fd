"""Knocks taken out of a stretch before its potentials are looked for."""

# ruff: noqa: PLR0913, PLR0917 - numba takes arrays one by one

from __future__ import annotations

import numba
import numpy as np

from kedut.measurement.detectors.emg_discharges import Discharges, Stretch, View
from kedut.measurement.detectors.emg_rest import Row
from kedut.measurement.detectors.emg_rings import CLEAR as RING_CLEAR
from kedut.measurement.detectors.emg_rings import find_ring, ring_shapes
from kedut.measurement.detectors.emg_solving import BOUNDS
from kedut.measurement.detectors.emg_taps import CLEAR, take_tap
from kedut.measurement.filters.blocks import Block

APART_S = 0.01  # constant: the width of a potential's peak
MOST_PEAKS = 6  # constant: looked at in one stretch for a knock
SAME = 0.15  # constant: share of the energy left: no unit, whatever else it is
NEAR = 3  # constant: samples by which noise moves a peak


def without_knocks(x: Block, view: View, stretch: Stretch, out: Discharges) -> Row:
    """Take knocks out of a stretch, in place, the largest first; gives the power they had.

    What a known unit explains as well is no knock.
    """
    power = np.zeros(x.shape[1], np.float32)
    look = np.abs(x).max(axis=0)
    near = round(APART_S * view.cut.work_rate_hz)
    for _ in range(MOST_PEAKS):
        at = int(look.argmax())
        if look[at] < CLEAR:
            break
        before = x.copy()
        if not (_take_plain(x, view, stretch, at, out) or _take_ring(x, view, stretch, at, out)):
            look[max(0, at - near) : at + near] = 0
            continue
        power += np.maximum(np.square(before).sum(axis=0) - np.square(x).sum(axis=0), 0)
        look = np.abs(x).max(axis=0)
    return power


def _take_plain(x: Block, view: View, stretch: Stretch, at: int, out: Discharges) -> bool:
    """Take out an edge that decays."""
    without = x.copy()
    tap = take_tap(without, view.shapes, at)
    if tap is None:
        return False
    first, stop = _around(x, view, at)
    noise = len(x) * (stop - first)
    energy = float(np.square(x[:, first:stop]).sum())
    left = float(np.square(without[:, first:stop]).sum())
    if _left_by_units(x, view, stretch, at) < min(left, noise + SAME * energy):
        return False
    x[:] = without
    where = stretch.first + tap[0]
    if stretch.counts(where):
        out.taps.append((view.time_s(where), tap[1]))
    return True


def _take_ring(x: Block, view: View, stretch: Stretch, at: int, out: Discharges) -> bool:
    """Take out an edge that rings, with all that is there while it does."""
    if np.abs(x[:, at]).max() < RING_CLEAR:
        return False
    first, stop = _around(x, view, at)
    noise = len(x) * (stop - first)
    energy = float(np.square(x[:, first:stop]).sum())
    if _left_by_units(x, view, stretch, at) < noise + SAME * energy:
        return False
    ring = find_ring(x, ring_shapes(view.cut), at, view.cut.work_rate_hz)
    if ring is None:
        return False
    early = max(0, ring.first - round(APART_S * view.cut.work_rate_hz))
    x[:, early : ring.stop] = 0
    where = stretch.first + ring.first
    if stretch.counts(where):
        out.taps.append((view.time_s(where), ring.score))
        span = view.time_s(stretch.first + early), view.time_s(stretch.first + ring.stop)
        out.rings.append(span)
    return True


def _around(x: Block, view: View, at: int) -> tuple[int, int]:
    """Give first and stop of the samples by which a knock at a sample is judged."""
    shapes = view.shapes
    first, stop = (at + v - shapes.before for v in (shapes.judged.start, shapes.judged.stop))
    return max(0, first), min(x.shape[1], stop)


def _left_by_units(x: Block, view: View, stretch: Stretch, at: int) -> float:
    """Give the energy that the best known unit leaves of what is around a sample."""
    t = view.learnt.templates
    first, stop = _around(x, view, at)
    mean, loud = t.bank[:, 0], np.float32(stretch.loud)
    return float(_least(x, mean, t.peak, loud, at, first, stop, BOUNDS[0], BOUNDS[1]))


@numba.njit(cache=True, fastmath=True)
def _least(x, means, peak, loud, at, first, stop, low, high):  # type: ignore[no-untyped-def]
    length = means.shape[2]
    energy = np.float32(0.0)
    for p in range(x.shape[0]):
        for i in range(first, stop):
            energy += x[p, i] * x[p, i]
    least = energy
    for k in range(means.shape[0]):
        usual = at - peak[k]
        for start in range(max(0, usual - NEAR), min(x.shape[1] - length, usual + NEAR) + 1):
            both, own = np.float32(0.0), np.float32(1e-9)
            for p in range(x.shape[0]):
                for i in range(max(first, start), min(stop, start + length)):
                    m = means[k, p, i - start] / loud
                    both += x[p, i] * m
                    own += m * m
            scale = min(max(both / own, low), high)
            least = min(least, energy - 2 * scale * both + scale * scale * own)
    return least
