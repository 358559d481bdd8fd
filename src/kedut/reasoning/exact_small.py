"""Steps of the quick version on small tables: one loop instead of many.

On a table of some dozen numbers a loop costs more to start than to run.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.compiled import compiled

Floats = NDArray[np.float64]
Pair = tuple[float, float]

SMALL = 64  # numbers in a table
FEW_ATTRIBUTES = 3
FEW_STILL = 16  # numbers in the part of a table where the calf is still


@compiled
def step_one(
    now: Floats, kept: Floats, start: int, size: int, place: int, chances: Pair, own: Pair
) -> None:
    """Keep the table, then take in a cause that touches one finding.

    chances : that the cause is not there, and that it is there and leaves absent what is absent
    own : how it explains the finding, and misses it
    """
    (stays, there), (explain, miss) = chances, own
    half = 1 << place
    keep, gain, both = stays + there * miss, there * explain, stays + there * (explain + miss)
    for i in range(size >> 1):
        low = (i >> place << (place + 1)) | (i & (half - 1))
        high = low | half
        x, y = now[low], now[high]
        kept[start + low], kept[start + high] = x, y
        now[low], now[high] = x * keep, y * both + x * gain


@compiled
def back_one(
    now: Floats, kept: Floats, start: int, size: int, place: int, chances: Pair, own: Pair
) -> Pair:
    """Go back over such a step; give the likelihood without the cause, and with it unweighted."""
    (stays, there), (explain, miss) = chances, own
    half = 1 << place
    keep, gain, both = stays + there * miss, there * explain, stays + there * (explain + miss)
    low_low, low_high, high_high = 0.0, 0.0, 0.0
    for i in range(size >> 1):
        low = (i >> place << (place + 1)) | (i & (half - 1))
        high = low | half
        b, c = now[low], now[high]
        x, y = kept[start + low], kept[start + high]
        low_low += b * x
        low_high += c * x
        high_high += c * y
        now[low], now[high] = b * keep + c * gain, c * both
    with_it = low_low * miss + low_high * explain + high_high * (explain + miss)
    return low_low + high_high, with_it


@compiled
def small_move(table: Floats, size: int, place: int, explain: float, miss: float) -> None:
    """Let one cause explain one finding, in place."""
    half, both = 1 << place, explain + miss
    for i in range(size >> 1):
        low = (i >> place << (place + 1)) | (i & (half - 1))
        high = low | half
        x, y = table[low], table[high]
        table[low], table[high] = x * miss, y * both + x * explain


@compiled
def small_move_back(table: Floats, size: int, place: int, explain: float, miss: float) -> None:
    """Give the adjoint of `small_move`."""
    half, both = 1 << place, explain + miss
    for i in range(size >> 1):
        low = (i >> place << (place + 1)) | (i & (half - 1))
        high = low | half
        x, y = table[low], table[high]
        table[low], table[high] = x * miss + y * explain, y * both


@compiled
def gate_moves(explain: Floats, miss: Floats, emit: Floats, weight: Floats) -> Floats:
    """Give for each cause (C,) how a moving calf takes the gate from state to state (C, G, G).

    Entry [c, v, s] is the weight of going from s to v; state 0 is still, 1 + u moved with set u.
    """
    causes, bits = explain.shape
    moved = 1 << bits
    moves = np.zeros((causes, 1 + moved, 1 + moved))
    for c in range(causes):
        e = emit[c]
        if e > 0:
            moves[c, 0, 0] = 1 - e
            for v in range(moved):
                for s in range(moved):
                    if s & v == s:
                        share = e * weight[c]
                        for a in range(bits):
                            if s >> a & 1:
                                share *= explain[c, a] + miss[c, a]
                            elif v >> a & 1:
                                share *= explain[c, a]
                            else:
                                share *= miss[c, a]
                        moves[c, 1 + v, 1 + s] = share
                        if s == 0:
                            moves[c, 1 + v, 0] = share
                moves[c, 1 + v, 1 + v] += 1 - e
    return moves


@compiled
def gate_small(table: Floats, still: int, moves: Floats, cause: int) -> None:
    """Let a cause at work move the calf or not, in place."""
    for i in range(still):
        for v in range(moves.shape[1] - 1, -1, -1):
            total = 0.0
            for s in range(v + 1):
                total += moves[cause, v, s] * table[s * still + i]
            table[v * still + i] = total


@compiled
def gate_small_back(table: Floats, still: int, moves: Floats, cause: int) -> None:
    """Give the adjoint of `gate_small`, in place."""
    states = moves.shape[1]
    for i in range(still):
        for s in range(states):
            total = 0.0
            for v in range(s, states):
                total += moves[cause, v, s] * table[v * still + i]
            table[s * still + i] = total
