"""What the heart's beat looks like among potentials: a mean over all beats, however weak one is."""

from __future__ import annotations

import numpy as np

from kedut.measurement.detectors.emg_survey import Survey
from kedut.measurement.detectors.emg_templates import MEDIAN, Templates, bank_of, ease, size
from kedut.measurement.filters.blocks import Block, Plan
from kedut.measurement.filters.pieces import Piece
from kedut.measurement.quality.emg_pulse import Beats, beats_in

HEARD = 3.7  # constant: standard deviations; enough for what comes back evenly
LEAST = 1.5  # constant: as above; a weaker beat is never taken for a twitch
SAME = 0.5  # constant: share of the energy that a shape has beside the beat's: it is the beat
REACH_S = 0.02  # constant: a peak of the beat other than the one in the middle


def add_heart(
    templates: Templates, basis: Block, pieces: dict[int, Piece], seen: Survey, cut: Plan
) -> Templates:
    """Give the templates with the heart's among them, and no other that is a beat as well."""
    part_rate = cut.work_rate_hz * next(iter(pieces.values())).pulse.shape[1] / cut.work
    first, stop = (
        round(n * part_rate / cut.work_rate_hz) for n in (cut.margin, cut.margin + cut.keep)
    )
    beats = beats_in([p.pulse[:, first:stop] for p in pieces.values()], part_rate)
    if beats is None:
        return templates
    mean, strength = _mean_beat(beats, basis, pieces, seen, cut)
    if strength < LEAST:
        return templates
    reach = round(REACH_S * cut.work_rate_hz)
    others = [i for i in range(templates.units) if not _alike(templates.bank[i, 0], mean, reach)]
    out = bank_of(
        np.concatenate([templates.bank[others, 0], mean[None]]),
        np.append(templates.members[others], sum(map(len, beats.times_s))),
    )
    out.beat_s[-1] = beats.pace_s
    out.least[-1] = HEARD
    return out


def _mean_beat(
    beats: Beats, basis: Block, pieces: dict[int, Piece], seen: Survey, cut: Plan
) -> tuple[Block, float]:
    """Give the beat's mean, its peak in place, and how far one beat stands out of the noise."""
    before, after = size(cut.work_rate_hz)
    wide = before + after
    own = []
    for part, times in zip(pieces.values(), beats.times_s, strict=True):
        parts = basis @ (part.wide / seen.noise_uv[:, None])
        for time in times:
            at = cut.margin + round(float(time) * cut.work_rate_hz)
            own.append(parts[:, at - wide : at + wide])
    mean = np.median(np.array(own), axis=0)
    middle = np.abs(mean[:, before : 2 * wide - after]).max(axis=0)
    peak = before + int(middle[wide - before - after // 2 : wide - before + before // 2].argmax())
    peak += wide - before - after // 2
    mean = ease(mean[:, peak - before : peak + after])
    energy = float(np.square(mean).sum()) - MEDIAN * mean.size / len(own)
    return mean, float(np.sqrt(max(energy, 0.0)))


def _alike(one: Block, beat: Block, reach: int) -> bool:
    """Tell whether a potential is the beat, moved by no more than `reach` samples."""
    both = np.sum([np.correlate(one[p], beat[p], "full") for p in range(len(beat))], axis=0)
    middle = beat.shape[1] - 1
    most = float(both[middle - reach : middle + reach + 1].max())
    large = max(float(np.square(one).sum()), float(np.square(beat).sum()))
    left = float(np.square(one).sum()) + float(np.square(beat).sum()) - 2 * most
    return left < SAME * large
