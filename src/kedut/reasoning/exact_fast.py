"""The exact posterior of one draw, quick: what `exact` does, compiled.

What ours does differently from `exact`, with the same result to 1e-12:

- Causes that can bring none of the findings present leave the sum in closed form.
- A finding's bit enters the table with its first cause and leaves with its last (`exact_order`), so
  the table is as wide as the findings that hang together, not as the findings present.
- The calf's movement takes one state, not a bit: no attribute is explained while it is still.

Needs numba (extra `fast`), which takes half a second to import: worth it from some fifty cases on,
or in a process that stays.
"""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.bedside import Evidence, OwnStates, Runs
from kedut.reasoning.exact import ImpossibleEvidence, Posterior
from kedut.reasoning.network import Network
from kedut.reasoning.sorter import Places

if TYPE_CHECKING:
    from kedut.reasoning.exact_emission import Numbers, Seen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NO_WAYS: Ints = np.zeros((1, 0, 3), np.int64)


def available() -> bool:
    """Say whether the quick version can run here."""
    return importlib.util.find_spec("numba") is not None


class FastExact:
    """A network laid out for the compiled passes, and the memory they use: one thread at a time."""

    def __init__(self, network: Network) -> None:
        from kedut.reasoning import exact_emission, exact_kernel, exact_rank, exact_steps

        self._rank = exact_rank.rank
        self._kernel, self._parts = exact_kernel, exact_emission
        self._room_of = exact_steps.Room
        self.network = network
        link = np.ascontiguousarray(network.link.T)
        self.first_state: dict[str, int] = {}
        tables, leaks, at = [np.zeros((0, len(network.causes)))], [np.zeros(0)], 0
        for name, table in network.variables.items():
            self.first_state[name] = at
            at += table.shape[1]
            tables.append(table.T)
            leaks.append(network.variable_leak[name])
        self.numbers = exact_emission.Numbers(
            link,
            1 - link,
            np.ascontiguousarray(network.leak),
            np.ascontiguousarray(network.gate),
            float(network.gate_leak),
            np.ascontiguousarray(network.attribute.T),
            np.ascontiguousarray(network.attribute_leak),
            np.ascontiguousarray(np.concatenate(tables)),
            np.concatenate(leaks),
        )
        self._ways_known: dict[Runs, Ints] = {}
        self.room = exact_steps.Room(np.empty(1 << 16), np.empty((3, 1 << 12)))

    def posterior(self, prior: Floats, evidence: Evidence) -> Posterior:
        """Give the posterior (C, 1) of every cause from its prior (C,).

        Raises
        ------
        ImpossibleEvidence
            Nothing could bring the findings together.
        """
        seen, numbers = self.seen(evidence), self._numbers(evidence)
        prevalent, at_work, nats = self.run(prior, seen, numbers=numbers)
        return Posterior(prevalent[:, None], at_work[:, None], np.array([nats]))

    def seen(self, evidence: Evidence) -> Seen:
        """Give evidence by place."""
        index, attributes = self.network.finding_index, self.network.attributes
        return self._parts.Seen(
            _places(index, evidence.present),
            _places(index, evidence.absent),
            -1 if evidence.gate is None else int(evidence.gate),
            _places(attributes, evidence.shown),
            _places(attributes, evidence.not_shown),
            self._ways(evidence.states, evidence.own),
        )

    def _numbers(self, evidence: Evidence) -> Numbers:
        """Give the network's numbers, with those told finer for one person below the others."""
        own = evidence.own
        if own is None:
            return self.numbers
        return self.numbers._replace(
            state=np.ascontiguousarray(np.concatenate([self.numbers.state, own.table.T])),
            state_leak=np.concatenate([self.numbers.state_leak, own.leak]),
        )

    def seen_at(self, places: Places) -> Seen:
        """Give evidence that is sorted by place already."""
        present, absent, moves, shown, hidden, states = places
        ways = self._ways_known.get(states)
        if ways is None:
            ways = self._ways_known[states] = self._ways(states)
        return self._parts.Seen(
            np.array(present, np.int64),
            np.array(absent, np.int64),
            moves,
            np.array(shown, np.int64),
            np.array(hidden, np.int64),
            ways,
        )

    def ranked(self, at_work: Floats, prevalent: Floats, names: Ints) -> list[int]:
        """Give places as `inference.ranking` does."""
        order: list[int] = self._rank(at_work, prevalent, names).tolist()
        return order

    def room_for(self, evidence: Evidence) -> int:
        """Give how many numbers the tables of some evidence hold together."""
        numbers = self._numbers(evidence)
        room: int = self._kernel.room_wanted(numbers, self.seen(evidence))
        return room

    def _ways(self, states: Runs, own: OwnStates | None = None) -> Ints:
        """Give each way the exclusive variables can lie (W, V, 3): lowest, first, last state."""
        if not states:
            return _NO_WAYS
        starts = [
            len(self.numbers.state) if own and own.variable == name else self.first_state[name]
            for name, _ in states
        ]
        found = [
            [(s, s + first - 1, s + last - 1) for s, (first, last) in zip(starts, way, strict=True)]
            for way in itertools.product(*(runs for _, runs in states))
        ]
        return np.array(found, np.int64)

    def run(
        self, prior: Floats, seen: Seen, *, marginals: bool = True, numbers: Numbers | None = None
    ) -> tuple[Floats, Floats, float]:
        """Give prevalent (C,), at work (C,) and log evidence; the last alone without `marginals`.

        Raises
        ------
        ImpossibleEvidence
            Nothing could bring the findings together.
        """
        prior = np.ascontiguousarray(prior)  # else it is compiled anew for another layout
        found = self._kernel.Found(np.empty_like(prior), np.empty_like(prior))
        while True:
            tables, spare, nats = self._kernel.infer(
                prior, numbers or self.numbers, seen, self.room, found, marginals
            )
            if not spare:
                break
            self.room = self._room_of(
                np.empty(max(tables, len(self.room.tables))),
                np.empty((3, max(spare, self.room.spare.shape[1]))),
            )
        if marginals and not np.isfinite(nats):
            raise ImpossibleEvidence(
                "no cause of the knowledge base could bring these findings together"
            )
        return found.prevalent, found.at_work, nats


def _places(index: dict[str, int], names: Iterable[str]) -> Ints:
    return np.array([index[name] for name in names], np.int64)
