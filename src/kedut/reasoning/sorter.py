"""Closed findings become the evidence that counts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

from kedut.case.finding_space import Findings, FindingSpace, finding_space
from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.bedside import Evidence, Interval, Runs
from kedut.reasoning.network import Network, network_of

T = TypeVar("T")


class Places(NamedTuple):
    """Evidence by place in the network; `moves` 1 the calf moves, 0 it does not, -1 unknown."""

    present: tuple[int, ...]
    absent: tuple[int, ...]
    moves: int
    shown: tuple[int, ...]
    hidden: tuple[int, ...]
    states: Runs


class Sorter:
    """Sorts closed findings into the evidence that counts; built once per knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.space: FindingSpace = finding_space(knowledge)
        self.network: Network = network_of(knowledge)
        space = self.space
        self._plain = space.mask(self.network.findings)
        self._attributes = space.mask(self.network.attributes)
        self._variables = {
            name: (len(self.network.variables[name][0]), members)
            for name, members in knowledge.variables.items()
        }
        self._states = space.mask(f for _, m in self._variables.values() for f in m)
        special = dict.fromkeys(space.ids, 0)
        general = dict.fromkeys(space.ids, 0)
        for name in space.ids:
            for wider in space.names(space.implied_up(name) & ~space.bit[name]):
                special[wider] |= space.bit[name]
                general[name] |= space.bit[wider]
        self._special, self._general = list(special.values()), list(general.values())
        self._nothing = [0] * len(space.ids)
        column = self.network.finding_index | self.network.attributes
        self._place = tuple(column.get(name, -1) for name in space.ids)
        self._runs_known: dict[tuple[int, int], Runs] = {}
        self._all_states = {
            name: space.mask(f for f, s in members.items() if len(s) == size)
            | space.mask(f for f, s in members.items())
            for name, (size, members) in self._variables.items()
        }

    def places(self, findings: Findings) -> Places:
        """Give the same as `sort`, by place in the network instead of by name."""
        present, absent = findings.present, findings.absent
        there = _outermost(self._place, present & self._plain, self._special, present)
        away = _outermost(self._place, absent & self._plain, self._general, absent)
        gate = self._gate(present, absent)
        if not gate:
            return Places(there, away, -1 if gate is None else 0, (), (), ())
        return Places(
            there,
            away,
            1,
            _outermost(self._place, present & self._attributes, self._nothing, 0),
            _outermost(self._place, absent & self._attributes, self._nothing, 0),
            self._possible(present & self._states, absent & self._states),
        )

    def sort(self, findings: Findings) -> Evidence:
        """Give what counts: of nested findings the narrowest present and the widest absent."""
        space, present, absent = self.space, findings.present, findings.absent
        plain_present = _outermost(space.ids, present & self._plain, self._special, present)
        plain_absent = _outermost(space.ids, absent & self._plain, self._general, absent)
        gate = self._gate(present, absent)
        if not gate:
            return Evidence(plain_present, plain_absent, gate)
        return Evidence(
            plain_present,
            plain_absent,
            True,
            tuple(space.names(present & self._attributes)),
            tuple(space.names(absent & self._attributes)),
            self._possible(present & self._states, absent & self._states),
        )

    def _possible(self, present: int, absent: int) -> Runs:
        """Give the runs of states that are possible; remembered, as there are few ways."""
        key = (present, absent)
        if key not in self._runs_known:
            self._runs_known[key] = self._runs(present, absent)
        return self._runs_known[key]

    def _gate(self, present: int, absent: int) -> bool | None:
        if present & (self._states | self._attributes):
            return True
        side = self._variables.get("twitch_side")
        if side and all(absent & self.space.bit[f] for f in side[1]):
            return False
        return None

    def _runs(self, present: int, absent: int) -> Runs:
        found = []
        for name, (size, members) in self._variables.items():
            allowed: set[int] | None = None
            named: set[int] = set()
            for finding, states in members.items():
                if present & self.space.bit[finding]:
                    named |= set(states)
                    allowed = set(states) if allowed is None else allowed & set(states)
            # Two states named at once: either may be meant, so neither is ruled out.
            possible = set(range(1, size + 1)) if allowed is None else (allowed or named)
            if allowed is None:
                for finding, states in members.items():
                    if absent & self.space.bit[finding]:
                        possible -= set(states)
            if possible and len(possible) < size:
                found.append((name, _intervals(sorted(possible))))
        return tuple(found)


def _outermost(labels: tuple[T, ...], mask: int, others: list[int], told: int) -> tuple[T, ...]:
    """Give the labels of the findings that none of their `others` makes needless, in order."""
    names = []
    while mask:
        low = mask & -mask
        mask ^= low
        place = low.bit_length() - 1
        if not others[place] & told:
            names.append(labels[place])
    return tuple(names)


def _intervals(states: Sequence[int]) -> tuple[Interval, ...]:
    runs: list[Interval] = []
    for state in states:
        if runs and runs[-1][1] == state - 1:
            runs[-1] = (runs[-1][0], state)
        else:
            runs.append((state, state))
    return tuple(runs)


@lru_cache(maxsize=8)
def sorter_of(knowledge: Knowledge) -> Sorter:
    """Give the sorter of a knowledge base, built once."""
    return Sorter(knowledge)
