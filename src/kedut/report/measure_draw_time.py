"""Pictures over time: the whole recording, its busiest part, the twitches by source, the rate."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kedut.knowledge.words import Words
from kedut.measurement.features import counted_of, usable_stretches
from kedut.measurement.measure import Measurement
from kedut.measurement.twitch import Kind
from kedut.report.measure_numbers import unit
from kedut.report.measure_shade import colours_of, legend, raster, rows_of, shade, ticks
from kedut.report.measure_signal import Envelope, Signal, labels, reach
from kedut.report.measure_style import (
    CARD,
    GROUPED,
    HALF_IN,
    NILA,
    NO_SOURCE,
    SOFT,
    SOGA,
    TRACE,
    decimal,
    draw,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MINUTES_FROM_S = 300.0  # a longer axis is in minutes
_HOURS_FROM_S = 10_800.0
_COLUMNS = 1600
Doubles = NDArray[np.float64]
_MOST_LABELS = 40


def axis_unit(duration_s: float) -> tuple[str, float]:
    """Give the unit of a time axis and its seconds."""
    if duration_s >= _HOURS_FROM_S:
        return "h", 3600.0
    return ("min", 60.0) if duration_s >= _MINUTES_FROM_S else ("s", 1.0)


def strip(measurement: Measurement, signal: Signal, words: Words) -> Figure:
    """Draw the whole recording: its envelope, what is left out, and every twitch below."""
    duration_s = measurement.about.duration_s
    name, per = axis_unit(duration_s)
    if not signal.whole:
        return _sizes(measurement, words)
    traces = len(signal.whole)
    figure, axes = draw(
        traces + 1,
        height_in=1.15 + 0.95 * traces,
        heights=[*[0.95] * traces, 0.28],
        share_x=True,
    )
    size = reach(measurement, signal.whole)
    for one, envelope in zip(axes, signal.whole, strict=False):
        coarse = envelope.coarser(_COLUMNS)
        x = coarse.middles_s / per
        one.fill_between(x, coarse.low, coarse.high, color=TRACE, linewidth=0.25)
        one.set_ylim(-1.08 * size, 1.4 * size)
        _name(one, envelope, words)
        shade(
            one,
            measurement,
            start_s=0,
            stop_s=duration_s,
            channel=envelope.channel,
            per=per,
            over=True,
        )
    for _, tint, its in rows_of(measurement, words):
        ticks(axes[-1], (t.peak_s / per for t in its), 0, 0.8, tint)
    axes[-1].set_ylim(-1, 1)
    axes[-1].set_yticks([])
    axes[-1].spines["left"].set_visible(False)
    shade(axes[-1], measurement, start_s=0, stop_s=duration_s, per=per)
    axes[-1].set_xlim(0, duration_s / per)
    axes[-1].set_xlabel(words.say(f"measure.axis.time_{name}"))
    decimal(axes[-1], words.language, "x")
    legend(figure, measurement, words, grouped=True, channels=True)
    return figure


def _name(axes: Axes, envelope: Envelope, words: Words, *, low: bool = False) -> None:
    """Write the channel into its corner and the unit beside the axis."""
    axes.text(
        0.006,
        0.03 if low else 0.97,
        envelope.channel,
        transform=axes.transAxes,
        va="bottom" if low else "top",
        fontsize=8,
        color=SOFT,
        bbox={"facecolor": CARD, "edgecolor": "none", "alpha": 0.8, "pad": 1},
        zorder=4,
    )
    axes.set_ylabel(unit(envelope.unit))
    axes.locator_params(axis="y", nbins=4)
    decimal(axes, words.language, "y")


def _sizes(measurement: Measurement, words: Words) -> Figure:
    """Draw how large each twitch was when; what a film has instead of a trace."""
    duration_s = measurement.about.duration_s
    name, per = axis_unit(duration_s)
    figure, axes = draw(height_in=2.2)
    _stems(axes[0], measurement, words, per)
    shade(axes[0], measurement, start_s=0, stop_s=duration_s, per=per)
    axes[0].set_xlim(0, duration_s / per)
    axes[0].set_xlabel(words.say(f"measure.axis.time_{name}"))
    decimal(axes[0], words.language, "x")
    legend(figure, measurement, words)
    return figure


def _stems(axes: Axes, measurement: Measurement, words: Words, per: float) -> None:
    """Draw how large each twitch was, where there is no trace: in a film."""
    colours = colours_of(measurement)
    tall = 0.0
    for t in measurement.detected.twitches:
        tint = NO_SOURCE if t.artefact else colours.get(t.cluster, NO_SOURCE)
        axes.plot([t.peak_s / per] * 2, [0, t.amplitude], color=tint, linewidth=1)
        axes.plot([t.peak_s / per], [t.amplitude], marker="o", markersize=3, color=tint)
        tall = max(tall, t.amplitude)
    axes.set_ylim(0, 1.12 * tall or 1)
    told = next((t.unit for t in measurement.detected.twitches), "px")
    axes.set_ylabel(f"{words.say('measure.axis.size')} ({unit(told)})")
    decimal(axes, words.language, "y")


def near(measurement: Measurement, signal: Signal, words: Words) -> Figure:
    """Draw the busiest few seconds, each twitch with the letter of its source."""
    figure, axes = draw(len(signal.near), height_in=0.75 + 1.25 * len(signal.near), share_x=True)
    colours, letters = colours_of(measurement), labels(measurement)
    size = reach(measurement, signal.near)
    for one, envelope in zip(axes, signal.near, strict=True):
        start_s, stop_s = envelope.start_s, envelope.stop_s
        one.plot(*_line(envelope), color=TRACE, linewidth=0.7)
        one.set_ylim(-1.25 * size, 1.6 * size)
        _name(one, envelope, words, low=True)
        shade(one, measurement, start_s=start_s, stop_s=stop_s, channel=envelope.channel)
        inside = [t for t in measurement.detected.twitches if start_s <= t.peak_s <= stop_s]
        for t in inside:
            here = len(signal.near) == 1 or t.channel == envelope.channel
            if t.artefact:
                tint, mark = NO_SOURCE, "x"
            elif t.kind is Kind.GROUPED:
                tint, mark = GROUPED, "|"
            else:
                tint, mark = colours.get(t.cluster, NO_SOURCE), "v"
            one.plot(
                [t.peak_s], [1.18 * size], marker=mark, color=tint, markersize=5 if here else 2.5
            )
            if here and mark == "v" and t.cluster >= 0 and len(inside) <= _MOST_LABELS:
                one.annotate(
                    letters[t.cluster],
                    (t.peak_s, 1.26 * size),
                    ha="center",
                    va="bottom",
                    fontsize=8,
                    color=tint,
                    fontweight=700,
                )
        one.set_xlim(start_s, stop_s)
    axes[-1].set_xlabel(words.say("measure.axis.time_s"))
    decimal(axes[-1], words.language, "x")
    part = (signal.near[0].start_s, signal.near[0].stop_s)
    legend(figure, measurement, words, part=part, channels=True)
    return figure


def _line(envelope: Envelope) -> tuple[Doubles, Doubles]:
    """Give an envelope as one line: up and down within each piece, once where both are the same."""
    if np.array_equal(envelope.low, envelope.high):
        return envelope.middles_s, envelope.low.astype(float)
    both = np.column_stack([envelope.low, envelope.high])
    return np.repeat(envelope.middles_s, 2), both.ravel().astype(float)


def sources(measurement: Measurement, words: Words) -> Figure:
    """Draw the raster: one row a source, one tick a twitch."""
    duration_s = measurement.about.duration_s
    name, per = axis_unit(duration_s)
    rows = rows_of(measurement, words)
    figure, axes = draw(height_in=0.85 + 0.27 * len(rows))
    raster(axes[0], rows, per=per)
    shade(axes[0], measurement, start_s=0, stop_s=duration_s, per=per)
    axes[0].set_xlim(0, duration_s / per)
    axes[0].set_xlabel(words.say(f"measure.axis.time_{name}"))
    decimal(axes[0], words.language, "x")
    legend(figure, measurement, words)
    return figure


def bins_of(measurement: Measurement) -> tuple[list[float], list[int], list[float]]:
    """Give the edges of 6 to 60 stretches of time, the twitches in each, its usable seconds."""
    duration_s = measurement.about.duration_s
    count = int(np.clip(duration_s // 10, 6, 60))
    edges = np.linspace(0, duration_s, count + 1)
    times = [t.peak_s for t in counted_of(measurement.detected)]
    counts = np.histogram(times, bins=edges)[0]
    usable = [
        sum(
            max(0.0, min(stop, right) - max(start, left))
            for start, stop in usable_stretches(measurement.about, measurement.detected)
        )
        for left, right in pairwise(edges)
    ]
    return list(map(float, edges)), list(map(int, counts)), usable


_LEAST_USABLE = 0.25  # of a stretch, to say a rate of it


def rate(measurement: Measurement, words: Words) -> Figure:
    """Draw the rate of each stretch with its interval, over that of the whole."""
    from scipy import stats

    duration_s = measurement.about.duration_s
    name, per = axis_unit(duration_s)
    edges, counts, usable = bins_of(measurement)
    figure, axes = draw(height_in=2.5, width_in=HALF_IN)
    one, overall = axes[0], measurement.features.rate
    if overall is not None:
        one.axhspan(overall.low, overall.high, color=SOGA, alpha=0.16, linewidth=0)
        one.axhline(overall.value, color=SOGA, linewidth=1.2)
    top = overall.high if overall else 1.0
    for (left, right), n, seconds in zip(pairwise(edges), counts, usable, strict=True):
        if seconds < _LEAST_USABLE * (right - left):
            continue
        low = stats.chi2.ppf(0.025, 2 * n) / 2 if n else 0.0
        high = stats.chi2.ppf(0.975, 2 * n + 2) / 2
        middle, minutes = (left + right) / 2 / per, seconds / 60
        one.plot([middle] * 2, [low / minutes, high / minutes], color=NILA, linewidth=1, alpha=0.6)
        one.plot([middle], [n / minutes], marker="o", markersize=4.5, color=NILA)
        top = max(top, n / minutes * 1.25, min(high / minutes, 2.5 * top))
    shade(one, measurement, start_s=0, stop_s=duration_s, per=per)
    one.set_xlim(0, duration_s / per)
    one.set_ylim(0, 1.05 * top)
    one.set_xlabel(words.say(f"measure.axis.time_{name}"))
    one.set_ylabel(words.say("measure.axis.rate"))
    decimal(one, words.language)
    legend(figure, measurement, words)
    return figure
