"""Where a piece stands out of its noise: its score, and the stretches worth explaining."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from kedut.measurement.detectors.emg_bursts import Burst, bursts_of, without_bursts
from kedut.measurement.detectors.emg_survey import Survey, noise_of, statistics
from kedut.measurement.detectors.emg_templates import Templates
from kedut.measurement.filters.blocks import Block, Plan
from kedut.measurement.filters.pieces import Piece
from kedut.measurement.quality.emg_sustained import ACTIVE, LOUDER, active_cells, sizes, sustained

THRESHOLD = 5.6  # constant: less than one false alarm in ten minutes of noise alone
MOVED = 5.0  # constant: times the usual size of the slow part
JOIN_S = 0.02  # constant: side waves of one potential
BURST_JOIN_S = 0.06  # constant: pauses between the discharges of a burst


@dataclass(slots=True)
class Activity:
    """A piece seen through its noise; times in samples at half the work rate.

    noise : (channels, windows) uV
    loud : (windows,) noise over what is typical of the recording
    score : standard deviations above noise
    moved : (windows of `slow`,) how far the slow part exceeds its usual size, uV; else 0
    size : of the signal over its noise, in cells of `CELL_S`
    working : runs, first and stop, of muscle at work throughout
    bursts : stretches in which one or few units discharge fast
    """

    noise: Block
    loud: NDArray[np.float32]
    score: NDArray[np.float32]
    moved: NDArray[np.float32]
    size: NDArray[np.float32]
    working: list[tuple[int, int]]
    bursts: list[Burst]


def activity(part: Piece, seen: Survey, cut: Plan, *, exclude: bool) -> Activity:
    """Score a piece."""
    noise = noise_of(part, seen.ratio)
    z = part.statistics or statistics(part, noise, cut)
    part.statistics = None  # used up
    size = sizes(z[0] ** 3, cut.work_rate_hz / 2)
    least = max(ACTIVE, (LOUDER - 1) * float(seen.centres[0] / seen.spreads[0]))
    for i, u in enumerate(z):
        u -= seen.centres[i]
        u /= seen.spreads[i]
    per = len(z) // 3
    working: list[tuple[int, int]] = []
    if exclude:
        half = cut.work_rate_hz / 2
        cells = active_cells(z[0], half)
        cell = len(z[0]) // len(cells)
        working = [(a * cell, b * cell) for a, b in sustained(cells, cell / half, least)]
    score = np.maximum(z[0], z[per])
    sharp = z[2 * per]
    if per > 1:
        np.maximum(score, z[1], out=score)
        np.maximum(score, z[per + 1], out=score)
        sharp = np.maximum(sharp, z[2 * per + 1])
    np.maximum(score, np.maximum(sharp[0::2], sharp[1::2])[: len(score)], out=score)
    loud = np.median(noise / seen.noise_uv[:, None], axis=0).astype(np.float32)
    far = part.slow > MOVED * seen.slow_uv[:, None]
    moved = np.where(far, part.slow, 0).max(axis=0).astype(np.float32)
    bursts = bursts_of(part.wide, seen.noise_uv, _runs(score, part, cut), cut.work_rate_hz)
    # potentials without pause raise what is taken for noise, so that the score sees only parts
    whole = without_bursts(working, bursts)
    bursts += bursts_of(part.wide, seen.noise_uv, whole, cut.work_rate_hz)
    return Activity(
        noise=noise,
        loud=loud,
        score=score,
        moved=moved,
        size=size,
        working=without_bursts(working, bursts),
        bursts=bursts,
    )


def _runs(score: NDArray[np.float32], part: Piece, cut: Plan) -> list[tuple[int, int]]:
    """Give what is active, pauses of a burst bridged, within the recording."""
    half = cut.work_rate_hz / 2
    begin = max(0, round(-cut.first_s(part.number) * half))
    end = min(len(score), round((cut.length / cut.rate_hz - cut.first_s(part.number)) * half))
    runs = stretches(score[begin:end] > THRESHOLD, round(BURST_JOIN_S * half))
    return [(begin + a, begin + b) for a, b in runs]


def set_apart(found: Activity, on: NDArray[np.bool_]) -> None:
    """Switch off, in place, what is not taken apart into single potentials."""
    for a, b in found.working:
        on[a:b] = False
    for burst in found.bursts:
        if burst.whole:
            on[burst.first : burst.stop] = False


def template_spectra(templates: Templates, work: int) -> NDArray[np.complex64]:
    """Give the conjugate spectra of the templates over their noise, for `matched`."""
    half = work // 2
    t = fft.rfft(templates.bank[:, 0], work, axis=2)[:, :, : half // 2 + 1]
    scale = np.float32(half / work) / np.sqrt(templates.norms * templates.kappa)
    return np.asarray(np.conj(t) * scale[:, None, None], np.complex64)


def matched(parts: Block, spectra: NDArray[np.complex64], half: int) -> NDArray[np.float32]:
    """Give the product with each template over its noise, (units, half), by where it starts.

    parts : (parts, samples at the work rate), in units of typical noise
    spectra : as `template_spectra` gives them
    """
    if not len(spectra):
        return np.zeros((0, half), np.float32)
    s = fft.rfft(parts, axis=1)[:, : half // 2 + 1]
    product = spectra[:, 0] * s[0]
    for p in range(1, len(s)):
        product += spectra[:, p] * s[p]
    return np.asarray(fft.irfft(product, half, axis=1, overwrite_x=True), np.float32)


@numba.njit(cache=True)
def _stretches(on, join, out):  # type: ignore[no-untyped-def]
    count, last = 0, -join - 1
    for i in range(on.size):
        if on[i]:
            if not count or i - last - 1 > join:
                out[count, 0] = i
                count += 1
            out[count - 1, 1] = i + 1
            last = i
    return count


def stretches(on: NDArray[np.bool_], join: int) -> list[tuple[int, int]]:
    """Give runs that are on, first and stop, joined over short pauses."""
    out = np.empty((on.size // 2 + 1, 2), np.int64)
    count = _stretches(on, join, out)
    return [(first, stop) for first, stop in out[:count].tolist()]


def moved_uv(found: Activity, at: int, work: int) -> float:
    """Give how large the slow part is around a sample of the piece, where it is unusual."""
    n = len(found.moved)
    i = at * n // work
    return float(found.moved[max(0, i - 1) : i + 2].max())


def per_sample(loud: NDArray[np.float32], at: int, work: int) -> float:
    """Give how loud the noise is at a sample of the piece."""
    return float(loud[min(len(loud) - 1, at * len(loud) // work)])
