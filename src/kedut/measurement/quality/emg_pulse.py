"""The heart's beats in the slow part of an EMG, where they are strong and twitches are weak.

The size of that part repeats itself at the pace of the heart. The beats are then the chain of large
values with the evenest steps (dynamic programming, as beats of music are followed, Ellis 2007, J
New Music Res 36:51); they are the heart's if they have one shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SHORTEST_S, LONGEST_S = 0.33, 1.7  # constant: 180 and 35 beats a minute
HIGHEST = 4.0  # constant: times the usual; larger is no more of a beat
HIGHER = 0.12  # constant: weight of the logarithm of what is larger still: where the peak is
AGAIN = 0.13  # constant: how alike the size is a beat later; chance has 0.1, a weak heart 0.16
SHORTER = 0.75  # constant: of the largest likeness: two beats are as alike as one
BLUR_S = 0.05  # constant: by which beats come early or late
STEPS = (0.7, 1.4)  # constant: shortest and longest step, over the pace
EVENLY = 20.0  # constant: cost of a step e times as long as the last, in sizes
AROUND_S = 0.0625  # constant: half of the QRS complex, blurred by the band
ONE_SHAPE = 0.85  # constant: likeness of a beat to the mean of all; chance stays below 0.7
FEWEST = 12  # constant: fewer have one shape by chance
ROUNDS = 3  # constant: of alignment; further ones change nothing


@dataclass(frozen=True, slots=True)
class Beats:
    """Beats found: the pace, and seconds from the start of each piece."""

    pace_s: float
    times_s: list[NDArray[np.float64]]


def beats_in(pulses: Sequence[Floats], rate_hz: float) -> Beats | None:
    """Find the heart in pieces of a recording, or none.

    pulses : (channels, samples) of each piece
    """
    best, channel, pace, sizes = AGAIN, -1, 0.0, []
    for c in range(len(pulses[0])):
        its = [_size(p[c], rate_hz) for p in pulses]
        alike, its_pace = _again(its, rate_hz)
        if alike > best:
            best, channel, pace, sizes = alike, c, its_pace, its
    if channel < 0:
        return None
    chains = [_chain(size, pace, rate_hz) for size in sizes]
    return _of_one_shape([p[channel] for p in pulses], chains, pace, rate_hz)


def _size(x: Floats, rate_hz: float) -> Floats:
    """Give the size of a signal over what is usual in the second around, without slow changes.

    A strong beat is above `HIGHEST` for long; a little of what is larger still tells its peak.
    """
    n = max(1, round(rate_hz))
    size = np.abs(x)
    cells = max(1, len(x) // n)
    usual = np.array(
        [np.median(size[max(0, i * n - n // 2) : (i + 1) * n + n // 2]) for i in range(cells)]
    )
    usual = np.maximum(usual, np.median(usual) / 2)
    usual = np.interp(np.arange(len(x)), (np.arange(cells) + 0.5) * n, usual) / 0.6745
    y = size / np.maximum(usual, 1e-9)
    y = np.minimum(y, HIGHEST) + HIGHER * np.log(np.maximum(y / HIGHEST, 1))
    box = np.ones(2 * n + 1) / (2 * n + 1)
    return np.asarray(y - np.convolve(y, box, "same"), np.float32)


def _again(sizes: Sequence[Floats], rate_hz: float) -> tuple[float, float]:
    """Give how alike the size is to itself one beat later, and the pace."""
    lags = round(1.2 * LONGEST_S * rate_hz)
    total = np.zeros(lags)
    for y in sizes:
        s = np.fft.rfft(y, 2 * len(y))
        total += np.fft.irfft(np.square(np.abs(s)))[:lags] / (len(y) - np.arange(lags))
    blur = 2 * round(BLUR_S * rate_hz / 2) + 1
    alike = np.convolve(total / max(float(total[0]), 1e-9), np.ones(blur) / blur, "same")
    first, stop = round(SHORTEST_S * rate_hz), round(LONGEST_S * rate_hz)
    inner = alike[first:stop]
    tops = np.flatnonzero(
        (inner >= alike[first - 1 : stop - 1]) & (inner > alike[first + 1 : stop + 1])
    )
    if not len(tops) or inner[tops].max() <= 0:
        return 0.0, 0.0
    good = tops[inner[tops] >= SHORTER * inner[tops].max()]
    return float(inner[tops].max()), float(first + good[0]) / rate_hz


@numba.njit(cache=True)
def _follow(size, pace, first, stop, cost, best, back):  # type: ignore[no-untyped-def]
    for i in range(size.size):
        most, where = np.float32(0.0), -1
        for step in range(first, min(stop, i) + 1):
            value = best[i - step] - cost * np.log(step / pace) ** 2
            if value > most:
                most, where = value, i - step
        best[i] = size[i] + most
        back[i] = where


def _chain(size: Floats, pace_s: float, rate_hz: float) -> NDArray[np.int64]:
    """Give the samples of the chain of large values with the evenest steps."""
    best, back = np.zeros(size.size, np.float32), np.full(size.size, -1, np.int64)
    pace = pace_s * rate_hz
    _follow(size, pace, round(STEPS[0] * pace), round(STEPS[1] * pace), EVENLY, best, back)
    late = max(0, size.size - round(pace))
    at, chain = late + int(best[late:].argmax()), []
    while at >= 0:
        chain.append(at)
        at = int(back[at])
    return np.array(chain[::-1], np.int64)


def _of_one_shape(
    pulses: Sequence[Floats], chains: Sequence[NDArray[np.int64]], pace_s: float, rate_hz: float
) -> Beats | None:
    """Give the beats, each moved to where it fits their mean; none if they are not alike."""
    w = max(2, round(AROUND_S * rate_hz))
    own = [(i, int(at)) for i, chain in enumerate(chains) for at in chain]
    own = [(i, at) for i, at in own if 2 * w <= at < len(pulses[i]) - 2 * w]
    if len(own) < FEWEST:
        return None
    x = np.array([pulses[i][at - 2 * w : at + 2 * w + 1] for i, at in own])
    x = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)
    windows = np.lib.stride_tricks.sliding_window_view(x, 2 * w + 1, axis=1)
    lengths = np.maximum(np.linalg.norm(windows, axis=2), 1e-9)
    mean = np.linalg.svd(windows[:, w], full_matrices=False)[2][0]
    for _ in range(ROUNDS):
        along = windows @ (mean / np.linalg.norm(mean))
        at = np.abs(along).argmax(axis=1)
        mean = np.mean(windows[np.arange(len(x)), at], axis=0)
    mean /= max(float(np.linalg.norm(mean)), 1e-9)
    along = windows @ mean
    at = along.argmax(axis=1)
    rows = np.arange(len(x))
    if np.median(along[rows, at] / lengths[rows, at]) < ONE_SHAPE:
        return None
    inner = np.clip(at, 1, along.shape[1] - 2)
    before, here, after = (along[rows, inner + d] for d in (-1, 0, 1))
    part = 0.5 * (before - after) / np.minimum(before - 2 * here + after, -1e-9)
    fine = inner + np.clip(part, -0.5, 0.5) - w
    times: list[list[float]] = [[] for _ in pulses]
    for (i, beat), moved in zip(own, fine, strict=True):
        times[i].append((beat + float(moved)) / rate_hz)
    return Beats(pace_s=pace_s, times_s=[np.array(t) for t in times])
