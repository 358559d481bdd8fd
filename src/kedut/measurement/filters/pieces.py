"""Pieces of an EMG made ready: lines and flat runs out, their noise known, in two bands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import maximum_filter1d

from kedut.measurement.filters.blocks import (
    TOGETHER,
    Block,
    Plan,
    Spectrum,
    band,
    envelope,
    raw_blocks,
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
PULSE_HZ = (12.0, 28.0)  # constant: the heart's sharp wave is strong here, a potential weak
PULSE_SLOWER = 8  # constant: 128 a second, four times what the band holds
PULSE_CHANNELS = 4  # constant: any few show the heart
CLIPPED_S = 0.0015  # constant: three samples at 2 kHz: a noisy input does not stand still


@dataclass(slots=True)
class Heard:
    """A piece as recorded.

    spectrum : (channels, bins)
    flats : (runs, 3): channel, first and last second of a flat run
    at_edge : of each run, it stood at the edge of the range
    clipped : short runs at the edge of the range
    """

    number: int
    spectrum: Spectrum
    flats: NDArray[np.float64]
    at_edge: NDArray[np.bool_]
    clipped: int


@dataclass(slots=True)
class Piece:
    """A filtered piece.

    wide : (channels, samples at the work rate), uV
    narrow : (channels, half as many), uV
    upper, quiet : noise in each half second, (channels, windows), uV
    slow : (channels, about 10 a second) size of what is slower than a potential, uV
    pulse : (a few channels, an eighth of the samples of `wide`) where the heart shows, uV
    flats, at_edge, clipped : as in what was heard
    mains_uv : amplitude of what was taken out at the mains, (channels,)
    statistics : what the survey made of it, or none
    """

    number: int
    wide: Block
    narrow: Block
    upper: Block
    quiet: Block
    slow: Block
    pulse: Block
    flats: NDArray[np.float64]
    at_edge: NDArray[np.bool_]
    clipped: int
    mains_uv: Block
    statistics: list[Block] | None = None


def batches(numbers: Sequence[int], channels: int) -> Iterator[Sequence[int]]:
    """Give so many numbers at once that their channels fill a transform."""
    at_once = max(1, TOGETHER // channels)
    for first in range(0, len(numbers), at_once):
        yield numbers[first : first + at_once]


def heard(
    recording: Recording, cut: Plan, numbers: Sequence[int], mains_hz: float = 0.0
) -> list[Heard]:
    """Read pieces."""
    x = raw_blocks(recording, cut, numbers, mains_hz)
    flat = [_flats(one, cut, number) for one, number in zip(x, numbers, strict=True)]
    spectra = spectrum(x, cut)
    return [Heard(number, s, *its) for number, s, its in zip(numbers, spectra, flat, strict=True)]


def cleaned(some: Sequence[Heard], cut: Plan, mains_hz: float) -> list[Piece]:
    """Filter what was heard; its spectra are spoilt."""
    s = some[0].spectrum[None] if len(some) == 1 else np.stack([one.spectrum for one in some])
    before = s.copy() if mains_hz else s
    mains = [remove_lines(one, mains_hz, cut) for one in s]
    wide = through(s, cut.wide, cut, cut.work)
    if mains_hz:
        for i, its in enumerate(wide):
            if (large := _large(its, cut)) is not None:
                # a knock has some of its power in the lines: taken out with them, it would ring
                before[i, :, : large.shape[1]] -= large
                mains[i] = remove_lines(before[i], mains_hz, cut)
                before[i, :, : large.shape[1]] += large
                s[i] = before[i]
                wide[i] = through(s[i], cut.wide, cut, cut.work)
    count = windows(cut)
    narrow = through(s, cut.narrow, cut, cut.work // 2)
    upper = upper_level(envelope(s, cut, *upper_band(cut)), count)
    quiet = quiet_level(wide, count)
    slow = envelope(s, cut, *SLOW_HZ)
    pulse = _pulse(s, cut)
    return [
        Piece(
            number=one.number,
            wide=wide[i],
            narrow=narrow[i],
            upper=upper[i],
            quiet=quiet[i],
            slow=slow[i],
            pulse=pulse[i],
            flats=one.flats,
            at_edge=one.at_edge,
            clipped=one.clipped,
            mains_uv=mains[i],
        )
        for i, one in enumerate(some)
    ]


def pieces(
    recording: Recording, cut: Plan, numbers: Sequence[int], *, mains_hz: float
) -> Iterator[Piece]:
    """Read and clean pieces, in their order; no more of them are held than one transform fills."""
    for some in batches(numbers, len(recording.about.channels)):
        yield from cleaned(heard(recording, cut, some, mains_hz), cut, mains_hz)


def _pulse(s: Spectrum, cut: Plan) -> Block:
    """Give the part in which the heart shows, of channels spread over all of them."""
    few = np.unique(np.linspace(0, s.shape[-2] - 1, PULSE_CHANNELS).astype(int))
    samples = cut.work // PULSE_SLOWER // 2 * 2
    bins = samples // 2 + 1
    return through(s[:, few], band(cut.freqs_hz[:bins], *PULSE_HZ), cut, samples)


def _large(wide: Block, cut: Plan) -> Spectrum | None:
    """Give the spectrum of what is far larger than the noise, or none where nothing is."""
    usual = np.median(np.abs(wide[:, ::16]), axis=1, keepdims=True)
    most = np.maximum(wide.max(axis=1, keepdims=True), -wide.min(axis=1, keepdims=True))
    if not (most > LARGE * usual).any():
        return None
    reach = 2 * round(LARGE_S * cut.work_rate_hz) + 1
    near = maximum_filter1d(np.abs(wide), reach, axis=1) > LARGE * usual
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
