"""Which base figures would turn the answer: whose uncertainty decides which cause leads.

In every draw of the figures one cause leads. A figure turns the answer when the leading cause leads
much more often where that figure was drawn low than where it was drawn high, or the other way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.draws import Draws
from kedut.reasoning.inference import Inference

Floats = NDArray[np.float64]

_NAMED = 3
_RIVALS = 2
_LEAST_TURN = 0.1  # constant: below this difference a figure does not turn anything
_THIRD = 3


@dataclass(frozen=True, slots=True)
class Turning:
    """A figure that decides: how often the leading cause still leads where it is low, and high.

    cause : whose figure; empty for the background. finding : of what; empty for the prior
    """

    cause: str
    finding: str
    leads_if_low: float
    leads_if_high: float


def turning(
    inference: Inference, drawn: Floats, prior: Floats, draws: Draws
) -> tuple[Turning, ...]:
    """Give the two or three figures that decide most which cause leads; none where none does.

    Parameters
    ----------
    drawn : (C, D) chance of each cause to be at work in each draw
    prior : (C, D) the priors of the same draws
    """
    order = inference.ranked()
    if not order or inference.at_work[order[0]] <= 0:
        return ()
    leads = drawn.argmax(axis=0) == order[0]
    found = []
    for cause, finding, values in _figures(inference, order[: 1 + _RIVALS], prior, draws):
        rank = np.argsort(values, kind="stable")
        part = len(rank) // _THIRD
        low, high = float(leads[rank[:part]].mean()), float(leads[rank[-part:]].mean())
        if abs(low - high) >= _LEAST_TURN:
            found.append(Turning(cause, finding, low, high))
    found.sort(key=lambda t: (-abs(t.leads_if_low - t.leads_if_high), t.cause, t.finding))
    return tuple(found[:_NAMED])


def _figures(
    inference: Inference, places: list[int], prior: Floats, draws: Draws
) -> Iterator[tuple[str, str, Floats]]:
    """Give the figures behind the leading causes, with their draws (D,)."""
    evidence = inference.evidence
    for place in places:
        name = inference.causes[place]
        yield name, "", prior[place]
        for finding in (*evidence.present, *evidence.shown):
            figure = draws.network.total.get((name, finding))
            if figure is not None:
                yield name, finding, draws.figure(*figure.key)
    for finding in evidence.present:
        yield "", finding, draws.background(finding)
