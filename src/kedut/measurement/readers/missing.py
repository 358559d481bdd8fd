"""Where samples are missing, gathered while a recording passes by in pieces."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.recording import Gap

_RUNS_MOST: Final = 20_000  # constant: above it, runs close together become one, to bound memory


class Missing:
    """Runs of missing samples: of all channels, and of single ones."""

    def __init__(self) -> None:
        self._runs: dict[int, list[list[int]]] = {}
        self._apart = 1  # samples between runs that are kept apart

    def see(self, start: int, missing: NDArray[np.bool_]) -> None:
        """Take note of a piece that starts at a sample; shape (channels, samples)."""
        if not missing.any():
            return
        everywhere = np.asarray(missing.all(axis=0))
        self._add(-1, start, np.asarray(everywhere))
        if len(missing) > 1:
            for at in np.flatnonzero(missing.any(axis=1)):
                alone: NDArray[np.bool_] = missing[at] & ~everywhere
                self._add(int(at), start, alone)

    def gaps(self, rate_hz: float, names: list[str]) -> tuple[Gap, ...]:
        """Give the runs in seconds, those of all channels first."""
        return tuple(
            Gap(
                onset_s=low / rate_hz,
                duration_s=(high - low) / rate_hz,
                channel="" if at < 0 else names[at],
            )
            for at in sorted(self._runs)
            for low, high in self._runs[at]
        )

    def _add(self, at: int, start: int, mask: NDArray[Any]) -> None:
        edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
        if not len(edges):
            return
        lows, highs = edges[::2] + start, edges[1::2] + start
        runs = self._runs.setdefault(at, [])
        # joined first, by arrays: a piece may hold a run at every second sample
        new = np.flatnonzero(np.concatenate(([True], lows[1:] - highs[:-1] >= self._apart)))
        ends = np.concatenate((highs[new[1:] - 1], highs[-1:]))
        for low, high in zip(lows[new].tolist(), ends.tolist(), strict=True):
            if runs and low - runs[-1][1] < self._apart:
                runs[-1][1] = high
            else:
                runs.append([low, high])
        while sum(map(len, self._runs.values())) > _RUNS_MOST:
            self._join()

    def _join(self) -> None:
        self._apart *= 4
        for at, runs in self._runs.items():
            kept: list[list[int]] = []
            for low, high in runs:
                if kept and low - kept[-1][1] < self._apart:
                    kept[-1][1] = high
                else:
                    kept.append([low, high])
            self._runs[at] = kept
