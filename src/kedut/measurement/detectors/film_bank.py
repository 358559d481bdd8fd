"""How much a place in a film moves like a twitch: a matched filter over time, sums over space."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

# constant: s; twitches of single units rise within 30 to 80 ms and fall within 100 to 250 ms
SHAPES = ((0.04, 0.06), (0.05, 0.12), (0.08, 0.08), (0.08, 0.16))
BEFORE_S = 0.3  # constant: of rest before a twitch; fixes the line that it rises from
AFTER_S = 0.6  # constant: until the slowest twitch has fallen to 5 %
_WIDTHS = (0.7, 1.2, 2.0)  # constant: cells over which places are summed: 12 to 35 px in radius
_QUIET = 0.3  # constant: the quantile that noise is read from: 60 % of the time may be twitching
_QUIET_SIZE = 0.3853  # constant: that quantile of the size of a normal variable
_LOUD, _LOUD_SIZE = 0.97, 2.1701  # constant: the same for the loudest 3 % of the time
_JUMPS = 2.0  # constant: the most by which a place's noise is taken to be more than its quiet
_FLOOR = 0.8  # constant: of the loud noise of the middle place
_EVERY = 3  # constant: noise is read from each third frame; neighbours say the same
_FOLLOWED = 0.7  # constant: of the time, for a place to be trusted
_POOR = 4.0  # constant: times the usual noise; a place that restless is hair, edge or background


_POOR_NEAR = 2.5  # constant: poor ones of 8 neighbours beyond which a place is poor itself


def rise_and_fall(
    since_s: NDArray[np.float64], rise_s: float, fall_s: float
) -> NDArray[np.float64]:
    """Give a twitch over time, 1 at its height: half a cosine up, an exponential down."""
    up = 0.5 - 0.5 * np.cos(np.pi * np.clip(since_s / rise_s, 0, 1))
    return np.asarray(up * np.exp(-np.maximum(since_s - rise_s, 0) / fall_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What the filters say of a stretch of film.

    filtered : shape (shapes, frames, places, 2); divided by `Bank.heights` it is pixels
    noise : of the filtered places, shape (shapes, places)
    good : places that can be trusted
    z : how far each place stands out, best of all shapes and widths, shape (frames, places)
    shape : which shape was best
    smallest : noise of a place summed with its neighbours, in pixels, median
    """

    filtered: Floats
    noise: Floats
    good: Flags
    z: Floats
    shape: Places
    smallest: float


class Bank:
    """The filters for one frame rate and one grid."""

    def __init__(self, rate_hz: float, columns: int, rows: int) -> None:
        self.rate_hz = rate_hz
        self.before = round(BEFORE_S * rate_hz)
        since = np.arange(-self.before, round(AFTER_S * rate_hz) + 1) / rate_hz
        templates = np.array([rise_and_fall(since, *shape) for shape in SHAPES])
        # what a line or a parabola explains is breathing and drift
        drift = np.linalg.qr(np.vander(since / AFTER_S, 3))[0]
        bare = templates - templates @ drift @ drift.T
        sizes = np.linalg.norm(bare, axis=1)
        self.drift = drift
        self.templates = templates
        self.kernels = (bare / sizes[:, None]).astype(np.float32)
        self.heights = sizes
        self._grid = (rows, columns)
        self._sums = tuple((_blur(rows, width), _blur(columns, width)) for width in _WIDTHS)
        self.echo = self._echo()

    def _echo(self) -> NDArray[np.float64]:
        """Give how strongly a twitch answers at each lag, 0 onwards, as a share."""
        lags = self.kernels.shape[1]
        pairs = [
            np.abs(np.correlate(one, other, mode="full"))
            for one in self.kernels
            for other in self.kernels
        ]
        both = np.max(pairs, axis=0)
        return np.asarray(np.maximum(both[lags - 1 :], both[lags - 1 :: -1]), np.float64)

    def filter(self, series: Floats) -> Floats:
        """Filter displacement (frames, places, 2): at each frame, how much a twitch begins here."""
        frames = len(series)
        flat = np.ascontiguousarray(series.reshape(frames, -1))
        result = np.empty((len(self.kernels), *series.shape), np.float32)
        for kernel, into in zip(self.kernels, result, strict=True):
            out = cv2.filter2D(
                flat,
                cv2.CV_32F,
                kernel[:, None],
                anchor=(0, self.before),
                borderType=cv2.BORDER_REPLICATE,
            )
            into[:] = out.reshape(series.shape)
        return result

    def _whole(self, followed: Flags) -> Flags:
        """Give where a place was followed in all frames that the filter sees."""
        reach = self.kernels.shape[1]
        padded = np.pad(~followed, ((self.before + 1, reach - self.before - 1), (0, 0)))
        gone = np.cumsum(padded, axis=0, dtype=np.int32)
        return np.asarray(gone[reach:] - gone[:-reach] == 0, np.bool_)

    def _settled(self, good: Flags) -> Flags:
        """Leave out places with several poor neighbours: the edge of a leg, a strand of hair."""
        poor = (~good).reshape(self._grid).astype(np.float32)
        near = cv2.boxFilter(poor, -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT)
        return np.asarray(good & (near.ravel() < _POOR_NEAR), np.bool_)

    def respond(self, series: Floats, followed: Flags, quiet: Flags) -> Response:
        """Give the statistic; noise is read from the frames marked as quiet."""
        filtered = self.filter(series)
        good = followed.mean(axis=0) > _FOLLOWED
        whole = self._whole(followed)
        sample = np.flatnonzero(quiet)[::_EVERY]
        noise = np.array(
            [_spread(one[sample].transpose(0, 2, 1), good).mean(axis=0) for one in filtered]
        )
        usual = float(np.median(noise[1][good])) if good.any() else 1.0
        floor = 0.3 * usual + 1e-6
        good = self._settled(good & (noise[1] < _POOR * usual + 1e-6))
        z = np.zeros(series.shape[:2], np.float32)
        best = np.zeros(series.shape[:2], np.intp)
        smallest = []
        rows, columns = self._grid
        for index, one in enumerate(filtered):
            weight = good / np.maximum(noise[index], floor) ** 2
            weighted = (one * weight[:, None]).transpose(0, 2, 1)
            weighted = weighted.reshape(len(one), 2, rows, columns)
            for down, across in self._sums:
                summed = (down @ weighted @ across).reshape(len(one), 2, -1)
                total = np.maximum((down @ weight.reshape(rows, columns) @ across).ravel(), 1e-9)
                spread = _spread(summed[sample], good)
                here = np.sqrt(((summed / np.maximum(spread, 1e-9)) ** 2).sum(axis=1))
                here[:, ~good] = 0
                here[~whole] = 0
                better = here > z
                best[better] = index
                np.maximum(z, here, out=z)
                if good.any():
                    size = np.sqrt((spread**2).mean(axis=0)) / total / self.heights[index]
                    smallest.append(float(np.median(size[good])))
        return Response(
            filtered=filtered,
            noise=noise,
            good=good,
            z=z,
            shape=best,
            smallest=float(np.median(smallest)) if smallest else np.inf,
        )


def _spread(sample: Floats, good: Flags) -> Floats:
    """Give the standard deviation over the first axis, for places in the last.

    Of each place from the quieter part of its time. Compressed film stands still and then jumps:
    so the loud part counts too, but of the middle place, which seldom lies in a twitch.
    """
    quiet, loud = np.quantile(np.abs(sample), (_QUIET, _LOUD), axis=0)
    quiet, loud = quiet / _QUIET_SIZE, loud / _LOUD_SIZE
    if not good.any():
        return np.asarray(quiet, np.float32)
    floor = float(np.median(loud[..., good]))
    jumps = np.clip(floor / max(float(np.median(quiet[..., good])), 1e-9), 1, _JUMPS)
    return np.asarray(np.maximum(np.maximum(quiet * jumps, _FLOOR * floor), 1e-6), np.float32)


def _blur(count: int, width: float) -> Floats:
    """Give the matrix that sums neighbours by a Gaussian of this width in cells."""
    if not width:
        return np.eye(count, dtype=np.float32)
    apart = np.subtract.outer(np.arange(count), np.arange(count))
    return np.asarray(np.exp(-(apart**2) / (2 * width**2)), np.float32)
