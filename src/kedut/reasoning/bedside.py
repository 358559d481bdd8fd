"""One person's evidence as arrays: what is there, what is not, what each cause does with it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.network import Network

Floats = NDArray[np.float64]
Interval = tuple[int, int]
Runs = tuple[tuple[str, tuple[Interval, ...]], ...]

GATE_STEP = "twitch_leg_unspecified"  # stands for the moving calf where evidence is taken in parts


@dataclass(frozen=True, slots=True, eq=False)
class OwnStates:
    """An exclusive variable told finer for one person than its states in the tables.

    table : (C, 2), leak (2,): the chance that a movement of the calf stays below what was seen,
        and that it is as seen; what is beyond it makes up the rest to 1
    instead_of : attributes that say the same more coarsely, and do not count beside it
    """

    variable: str
    table: Floats
    leak: Floats
    instead_of: frozenset[str] = frozenset()


OWN_RUNS: tuple[Interval, ...] = ((2, 2),)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The findings that count, by name; `gate` is True, False or None (calf moves, not, unknown).

    `states` holds for each exclusive variable the runs of states that are possible; one may be told
    finer by `own`, its run is then `OWN_RUNS`.
    """

    present: tuple[str, ...]
    absent: tuple[str, ...]
    gate: bool | None
    shown: tuple[str, ...] = ()
    not_shown: tuple[str, ...] = ()
    states: Runs = ()
    own: OwnStates | None = field(default=None, compare=False)

    def told_finer(self, own: OwnStates) -> Evidence:
        """Give the evidence with a variable told finer; without a moving calf it says nothing."""
        if not self.gate:
            return self
        states = [(name, runs) for name, runs in self.states if name != own.variable]
        return replace(
            self,
            shown=tuple(name for name in self.shown if name not in own.instead_of),
            not_shown=tuple(name for name in self.not_shown if name not in own.instead_of),
            states=(*states, (own.variable, OWN_RUNS)),
            own=own,
        )


@dataclass(frozen=True, slots=True)
class Bits:
    """What each cause does with each positive finding; last axis draws (1 for a point).

    explain, miss : (C, K, D); a cause at work explains the finding, or leaves it to others
    leak_explain, leak_miss : (K, D) the same for the background
    weight : (C, D) the chance that a cause at work leaves absent what is absent
    """

    explain: Floats
    miss: Floats
    leak_explain: Floats
    leak_miss: Floats
    weight: Floats

    def of(self, causes: NDArray[np.intp]) -> Bits:
        """Give the same for some causes alone."""
        return Bits(
            self.explain[causes],
            self.miss[causes],
            self.leak_explain,
            self.leak_miss,
            self.weight[causes],
        )

    def draws(self, some: slice) -> Bits:
        """Give the same for some draws alone."""
        return Bits(
            self.explain[..., some],
            self.miss[..., some],
            self.leak_explain[..., some],
            self.leak_miss[..., some],
            self.weight[..., some],
        )


@dataclass(frozen=True, slots=True)
class Gate:
    """The moving calf: emit (C, D), emit_leak (D,), and what an emission does with attributes."""

    emit: Floats
    emit_leak: Floats
    bits: Bits
    leak_weight: Floats

    def of(self, causes: NDArray[np.intp]) -> Gate:
        """Give the same for some causes alone."""
        return Gate(self.emit[causes], self.emit_leak, self.bits.of(causes), self.leak_weight)

    def draws(self, some: slice) -> Gate:
        """Give the same for some draws alone."""
        return Gate(
            self.emit[..., some],
            self.emit_leak[..., some],
            self.bits.draws(some),
            self.leak_weight[..., some],
        )

    def start(self) -> Floats:
        """Give (G, D) what the background does: nothing, or a movement with a set of attributes."""
        moved = [self.emit_leak * self.leak_weight]
        for explain, miss in zip(self.bits.leak_explain, self.bits.leak_miss, strict=True):
            moved = [part * miss for part in moved] + [part * explain for part in moved]
        return np.stack([1 - self.emit_leak, *moved])


@dataclass(frozen=True, slots=True)
class Bedside:
    """Evidence in arrays: plain bits, and one gate for each way the exclusive states can be."""

    plain: Bits
    gates: tuple[Gate | None, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """The numbers behind some evidence, last axis draws: columns of links and of attributes."""

    link_present: Floats  # (C, K, D)
    leak_present: Floats  # (K, D)
    link_absent: Floats  # (C, M, D)
    gate: Floats  # (C, D)
    gate_leak: Floats  # (D,)
    shown: Floats  # (C, A, D)
    shown_leak: Floats  # (A, D)
    not_shown: Floats  # (C, B, D)
    not_shown_leak: Floats  # (B, D)
    states: dict[str, Floats]  # (C, S, D)
    states_leak: dict[str, Floats]  # (S, D)


def point_tables(network: Network, evidence: Evidence) -> Tables:
    """Give the figures themselves, as one draw."""
    there = [network.finding_index[name] for name in evidence.present]
    away = [network.finding_index[name] for name in evidence.absent]
    shown = [network.attributes[name] for name in evidence.shown]
    hidden = [network.attributes[name] for name in evidence.not_shown]
    tables, leaks = network.variables, network.variable_leak
    if evidence.own is not None:
        tables = {**tables, evidence.own.variable: evidence.own.table}
        leaks = {**leaks, evidence.own.variable: evidence.own.leak}
    names = [name for name, _ in evidence.states]
    return Tables(
        link_present=network.link[:, there, None],
        leak_present=network.leak[there, None],
        link_absent=network.link[:, away, None],
        gate=network.gate[:, None],
        gate_leak=np.array([network.gate_leak]),
        shown=network.attribute[:, shown, None],
        shown_leak=network.attribute_leak[shown, None],
        not_shown=network.attribute[:, hidden, None],
        not_shown_leak=network.attribute_leak[hidden, None],
        states={name: tables[name][..., None] for name in names},
        states_leak={name: leaks[name][..., None] for name in names},
    )


def partly_known(tables: Tables, evidence: Evidence, parts: Sequence[frozenset[str]]) -> Tables:
    """Give tables with one draw for each part of the evidence that is taken as known.

    What is not known is made to say nothing: the background explains what is present for certain,
    and nothing contradicts what is absent.
    """
    moves = np.array([GATE_STEP in part for part in parts])
    if evidence.gate:
        names = {*evidence.shown, *evidence.not_shown, *(name for name, _ in evidence.states)}
        moves |= np.array([bool(names & part) for part in parts])

    def known(*names: str) -> Floats:
        return np.array([[float(name in part) for part in parts] for name in names]).reshape(
            len(names), len(parts)
        )

    there, away = known(*evidence.present), known(*evidence.absent)
    shown, hidden = known(*evidence.shown), known(*evidence.not_shown)
    states, leaks = {}, {}
    for name, runs in evidence.states:
        told = known(name)[0]
        certain = np.zeros((tables.states[name].shape[1], 1))
        certain[runs[0][0] - 1] = 1
        states[name] = tables.states[name] * told + certain * (1 - told)
        leaks[name] = tables.states_leak[name] * told + certain * (1 - told)
    return Tables(
        link_present=tables.link_present * there,
        leak_present=tables.leak_present * there + (1 - there),
        link_absent=tables.link_absent * away,
        gate=tables.gate * moves,
        gate_leak=tables.gate_leak * moves + (1 - moves if evidence.gate else 0 * moves),
        shown=tables.shown * shown + (1 - shown),
        shown_leak=tables.shown_leak * shown + (1 - shown),
        not_shown=tables.not_shown * hidden,
        not_shown_leak=tables.not_shown_leak * hidden,
        states=states,
        states_leak=leaks,
    )


def lay_out(evidence: Evidence, tables: Tables) -> Bedside:
    """Give the arrays the exact computation works on."""
    weight = np.prod(1 - tables.link_absent, axis=1)
    if evidence.gate is False:
        weight = weight * (1 - tables.gate)
    plain = Bits(
        tables.link_present,
        1 - tables.link_present,
        tables.leak_present,
        1 - tables.leak_present,
        weight,
    )
    if not evidence.gate:
        return Bedside(plain, (None,))
    ways = itertools.product(*(runs for _, runs in evidence.states))
    return Bedside(plain, tuple(_gate(evidence, tables, way) for way in ways))


def _gate(evidence: Evidence, tables: Tables, way: tuple[Interval, ...]) -> Gate:
    """Give the gate when each exclusive variable lies in one run of states."""
    explain, miss = [tables.shown], [1 - tables.shown]
    leak_explain, leak_miss = [tables.shown_leak], [1 - tables.shown_leak]
    weight = np.prod(1 - tables.not_shown, axis=1)
    leak_weight = np.prod(1 - tables.not_shown_leak, axis=0)
    for (name, _), (first, last) in zip(evidence.states, way, strict=True):
        table, leak = tables.states[name], tables.states_leak[name]
        inside = table[:, first - 1 : last].sum(axis=1)
        leak_inside = leak[first - 1 : last].sum(axis=0)
        if first == 1:
            weight, leak_weight = weight * inside, leak_weight * leak_inside
            continue
        explain.append(inside[:, None])
        miss.append(table[:, : first - 1].sum(axis=1)[:, None])
        leak_explain.append(leak_inside[None])
        leak_miss.append(leak[: first - 1].sum(axis=0)[None])
    bits = Bits(
        np.concatenate(explain, axis=1),
        np.concatenate(miss, axis=1),
        np.concatenate(leak_explain, axis=0),
        np.concatenate(leak_miss, axis=0),
        weight,
    )
    return Gate(tables.gate, tables.gate_leak, bits, leak_weight)
