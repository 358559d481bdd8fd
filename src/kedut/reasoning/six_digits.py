"""Many chances rounded to six significant digits, to the last bit as their text says them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.compiled import compiled_to_the_bit

Floats = NDArray[np.float64]

_DIGITS = 6
_LEAST = 1e-16  # constant: below, the power of ten that is wanted is no exact double
_NEAR_HALF = 1e-4  # constant: so near to a tie in the sixth digit rounding is done by its text
_TENS = np.array([float(f"1e{power}") for power in range(23)])  # all exact


def six_digits(chances: Floats) -> Floats:
    """Give chances (N, C), each from 0 to 1, as `float(f"{chance:.6g}")` gives them."""
    rounded = np.empty_like(chances)
    doubtful = np.empty(chances.shape, np.bool_)
    _round(
        np.ascontiguousarray(chances).reshape(-1), rounded.reshape(-1), doubtful.reshape(-1), _TENS
    )
    if doubtful.any():
        rounded[doubtful] = [float(f"{x:.{_DIGITS}g}") for x in chances[doubtful].tolist()]
    return rounded


@compiled_to_the_bit
def _round(chances: Floats, rounded: Floats, doubtful: NDArray[np.bool_], tens: Floats) -> None:
    """Round; mark what is too near to a tie, or too small, to be sure of."""
    for n in range(len(chances)):
        chance = chances[n]
        if chance == 0:
            rounded[n], doubtful[n] = 0.0, False
            continue
        if not chance >= _LEAST:
            doubtful[n] = True
            continue
        places = 0  # so many zeros stand behind the point
        while places < 17 and chance * tens[places] < 1:
            places += 1
        scale = tens[places + _DIGITS - 1]
        scaled = chance * scale
        rounded[n] = np.rint(scaled) / scale
        doubtful[n] = abs(scaled - np.floor(scaled) - 0.5) < _NEAR_HALF
