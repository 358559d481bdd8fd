"""Discharges so close together that their sum must fit: else they are one potential not yet known.

Two units seldom discharge at almost one time. Where two known potentials, less than a potential
apart, leave much of the signal unexplained, a third one that is not known yet explains it better:
both are put back, and what is left is one discharge of unknown shape.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.detectors.emg_solving import Events
from kedut.measurement.detectors.emg_templates import Templates
from kedut.measurement.filters.blocks import Block

CLOSE_S = 0.025  # constant: the main waves of two potentials mix
MISFIT = 0.06  # constant: share of the energy; 1 in 100 true overlaps leaves more
SURE = 6.0  # constant: standard deviations of the noise's energy


def one_unknown(
    events: Events, rest: Block, templates: Templates, loud: float, work_rate_hz: float
) -> tuple[Events, Block]:
    """Take back discharges close together whose sum misfits; gives what is kept and the rest.

    rest : what the events left of the signal, over the noise; what is taken back is added to it
    """
    if len(events) < 2:
        return events, rest
    peak = events[:, 1] + templates.peak[events[:, 0].astype(int)]
    order = np.argsort(peak)
    drop = np.zeros(len(events), bool)
    for one, other in pairwise(order):
        if peak[other] - peak[one] < CLOSE_S * work_rate_hz:
            pair = np.array([one, other])
            drop[pair] |= _misfits(events[pair], rest, templates, loud)
    if drop.any():
        put_back(rest, events[drop], templates, loud)
    return events[~drop], rest


def put_back(rest: Block, events: Events, templates: Templates, loud: float) -> None:
    """Add the potentials of events, in place, to what they left."""
    _, shifts, _, length = templates.bank.shape
    for e in events:
        at, shift = int(e[1]), round(float(e[2]) * shifts)
        rest[:, at : at + length] += e[3] / loud * templates.bank[int(e[0]), shift]


def _misfits(pair: Events, rest: Block, templates: Templates, loud: float) -> bool:
    """Tell whether two potentials leave more than noise and a unit's variation."""
    spans: NDArray[np.int64] = pair[:, 1:2].astype(int) + templates.heart[pair[:, 0].astype(int)]
    first, stop = int(spans[:, 0].min()), int(spans[:, 1].max())
    whole = rest.copy()
    put_back(whole, pair, templates, loud)
    energy = float(np.square(whole[:, first:stop]).sum())
    noise = float(len(rest) * (stop - first))
    left = float(np.square(rest[:, first:stop]).sum()) - noise
    return left > max(MISFIT * energy, SURE * float(np.sqrt(2 * noise)))
