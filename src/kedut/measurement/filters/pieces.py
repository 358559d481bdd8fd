"""One piece of an EMG made ready: lines and flat runs out, its noise known, in two bands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import maximum_filter1d

from kedut.measurement.filters.blocks import (
    Block,
    Plan,
    Spectrum,
    envelope,
    raw_block,
    spectrum,
    through,
)
from kedut.measurement.filters.flat import bridge, flat_runs
from kedut.measurement.filters.level import quiet_level, upper_band, upper_level, windows
from kedut.measurement.filters.lines import remove_lines
from kedut.measurement.recording import Recording

FLAT_S = 0.05  # constant: longer than a clipped potential, shorter than a lost contact
SLOW_HZ = (3.0, 13.0)  # constant: movement is strongest here, potentials weak
LARGE = 20.0  # constant: times the median size; a filter of the mains rings by a twentieth of it
LARGE_MOST = 0.1  # constant: of a piece; work of muscle is no knock
LARGE_S = 0.015  # constant: around it
CLIPPED_S = 0.0015  # constant: three samples at 2 kHz: a noisy input does not stand still


@dataclass(slots=True)
class Piece:
    """A filtered piece.

    wide : (channels, samples at the work rate), uV
    narrow : (channels, half as many), uV
    upper, quiet : noise in each half second, (channels, windows), uV
    slow : (channels, about 10 a second) size of what is slower than a potential, uV
    flats : (runs, 3): channel, first and last second of a flat run
    flat_values : the value at which each run stood, beside the range of the piece: 1 at its edge
    clipped : short runs at the edge of the range
    mains_uv : amplitude of what was taken out at the mains, (channels,)
    power : mean power over channels at each frequency, before lines were taken out; or none
    """

    number: int
    wide: Block
    narrow: Block
    upper: Block
    quiet: Block
    slow: Block
    flats: NDArray[np.float64]
    at_edge: NDArray[np.bool_]
    clipped: int
    mains_uv: Block
    power: NDArray[np.float64] | None


def piece(
    recording: Recording, cut: Plan, number: int, *, mains_hz: float, survey: bool = False
) -> Piece:
    """Read and clean one piece."""
    x = raw_block(recording, cut, number, mains_hz)
    flats, at_edge, clipped = _flats(x, cut, number)
    s = spectrum(x, cut)
    power = np.square(np.abs(s)).mean(axis=0).astype(np.float64) if survey else None
    before = s.copy() if mains_hz else s
    mains = remove_lines(s, mains_hz, cut)
    wide = through(s, cut.wide, cut, cut.work)
    if mains_hz and (large := _large(wide, cut)) is not None:
        # a knock has some of its power in the lines: taken out with them, it would ring
        before[:, : large.shape[1]] -= large
        mains = remove_lines(before, mains_hz, cut)
        before[:, : large.shape[1]] += large
        s = before
        wide = through(s, cut.wide, cut, cut.work)
    count = windows(cut)
    upper = envelope(s, cut, *upper_band(cut))
    return Piece(
        number=number,
        wide=wide,
        narrow=through(s, cut.narrow, cut, cut.work // 2),
        upper=upper_level(upper, count),
        quiet=quiet_level(wide, count),
        slow=envelope(s, cut, *SLOW_HZ),
        flats=flats,
        at_edge=at_edge,
        clipped=clipped,
        mains_uv=mains,
        power=power,
    )


def _large(wide: Block, cut: Plan) -> Spectrum | None:
    """Give the spectrum of what is far larger than the noise, or none where nothing is."""
    size = np.abs(wide)
    usual = np.median(size[:, ::16], axis=1, keepdims=True)
    if not (size.max(axis=1, keepdims=True) > LARGE * usual).any():
        return None
    reach = 2 * round(LARGE_S * cut.work_rate_hz) + 1
    near = maximum_filter1d(size, reach, axis=1) > LARGE * usual
    if near.mean() > LARGE_MOST:
        return None
    s = fft.rfft(np.where(near, wide, 0).astype(np.float32), axis=1)
    return np.asarray(s * np.float32(cut.size / cut.work), np.complex64)


def _flats(x: Block, cut: Plan, number: int) -> tuple[NDArray[np.float64], NDArray[np.bool_], int]:
    """Find flat runs, draw lines over the long ones, count the short ones at the range's edge."""
    start = cut.start(number)
    first, end = max(0, -start), min(x.shape[1], cut.length - start)
    runs = flat_runs(x[:, first:end], int(CLIPPED_S * cut.rate_hz) + 1)
    if not len(runs):
        return np.empty((0, 3)), np.empty(0, bool), 0
    long = runs[:, 2] >= FLAT_S * cut.rate_hz
    low, high = x.min(axis=1), x.max(axis=1)
    value = x[runs[:, 0], runs[:, 1] + first]
    edge = (value == low[runs[:, 0]]) | (value == high[runs[:, 0]])
    middle = np.median(x[:, ::8], axis=1)
    reach = np.median(np.abs(x[:, ::8] - middle[:, None]), axis=1)
    edge &= np.abs(value - middle[runs[:, 0]]) > 6 * reach[runs[:, 0]]
    for channel, at, length in runs[long]:
        bridge(x, int(channel), int(at) + first, int(length))
    out = runs[long].astype(np.float64)
    out[:, 1] = (out[:, 1] + first + start) / cut.rate_hz
    out[:, 2] = out[:, 1] + out[:, 2] / cut.rate_hz
    return out, edge[long], int(np.count_nonzero(edge & ~long))
