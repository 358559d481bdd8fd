"""Steps of the quick version on small tables: one loop instead of many, for one or two findings.

On a table of some dozen numbers a loop costs more to start than to run.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.compiled import compiled

Floats = NDArray[np.float64]

SMALL = 64


@compiled
def step_one(
    now: Floats,
    kept: Floats,
    start: int,
    size: int,
    place: int,
    chances: tuple[float, float],
    own: tuple[float, float],
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
    now: Floats,
    kept: Floats,
    start: int,
    size: int,
    place: int,
    chances: tuple[float, float],
    own: tuple[float, float],
) -> tuple[float, float]:
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
