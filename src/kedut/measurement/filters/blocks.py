"""A recording cut into overlapping pieces, each filtered without delay and brought to one rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from kedut.measurement.recording import Recording

WORK_RATE_HZ = 1024.0  # constant: twice what surface potentials hold; finer adds noise, no signal
BLOCK_S = 16.0  # constant: lines of the mains are narrow then, and a drift is still followed
END = 64  # constant: samples that tell the slope at an end
MARGIN_S = 1.25  # constant: the ease, and the longest potential
TAPER_S = 1.0  # constant: so slow that the mains leaks no further than 2 Hz
LOW_HZ = 20.0  # constant: movement and the heart's slow waves lie below
HIGH_HZ = 450.0  # constant: surface potentials end below; less than the half of the work rate
TOGETHER = 8  # constant: rows transformed at once: fills the processor's lanes, stays in its cache
MOST_READ = 1 << 19  # constant: numbers read at once: 2 MB beside the pieces they go to
NARROW_HZ = 180.0  # constant: most of the power of a potential seen through skin lies below

Block = NDArray[np.float32]
Spectrum = NDArray[np.complex64]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a recording is cut: sizes in samples, and the responses of the bands.

    size, hop : samples of a piece as recorded, and what it advances by (may be a fraction)
    work : samples of a piece at the work rate, even
    keep : samples at the work rate that belong to the piece alone
    margin : samples at the work rate before and after these
    """

    rate_hz: float
    length: int
    size: int
    hop: float
    work: int
    keep: int
    margin: int
    work_rate_hz: float
    high_hz: float
    freqs_hz: NDArray[np.float32]
    wide: NDArray[np.float32]
    narrow: NDArray[np.float32]
    taper: NDArray[np.float32]

    @property
    def count(self) -> int:
        """Give how many pieces cover the recording."""
        return max(1, int(np.ceil(self.length / self.hop)))

    def first_s(self, number: int) -> float:
        """Give the time of the first sample at the work rate of a piece, margin included."""
        return self.start(number) / self.rate_hz

    def start(self, number: int) -> int:
        """Give the first sample of a piece as recorded, margin included; may be below 0."""
        return round(number * self.hop - self.margin * self.rate_hz / self.work_rate_hz)

    def ends(self, number: int) -> bool:
        """Tell whether a piece with its margins goes beyond an end of the recording."""
        return self.start(number) < 0 or self.start(number) + self.size > self.length


def _ramp(freqs: NDArray[np.floating[Any]], low: float, high: float) -> NDArray[np.float64]:
    """Give a smooth step from 0 at `low` to 1 at `high`."""
    step = (freqs >= high).astype(np.float64)
    rises = slice(*np.searchsorted(freqs, [low, high]))
    step[rises] = 0.5 - 0.5 * np.cos(np.pi * (freqs[rises] - low) / (high - low))
    return step


def band(freqs: NDArray[np.floating[Any]], low_hz: float, high_hz: float) -> NDArray[np.float32]:
    """Give the response of a band whose edges are soft enough not to ring."""
    rise = _ramp(freqs, 0.6 * low_hz, 1.4 * low_hz)  # constant: soft, so that waves end soon
    fall = 1 - _ramp(freqs, 0.88 * high_hz, 1.12 * high_hz)  # constant: as above
    return np.asarray(rise * fall, np.float32)


def plan(rate_hz: float, length: int) -> Plan:
    """Cut a recording of this rate and length."""
    size = fft.next_fast_len(2 * round(BLOCK_S * rate_hz / 2), real=True)
    size += size % 2
    seconds = size / rate_hz
    work = size if rate_hz <= WORK_RATE_HZ else 4 * round(WORK_RATE_HZ * seconds / 4)
    work -= work % 4
    work_rate = work / seconds
    margin = 2 * round(MARGIN_S * work_rate / 2)
    keep = work - 2 * margin
    freqs = np.fft.rfftfreq(size, 1 / rate_hz)
    high = min(HIGH_HZ, 0.44 * min(rate_hz, work_rate))  # constant: just below the half
    eased = max(2, round(TAPER_S * rate_hz))
    taper = np.ones(size, np.float32)
    rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(eased) + 0.5) / eased)
    taper[:eased], taper[-eased:] = rise, rise[::-1]
    return Plan(
        rate_hz=rate_hz,
        length=length,
        size=size,
        hop=keep * rate_hz / work_rate,
        work=work,
        keep=keep,
        margin=margin,
        work_rate_hz=work_rate,
        high_hz=high,
        freqs_hz=freqs.astype(np.float32),
        wide=band(freqs, LOW_HZ, high),
        narrow=band(freqs, LOW_HZ, min(NARROW_HZ, 0.4 * high / 0.44)),
        taper=taper,
    )


def raw_blocks(
    recording: Recording, cut: Plan, numbers: Sequence[int], mains_hz: float = 0.0
) -> Block:
    """Read pieces with their margins, (pieces, channels, samples); mirrored beyond the ends.

    Where there is mains, it is drawn on in its rhythm instead: a mirror would break its phase.
    Neighbours are read at once.
    """
    out = np.empty((len(numbers), len(recording.about.channels), cut.size), np.float32)
    starts = [cut.start(n) for n in numbers]
    if numbers[-1] - numbers[0] == len(numbers) - 1:
        _read(recording, starts, out)
    else:
        for start, piece in zip(starts, out, strict=True):
            _read(recording, [start], piece[None])
    for start, piece in zip(starts, out, strict=True):
        first, end = max(0, -start), min(cut.size, cut.length - start)
        if end - first < cut.size:
            _mirror(piece, first, end)
            if mains_hz:
                _draw_on(piece, first, end, cut.rate_hz / mains_hz, cut)
    return out


def _read(recording: Recording, starts: Sequence[int], out: Block) -> None:
    """Fill pieces that overlap with what there is, from part to part."""
    size = out.shape[2]
    first, stop = max(0, starts[0]), min(recording.about.length, starts[-1] + size)
    step = max(1, MOST_READ // out.shape[1])
    for low in range(first, stop, step):
        x = recording.read(low, min(stop, low + step))
        high = low + x.shape[1]
        for start, piece in zip(starts, out, strict=True):
            a, b = max(low, start), min(high, start + size)
            if a < b:
                piece[:, a - start : b - start] = x[:, a - low : b - low]


def _mirror(x: Block, first: int, end: int) -> None:
    """Fill what lies before `first` and from `end` on with the signal mirrored, its slope kept.

    Turned about its end it would step there by twice the noise, which many channels show.
    """
    _mirror_back(x[:, ::-1], x.shape[1] - end, x.shape[1] - first)
    _mirror_back(x, first, end)


def _mirror_back(x: Block, first: int, end: int) -> None:
    """Fill what lies before `first`."""
    n = min(first, end - first)
    if n <= 0:
        return
    t = np.arange(min(END, end - first), dtype=np.float32)
    t -= t.mean()
    slope = x[:, first : first + t.size] @ t / max(float(t @ t), 1.0)
    away = 2 * np.arange(n, dtype=np.float32) + 1
    x[:, first - n : first] = (x[:, first : first + n] - slope[:, None] * away)[:, ::-1]
    x[:, : first - n] = x[:, [first - n]]


def _draw_on(x: Block, first: int, end: int, period: float, cut: Plan) -> None:
    """Fill the margin before `first` and after `end` with the signal moved by whole periods."""
    reach = cut.size - round(cut.hop)
    move = round(np.ceil(reach / period) * period)
    one = round(period)
    if end - first < move + one:
        return
    n = min(first, reach)
    if n:
        off = x[:, first : first + one].mean(1) - x[:, first + move : first + move + one].mean(1)
        x[:, first - n : first] = x[:, first - n + move : first + move] + off[:, None]
    n = min(x.shape[1] - end, reach)
    if n:
        off = x[:, end - one : end].mean(1) - x[:, end - move - one : end - move].mean(1)
        x[:, end : end + n] = x[:, end - move : end - move + n] + off[:, None]


def _rows(x: NDArray[Any]) -> Iterator[tuple[slice, NDArray[Any]]]:
    """Give rows of what has any number of axes, so many at a time as are best transformed."""
    flat = x.reshape(-1, x.shape[-1])
    for first in range(0, len(flat), TOGETHER):
        these = slice(first, first + TOGETHER)
        yield these, flat[these]


def spectrum(x: Block, cut: Plan) -> Spectrum:
    """Give the spectra of pieces, their mean taken off and their margins eased to zero.

    x : (…, samples), spoilt; no more of its spectrum is given than the work rate holds
    """
    bins = cut.work // 2 + 1
    out = np.empty((*x.shape[:-1], bins), np.complex64)
    to = out.reshape(-1, bins)
    for at, part in _rows(x):
        part -= part.mean(axis=1, keepdims=True)
        part *= cut.taper
        to[at] = fft.rfft(part, axis=1, overwrite_x=True)[:, :bins]
    return out


def through(s: Spectrum, response: NDArray[np.float32], cut: Plan, samples: int) -> Block:
    """Give the signals behind spectra, filtered, as so many samples over a piece."""
    bins = samples // 2 + 1
    gain = response[:bins] * np.float32(samples / cut.size)
    out = np.empty((*s.shape[:-1], samples), np.float32)
    to = out.reshape(-1, samples)
    for at, part in _rows(s):
        to[at] = fft.irfft(part[:, :bins] * gain, samples, axis=1, overwrite_x=True)
    return out


def envelope(s: Spectrum, cut: Plan, low_hz: float, high_hz: float) -> Block:
    """Give the size of what lies between two frequencies, at a rate of just that width."""
    first, last = np.searchsorted(cut.freqs_hz, [low_hz, high_hz])
    out = np.empty((*s.shape[:-1], last - first), np.float32)
    to = out.reshape(-1, last - first)
    for at, part in _rows(s):
        np.abs(fft.ifft(part[:, first:last], axis=1), out=to[at])
    out *= np.float32(2 * (last - first) / cut.size)
    return out
