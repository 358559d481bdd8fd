"""The plain way, as a peer: band, notches, smoothed size over a threshold; tuned once for all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, find_peaks, iirnotch, sosfiltfilt, tf2sos

from kedut.measurement.recording import Recording

Floats = NDArray[np.float64]

# Thresholds in robust standard deviations, dead times in seconds: the best pair for all files.
TRIED = tuple((above, dead) for above in (5.0, 7.0, 9.0, 12.0, 16.0) for dead in (0.03, 0.05, 0.08))
_BAND_HZ = (20.0, 450.0)
_MAINS_HZ = (50.0, 60.0)
_SMOOTH_S = 0.008


def envelope(recording: Recording) -> Floats:
    """Give the size over time, in robust standard deviations; several channels by their largest."""
    about = recording.about
    rate = about.rate_hz
    signal = recording.read(0, about.length).astype(np.float64)
    sections = [butter(2, _clipped(_BAND_HZ, rate), "bandpass", fs=rate, output="sos")]
    for mains in _MAINS_HZ:
        sections += [
            tf2sos(*iirnotch(order * mains, 30.0, fs=rate))
            for order in (1, 2, 3, 4, 5)
            if order * mains < 0.45 * rate
        ]
    clean = sosfiltfilt(np.concatenate(sections), signal, axis=-1)
    size = uniform_filter1d(np.abs(clean), max(1, round(_SMOOTH_S * rate)), axis=-1)
    middle = np.median(size, axis=-1, keepdims=True)
    spread = np.median(np.abs(size - middle), axis=-1, keepdims=True) / 0.6745
    return np.asarray(((size - middle) / np.maximum(spread, 1e-9)).max(axis=0))


def found_s(size: Floats, rate_hz: float, above: float, dead_s: float) -> Floats:
    """Give the times at which the size stands out."""
    places, _ = find_peaks(size, height=above, distance=max(1, round(dead_s * rate_hz)))
    return np.asarray(places / rate_hz)


def _clipped(band_hz: tuple[float, float], rate_hz: float) -> tuple[float, float]:
    return band_hz[0], min(band_hz[1], 0.45 * rate_hz)
