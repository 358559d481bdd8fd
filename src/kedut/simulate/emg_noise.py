"""What else electrodes pick up: the amplifier's noise, mains, the heart, movement, taps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

Floats = NDArray[np.float64]

# constant: P, Q, R, S, T of an electrocardiogram: place (s from R), height (share of R), width (s)
_HEART = (
    (-0.17, 0.12, 0.025),
    (-0.035, -0.12, 0.010),
    (0.0, 1.0, 0.013),
    (0.035, -0.22, 0.012),
    (0.24, 0.30, 0.055),
)
_HEART_S = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What a recorder lets through, without shift in time.

    low_hz : none for a recorder that keeps the slow drift
    """

    low_hz: float | None
    high_hz: float
    order: int = 2

    def through(self, signal: Floats, rate_hz: float) -> Floats:
        """Give the signal after the recorder, filtered forwards and backwards."""
        high = min(self.high_hz, 0.45 * rate_hz)
        if self.low_hz is None:
            sections = butter(self.order, high, "lowpass", fs=rate_hz, output="sos")
        else:
            sections = butter(self.order, (self.low_hz, high), "bandpass", fs=rate_hz, output="sos")
        return np.asarray(sosfiltfilt(sections, signal, axis=-1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """The noise of electrodes and amplifier.

    low_uv, high_uv : bounds of its RMS; equal for a steady one
    wander_s : how long a level lasts, about
    pink : share of its power that falls as 1/f
    shared : share of its power that all channels have alike
    spread : standard deviation, in the logarithm, of the level between channels
    """

    low_uv: float = 5.0
    high_uv: float = 5.0
    wander_s: float = 10.0
    pink: float = 0.1
    shared: float = 0.1
    spread: float = 0.1


def noise(
    rng: np.random.Generator, how: Noise, band: Band, shape: tuple[int, int], rate_hz: float
) -> tuple[Floats, Floats]:
    """Give the noise, shape (channels, samples), and its level, shape (samples,), in µV."""
    channels, samples = shape
    own, alike = _coloured(rng, how.pink, shape), _coloured(rng, how.pink, (1, samples))
    mixed = np.sqrt(1 - how.shared) * own + np.sqrt(how.shared) * alike
    mixed = Band(low_hz=band.low_hz or 10.0, high_hz=band.high_hz).through(mixed, rate_hz)
    mixed /= mixed.std(axis=1, keepdims=True)
    level = np.full(samples, how.low_uv)
    if how.high_uv > how.low_uv:
        slow = wander(rng, samples, rate_hz, how.wander_s)
        share = (slow - slow.min()) / max(float(np.ptp(slow)), 1e-9)
        level = how.low_uv * (how.high_uv / how.low_uv) ** share
    each = np.exp(rng.normal(0, how.spread, (channels, 1)))
    each[0] = 1.0  # so that the level is exactly that of the first channel
    return mixed * each * level, level


def _coloured(rng: np.random.Generator, pink: float, shape: tuple[int, int]) -> Floats:
    white = rng.standard_normal(shape)
    if pink <= 0:
        return white
    spectrum = np.fft.rfft(rng.standard_normal(shape), axis=1)
    spectrum /= np.sqrt(np.maximum(np.arange(spectrum.shape[1]), 1.0))
    coloured = np.fft.irfft(spectrum, n=shape[1], axis=1)
    coloured /= coloured.std(axis=1, keepdims=True)
    mixed: Floats = np.sqrt(1 - pink) * white + np.sqrt(pink) * coloured
    return mixed


def wander(rng: np.random.Generator, samples: int, rate_hz: float, lasts_s: float) -> Floats:
    """Give a slow random walk that returns, of variance about 1: knots joined smoothly."""
    step = max(lasts_s / 3, 2 / rate_hz)
    knots = int(samples / rate_hz / step) + 4
    values = np.empty(knots)
    values[0] = rng.standard_normal()
    keep = np.exp(-1.0 / 3)
    for place in range(1, knots):
        values[place] = keep * values[place - 1] + np.sqrt(1 - keep**2) * rng.standard_normal()
    at = np.arange(samples) / rate_hz / step
    under = at.astype(np.intp)
    share = (1 - np.cos(np.pi * (at - under))) / 2
    return values[under] * (1 - share) + values[under + 1] * share


@dataclass(frozen=True, slots=True, kw_only=True)
class Mains:
    """Interference of the mains.

    hertz : 50 or 60, near which the frequency wanders by `wander_hz`
    uv : amplitude of the fundamental on the first channel
    harmonics : amplitudes of the second, third, … as shares of it
    swing : standard deviation, in the logarithm, of the amplitude over time
    """

    hertz: float = 50.0
    uv: float = 50.0
    wander_hz: float = 0.05
    harmonics: tuple[float, ...] = (0.05, 0.3, 0.02, 0.15)
    swing: float = 0.15


def mains(rng: np.random.Generator, how: Mains, shape: tuple[int, int], rate_hz: float) -> Floats:
    """Give the interference on each channel in µV; channels differ in size and phase."""
    channels, samples = shape
    hertz = how.hertz + how.wander_hz * wander(rng, samples, rate_hz, 15.0)
    phase = 2 * np.pi * np.cumsum(hertz) / rate_hz
    size = how.uv * np.exp(how.swing * wander(rng, samples, rate_hz, 8.0))
    out = np.zeros(shape)
    for order, share in enumerate((1.0, *how.harmonics), start=1):
        if order * how.hertz > 0.45 * rate_hz or share == 0:
            continue
        gain = np.exp(rng.normal(0, 0.2, (channels, 1)))
        gain[0] = 1.0
        start = rng.uniform(0, 2 * np.pi) + rng.normal(0, 0.2, (channels, 1))
        out += gain * share * np.sin(order * phase + start)
    return out * size


@dataclass(frozen=True, slots=True, kw_only=True)
class Heart:
    """The heart's potential.

    uv : height of R on the first channel
    per_min, variation : mean rate and coefficient of variation of its intervals
    """

    uv: float = 50.0
    per_min: float = 65.0
    variation: float = 0.04


def heart(
    rng: np.random.Generator, how: Heart, shape: tuple[int, int], rate_hz: float
) -> tuple[Floats, Floats]:
    """Give the heart's potential on each channel in µV, and when R was."""
    channels, samples = shape
    mean_s = 60.0 / how.per_min
    beats = np.cumsum(
        rng.normal(mean_s, how.variation * mean_s, int(samples / rate_hz / mean_s) + 4)
    )
    beats = beats[beats < samples / rate_hz] + rng.uniform(-mean_s, 0)
    line = np.zeros(samples)
    time = np.arange(-_HEART_S, _HEART_S, 1 / rate_hz)
    beat = sum(
        (height * np.exp(-(((time - at) / width) ** 2) / 2) for at, height, width in _HEART),
        start=np.zeros(time.size),
    )
    for at in beats:
        add_at(line[None, :], beat[None, :] * rng.normal(1, 0.04), round((at - _HEART_S) * rate_hz))
    gain = rng.normal(1, 0.3, (channels, 1)) * rng.choice((-1.0, 1.0))
    gain[0] /= np.abs(gain[0])
    return how.uv * gain * line, beats[beats >= 0]


def movement(rng: np.random.Generator, rate_hz: float, size_uv: float) -> tuple[Floats, float]:
    """Give one movement of leg or electrode, in µV, and how long it lasts in seconds."""
    lasts = rng.uniform(0.25, 1.3)
    time = np.arange(0, lasts, 1 / rate_hz)
    hull = np.sin(np.pi * time / lasts) ** rng.uniform(1, 2.5)
    hertz = rng.uniform(1.5, 14.0)
    glide = rng.uniform(-0.4, 0.4) * hertz * time / lasts
    wave = np.sin(2 * np.pi * (hertz + glide) * time + rng.uniform(0, 2 * np.pi))
    if rng.random() < 0.4:  # not one tone: a random slow curve
        wave += wander(rng, time.size, rate_hz, 0.12)
    wave *= hull
    if rng.random() < 0.25:  # the electrode slides: crackling on top
        wave += 0.12 * hull * rng.standard_normal(time.size)
    return size_uv * wave / np.max(np.abs(wave)), lasts


def tap(rng: np.random.Generator, rate_hz: float, size_uv: float) -> tuple[Floats, float]:
    """Give one tap on the cable, in µV: a jump that decays, at times one that rings."""
    fades = rng.uniform(0.004, 0.045)
    lasts = 5 * fades
    time = np.arange(0, lasts, 1 / rate_hz)
    wave = np.exp(-time / fades)
    style = rng.random()
    if style < 0.25:
        wave *= np.cos(2 * np.pi * rng.uniform(20, 120) * time)
    elif style < 0.45:  # there and back
        back = rng.uniform(0.01, 0.06)
        wave -= np.where(time >= back, rng.uniform(0.4, 1.0) * np.exp(-(time - back) / fades), 0)
    elif style < 0.6:  # a cable with a soft edge
        wave *= 1 - np.exp(-time / rng.uniform(0.0005, 0.003))
    return size_uv * wave / np.max(np.abs(wave)) * rng.choice((-1.0, 1.0)), lasts


def add_at(signal: Floats, piece: Floats, start: int) -> None:
    """Add a piece to a signal in place, its first sample at `start`; what lies outside is lost."""
    stop = min(signal.shape[-1], start + piece.shape[-1])
    if start >= stop or stop <= 0:
        return
    skip = max(0, -start)
    signal[..., start + skip : stop] += piece[..., skip : stop - start]
