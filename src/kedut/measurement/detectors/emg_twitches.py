"""Discharges of the detector turned into twitches: amplitude, length, place, waveform."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.detectors.emg_discharges import MOST_SNIPPETS, Discharges
from kedut.measurement.detectors.emg_learning import Learnt
from kedut.measurement.filters.blocks import Block
from kedut.measurement.recording import About
from kedut.measurement.twitch import Detected, Kind, Quality, Twitch

EXTENT = 0.08  # constant: share of the peak at which a potential begins and ends
UNKNOWN_S = (0.01, 0.015)  # constant: before and after the peak, where no template tells


def extent(mean: Block, peak: int) -> tuple[int, int]:
    """Give samples from the beginning to the peak and from the peak to the end of a potential.

    peak : of the whole grid; it may lie outside of what this channel shows
    """
    on = np.flatnonzero(np.abs(mean) > EXTENT * np.abs(mean).max())
    return max(int(peak - on[0]), 0), max(int(on[-1] + 1 - peak), 1)


def twitches(
    d: Discharges,
    rows: NDArray[np.int64],
    kind: list[Kind],
    learnt: Learnt,
    about: About,
    quality: Quality,
) -> Detected:
    """Make the twitches of these rows, in order."""
    rate = d.rate_hz
    names = _clusters(np.array(d.unit, np.int64)[rows])
    shape = {}
    for unit, field in enumerate(learnt.fields):
        channel = int(np.ptp(field, axis=1).argmax())
        before, after = extent(field[channel], int(learnt.templates.peak[unit]))
        shape[unit] = (before / rate, after / rate)
    out: list[Twitch] = []
    for row, k in zip(rows.tolist(), kind, strict=True):
        unit = int(d.unit[row])
        lead_s, tail_s = shape.get(unit, UNKNOWN_S)
        channel = about.channels[d.channel[row]]
        time = float(d.time[row])
        onset = max(0.0, time - lead_s)
        out.append(
            Twitch(
                onset_s=onset,
                duration_s=time + tail_s - onset,
                peak_s=time,
                amplitude=d.amplitude[row],
                unit=channel.unit,
                channel=channel.name,
                x=None if channel.column is None else float(channel.column),
                y=None if channel.row is None else float(channel.row),
                score=d.score[row],
                cluster=names.get(unit, -1),
                kind=k,
            )
        )
    have = np.flatnonzero(rows < MOST_SNIPPETS)
    waves = None if d.snippets is None else d.snippets[rows[have]]
    return Detected(
        twitches=tuple(out),
        quality=quality,
        waveforms=waves,
        waveform_of=tuple(have.tolist()),
        waveform_rate_hz=rate,
    )


def _clusters(units: NDArray[np.int64]) -> dict[int, int]:
    """Give each unit that was found its number, the most frequent first."""
    found, count = np.unique(units[units >= 0], return_counts=True)
    order = np.argsort(-count, kind="stable")
    return {int(found[i]): n for n, i in enumerate(order)}
