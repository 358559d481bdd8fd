"""A knock on a cable or electrode told from a potential: an edge, then a decay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from kedut.measurement.filters.blocks import Block, Plan

DECAYS_S = (0.004, 0.007, 0.012, 0.02, 0.035, 0.06, 1.0)  # constant: of an electrode's charge
SHIFTS = 4  # constant: quarters of a sample
BEFORE_S, AFTER_S = 0.04, 0.1  # constant: the band's own wave before the edge, and the decay
EXPLAINED = 0.85  # constant: share of the energy; potentials reach two thirds at most
JUDGED_S = (0.008, 0.025)  # constant: around the edge; what comes later may be a twitch
RANK = 3  # constant: mixed decays are taken out too, once a knock is certain
CLEAR = 7.0  # constant: in noise; below this no shape can be told
NEAR = 5  # constant: samples between the edge and the largest value, either way


@dataclass(frozen=True, slots=True)
class TapShapes:
    """Shapes of knocks as the band lets them through.

    shapes : (decays * SHIFTS, samples) energy 1, shift by shift within a decay
    mixed : (SHIFTS, RANK, samples) what any mixture of decays is made of
    before : samples before the edge; judged : samples by which the fit is judged
    """

    shapes: NDArray[np.float32]
    mixed: NDArray[np.float32]
    before: int
    judged: slice


def tap_shapes(cut: Plan) -> TapShapes:
    """Give what an edge with a decay becomes in the band."""
    f = cut.freqs_hz[: cut.work // 2 + 1].astype(np.float64)
    before, after = round(BEFORE_S * cut.work_rate_hz), round(AFTER_S * cut.work_rate_hz)
    out = []
    for decay in DECAYS_S:
        for shift in range(SHIFTS):
            late = before + shift / SHIFTS
            turn = np.exp(-2j * np.pi * f * late / cut.work_rate_hz)
            s = cut.wide[: len(f)] * turn * decay / (1 + 2j * np.pi * f * decay)
            shape = fft.irfft(s, cut.work)[: before + after]
            out.append(shape / np.linalg.norm(shape))
    all_shapes = np.array(out, np.float32)
    mixed = [
        np.linalg.svd(all_shapes[i::SHIFTS], full_matrices=False)[2][:RANK] for i in range(SHIFTS)
    ]
    first, stop = (round(v * cut.work_rate_hz) for v in JUDGED_S)
    return TapShapes(
        shapes=all_shapes,
        mixed=np.array(mixed, np.float32),
        before=before,
        judged=slice(before - first, before + stop),
    )


def take_tap(x: Block, shapes: TapShapes, near: int) -> tuple[int, float] | None:
    """Take a knock at about this sample out of x, in place; where and how clear, or none.

    x : (channels, samples) in units of the noise
    """
    length = shapes.shapes.shape[1]
    first = max(0, near - NEAR - shapes.before)
    stop = min(x.shape[1] - length, near + NEAR - shapes.before) + 1
    if stop <= first:
        return None
    cells = np.lib.stride_tricks.sliding_window_view(
        x[:, first : stop + length - 1], length, axis=1
    )
    products = cells @ shapes.shapes.T  # channels, lags, kinds
    taken = np.square(products).sum(axis=0)
    lag, kind = np.unravel_index(int(taken.argmax()), taken.shape)
    best = float(taken[lag, kind])
    if best < CLEAR**2:
        return None
    at = first + int(lag)
    own = x[:, at : at + length]
    basis = shapes.mixed[kind % SHIFTS]
    left = own - products[:, lag, kind][:, None] * shapes.shapes[kind]
    noise = x.shape[0] * (shapes.judged.stop - shapes.judged.start)
    before = float(np.square(own[:, shapes.judged]).sum())
    if float(np.square(left[:, shapes.judged]).sum()) > noise + (1 - EXPLAINED) * before:
        return None
    left = own - (own @ basis.T) @ basis
    x[:, at : at + length] = left
    return at + shapes.before, float(np.sqrt(best))
