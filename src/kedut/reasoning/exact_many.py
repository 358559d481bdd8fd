"""The quick version for many persons at once: one call, however many sets of findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.bedside import Runs
from kedut.reasoning.compiled import compiled
from kedut.reasoning.exact import ImpossibleEvidence
from kedut.reasoning.exact_emission import Numbers, Seen
from kedut.reasoning.exact_kernel import Found, infer
from kedut.reasoning.exact_steps import Room
from kedut.reasoning.sorter import Places

if TYPE_CHECKING:
    from kedut.reasoning.exact_fast import FastExact

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Told(NamedTuple):
    """Evidence of many by place, one behind the other.

    flat : all places; bounds (N, 5): where each one's present, absent, shown and hidden begin and
    the last ends; moves (N,); ways: all tables of ways, flat; ways_at (N, 3): where each one's
    begins, how many ways, of how many variables
    """

    flat: Ints
    bounds: Ints
    moves: Ints
    ways: Ints
    ways_at: Ints


def posteriors(
    fast: FastExact, priors: Floats, which: Sequence[int], seen: Sequence[Places]
) -> tuple[Floats, Floats]:
    """Give prevalent (N, C) and at work (N, C), each as `FastExact.run` gives them.

    Parameters
    ----------
    priors : (P, C), and `which` of them holds for each
    seen : evidence sorted by place; as much as can be taken on at once

    Raises
    ------
    ImpossibleEvidence
        Nothing could bring the findings of one of them together.
    """
    told, chosen = _told(fast, seen), np.array(which, np.int64)
    shape = (len(seen), priors.shape[1])
    found, done = Found(np.empty(shape), np.empty(shape)), 0
    while done < len(seen):
        done, tables, spare = _fill(priors, chosen, fast.numbers, told, fast.room, found, done)
        if tables:
            fast.room = Room(
                np.empty(max(tables, len(fast.room.tables))),
                np.empty((3, max(spare, fast.room.spare.shape[1]))),
            )
        elif done < len(seen):
            raise ImpossibleEvidence(
                "no cause of the knowledge base could bring these findings together"
            )
    return found.prevalent, found.at_work


def _told(fast: FastExact, seen: Sequence[Places]) -> Told:
    """Lay the evidence out."""
    flat: list[int] = []
    bounds, moves, ways_at = [], [], []
    starts: dict[Runs, tuple[int, int, int]] = {}
    tables, end = [np.zeros(0, np.int64)], 0
    for one in seen:
        row = [len(flat)]
        for places in (one.present, one.absent, one.shown, one.hidden):
            flat += places
            row.append(len(flat))
        bounds.append(row)
        moves.append(one.moves)
        at = starts.get(one.states)
        if at is None:
            table = fast.seen_at(one).ways
            at = starts[one.states] = (end, table.shape[0], table.shape[1])
            tables.append(table.ravel())
            end += table.size
        ways_at.append(at)
    return Told(
        np.array(flat, np.int64),
        np.array(bounds, np.int64).reshape(-1, 5),
        np.array(moves, np.int64),
        np.concatenate(tables),
        np.array(ways_at, np.int64).reshape(-1, 3),
    )


@compiled
def _fill(
    priors: Floats, which: Ints, numbers: Numbers, told: Told, room: Room, found: Found, start: int
) -> tuple[int, int, int]:
    """Fill the rows from `start`; give how many are done, and the room the next one wants."""
    for n in range(start, len(which)):
        at, ways = told.bounds[n], told.ways_at[n]
        size = ways[1] * ways[2] * 3
        seen = Seen(
            told.flat[at[0] : at[1]],
            told.flat[at[1] : at[2]],
            told.moves[n],
            told.flat[at[2] : at[3]],
            told.flat[at[3] : at[4]],
            told.ways[ways[0] : ways[0] + size].reshape((ways[1], ways[2], 3)),
        )
        row = Found(found.prevalent[n], found.at_work[n])
        tables, spare, nats = infer(priors[which[n]], numbers, seen, room, row, True)
        if spare:
            return n, tables, spare
        if not np.isfinite(nats):
            return n, 0, 0
    return len(which), 0, 0
