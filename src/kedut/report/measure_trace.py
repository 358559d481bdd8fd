"""The recording as a drawing that can be zoomed into; without a script it shows all of it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kedut.knowledge.words import Words
from kedut.measurement.measure import Measurement
from kedut.measurement.twitch import Kind
from kedut.report.measure_numbers import clock, span, unit
from kedut.report.measure_shade import looks
from kedut.report.measure_signal import Envelope, Signal, labels, reach
from kedut.report.measure_style import SOURCES

WIDTH = 1000
HEIGHT = 100
_COLUMNS = 1000
_STEPS = 32767  # constant: of a sample as it is packed, two bytes each
_TICKS = 5
_MOST_MARKS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What the page draws and what its script needs.

    channels : name, unit and path of each
    marks : class and path of each row of ticks
    shades : left, width, height, tint's place and reason of what is left out
    ticks : the times along the axis
    data : for the script, as JSON
    """

    channels: tuple[tuple[str, str, str], ...]
    marks: tuple[tuple[str, str], ...]
    shades: tuple[tuple[float, float, int, str], ...]
    keys: tuple[tuple[int, str], ...]
    ticks: tuple[str, ...]
    data: dict[str, Any]


def trace_of(measurement: Measurement, signal: Signal, words: Words) -> Trace | None:
    """Give the zoomable drawing, or nothing where there is no signal to draw."""
    if not signal.whole:
        return None
    duration_s = measurement.about.duration_s
    size = reach(measurement, signal.whole)
    order = list(looks(measurement))
    twitches = measurement.detected.twitches[:_MOST_MARKS]
    classes = _classes(measurement)
    by_class: dict[str, list[float]] = {}
    for name, twitch in zip(classes, twitches, strict=False):
        by_class.setdefault(name, []).append(twitch.peak_s)
    letters = labels(measurement)
    shades = [
        (e.onset_s, e.duration_s, order.index(str(e.reason)), e.channel)
        for e in measurement.detected.quality.excluded
    ]
    return Trace(
        channels=tuple((e.channel, unit(e.unit), _path(e, size)) for e in signal.whole),
        marks=tuple((name, _ticks(times, duration_s)) for name, times in sorted(by_class.items())),
        shades=tuple(
            (
                round(WIDTH * onset / duration_s, 2),
                round(max(1.0, WIDTH * seconds / duration_s), 2),
                place,
                channel,
            )
            for onset, seconds, place, channel in shades
        ),
        keys=tuple((n, words.say(f"measure.reason.{reason}")) for n, reason in enumerate(order)),
        ticks=tuple(clock(duration_s * n / (_TICKS - 1)) for n in range(_TICKS)),
        data={
            "duration": round(duration_s, 3),
            "comma": words.language == "id",
            "channels": [_packed(e, size) for e in signal.whole],
            "marks": [
                [round(t.peak_s, 4), name, letters.get(t.cluster, "")]
                for name, t in zip(classes, twitches, strict=False)
            ],
            "shades": [[round(a, 3), round(d, 3), place, c] for a, d, place, c in shades],
        },
    )


def scale_told(measurement: Measurement, signal: Signal, words: Words) -> str:
    """Say how much the height of one trace is."""
    from kedut.report.measure_numbers import figure

    size = reach(measurement, signal.whole)
    return words.say(
        "measure.trace.scale",
        size=figure(2 * size, words.language),
        unit=unit(signal.whole[0].unit),
        span=span(measurement.about.duration_s, words),
    )


def _classes(measurement: Measurement) -> list[str]:
    """Give the class of each twitch's tick: its source's colour, a burst, or not counted."""
    places = {cluster: n for n, cluster in enumerate(labels(measurement))}
    names = []
    for t in measurement.detected.twitches[:_MOST_MARKS]:
        if t.artefact:
            names.append("mx")
        elif t.kind is Kind.GROUPED:
            names.append("mg")
        else:
            place = places.get(t.cluster)
            names.append("mn" if place is None else f"m{place % len(SOURCES)}")
    return names


def _path(envelope: Envelope, size: float) -> str:
    coarse = envelope.coarser(_COLUMNS)
    x = np.linspace(0, WIDTH, len(coarse.low) + 1)[:-1]
    half = HEIGHT / 2
    top = np.clip(half * (1 - coarse.high / size), 0, HEIGHT)
    bottom = np.clip(half * (1 - coarse.low / size), 0, HEIGHT)
    bottom = np.maximum(bottom, top + 0.6)  # a line where there is nothing but one value
    there = [f"{a:.4g} {b:.4g}" for a, b in zip(x, top, strict=True)]
    back = [f"{a:.4g} {b:.4g}" for a, b in zip(x[::-1], bottom[::-1], strict=True)]
    return "M" + "L".join([*there, *back]) + "Z"


def _ticks(times: Sequence[float], duration_s: float) -> str:
    return "".join(f"M{WIDTH * t / duration_s:.5g} 0V20" for t in times)


def _packed(envelope: Envelope, size: float) -> dict[str, Any]:
    """Give an envelope as two bytes a value, low and high in turn, base64.

    What is a hundred times as tall as the trace is cut off there.
    """
    most = 100 * size
    both = np.column_stack([envelope.low, envelope.high]).ravel()
    scale = max(float(np.abs(both).max(initial=0)), size)
    scale = min(scale, most)
    packed = np.round(np.clip(both / scale, -1, 1) * _STEPS).astype("<i2")
    return {
        "name": envelope.channel,
        "times": round(scale / size, 6),
        "values": base64.b64encode(packed.tobytes()).decode("ascii"),
    }
