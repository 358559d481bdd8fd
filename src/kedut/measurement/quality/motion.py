"""The noise a twitch must stand out of, and what a recording of motion must not be counted in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.filters.motion import gain as band_gain
from kedut.measurement.recording import About
from kedut.measurement.twitch import Excluded, Reason

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]
_Any = TypeVar("_Any", np.float32, np.bool_)

_BLOCK_S = 0.5  # constant: step at which the noise is followed
_SEGMENT_S = 2.0  # constant: of the spectrum: half a hertz apart
_QUIET = 0.3  # constant: the quantile taken for noise; twitches may fill the rest
_LONGEST_STILL_S = 0.5  # constant: a live sensor does not repeat itself for so long


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The noise of a stretch.

    root : turns the axes into independent ones of variance one
    hz, power : the shape of its spectrum, of mean one over the band
    """

    root: Doubles
    hz: Doubles
    power: Doubles


def ground(y: Floats, rate_hz: float, shut: Flags) -> Ground:
    """Give the noise of the band's axes; what is `shut` does not count."""
    block = max(4, round(_BLOCK_S * rate_hz))
    tiles = _tiles(y, block)
    alive = ~_tiles(shut[None], block)[0].any(axis=1)
    if not alive.any():
        alive[:] = True
    tiles = tiles[:, alive]
    power = np.mean(np.sum(tiles * tiles, axis=0), axis=1)
    calm = tiles[:, power <= usual(power, 0.5)].reshape(y.shape[0], -1)
    root = _root(calm)
    white = (root.astype(np.float32) @ y).astype(np.float32)
    hz, spectrum = _spectrum(white, rate_hz, shut)
    return Ground(root=root, hz=hz, power=spectrum)


def usual(values: Floats, share: float) -> float:
    """Give the value that a share of all does not exceed."""
    place = int(share * (values.size - 1))
    return float(np.partition(values, place)[place])


def _tiles(y: NDArray[_Any], block: int) -> NDArray[_Any]:
    """Give the axes cut in blocks, shape (axes, blocks, block); the last ones may be left over."""
    whole = max(1, y.shape[1] // block)
    return y[:, : whole * block].reshape(y.shape[0], whole, -1)


def _root(calm: Floats) -> Doubles:
    """Give the inverse root of the calm axes' covariance, found from its own quieter part.

    Twice over: what stands out by the first covariance is left out of the second. Turning the
    axes turns the answer; nothing else changes.
    """
    axes = calm.shape[0]
    spread = calm @ calm.T / calm.shape[1]
    for _ in range(2):
        root = _inverse_root(np.asarray(spread, dtype=np.float64))
        white = root.astype(np.float32) @ calm
        far = np.einsum("at,at->t", white, white)
        near = calm[:, far <= usual(far, 0.5)]
        spread = near @ near.T / max(1, near.shape[1])
    root = _inverse_root(np.asarray(spread, dtype=np.float64))
    white = root.astype(np.float32) @ calm
    middle = usual(np.einsum("at,at->t", white, white), _QUIET)
    return np.asarray(root * np.sqrt(_chi_square(axes, _QUIET) / max(middle, 1e-12)))


def _inverse_root(spread: Doubles) -> Doubles:
    """Give the symmetric inverse root; an axis without any noise is given a little."""
    values, vectors = np.linalg.eigh(spread)
    floor = max(float(values[-1]) * 1e-4, 1e-12)
    return np.asarray((vectors / np.sqrt(np.maximum(values, floor))) @ vectors.T)


@lru_cache(maxsize=16)
def _chi_square(degrees: int, share: float) -> float:
    """Give a quantile of a sum of squares (Wilson and Hilferty's approximation is not enough)."""
    from scipy.special import chdtri

    return float(chdtri(degrees, 1 - share))


def _spectrum(white: Floats, rate_hz: float, shut: Flags) -> tuple[Doubles, Doubles]:
    """Give the spectrum of the quieter segments, of mean one in the band."""
    length = min(white.shape[1], max(8, round(_SEGMENT_S * rate_hz)))
    hz: Doubles = np.arange(length // 2 + 1) * rate_hz / length
    starts = np.arange(0, white.shape[1] - length + 1, max(1, length // 2))
    free = np.array([not shut[s : s + length].any() for s in starts])
    if free.any():
        starts = starts[free]
    rows = np.stack([white[:, s : s + length] for s in starts])
    from scipy import fft

    waves = fft.rfft(rows * np.hanning(length).astype(np.float32), axis=2)
    power = waves.real**2 + waves.imag**2
    total = np.sum(power, axis=1)
    place = int(_QUIET * (len(total) - 1))
    quiet = np.partition(total, place, axis=0)[place]
    open_ = band_gain(hz.size, rate_hz / length)
    within = open_ > 0.5
    width = 3
    padded = np.pad(quiet, width, mode="edge")
    smooth = np.convolve(padded, np.ones(2 * width + 1) / (2 * width + 1), mode="valid")
    gain = np.maximum(open_.astype(np.float64) ** 2, 0.05)
    level = float(np.mean(smooth[within])) if within.any() else 1.0
    shape = np.maximum(smooth / max(level, 1e-12), 1e-3) / gain
    edge = np.flatnonzero(within)
    if edge.size:
        shape[: edge[0]], shape[edge[-1] + 1 :] = shape[edge[0]], shape[edge[-1]]
    return hz, np.asarray(np.clip(shape, 0.05, None), dtype=np.float64)


def loudness(white: Floats, rate_hz: float, share: float, shut: Flags) -> Floats:
    """Give the noise's RMS at each sample: what is usual there, twitches apart."""
    from scipy.ndimage import median_filter

    block = max(4, round(_BLOCK_S * rate_hz))
    power = np.einsum("at,at->t", white, white)
    tiles = _tiles(power[None], block)[0]
    dead = _tiles(shut[None], block)[0].any(axis=1)
    if dead.any() and not dead.all():  # what is shut tells nothing: its neighbours stand for it
        alive = np.flatnonzero(~dead)
        nearest = np.abs(np.arange(len(tiles))[:, None] - alive).argmin(axis=1)
        tiles = tiles[alive[nearest]]
    own: Floats = np.partition(tiles, round(_QUIET * block), axis=1)[:, round(_QUIET * block)]
    wide = np.concatenate([own[:1], own[:1], own, own[-1:]])
    level = np.sort(np.lib.stride_tricks.sliding_window_view(wide, 4), axis=1)
    level = level[:, :3].mean(axis=1)  # the loudest of four neighbours may be a twitch
    level = median_filter(level, 3, mode="nearest")
    rms = np.sqrt(np.maximum(level / (share * _chi_square(white.shape[0], _QUIET)), 1e-6))
    centres = (np.arange(len(tiles)) + 0.5) * block
    return np.asarray(np.interp(np.arange(white.shape[1]), centres, rms), dtype=np.float32)


def raw_faults(x: Floats, rate_hz: float, start_s: float) -> list[Excluded]:
    """Give where the sensor stood still or hit its end."""
    faults: list[Excluded] = []
    still = np.all(np.diff(x, axis=1) == 0, axis=0)
    least = max(3, round(_LONGEST_STILL_S * rate_hz))
    for first, last in stretches(still, 1):
        if last - first + 1 >= least:
            faults.append(_excluded(first, last + 2, rate_hz, start_s, Reason.DROPOUT))
    end = np.max(np.abs(x), axis=1, keepdims=True)
    flat = (np.abs(x) >= end) & (end > 15)  # constant: a sensor of 2 g ends at 19.6 m/s²
    stuck = np.any(flat[:, 1:] & flat[:, :-1], axis=0)
    for first, last in stretches(stuck, round(0.2 * rate_hz)):
        if last > first:
            faults.append(_excluded(first, last + 2, rate_hz, start_s, Reason.CLIPPING))
    return faults


def _excluded(first: int, stop: int, rate_hz: float, start_s: float, reason: Reason) -> Excluded:
    return Excluded(
        onset_s=start_s + first / rate_hz, duration_s=(stop - first) / rate_hz, reason=reason
    )


def known_gaps(about: About) -> list[Excluded]:
    """Give the gaps that the file tells of."""
    return [
        Excluded(onset_s=gap.onset_s, duration_s=gap.duration_s, reason=Reason.GAP)
        for gap in about.gaps
    ]


def stretches(flags: Flags, bridge: int) -> list[tuple[int, int]]:
    """Give first and last sample of each stretch of flags; holes up to `bridge` long are closed."""
    at = np.flatnonzero(flags)
    if not at.size:
        return []
    breaks = np.flatnonzero(np.diff(at) > bridge)
    firsts = np.concatenate([at[:1], at[breaks + 1]])
    lasts = np.concatenate([at[breaks], at[-1:]])
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


_WORST_FIRST = (
    Reason.GAP, Reason.DROPOUT, Reason.CLIPPING, Reason.STEPS, Reason.MOVEMENT,
    Reason.TREMOR, Reason.NOISE, Reason.TAP,
)  # fmt: skip


def merged(found: Iterable[Excluded], duration_s: float) -> tuple[Excluded, ...]:
    """Give the stretches in order, none over another; where two meet the worse one names it."""
    rank = {reason: place for place, reason in enumerate(_WORST_FIRST)}
    cuts: list[tuple[float, float, Reason]] = []
    for one in sorted(found, key=lambda each: each.onset_s):
        start = max(0.0, one.onset_s)
        stop = min(duration_s, one.onset_s + one.duration_s)
        if stop <= start:
            continue
        if cuts and start <= cuts[-1][1]:
            before = cuts[-1]
            worse = min(before[2], one.reason, key=lambda reason: rank.get(reason, 99))
            cuts[-1] = (before[0], max(stop, before[1]), worse)
        else:
            cuts.append((start, stop, one.reason))
    return tuple(
        Excluded(onset_s=start, duration_s=stop - start, reason=reason)
        for start, stop, reason in cuts
    )
