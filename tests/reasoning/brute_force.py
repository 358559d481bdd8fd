"""The posterior by listing every set of causes, and every set of those that move the calf."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.bedside import Bedside, Bits, Gate

Floats = NDArray[np.float64]


def enumerated(prior: Floats, bedside: Bedside) -> tuple[Floats, Floats, float]:
    """Give prevalent (C,), at work (C,) and the likelihood, for one draw and one way."""
    plain, (gate,) = bedside.plain, bedside.gates
    causes = len(prior)
    total, there, working = 0.0, np.zeros(causes), np.zeros(causes)
    for on in _subsets(range(causes)):
        chance = 1.0
        for c in range(causes):
            chance *= prior[c, 0] * plain.weight[c, 0] if c in on else 1 - prior[c, 0]
        whole = chance * _plain(plain, on) * _gate(gate, on, None)
        total += whole
        for c in on:
            there[c] += whole
            idle = float(np.prod(plain.miss[c, :, 0]))
            others = tuple(d for d in on if d != c)
            without = chance * idle * _plain(plain, others) * _gate(gate, on, c)
            working[c] += whole - without
    return there / total, working / total, total


def _plain(plain: Bits, on: tuple[int, ...]) -> float:
    """Give the chance that the causes at work and the background bring every plain finding."""
    missed = plain.leak_miss[:, 0].copy()
    for c in on:
        missed *= plain.miss[c, :, 0]
    return float(np.prod(1 - missed))


def _gate(gate: Gate | None, on: tuple[int, ...], still: int | None) -> float:
    """Give the chance of all attributes; `still` is a cause that must not move the calf."""
    if gate is None:
        return 1.0
    total = 0.0
    for moving in _subsets(on):
        if still in moving:
            continue
        chance = 1.0
        for c in on:
            chance *= gate.emit[c, 0] if c in moving else 1 - gate.emit[c, 0]
        leak = float(gate.emit_leak[0])
        total += chance * (1 - leak) * _attributes(gate, moving, background=False)
        total += chance * leak * _attributes(gate, moving, background=True)
    return total


def _attributes(gate: Gate, moving: tuple[int, ...], *, background: bool) -> float:
    bits = gate.bits
    if not moving and not background:
        return 0.0
    weight = float(gate.leak_weight[0]) if background else 1.0
    both = (
        (bits.leak_explain + bits.leak_miss)[:, 0] if background else np.ones(len(bits.leak_miss))
    )
    missed = bits.leak_miss[:, 0].copy() if background else np.ones(len(bits.leak_miss))
    for c in moving:
        weight *= bits.weight[c, 0]
        both = both * (bits.explain[c, :, 0] + bits.miss[c, :, 0])
        missed = missed * bits.miss[c, :, 0]
    return weight * float(np.prod(both - missed))


def _subsets(of: range | tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    for size in range(len(of) + 1):
        yield from itertools.combinations(of, size)
