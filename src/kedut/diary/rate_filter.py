"""What the notes say of the rate on every day: forward, back, and drawn courses.

A hidden chain on a grid, exact up to the grid (Rabiner 1989: forward-backward; drawing backwards
as in Carter and Kohn 1994). What ours does differently: kinds of person run side by side and are
dropped where the notes make them a thousand times less likely than the best.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.diary.rate_states import STATES, WAY_OF_STATE, Chain

Floats = NDArray[np.float64]

_FORGOTTEN = 1e-3


@dataclass(slots=True)
class Forward:
    """The chances of each state at a step given all up to it, kinds of person side by side.

    now : (people, STATES), sums to 1 over both
    """

    chain: Chain
    now: Floats
    alive: NDArray[np.intp]

    @classmethod
    def begin(cls, chain: Chain, weights: Floats) -> Forward:
        """Give the state before the first notes."""
        return cls(chain, weights[:, None] * chain.start, np.arange(len(weights)))

    def step(self) -> None:
        """Go one step on without notes."""
        self.now = self.now @ self.chain.step

    def see(self, likelihood: Floats) -> None:
        """Take the notes of this step in; likelihood of all people, also those dropped."""
        seen = self.now * likelihood[self.alive]
        weights = seen.sum(axis=1)
        keep = weights > _FORGOTTEN * weights.max()
        self.alive = self.alive[keep]
        self.now = seen[keep] / weights[keep].sum()


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoothed:
    """Chances of each state at every step given all notes.

    states : (steps, STATES); changed : (steps, 3), chance that from the step before to this one
    the way changed to down, level, up; filtered : (steps, people, STATES) for the people left, who
    they are in `people`
    """

    states: Floats
    changed: Floats
    filtered: Floats
    people: NDArray[np.intp]


def smooth(
    chain: Chain, weights: Floats, likelihoods: Mapping[int, Floats], steps: int
) -> Smoothed:
    """Give the chances at every step from the likelihoods, (people, STATES), of some steps."""
    forward = Forward.begin(chain, weights)
    passed, alive = [], []
    for step in range(steps):
        if step:
            forward.step()
        if step in likelihoods:
            forward.see(likelihoods[step])
        passed.append(forward.now)
        alive.append(forward.alive)
    left = forward.alive
    filtered = np.stack(
        [now[np.searchsorted(had, left)] for now, had in zip(passed, alive, strict=True)]
    )
    states, changed = _back(chain, filtered, {s: seen[left] for s, seen in likelihoods.items()})
    return Smoothed(states=states, changed=changed, filtered=filtered, people=left)


def _back(
    chain: Chain, filtered: Floats, likelihoods: Mapping[int, Floats]
) -> tuple[Floats, Floats]:
    steps = len(filtered)
    ahead = np.ones_like(filtered[0])
    states, come, joint = np.empty((steps, STATES)), np.ones_like(filtered), np.ones(steps)
    for step in range(steps - 1, -1, -1):
        both = filtered[step] * ahead
        states[step] = both.sum(axis=0) / both.sum()
        if not step:
            break
        come[step] = ahead * likelihoods[step] if step in likelihoods else ahead
        ahead = come[step] @ chain.step.T
        joint[step] = (filtered[step - 1] * ahead).sum()
        ahead /= ahead.max()
    changed = np.zeros((steps, 3))
    for place, way in enumerate((-1, 0, 1)):
        into = np.equal(WAY_OF_STATE, way)
        moves = chain.step[:, into] * ~into[:, None]
        changed[1:, place] = ((filtered[:-1] @ moves) * come[1:][:, :, into]).sum(axis=(1, 2))
    return states, changed / joint[:, None]


def draw_back(chain: Chain, filtered: Floats, uniforms: Floats) -> NDArray[np.intp]:
    """Draw courses that end in the last step of `filtered` (steps, people, STATES).

    Parameters
    ----------
    uniforms : (steps, courses) in [0, 1), the chance it is drawn with

    Returns
    -------
    (steps, courses) of state indices
    """
    steps = len(filtered)
    drawn = np.empty(uniforms.shape, np.intp)
    sums = np.cumsum(filtered[-1].ravel())
    places = np.minimum(np.searchsorted(sums, uniforms[-1] * sums[-1], "right"), sums.size - 1)
    person, drawn[-1] = np.divmod(places, STATES)
    for step in range(steps - 2, -1, -1):
        sums = filtered[step].T[:, person] * chain.step[:, drawn[step + 1]]
        np.cumsum(sums, axis=0, out=sums)
        # Each column is one course; the state drawn is the first whose sum passes the chance.
        drawn[step] = (sums[:-1] <= uniforms[step] * sums[-1]).sum(axis=0)
    return drawn
