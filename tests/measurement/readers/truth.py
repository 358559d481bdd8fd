"""What is written into files of every format: known samples, rate and start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 2000.0
START = datetime.fromisoformat("2024-03-05T10:20:30")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file and what must come out of it; `tolerance` is the format's own rounding."""

    path: Path
    samples: NDArray[np.float64]
    rate_hz: float
    tolerance: float
    unit: str = "uV"
    started: datetime | None = None
    form: str


def emg_uv(channels: int = 2, length: int = 4000) -> NDArray[np.float64]:
    """Give an EMG that never repeats, with a different size in each channel."""
    rng = np.random.default_rng(7)
    return rng.normal(0, 50, (channels, length)) * (1 + np.arange(channels))[:, None]


def motion(length: int = 600) -> NDArray[np.float64]:
    """Give a phone at rest on a calf."""
    rng = np.random.default_rng(8)
    return rng.normal(0, 0.02, (3, length)) + np.array([[0.3], [-0.9], [9.7]])
