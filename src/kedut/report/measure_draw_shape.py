"""Pictures of shapes: the waveforms of each source, the times between twitches, their places."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kedut.knowledge.words import Words
from kedut.measurement.features import DOUBLET_S, F_WAVE_S, counted_of
from kedut.measurement.measure import Measurement
from kedut.measurement.recording import Modality
from kedut.measurement.twitch import Kind
from kedut.report.measure_numbers import figure as told
from kedut.report.measure_numbers import unit, whole
from kedut.report.measure_signal import Signal, intervals_s, labels
from kedut.report.measure_style import (
    HALF_IN,
    INK,
    LINE,
    NILA,
    SOFT,
    SOGA,
    colour,
    decimal,
    draw,
)

if TYPE_CHECKING:
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

Floats = NDArray[np.float32]

MOST_SOURCES = 8
_LEAST_GRID = 4  # electrodes; fewer are single leads
_MOST_LINES = 50
_MOST_POINTS = 160
_ACROSS = 4
_HEAT = 0.65  # cover of the strongest colour
_SOFTER = 0.7  # weak places are shown a little stronger than they are


def waveforms(measurement: Measurement, words: Words) -> Figure:
    """Draw the waveforms of each source over one another, with their mean."""
    found = measurement.detected
    shapes = found.waveforms
    if shapes is None:
        raise ValueError("this measurement holds no waveforms")
    letters = labels(measurement)
    by_source: dict[int, list[int]] = {}
    for row, place in enumerate(found.waveform_of):
        twitch = found.twitches[place]
        if twitch.kind is not Kind.GROUPED and not twitch.artefact:
            by_source.setdefault(twitch.cluster, []).append(row)
    order = [c for c in letters if c in by_source][:MOST_SOURCES] or [-1]
    down = -(-len(order) // _ACROSS)
    across = -(-len(order) // down)
    figure, axes = draw(down, columns=across, height_in=0.4 + 1.75 * down)
    step = max(1, shapes.shape[1] // _MOST_POINTS)
    for one, cluster in zip(axes, order, strict=False):
        rows = by_source[cluster]
        place = list(letters).index(cluster) if cluster in letters else -1
        mean = shapes[rows].mean(axis=0)
        from_peak = np.arange(shapes.shape[1]) - int(np.argmax(np.abs(mean)))
        ms = from_peak / found.waveform_rate_hz * 1000
        lines = shapes[rows[:: max(1, len(rows) // _MOST_LINES)]][:_MOST_LINES]
        one.axhline(0, color=LINE, linewidth=0.6)
        x = np.tile(np.append(ms[::step], np.nan), len(lines))
        y = np.column_stack([lines[:, ::step], np.full(len(lines), np.nan)]).ravel()
        one.plot(x, y, color=colour(place), linewidth=0.45, alpha=0.3)
        one.plot(ms[::step], mean[::step], color=INK, linewidth=2.4)
        one.plot(ms[::step], mean[::step], color=colour(place), linewidth=1.5)
        name = letters.get(cluster, words.say("measure.row.none"))
        one.set_title(
            words.say("measure.waveforms.of", name=name, n=whole(len(rows), words.language)),
            color=colour(place),
            fontweight=700,
        )
        one.margins(x=0)
        one.locator_params(nbins=4)
        decimal(one, words.language)
    for one in axes[len(order) :]:
        one.set_visible(False)
    figure.supxlabel("ms", fontsize=9, color=SOFT)
    figure.supylabel(unit(found.twitches[0].unit), fontsize=9, color=SOFT)
    return figure


def intervals(measurement: Measurement, words: Words) -> Figure:
    """Draw how often which time lay between two twitches, on a logarithmic axis."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    between = intervals_s(measurement)
    between = between[between > 0]
    low = min(0.008, float(between.min()) * 0.9)
    high = max(10.0, float(between.max()) * 1.1)
    figure, axes = draw(height_in=2.5, width_in=HALF_IN)
    one = axes[0]
    edges = np.geomspace(low, high, 49)
    if measurement.about.modality is Modality.EMG:
        one.axvspan(*DOUBLET_S, color=NILA, alpha=0.12, linewidth=0)
        one.axvspan(*F_WAVE_S, color=SOGA, alpha=0.22, linewidth=0)
    counts, _, _ = one.hist(between, bins=list(edges), color=NILA, histtype="stepfilled")
    top = float(np.max(counts)) * 1.25
    if measurement.about.modality is Modality.EMG:
        style: dict[str, Any] = {"va": "top", "fontsize": 8}
        at = float(np.sqrt(F_WAVE_S[0] * F_WAVE_S[1]))
        one.text(at, 0.9 * top, words.say("measure.f_wave"), ha="center", color=SOGA, **style)
        one.text(0.0105, top, words.say("measure.doublets"), ha="left", color=NILA, **style)
    one.set_xscale("log")
    one.set_xlim(low, high)
    one.set_ylim(0, top)
    marks = [t for t in (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 100, 1000) if low <= t <= high]
    one.xaxis.set_major_locator(FixedLocator(marks))
    one.xaxis.set_minor_locator(NullLocator())
    one.xaxis.set_major_formatter(FuncFormatter(lambda t, _: _span(t, words.language)))
    one.locator_params(axis="y", integer=True, nbins=4)
    one.set_xlabel(words.say("measure.axis.interval"))
    one.set_ylabel(words.say("measure.axis.count"))
    return figure


def _span(seconds: float, language: str) -> str:
    if seconds < 1:
        return f"{told(seconds * 1000, language, 3)} ms"
    return f"{told(seconds, language, 3)} s"


def has_grid(measurement: Measurement) -> bool:
    """Say whether the channels stand on a grid of electrodes."""
    places = [c for c in measurement.about.channels if c.column is not None and c.row is not None]
    return len(places) >= _LEAST_GRID


def grid(measurement: Measurement, words: Words) -> Figure:
    """Draw how many twitches were largest at each electrode, and where each source lies."""
    places = {
        (c.column, c.row): c.name
        for c in measurement.about.channels
        if c.column is not None and c.row is not None
    }
    columns = max(column for column, _ in places) + 1
    rows = max(row for _, row in places) + 1
    counts = np.full((rows, columns), np.nan)
    by_channel = Counter(t.channel for t in counted_of(measurement.detected))
    for (column, row), name in places.items():
        counts[row, column] = by_channel[name]
    figure, axes = draw(height_in=min(6.0, 1.3 + 0.36 * rows), width_in=5.4)
    one = axes[0]
    picture = one.imshow(counts, cmap=_heat_map(), vmin=0, vmax=max(1, np.nanmax(counts)))
    letters = labels(measurement)
    for place, source in enumerate(measurement.features.sources[:MOST_SOURCES]):
        if source.x is None or source.y is None:
            continue
        one.annotate(
            letters[source.cluster],
            (source.x, source.y),
            ha="center",
            va="center",
            fontsize=9,
            fontweight=700,
            color="white",
            bbox={"boxstyle": "circle,pad=0.25", "facecolor": colour(place), "edgecolor": "white"},
        )
    one.set_xlabel(words.say("measure.axis.column"))
    one.set_ylabel(words.say("measure.axis.row"))
    bar = figure.colorbar(picture, ax=one, shrink=0.8)
    bar.set_label(words.say("measure.axis.count"))
    bar.outline.set_visible(False)
    return figure


def film(measurement: Measurement, signal: Signal, words: Words) -> Figure:
    """Draw the first picture of the film with a heat map of where it twitched."""
    if signal.frame is None:
        raise ValueError("this film gave no picture")
    high, wide = signal.frame.shape
    figure, axes = draw(height_in=7.2 * min(1.0, high / wide), width_in=7.2 * min(1.0, wide / high))
    one = axes[0]
    one.imshow(signal.frame, cmap="gray", vmin=0, vmax=255)
    heat = _heat(measurement, high, wide, signal.scale)
    if heat.max() > 0:
        share = np.clip(heat / heat.max(), 0, 1)
        one.imshow(share, cmap="autumn_r", alpha=share**_SOFTER * _HEAT)
    letters = labels(measurement)
    for place, source in enumerate(measurement.features.sources[:MOST_SOURCES]):
        if source.x is None or source.y is None:
            continue
        one.annotate(
            f"{letters[source.cluster]} ({whole(source.twitches, words.language)})",
            (source.x * signal.scale, source.y * signal.scale),
            xytext=(14, 14),
            textcoords="offset points",
            fontsize=9,
            fontweight=700,
            color="white",
            arrowprops={"arrowstyle": "-", "color": "white", "linewidth": 1},
            bbox={
                "boxstyle": "round,pad=0.3",
                "facecolor": colour(place),
                "edgecolor": "white",
                "linewidth": 0.8,
            },
        )
    one.set_axis_off()
    return figure


def _heat(measurement: Measurement, high: int, wide: int, scale: float) -> Floats:
    """Give where it twitched, over the whole picture.

    As the detector says it; else each twitch's place as a bell of a thirtieth of the width.
    """
    from scipy.ndimage import gaussian_filter, zoom

    found = measurement.detected.heat
    if found is not None:
        ratio = (high / found.shape[0], wide / found.shape[1])
        fine: Floats = zoom(found, ratio, order=1, grid_mode=True, mode="nearest")
        return fine[:high, :wide]
    heat = np.zeros((high, wide), np.float32)
    for t in counted_of(measurement.detected):
        if t.x is not None and t.y is not None:
            row, column = int(t.y * scale), int(t.x * scale)
            if 0 <= row < high and 0 <= column < wide:
                heat[row, column] += 1
    smooth: Floats = gaussian_filter(heat, wide / 30)
    return smooth


def _heat_map() -> LinearSegmentedColormap:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("kedut", ["#fffdf9", "#e9c9a3", SOGA, "#5a2f0d"])
