"""What the notes say of the rate on every day, and of two days together: forward and back.

A hidden chain on a grid, exact up to the grid (Rabiner 1989: forward-backward). What ours does
differently: kinds of person run side by side and are dropped where the notes make them a thousand
times less likely than the best, and looking back where they are fifty times less likely; two days
are compared by running each level of the first apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.diary.rate_states import STATES, Chain, by_pieces

Floats = NDArray[np.float64]

_FORGOTTEN = 1e-3
_UNLIKELY = 1e-3
_MOST, _WORTH = 16, 0.02  # kinds of person looked back with, and their share of the likeliest's


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
        self.now = by_pieces(self.now, self.chain.step)

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

    states : (steps, STATES); changed : (steps, kinds of turn), chance that from the step before to
    this one it turned so; filtered : (steps, people, STATES) for the people left, who
    they are in `people`
    """

    states: Floats
    changed: Floats
    filtered: Floats
    people: NDArray[np.intp]


def smooth(
    chain: Chain,
    weights: Floats,
    likelihoods: Mapping[int, Floats],
    steps: int,
    turned: NDArray[np.bool_],
) -> Smoothed:
    """Give the chances at every step from the likelihoods, (people, STATES), of some steps.

    turned : (kinds of turn, STATES, STATES), which moves are one
    """
    forward = Forward.begin(chain, weights)
    passed, alive = [], []
    for step in range(steps):
        if step:
            forward.step()
        if step in likelihoods:
            forward.see(likelihoods[step])
        passed.append(forward.now)
        alive.append(forward.alive)
    left = np.sort(forward.alive[likeliest(forward.now)])
    filtered = np.stack(
        [now[np.searchsorted(had, left)] for now, had in zip(passed, alive, strict=True)]
    )
    states, changed = _back(
        chain, filtered, {s: seen[left] for s, seen in likelihoods.items()}, turned
    )
    return Smoothed(states=states, changed=changed, filtered=filtered, people=left)


def likeliest(now: Floats) -> NDArray[np.intp]:
    """Give the places of the kinds of person worth looking back with, likeliest first."""
    share = now.sum(axis=1)
    first = np.argsort(-share, kind="stable")[:_MOST]
    worth: NDArray[np.intp] = first[share[first] >= _WORTH * share[first[0]]]
    return worth


def _back(
    chain: Chain,
    filtered: Floats,
    likelihoods: Mapping[int, Floats],
    turned: NDArray[np.bool_],
) -> tuple[Floats, Floats]:
    steps, back = len(filtered), chain.step.T
    ahead = np.ones_like(filtered[0])
    states, come, joint = np.empty((steps, STATES)), np.ones_like(filtered), np.ones(steps)
    for step in range(steps - 1, -1, -1):
        both = filtered[step] * ahead
        states[step] = both.sum(axis=0) / both.sum()
        if not step:
            break
        come[step] = ahead * likelihoods[step] if step in likelihoods else ahead
        ahead = by_pieces(come[step], back)
        joint[step] = (filtered[step - 1] * ahead).sum()
        ahead /= ahead.max()
    changed = np.zeros((steps, len(turned)))
    for place, moves in enumerate(turned):
        into = by_pieces(filtered[:-1].reshape(-1, STATES), chain.step * moves)
        changed[1:, place] = (into.reshape(come[1:].shape) * come[1:]).sum(axis=(1, 2))
    return states, changed / joint[:, None]


def across(
    chain: Chain, then: Floats, told: Sequence[Floats | None], places: NDArray[np.intp]
) -> Floats:
    """Give how likely each place was then together with each place now.

    Parameters
    ----------
    then : (people, STATES), the chances given all up to then
    told : the likelihoods, (people, STATES), of each step after it up to now, none where none
    places : (STATES,), the place each state belongs to, from 0 on

    Returns
    -------
    (places, places), sums to 1; exact, no course is drawn
    """
    count = int(places.max()) + 1
    by_place = np.where(places == np.arange(count)[:, None, None], then, 0.0)
    mass = by_place.sum(axis=2)
    before, person = np.nonzero(mass > _UNLIKELY * mass.max())
    courses = by_place[before, person]
    for likelihood in told:
        courses = by_pieces(courses, chain.step)
        if likelihood is not None:
            courses *= likelihood[person]
            courses /= courses.sum()
    found = np.zeros((count, count))
    for now in range(count):
        np.add.at(found[:, now], before, courses[:, places == now].sum(axis=1))
    found /= found.sum()
    return found
