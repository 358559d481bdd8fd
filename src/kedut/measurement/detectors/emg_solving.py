"""The fewest discharges that explain a stretch: overlaps taken apart from several beginnings."""

# ruff: noqa: PLR0913, PLR0917 - numba takes arrays one by one

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from kedut.measurement.detectors.emg_pursuit import (
    add_to,
    beginnings,
    products_of,
    pursue,
    refit,
)
from kedut.measurement.detectors.emg_templates import Templates
from kedut.measurement.filters.blocks import Block

BOUNDS = np.array([0.6, 1.5, 0.4, 0.04], np.float32)  # constant: a unit varies less; misfit
COST = 60.0  # constant: of one more discharge, in energy of noise
NEAR = 12  # constant: samples over which the rest is weighed
SURE = 8.0  # constant: standard deviations of the energy of so many samples of noise
MIXED = 40  # constant: samples; a potential's main waves
MISFIT = 0.03  # constant: share of the energy that a good fit may leave
STARTS = 8  # constant: more seldom help
TOO_LONG = 1024  # constant: samples; a second of overlaps is no pair
CROWD, CROWD_S = 3, 0.045  # constant: so many units within so short a time are one unknown
MOST_IN_STRETCH = 2048  # constant: in one stretch; a stretch is no longer than a piece

Events = NDArray[np.float32]


@numba.njit(cache=True, fastmath=True)
def largest(x):  # type: ignore[no-untyped-def]
    """Give the largest energy of `NEAR` samples in a row."""
    power = np.zeros(x.shape[1], np.float64)
    for p in range(x.shape[0]):
        row = x[p]
        for i in range(row.size):
            power[i] += row[i] * row[i]
    most, total = 0.0, 0.0
    for i in range(power.size):
        total += power[i]
        if i >= NEAR:
            total -= power[i - NEAR]
            most = max(most, total)  # what begins with the first sample is not asked for
    return most


@numba.njit(cache=True, fastmath=True)
def give_back(rest, events, count, bank, norms, misfit):  # type: ignore[no-untyped-def]
    """Put back, into `rest`, events too small beside another to be more than its misfit."""
    length, shifts = bank.shape[3], bank.shape[1]
    small = np.zeros(count, np.bool_)
    for e in range(count):
        energy = events[e, 3] * events[e, 3] * norms[int(events[e, 0])]
        for o in range(count):
            other = events[o, 3] * events[o, 3] * norms[int(events[o, 0])]
            if energy < misfit * other and abs(events[e, 1] - events[o, 1]) < length // 2:
                small[e] = True
                break
    kept = 0
    for e in range(count):
        if small[e]:
            shift = round(events[e, 2] * shifts)
            add_to(rest, bank[int(events[e, 0]), shift], int(events[e, 1]), events[e, 3])
        else:
            for i in range(events.shape[1]):
                events[kept, i] = events[e, i]
            kept += 1
    return kept


@numba.njit(cache=True, fastmath=True)
def _run(  # type: ignore[no-untyped-def]
    x, products, bank, norms, kappa, reach, heart, bounds, least, apart, begin, cross, crossed,
    power, events,
):  # fmt: skip
    """Explain from one beginning; gives the rest, how many, and what they and the rest cost."""
    rest = x.copy()
    count = pursue(
        rest, products, bank, norms, kappa, reach, heart, bounds, least, apart, begin, cross,
        crossed, power, events,
    )  # fmt: skip
    if count > 1:
        refit(rest, bank, norms, kappa, bounds, events, count, power)
        count = give_back(rest, events, count, bank, norms, bounds[3])
    total = 0.0
    for p in range(rest.shape[0]):
        row = rest[p]
        for i in range(row.size):
            total += row[i] * row[i]
    return rest, count, total / power + COST * count


@numba.njit(cache=True, fastmath=True)
def _solved(  # type: ignore[no-untyped-def]
    x, loud, bank, norms, kappa, reach, heart, bounds, least, apart, cross, crossed
):
    """Explain a stretch; gives the events and the rest, in units of the noise there."""
    parts, n = x.shape
    x *= loud  # as the templates are: in units of typical noise
    power = loud * loud
    limit = min(MOST_IN_STRETCH, 8 + n // 8)
    products = products_of(x, bank, reach)
    events = np.zeros((limit, 5), np.float32)
    start = np.full(2, -1, np.int64)
    rest, count, cost = _run(
        x, products, bank, norms, kappa, reach, heart, bounds, least, apart, start, cross,
        crossed, power, events,
    )  # fmt: skip
    noise = NEAR * parts
    good = largest(rest) < power * (noise + SURE * np.sqrt(2 * noise)) + MISFIT * largest(x)
    for i in range(count):
        for j in range(i):
            good = good and abs(events[i, 1] - events[j, 1]) > MIXED
    if not good and n <= TOO_LONG:
        starts = np.zeros((STARTS, 2), np.int64)
        others = beginnings(products, norms, kappa, bounds, least, apart, power, starts)
        for i in range(others):
            if starts[i, 0] == start[0] and starts[i, 1] == start[1]:
                continue  # as done
            its = np.zeros((limit, 5), np.float32)
            its_rest, its_count, its_cost = _run(
                x, products, bank, norms, kappa, reach, heart, bounds, least, apart, starts[i],
                cross, crossed, power, its,
            )  # fmt: skip
            if its_cost < cost:
                rest, events, count, cost = its_rest, its, its_count, its_cost
    rest /= loud
    return events[:count], rest


def solve(x: Block, templates: Templates, loud: float, apart: int) -> tuple[Events, Block]:
    """Explain a stretch by the fewest discharges that leave the least; gives them and the rest.

    Where overlaps make it doubtful which to take out first, several beginnings are tried.

    x : (parts, samples) in units of the noise there
    loud : that noise, beside what is typical
    """
    t = templates
    if not t.units or x.shape[1] < t.bank.shape[3]:
        return np.zeros((0, 5), np.float32), x
    events, rest = _solved(
        x.copy(), np.float32(loud), t.bank, t.norms, t.kappa, t.reach, t.heart, BOUNDS, t.least,
        apart, t.cross, t.crossed,
    )  # fmt: skip
    return events, rest


def one_instead(
    events: Events,
    rest: Block,
    templates: Templates,
    loud: float,
    work_rate_hz: float,
) -> tuple[Events, Block]:
    """Take back several units at almost one time: that is one potential not yet known."""
    if len(events) < CROWD:
        return events, rest
    order = np.argsort(events[:, 1])
    at, unit = events[order, 1], events[order, 0]
    width = CROWD_S * work_rate_hz
    drop = np.zeros(len(events), bool)
    for i in range(len(at) - CROWD + 1):
        j = i + CROWD
        while j < len(at) and at[j] - at[i] <= width:
            j += 1
        if at[j - 1] - at[i] <= width and len(np.unique(unit[i:j])) > 1:
            drop[order[i:j]] = True
    if not drop.any():
        return events, rest
    length = templates.bank.shape[3]
    for e in events[drop]:
        first, shift = int(e[1]), round(float(e[2]) * templates.bank.shape[1])
        rest[:, first : first + length] += e[3] / loud * templates.bank[int(e[0]), shift]
    return events[~drop], rest
