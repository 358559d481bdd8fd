"""A share with its 95 % interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

_Z = 1.96  # constant: 97.5th percentile of the normal


@dataclass(frozen=True, slots=True)
class Proportion:
    """So many of so many."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """Give the share; not a number where nothing was counted."""
        return self.hits / self.total if self.total else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Give Wilson's 95 % interval."""
        if not self.total:
            return 0.0, 1.0
        n, p = self.total, self.value
        centre = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n))
        return max(0.0, centre - half), min(1.0, centre + half)

    def __str__(self) -> str:
        low, high = self.interval
        return (
            f"{100 * self.value:.1f} % ({self.hits}/{self.total}; "
            f"95 % interval {100 * low:.1f}-{100 * high:.1f})"
        )
