"""The Beta distribution that stands for a figure and its range."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

# A published range is read as a central 95 % interval: four standard errors wide, nearly.
_STANDARD_ERRORS_WIDE = 2 * 1.96
_SMALLEST_FRACTION = 1e-9


def beta_shapes(
    value: ArrayLike, low: ArrayLike, high: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the shapes (a, b) of the Beta with mean `value` and the spread of [low, high].

    Parameters
    ----------
    value, low, high : fractions, same shape; the range is read as a central 95 % interval

    Returns
    -------
    a, b : same shape, both > 0. A range wider than a Beta of that mean can carry is
    narrowed to the widest one (a + b = 0.5).
    """
    mean = np.clip(np.asarray(value, np.float64), _SMALLEST_FRACTION, 1 - _SMALLEST_FRACTION)
    width = np.asarray(high, np.float64) - np.asarray(low, np.float64)
    spread = np.maximum(width / _STANDARD_ERRORS_WIDE, _SMALLEST_FRACTION * mean)
    weight = np.maximum(mean * (1 - mean) / spread**2 - 1, 0.5)
    return mean * weight, (1 - mean) * weight
