"""Whether an acceleration is in g although it says, or is taken for, m/s²."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.readers.offered import STANDARD_GRAVITY, Taken
from kedut.measurement.recording import Modality

_ONE_G: Final = (0.85, 1.15)  # constant: size of the mean, over sensors a little out of tune
_STEADY: Final = 0.3  # constant: spread of the size; a body in motion spreads more
NOTE: Final = "at rest it measures 1, not 9.8: its unit is g, brought to m/s^2"


def repaired(taken: Taken, first: NDArray[Any]) -> float:
    """Give what the samples are to be multiplied by, judged by the first of them.

    Without gravity the mean is near 0, in m/s² near 9.8; near 1 only in g.

    Parameters
    ----------
    first : shape (samples, channels), in what is thought to be m/s²
    """
    if taken.modality is not Modality.MOTION or len(taken.channels) != 3 or len(first) < 20:
        return 1.0
    clean = first[np.isfinite(first).all(axis=1)]
    if not len(clean):
        return 1.0
    mean = float(np.linalg.norm(clean.mean(axis=0)))
    spread = float(np.linalg.norm(clean, axis=1).std())
    if _ONE_G[0] < mean < _ONE_G[1] and spread < _STEADY:
        return STANDARD_GRAVITY
    return 1.0
