"""The fewest discharges that explain a stretch: overlaps taken apart from several beginnings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.detectors.emg_pursuit import beginnings, products_of, pursue, refit
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


def solve(x: Block, templates: Templates, loud: float, apart: int) -> tuple[Events, Block]:
    """Explain a stretch by the fewest discharges that leave the least; gives them and the rest.

    Where overlaps make it doubtful which to take out first, several beginnings are tried.
    """
    limit = min(MOST_IN_STRETCH, 8 + x.shape[1] // 8)
    if not templates.units:
        return np.zeros((0, 5), np.float32), x
    bank = templates.bank / np.float32(loud)
    norms = templates.norms / np.float32(loud**2)
    kappa = templates.kappa
    reach = templates.reach
    products = products_of(x, bank, reach)

    def run(begin: NDArray[np.int64]) -> tuple[float, Events, Block]:
        rest, events = x.copy(), np.zeros((limit, 5), np.float32)
        count = pursue(
            rest,
            products,
            bank,
            norms,
            kappa,
            reach,
            templates.heart,
            BOUNDS,
            templates.least,
            apart,
            begin,
            templates.cross,
            templates.crossed,
            np.float32(loud),
            events,
        )
        if count > 1:
            refit(rest, bank, norms, kappa, BOUNDS, events, count, 4)
        events = _give_back(rest, events[:count], bank, norms)
        cost = float(np.square(rest).sum()) + COST * len(events)
        return cost, events, rest

    cost, events, rest = run(np.array([-1, 0]))
    n = NEAR * len(x)
    left, had = _largest(rest), _largest(x)
    good = left < n + SURE * np.sqrt(2 * n) + MISFIT * had
    if (good and _apart(events)) or x.shape[1] > TOO_LONG:
        return events, rest
    starts = np.zeros((STARTS, 2), np.int64)
    for begin in starts[
        : beginnings(products, norms, kappa, BOUNDS, templates.least, apart, starts)
    ]:
        other = run(begin)
        if other[0] < cost:
            cost, events, rest = other
    return events, rest


def _apart(events: Events) -> bool:
    """Tell whether no two discharges are so near that their waves mix."""
    return len(events) < 2 or float(np.diff(np.sort(events[:, 1])).min()) > MIXED


def _largest(x: Block) -> float:
    """Give the largest energy of `NEAR` samples in a row."""
    run = np.cumsum(np.square(x).sum(axis=0), dtype=np.float64)
    return float((run[NEAR:] - run[:-NEAR]).max(initial=0.0))


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


def _give_back(
    rest: Block,
    events: Events,
    bank: NDArray[np.float32],
    norms: NDArray[np.float32],
) -> Events:
    """Put back, into `rest`, events too small beside another to be more than its misfit."""
    if len(events) < 2:
        return events
    energy = np.square(events[:, 3]) * norms[events[:, 0].astype(int)]
    near = np.abs(events[:, 1][:, None] - events[:, 1][None]) < bank.shape[3] // 2
    small = (near & (energy[:, None] < BOUNDS[3] * energy[None])).any(axis=1)
    for e in events[small]:
        at, shift = int(e[1]), round(float(e[2]) * bank.shape[1])
        rest[:, at : at + bank.shape[3]] += e[3] * bank[int(e[0]), shift]
    kept: Events = events[~small]
    return kept
