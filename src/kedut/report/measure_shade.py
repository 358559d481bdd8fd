"""Stretches that are left out, shaded with their reasons; ticks of twitches under a trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kedut.knowledge.words import Words
from kedut.measurement.measure import Measurement
from kedut.measurement.twitch import Kind, Twitch
from kedut.report.measure_signal import labels
from kedut.report.measure_style import GROUPED, INK, LINE, NO_SOURCE, SHADE, colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TINTS = ("#d9cdb8", "#c9d3de", "#d6dfcf", "#e3cfc6", "#d8cfdf")
_HATCHES = ("", "//", "\\\\", "||", "--")
_LEAST_SHARE = 0.001  # of the width: a shorter shade is drawn so wide, else nobody sees it
MOST_ROWS = 8
Look = tuple[str, str]


def looks(measurement: Measurement) -> dict[str, Look]:
    """Give each reason that occurs its tint and hatch, the longest first."""
    seconds: dict[str, float] = {}
    for one in measurement.detected.quality.excluded:
        seconds[str(one.reason)] = seconds.get(str(one.reason), 0.0) + one.duration_s
    order = sorted(seconds, key=lambda reason: -seconds[reason])
    return {
        reason: (_TINTS[place % len(_TINTS)], _HATCHES[place % len(_HATCHES)])
        for place, reason in enumerate(order)
    }


def shade(
    axes: Axes,
    measurement: Measurement,
    *,
    start_s: float,
    stop_s: float,
    channel: str = "",
    per: float = 1.0,
    over: bool = False,
) -> None:
    """Shade what is left out between two times, for all channels and for this one.

    per : seconds of one unit of the axis
    over : on top of what is drawn, which shines through
    """
    known = looks(measurement)
    least_s = (stop_s - start_s) * _LEAST_SHARE
    for one in measurement.detected.quality.excluded:
        end_s = one.onset_s + max(one.duration_s, least_s)
        if one.channel not in ("", channel) or end_s < start_s or one.onset_s > stop_s:
            continue
        tint, hatch = known[str(one.reason)]
        axes.axvspan(
            max(start_s, one.onset_s) / per,
            min(stop_s, end_s) / per,
            facecolor=tint,
            hatch=hatch,
            edgecolor=NO_SOURCE,
            linewidth=0,
            alpha=0.7,
            zorder=3 if over else 0.5,
        )


def legend(
    figure: Figure,
    measurement: Measurement,
    words: Words,
    *,
    grouped: bool = False,
    part: tuple[float, float] | None = None,
    channels: bool = False,
) -> None:
    """Say under the picture what the shades are, and what the red ticks.

    part : start and end of what the picture shows; none for all of it
    channels : it shows what is left out of single channels too
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    start_s, stop_s = part or (0.0, measurement.about.duration_s)
    there = {
        str(one.reason)
        for one in measurement.detected.quality.excluded
        if one.onset_s < stop_s
        and one.onset_s + one.duration_s > start_s
        and (channels or not one.channel)
    }
    shown = {reason: look for reason, look in looks(measurement).items() if reason in there}
    handles: list[Patch | Line2D] = [
        Patch(facecolor=tint, hatch=hatch, edgecolor=NO_SOURCE, linewidth=0)
        for tint, hatch in shown.values()
    ]
    told = [words.say(f"measure.reason.{reason}") for reason in shown]
    if grouped and any(t.kind is Kind.GROUPED for t in measurement.detected.twitches):
        handles.append(Line2D([], [], color=GROUPED, linewidth=2))
        told.append(words.say("measure.row.grouped"))
    if handles:
        figure.legend(
            handles,
            told,
            loc="outside lower left",
            ncols=5 if figure.get_figwidth() > 6 else 3,
            frameon=False,
            fontsize=8.5,
            handlelength=1.6,
            columnspacing=1.4,
        )


def rows_of(measurement: Measurement, words: Words) -> list[tuple[str, str, list[Twitch]]]:
    """Give name, colour and twitches of each row: sources, bursts, what is not counted."""
    letters = labels(measurement)
    twitches = measurement.detected.twitches
    plain = [t for t in twitches if not t.artefact and t.kind is not Kind.GROUPED]
    rows = []
    for place, (cluster, letter) in enumerate(letters.items()):
        its = [t for t in plain if t.cluster == cluster]
        if its and place < MOST_ROWS:
            rows.append((letter, colour(place), its))
    shown = set(list(letters)[:MOST_ROWS])
    more = [t for t in plain if t.cluster >= 0 and t.cluster not in shown]
    for name, its, tint in (
        ("more", more, "#6f6f7f"),
        ("none", [t for t in plain if t.cluster < 0], NO_SOURCE),
        (
            "grouped",
            [t for t in twitches if t.kind is Kind.GROUPED and not t.artefact],
            GROUPED,
        ),
        ("artefact", [t for t in twitches if t.artefact], SHADE),
    ):
        if its:
            rows.append((words.say(f"measure.row.{name}"), tint, its))
    return rows


def colours_of(measurement: Measurement) -> Mapping[int, str]:
    """Give each source's colour."""
    return {cluster: colour(place) for place, cluster in enumerate(labels(measurement))}


def ticks(
    axes: Axes, times: Iterable[float], middle: float, half: float, tint: str, width: float = 1.1
) -> None:
    """Draw a short upright line at each time, all of them as one path."""
    at: NDArray[np.float64] = np.asarray(list(times), dtype=float)
    if not len(at):
        return
    x = np.column_stack([at, at, np.full(len(at), np.nan)]).ravel()
    y = np.tile([middle - half, middle + half, np.nan], len(at))
    axes.plot(x, y, color=tint, linewidth=width, solid_capstyle="butt")


def raster(
    axes: Axes,
    rows: Sequence[tuple[str, str, list[Twitch]]],
    *,
    per: float = 1.0,
    labelled: bool = True,
) -> None:
    """Draw one row of ticks a source."""
    for place, (_, tint, its) in enumerate(rows):
        ticks(axes, (t.peak_s / per for t in its), -place, 0.36, tint)
        axes.axhline(-place - 0.5, color=LINE, linewidth=0.5)
    axes.set_ylim(-len(rows) + 0.45, 0.55)
    axes.set_yticks([-place for place in range(len(rows))] if labelled else [])
    if labelled:
        axes.set_yticklabels([name for name, _, _ in rows], color=INK)
    axes.tick_params(axis="y", length=0)
