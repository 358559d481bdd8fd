"""How a twitch may look to an accelerometer: a small bank of shapes, and how far each stands out.

A matched filter for every shape, after whitening over frequency and over the axes; the direction is
free, so the statistic is the squared length of the three axes' answers. It does not change when the
axes are turned, scaled or mixed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from kedut.measurement.filters.motion import gain as band_gain

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Waves = NDArray[np.complex64]

_FINE_HZ = 2000.0  # constant: step of a shape's equation, fine against 5 ms
SHAPE_S = 0.6  # constant: a shape of the bank has rung out by then
_EDGE_S = 0.004  # constant: skin and case give way for so long
_EVERY = 8  # constant: of the frequencies of a minute; enough for a shape of a second
LEAD_S = 0.2  # constant: room before a shape's start, for what the band-pass puts there
# Chosen by greed from many: these hear 96 % of the energy of a usual twitch, 90 % of an odd one's.
# Skin that is pushed up and sinks back: seconds to rise, seconds to sink.
_SINKING = ((0.02, 0.06), (0.03, 0.1), (0.045, 0.14))
# A mass on a damped spring, pushed by a pulse of force: Hz, damping, seconds of the pulse to peak.
_RINGING = (
    (6.0, 0.3, 0.035),
    (9.0, 0.55, 0.04),
    (13.0, 0.5, 0.03),
    (20.0, 0.25, 0.025),
    (20.0, 0.55, 0.025),
)
# Skin pushed up at once, critically damped: seconds. Its acceleration jumps; the others' rises.
# Muscles of the leg contract in 40 to 100 ms; these two share that range.
_JUMPING = (0.05, 0.075)
# A knock on the phone: Hz, seconds of decay, and its phase in quarters of a turn.
_KNOCKING = ((40.0, 0.015, 0), (40.0, 0.015, 1), (28.0, 0.02, 0), (28.0, 0.02, 1))


def _fine_shapes() -> list[Doubles]:
    """Give twitches, then knocks, at 2000 Hz from their start."""
    t = np.arange(0, SHAPE_S, 1 / _FINE_HZ)
    shapes: list[Doubles] = []
    blur = np.hanning(int(0.014 * _FINE_HZ) + 1)
    for rise_s, sink_s in _SINKING:
        fast = 1 / rise_s + 1 / sink_s
        wave = fast**2 * np.exp(-t * fast) - np.exp(-t / sink_s) / sink_s**2
        shapes.append(np.convolve(wave, blur)[: t.size])
    for hz, damping, rise_s in _RINGING:
        omega = 2 * np.pi * hz
        force = t / rise_s * np.exp(1 - t / rise_s)
        answer = np.exp(-damping * omega * t) * np.sin(omega * np.sqrt(1 - damping**2) * t)
        place = np.convolve(force, answer)[: t.size]
        shapes.append(np.asarray(np.gradient(np.gradient(place))))
    edge = np.ones(round(_EDGE_S * _FINE_HZ)) / round(_EDGE_S * _FINE_HZ)
    for damped_s in _JUMPING:  # the second derivative of u² exp(-u)
        u = t / damped_s
        shapes.append(np.convolve((2 - 4 * u + u * u) * np.exp(-u), edge)[: t.size])
    for hz, decay_s, quarters in _KNOCKING:
        phase = 2 * np.pi * hz * t + np.pi / 2 * quarters
        shapes.append(np.sin(phase) * np.exp(-t / decay_s))
    return shapes


TWITCHES = len(_SINKING) + len(_RINGING) + len(_JUMPING)
KNOCKS = len(_KNOCKING)


@lru_cache(maxsize=8)
def shapes(rate_hz: float) -> Floats:
    """Give the bank in the detector's band, one row a shape, each starting at `LEAD_S`."""
    step = _FINE_HZ / rate_hz
    lead, length = round(LEAD_S * rate_hz), round((LEAD_S + SHAPE_S + 0.2) * rate_hz)
    size = fft.next_fast_len(length + round(rate_hz), real=True)
    gain = band_gain(size // 2 + 1, rate_hz / size)
    rows = []
    for fine in _fine_shapes():
        smooth = np.convolve(fine, np.ones(max(1, round(step)))) / step
        wave = np.zeros(size)
        at = np.arange(0, fine.size, step)
        wave[lead : lead + at.size] = np.interp(at, np.arange(smooth.size), smooth)
        banded = fft.irfft(fft.rfft(wave) * gain, size)
        rows.append(banded[:length] / np.ptp(banded))
    return np.asarray(rows, dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class White:
    """A stretch whose noise is alike at all frequencies and on all axes.

    axes : each of variance one where nothing happens, shape (axes, samples)
    root : what turned the band's axes into these
    spectrum : of the axes; gain : what whitened a frequency; size : of the transform
    share : of the noise's energy the band lets through: what a sample of an axis has on average
    """

    axes: Floats
    root: Floats
    spectrum: Waves
    gain: Floats
    size: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How a stretch answers to shapes.

    heard : of each shape's filter, shape (shapes, axes, samples), at the shape's start
    wave : the shapes after whitening, each of energy one
    strength : root energy of a whitened shape of one peak to peak
    """

    heard: Floats
    wave: Floats
    strength: Floats


def whiten(y: Floats, rate_hz: float, root: Doubles, power: Doubles, hz: Doubles) -> White:
    """Give the stretch whitened.

    Parameters
    ----------
    y : the band, shape (axes, samples)
    root : inverse root of the band's covariance over the axes
    power : of the noise at `hz`, of mean one over the band, the same on every whitened axis
    """
    least = -(-(y.shape[1] + round(rate_hz)) // _EVERY)
    size = _EVERY * fft.next_fast_len(least, real=True)
    step_hz = rate_hz / size
    let_through = band_gain(size // 2 + 1, step_hz)
    open_ = let_through > 0.05  # constant: where the band is all but shut there is nothing to win
    grid = np.arange(size // 2 + 1) * step_hz
    gain = np.where(open_, np.interp(grid, hz, 1 / np.sqrt(power)), 0).astype(np.float32)
    share = float(np.mean((let_through * open_) ** 2))
    root = root * np.sqrt(share)
    spectrum = fft.rfft(root.astype(np.float32) @ y, size, axis=1) * gain
    axes = fft.irfft(spectrum, size, axis=1)[:, : y.shape[1]]
    return White(
        axes=np.asarray(axes, dtype=np.float32),
        root=root.astype(np.float32),
        spectrum=np.asarray(spectrum, dtype=np.complex64),
        gain=gain,
        size=size,
        share=share,
    )


@lru_cache(maxsize=16)
def _turn(size: int, lead: int) -> Waves:
    """Give what takes a lead out of a transform."""
    return np.asarray(np.exp(2j * np.pi * np.arange(size // 2 + 1) * lead / size), np.complex64)


@lru_cache(maxsize=8)
def bank_spectra(rate_hz: float, size: int) -> Waves:
    """Give the bank's transforms."""
    return np.asarray(fft.rfft(shapes(rate_hz), size, axis=1), dtype=np.complex64)


def _in_time(ideal: Waves, size: int, rate_hz: float) -> Floats:
    """Give shapes over time, at the least four times as long as they last."""
    every = _EVERY if size >= 4 * _EVERY * (LEAD_S + SHAPE_S) * rate_hz else 1
    return np.asarray(fft.irfft(ideal[:, ::every], size // every, axis=1), dtype=np.float32)


def knocks(white: White, rate_hz: float) -> tuple[Floats, int]:
    """Give the knocks after whitening, each of energy one, and the sample at which they start."""
    ideal = bank_spectra(rate_hz, white.size)[TWITCHES:] * white.gain
    wave = _in_time(ideal, white.size, rate_hz)
    wave /= np.linalg.norm(wave, axis=1, keepdims=True)
    lead, start = round(LEAD_S * rate_hz), round(0.1 * rate_hz)
    stop = lead + round(0.25 * rate_hz)
    return np.ascontiguousarray(wave[:, start:stop], dtype=np.float32), lead - start


def answers(white: White, spectra: Waves, rate_hz: float) -> Answers:
    """Give what the filters of shapes of these transforms hear."""
    ideal = spectra * white.gain
    energy = np.einsum("kf,kf->k", ideal.real, ideal.real)
    energy += np.einsum("kf,kf->k", ideal.imag, ideal.imag)
    strength = np.sqrt(energy * 2 / white.size)
    ideal /= strength[:, None].astype(np.float32)
    shifted = np.conj(ideal * _turn(white.size, round(LEAD_S * rate_hz)))
    heard = fft.irfft(white.spectrum[None] * shifted[:, None], white.size, axis=2)
    wave = _in_time(ideal, white.size, rate_hz)[:, : shapes(rate_hz).shape[1]]
    return Answers(
        heard=np.asarray(heard[:, :, : white.axes.shape[1]], dtype=np.float32),
        wave=np.asarray(wave, dtype=np.float32),
        strength=np.asarray(strength, dtype=np.float32),
    )
