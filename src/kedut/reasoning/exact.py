"""The exact posterior: a pass over the set of positive findings already explained.

A table holds, for every set S of positive findings, the chance that the causes taken in so far
explain exactly S (and leave absent what is absent). Taking in a cause moves weight from S to larger
sets; every term is a product of non-negative numbers, so nothing cancels. A backward pass gives the
same for the causes still to come, and the product of both, for each cause, the likelihood of all
that is seen with and *without* that cause, from which its posterior follows, however small.

What ours does differently from quickscore (Heckerman 1989): no alternating sum over subsets, hence
no probabilities outside [0, 1]; and graded and gated findings beside noisy-OR ones.

This is the clear version, over any number of draws at once; `exact_fast` is the quick one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.bedside import Bedside, Bits, Gate

Floats = NDArray[np.float64]

# A cause that explains something in a smaller share of the times it is there explains nothing: so
# small a difference is rounding.
LEAST_SHARE = 1e-10


class ImpossibleEvidence(ValueError):
    """No set of causes, and no background, could bring these findings together."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """What the findings leave: shapes (C, D), D draws.

    prevalent : P(cause is there | findings)
    at_work : P(cause is there and explains at least one positive finding | findings)
    log_evidence : (D,), nats
    """

    prevalent: Floats
    at_work: Floats
    log_evidence: Floats


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """Likelihood of all that is seen: `total` (D,), and given that each cause is not, or is, there.

    without, with_it : (C, D); times (1 - prior), and prior, they sum to `total`
    idle : (C, D) chance that a cause at work explains nothing here and keeps absent what is absent
    """

    total: Floats
    without: Floats
    with_it: Floats
    idle: Floats


def posterior(prior: Floats, bedside: Bedside) -> Posterior:
    """Give the probability that each cause is there, and that it explains something seen.

    Parameters
    ----------
    prior : (C, D), each in (0, 1)
    bedside : the evidence in arrays

    Raises
    ------
    ImpossibleEvidence
        Nothing could bring the findings together.
    """
    able = touching(bedside)
    rows = np.flatnonzero(able)
    total = np.zeros(prior.shape[1])
    chance = prior[rows]
    there, working = np.zeros_like(chance), np.zeros_like(chance)
    plain = bedside.plain.of(rows)
    for gate in bedside.gates:
        found = likelihoods(chance, plain, None if gate is None else gate.of(rows))
        total += found.total
        there += chance * found.with_it
        working += chance * (found.with_it - found.idle * found.without)
    if not np.all(total > 0):
        raise ImpossibleEvidence(
            "no cause of the knowledge base could bring these findings together"
        )
    there, working = np.minimum(there / total, 1), working / total
    working[working < LEAST_SHARE * there] = 0
    # What can explain nothing here is at work with exactly 0, and factors out.
    weight = prior * bedside.plain.weight
    scale = 1 - prior + weight
    prevalent, at_work = weight / scale, np.zeros_like(prior)
    prevalent[rows], at_work[rows] = there, np.minimum(working, there)
    return Posterior(prevalent, at_work, np.log(total) + np.log(scale[~able]).sum(axis=0))


def touching(bedside: Bedside) -> NDArray[np.bool_]:
    """Say of each cause (C,) whether it can bring any of the findings present."""
    able: NDArray[np.bool_] = np.any(bedside.plain.explain, axis=(1, 2))
    for gate in bedside.gates:
        if gate is not None:
            able = np.logical_or(able, np.any(gate.emit, axis=1))
    return able


def likelihoods(prior: Floats, plain: Bits, gate: Gate | None) -> Likelihoods:
    """Give the likelihood of what is seen, with and without each cause, for one way it can be."""
    layout = Layout(plain, gate)
    causes = range(len(prior))
    tables = [layout.start()]
    for cause in causes:
        tables.append(layout.take_in(tables[-1], cause, prior[cause]))
    total = tables[-1][-1]
    without, with_it = np.empty_like(prior), np.empty_like(prior)
    back = np.zeros_like(tables[-1])
    back[-1] = 1
    for cause in reversed(causes):
        on = layout.at_work_back(back, cause)
        without[cause] = (back * tables[cause]).sum(axis=0)
        with_it[cause] = (on * tables[cause]).sum(axis=0)
        back = (1 - prior[cause]) * back + prior[cause] * on
    return Likelihoods(total, without, with_it, layout.idle)


class Layout:
    """Which bit of the table stands for which positive finding, and how a cause moves weight."""

    def __init__(self, plain: Bits, gate: Gate | None) -> None:
        self.plain, self.gate = plain, gate
        self.plain_bits = plain.explain.shape[1]
        self.gate_bits = 0 if gate is None else 1 + gate.bits.explain.shape[1]
        self.idle = plain.weight * np.prod(plain.miss, axis=1)
        if gate is not None:
            self.idle = self.idle * (1 - gate.emit)
        touched = np.any(plain.explain, axis=2)
        self._touched: list[list[int]] = [np.flatnonzero(row).tolist() for row in touched]

    @property
    def size(self) -> int:
        """Number of sets of positive findings."""
        size: int = 1 << (self.plain_bits + self.gate_bits)
        return size

    def start(self) -> Floats:
        """Give the table before any cause: what the background explains by itself."""
        plain, gate = self.plain, self.gate
        draws = plain.weight.shape[1]
        table = np.zeros((self.size, draws))
        table[0] = 1
        for bit in range(self.plain_bits):
            table = move(table, bit, plain.leak_explain[bit], plain.leak_miss[bit])
        if gate is None:
            return table
        moved = move(table, self.plain_bits, np.ones(draws), np.zeros(draws))
        for place in range(self.gate_bits - 1):
            moved = move(
                moved,
                self.plain_bits + 1 + place,
                gate.bits.leak_explain[place],
                gate.bits.leak_miss[place],
            )
        result: Floats = (1 - gate.emit_leak) * table + gate.emit_leak * gate.leak_weight * moved
        return result

    def take_in(self, table: Floats, cause: int, chance: Floats) -> Floats:
        """Give the table after one more cause, present with `chance` (D,)."""
        result: Floats = (1 - chance) * table + chance * self.at_work(table, cause)
        return result

    def at_work(self, table: Floats, cause: int) -> Floats:
        """Give the table after one more cause that is certainly present."""
        plain, gate = self.plain, self.gate
        for bit in self._touched[cause]:
            table = move(table, bit, plain.explain[cause, bit], plain.miss[cause, bit])
        table = plain.weight[cause] * table
        if gate is None or not gate.emit[cause].any():
            return table
        moved = move(table, self.plain_bits, np.ones(table.shape[1]), np.zeros(table.shape[1]))
        for place in range(self.gate_bits - 1):
            moved = move(
                moved,
                self.plain_bits + 1 + place,
                gate.bits.explain[cause, place],
                gate.bits.miss[cause, place],
            )
        emit = gate.emit[cause]
        result: Floats = (1 - emit) * table + emit * gate.bits.weight[cause] * moved
        return result

    def at_work_back(self, back: Floats, cause: int) -> Floats:
        """Give the adjoint of `at_work`."""
        plain, gate = self.plain, self.gate
        on = back
        if gate is not None and gate.emit[cause].any():
            moved = back
            for place in range(self.gate_bits - 1):
                moved = move_back(
                    moved,
                    self.plain_bits + 1 + place,
                    gate.bits.explain[cause, place],
                    gate.bits.miss[cause, place],
                )
            ones = np.ones(back.shape[1])
            moved = move_back(moved, self.plain_bits, ones, 0 * ones)
            emit = gate.emit[cause]
            on = (1 - emit) * back + emit * gate.bits.weight[cause] * moved
        on = plain.weight[cause] * on
        for bit in self._touched[cause]:
            on = move_back(on, bit, plain.explain[cause, bit], plain.miss[cause, bit])
        return on


def move(table: Floats, bit: int, explain: Floats, miss: Floats) -> Floats:
    """Let one cause explain one finding with `explain`, or leave it with `miss` (each (D,))."""
    view = table.reshape(-1, 2, 1 << bit, table.shape[1])
    moved = np.empty_like(view)
    np.multiply(view[:, 0], miss, out=moved[:, 0])
    np.multiply(view[:, 0], explain, out=moved[:, 1])
    moved[:, 1] += view[:, 1] * (explain + miss)
    return moved.reshape(table.shape)


def move_back(back: Floats, bit: int, explain: Floats, miss: Floats) -> Floats:
    """Give the adjoint of `move`."""
    view = back.reshape(-1, 2, 1 << bit, back.shape[1])
    moved = np.empty_like(view)
    np.multiply(view[:, 0], miss, out=moved[:, 0])
    moved[:, 0] += view[:, 1] * explain
    np.multiply(view[:, 1], explain + miss, out=moved[:, 1])
    return moved.reshape(back.shape)
