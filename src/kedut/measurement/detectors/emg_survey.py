"""A first look at a recording: its mains, its noise, what noise alone would score."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.filters.blocks import LOW_HZ, NARROW_HZ, Block, Plan, Spectrum
from kedut.measurement.filters.energy import LONG_S, SHARP_S, SHORT_S, centre_and_spread, power
from kedut.measurement.filters.level import steady, upper_band
from kedut.measurement.filters.lines import mains_frequency
from kedut.measurement.filters.pieces import Heard, Piece, batches, cleaned, heard
from kedut.measurement.recording import Recording

MOST_PIECES = 20  # constant: five minutes tell what a recording is like
MOST_SAMPLES = 2_500_000  # constant: 10 MB of signal kept at once
ROOM = 1.6  # constant: noise of tissue and amplifier over white noise of the same upper band
LOUDER = 1.25  # constant: as above, for the cube root of the power
BAR = 5.6  # constant: standard deviations at which activity is taken for real
FLOOR_UV = 1e-9  # constant: an input that is switched off has no noise at all


@dataclass(frozen=True, slots=True)
class Survey:
    """What the first look found.

    ratio : (channels,) noise of the band over that of its upper part
    noise_uv : (channels,) typical noise
    centres, spreads : of each statistic in noise alone, in the order of `statistics`
    slow_uv : (channels,) typical size of what is slower than a potential
    """

    mains_hz: float
    mains_uv: float
    ratio: Block
    noise_uv: Block
    slow_uv: Block
    centres: NDArray[np.float32]
    spreads: NDArray[np.float32]


def chosen(cut: Plan, channels: int) -> list[int]:
    """Choose pieces spread evenly over the recording; all of a short one."""
    most = max(4, min(MOST_PIECES, MOST_SAMPLES // (cut.work * channels)))
    if cut.count <= most:
        return list(range(cut.count))
    return [int(i) for i in np.linspace(0, cut.count - 1, most)]


def noise_of(part: Piece, ratio: Block) -> Block:
    """Give the noise of each channel in each window of a piece, uV."""
    noise: Block = np.maximum(ratio[:, None] * steady(part.upper), np.float32(FLOOR_UV))
    return noise


def statistics(part: Piece, noise: Block, cut: Plan) -> list[Block]:
    """Give the cube roots of power; the first two of each scale are mean and largest channel."""
    half = cut.work_rate_hz / 2
    return [
        *power(part.narrow, noise, half, LONG_S),
        *power(part.narrow, noise, half, SHORT_S),
        *power(part.wide, noise, cut.work_rate_hz, SHARP_S),
    ]


def survey(recording: Recording, cut: Plan) -> tuple[Survey, dict[int, Piece]]:
    """Look at pieces all over the recording; gives them too, cleaned."""
    pieces, mains_hz = _first_look(recording, cut)
    ratio, noise_uv = _noise(list(pieces.values()), cut)
    centres, spreads = [], []
    for p in pieces.values():
        p.statistics = statistics(p, noise_of(p, ratio), cut)
        found = [centre_and_spread(u) for u in p.statistics]
        centres.append([c for c, _ in found])
        spreads.append([s for _, s in found])
    if len(ratio) > 1:
        _most_as_one(list(pieces.values()), ratio, cut, centres, spreads)
    most = [float(_real(p, cut).mean()) for p in pieces.values()]
    full = np.array(most) >= 0.5 * max(most)
    centre, spread = (np.quantile(np.array(v)[full], 0.3, axis=0) for v in (centres, spreads))
    # muscle at work throughout must not pass for the noise
    share = (min(NARROW_HZ, 0.4 * cut.high_hz / 0.44) - LOW_HZ) / (cut.high_hz - LOW_HZ)
    white = np.cbrt(share)
    less = min(1.0, LOUDER * white / max(float(centre[0]), 1e-6))
    spread *= less
    centre *= less
    mains_uv = float(np.median([np.max(p.mains_uv) for p in pieces.values()]))
    return (
        Survey(
            mains_hz=mains_hz,
            mains_uv=mains_uv,
            ratio=ratio,
            noise_uv=noise_uv,
            slow_uv=np.median([np.median(p.slow, axis=1) for p in pieces.values()], axis=0),
            centres=centre.astype(np.float32),
            spreads=spread.astype(np.float32),
        ),
        pieces,
    )


def _first_look(recording: Recording, cut: Plan) -> tuple[dict[int, Piece], float]:
    """Give the chosen pieces, cleaned, and the frequency of the mains."""
    channels = len(recording.about.channels)
    numbers = chosen(cut, channels)
    first: dict[int, Heard] = {}
    for some in batches(numbers, channels):
        first |= {one.number: one for one in heard(recording, cut, some)}
    power = np.mean([_power(one.spectrum) for one in first.values()], axis=0)
    mains_hz = mains_frequency(power, cut)
    out: dict[int, Piece] = {}
    for some in batches(numbers, channels):
        these = [first.pop(number) for number in some]
        if mains_hz:  # beyond the ends it is drawn on in its rhythm
            these = [
                heard(recording, cut, [one.number], mains_hz)[0] if cut.ends(one.number) else one
                for one in these
            ]
        out |= {p.number: p for p in cleaned(these, cut, mains_hz)}
    return out, mains_hz


def _power(s: Spectrum) -> NDArray[np.float64]:
    """Give the mean power over channels at each frequency."""
    power = np.square(s.real) + np.square(s.imag)
    return np.asarray(power.mean(axis=0), np.float64)


def _most_as_one(
    pieces: list[Piece],
    ratio: Block,
    cut: Plan,
    centres: list[list[float]],
    spreads: list[list[float]],
) -> None:
    """Judge the largest channel by what one channel does, with a bar that grows with their number.

    The largest of many is skewed, so that its own spread would promise too much.
    """
    channels = len(ratio)
    few = np.unique(np.linspace(0, channels - 1, 4).astype(int))
    raised = np.sqrt(BAR**2 + 2 * np.log(channels)) - BAR
    for i, p in enumerate(pieces):
        noise = noise_of(p, ratio)
        one = []
        for c in few:
            single = replace(p, wide=p.wide[[c]], narrow=p.narrow[[c]])
            one.append([centre_and_spread(u) for u in statistics(single, noise[[c]], cut)])
        middle = np.median(np.array(one), axis=0)
        for j, (c, s) in enumerate(middle):
            centres[i][2 * j + 1] = float(c + raised * s)
            spreads[i][2 * j + 1] = float(s)


def _real(part: Piece, cut: Plan) -> NDArray[np.bool_]:
    """Tell which windows lie within the recording and not in the eased margins."""
    n = part.upper.shape[1]
    middle = (np.arange(n) + 0.5) / n * cut.work
    end = (cut.length / cut.rate_hz - cut.first_s(part.number)) * cut.work_rate_hz
    half = cut.work / n / 2
    inside = (middle - half >= cut.margin) & (middle + half <= cut.margin + cut.keep)
    real: NDArray[np.bool_] = inside & (middle + half <= end)
    return real


def _noise(pieces: list[Piece], cut: Plan) -> tuple[Block, Block]:
    """Give the ratio of noise in the band to its upper part, from quiet windows, and the noise."""
    uppers: list[Block] = []
    quiets: list[Block] = []
    masks = [_real(p, cut) for p in pieces]
    some = any(m.any() for m in masks)
    for p, mask in zip(pieces, masks, strict=True):
        real = mask if some else slice(None)
        uppers.append(steady(p.upper)[:, real])
        quiets.append(steady(p.quiet)[:, real])
    upper, quiet = np.concatenate(uppers, axis=1), np.concatenate(quiets, axis=1)
    low, high = upper_band(cut)
    white = np.sqrt((cut.high_hz - LOW_HZ) / (high - low))
    ratio = np.quantile(quiet / np.maximum(upper, FLOOR_UV), 0.25, axis=1)
    ratio = np.clip(ratio, white / ROOM, white * ROOM)
    typical = np.median(upper, axis=1) * ratio
    return ratio.astype(np.float32), np.maximum(typical, FLOOR_UV).astype(np.float32)
