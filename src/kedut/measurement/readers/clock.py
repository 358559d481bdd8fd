"""Samples of an uneven clock put on an even one; where it paused becomes a gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.limits import EXPORT, sound_length, sound_rate
from kedut.measurement.readers.scratch import Scratch

_PIECE: Final = 1 << 18  # rows worked on at once
_SPARSE: Final = 100  # constant: a clock with more pauses than this a row is broken
_PAUSE: Final = 5.0  # constant: steps; phones skip a few samples under load, and that is no pause
_PAUSE_LEAST_S: Final = 0.1  # constant: shorter than any twitch is a drop, not a pause
_EVEN: Final = 0.05  # constant: steps a sample may lie off its place and the clock still be even
_SNAP: Final = 0.01  # constant: a rate this near to a whole number is meant to be it


@dataclass(frozen=True, slots=True, kw_only=True)
class Even:
    """Rows of an even clock.

    first : time of the first row, on the file's own clock
    """

    rows: Scratch
    rate_hz: float
    irregular: bool
    first: float
    notes: tuple[str, ...]


def on_even_clock(timed: Scratch, columns: int, where: str) -> Even:
    """Give rows without their times; `timed` holds time in seconds, then the columns.

    Linear between neighbours: at the 100 to 400 Hz of phones a twitch has ten and more samples.
    """
    step_s, backward = _step(timed, where)
    rate_hz = 1.0 / step_s
    first, last = _ends(timed)
    whole = round(rate_hz)
    if whole and abs(rate_hz - whole) / whole < _SNAP:
        rate_hz = float(whole)
    rate_hz = sound_rate(rate_hz, where)
    sound_length(int(min((last - first) * rate_hz + 1, 1e15)), rate_hz, where)
    if (last - first) * rate_hz > _SPARSE * timed.length + _PIECE:
        raise BadRecording(
            where=where,
            what=f"its times span {last - first:.0f} s; {timed.length} rows fill little of it",
            remedy="cut out the part that was recorded in one go",
        )
    out = Scratch(columns, where)
    try:
        irregular, paused = _resample(timed, out, first, rate_hz)
    except BaseException:
        out.close()
        raise
    notes = []
    if backward:
        notes.append(f"{backward} rows whose time did not go forward were left out")
    if irregular:
        notes.append(f"the clock was uneven: put on an even one of {rate_hz:g} Hz")
    if paused:
        notes.append(f"the recorder paused {paused} times")
    return Even(rows=out, rate_hz=rate_hz, irregular=irregular, first=first, notes=tuple(notes))


def _forward(times: NDArray[Any], before: float) -> NDArray[np.bool_]:
    """Say which rows lie after every row before them."""
    clean = np.where(np.isfinite(times), times, -np.inf)
    highest = np.maximum.accumulate(np.concatenate(([before], clean)))[:-1]
    return np.asarray(clean > highest)


def _pieces(timed: Scratch) -> list[tuple[int, int]]:
    return [(start, min(timed.length, start + _PIECE)) for start in range(0, timed.length, _PIECE)]


def _step(timed: Scratch, where: str) -> tuple[float, int]:
    """Give the usual time between rows, and how many rows went back in time."""
    before, backward, medians, weights = -np.inf, 0, [], []
    for start, stop in _pieces(timed):
        times = timed.fetch(start, stop)[0]
        good = _forward(times, before)
        backward += int(len(times) - good.sum())
        kept = times[good]
        if len(kept) > 1:
            medians.append(float(np.median(np.diff(kept))))
            weights.append(len(kept))
        if len(kept):
            before = float(kept[-1])
    if not medians or backward > timed.length / 2:
        raise BadRecording(
            where=where, what="its times do not go forward from row to row", remedy=EXPORT
        )
    # the mean of nearly even steps is finer than their median, which is rounded as they are
    return _fine(timed, medians[int(np.argmax(weights))]), backward


def _fine(timed: Scratch, step_s: float) -> float:
    total, count, before = 0.0, 0, -np.inf
    for start, stop in _pieces(timed):
        times = timed.fetch(start, stop)[0]
        kept = times[_forward(times, before)]
        steps = np.diff(kept)
        near = steps[np.abs(steps - step_s) < step_s / 2]
        total, count = total + float(near.sum()), count + len(near)
        before = float(kept[-1]) if len(kept) else before
    return total / count if count else step_s


def _ends(timed: Scratch) -> tuple[float, float]:
    first, last = np.nan, -np.inf
    for start, stop in _pieces(timed):
        times = timed.fetch(start, stop)[0]
        kept = times[_forward(times, last)]
        if len(kept):
            first = float(kept[0]) if np.isnan(first) else first
            last = float(kept[-1])
    return first, last


def _resample(timed: Scratch, out: Scratch, first: float, rate_hz: float) -> tuple[bool, int]:
    """Write the even rows; say whether the clock was uneven, and how often it paused."""
    pause_s = max(_PAUSE / rate_hz, _PAUSE_LEAST_S)
    carried: NDArray[Any] | None = None
    done, off, paused = 0, 0.0, 0
    for start, stop in _pieces(timed):
        table = timed.fetch(start, stop)
        before = -np.inf if carried is None else float(carried[0, 0])
        table = table[:, _forward(table[0], before)]
        if carried is not None:
            table = np.concatenate((carried, table), axis=1)
        if not table.shape[1]:
            continue
        places = (table[0] - first) * rate_hz
        last = int(np.floor(places[-1] + 1e-6))
        steps = np.diff(places)
        long = steps > pause_s * rate_hz
        paused += int(long.sum())
        near = steps[~long]
        off = max(off, float(np.abs(near - 1.0).max(initial=0.0)))
        # a pause may be days long: written in pieces, as it is NaN all through
        while done <= last:
            upto = min(last + 1, done + _PIECE)
            grid = np.arange(done, upto, dtype=np.float64)
            out.append(_between(places, table[1:], long, grid).T)
            done = upto
        carried = table[:, -1:]
    return off > _EVEN, paused


def _between(
    places: NDArray[Any], values: NDArray[Any], long: NDArray[Any], grid: NDArray[Any]
) -> NDArray[Any]:
    if len(places) == 1:
        return np.repeat(values, len(grid), axis=1)
    right = np.clip(np.searchsorted(places, grid, side="right"), 1, len(places) - 1)
    share = np.clip((grid - places[right - 1]) / (places[right] - places[right - 1]), 0.0, 1.0)
    low, high = values[:, right - 1], values[:, right]
    # at a row itself only that row counts, so that a missing neighbour does not spread
    got = np.where(share < 1e-6, low, np.where(share > 1 - 1e-6, high, low + (high - low) * share))
    inside = long[right - 1] & (share > 1e-6) & (share < 1 - 1e-6)
    got[:, inside] = np.nan
    return np.asarray(got)
