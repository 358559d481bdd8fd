"""The order of causes as shown, compiled: the same as `inference.ranking`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@compiled
def rank(at_work: Floats, prevalent: Floats, names: Ints) -> Ints:
    """Give places by falling chance to be at work, then to be there, then by name (its place)."""
    count = len(at_work)
    first, second = np.empty(count), np.empty(count)
    for c in range(count):
        first[c], second[c] = _six_digits(at_work[c]), _six_digits(prevalent[c])
    order = np.argsort(-(at_work + 1e-12 * prevalent))
    for n in range(1, count):  # nearly sorted: only what agrees in six digits is out of place
        c, at = order[n], n
        while at and _before(c, order[at - 1], first, second, names):
            order[at] = order[at - 1]
            at -= 1
        order[at] = c
    return order


@compiled
def _before(c: int, d: int, first: Floats, second: Floats, names: Ints) -> bool:
    if first[c] != first[d]:
        return bool(first[c] > first[d])
    if second[c] != second[d]:
        return bool(second[c] > second[d])
    return bool(names[c] < names[d])


@compiled
def _six_digits(chance: float) -> float:
    scale = 10.0 ** (5 - np.floor(np.log10(max(chance, 1e-280))))
    return float(np.rint(chance * scale) / scale)
