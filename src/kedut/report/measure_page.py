"""Measurements as one self-contained page: works from a file, fetches nothing, prints well."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kedut.case.measured import Concluded
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.words import Words
from kedut.measurement.measure import Measurement
from kedut.measurement.recording import Modality
from kedut.report import measure_published
from kedut.report.environment import environment
from kedut.report.measure_numbers import whole
from kedut.report.measure_pictures import Source, drawn, seen
from kedut.report.measure_published import PublishedLine
from kedut.report.measure_sentences import MEANS, MeasureTeller
from kedut.report.measure_style import Picture
from kedut.report.measure_trace import Trace, scale_told, trace_of
from kedut.report.print_fonts import FONTS

Row = tuple[Source, Measurement, Sequence[Concluded]]
_TEMPLATES = Path(__file__).parent / "templates"
_FONT = "plus-jakarta-sans-latin-wght-normal.woff2"
_CONTROLS = (
    ("in", "+"),
    ("out", "\N{MINUS SIGN}"),
    ("left", "←"),
    ("right", "→"),
    ("previous", "⇤"),
    ("next", "⇥"),
    ("taller", "↕"),
    ("flatter", "⇳"),
    ("whole", "⟷"),
)
_WIDE = ("strip", "near", "sources", "waveforms", "film")
_PHOTO = "film"


@dataclass(frozen=True, slots=True, kw_only=True)
class Framed:
    """A picture in the page: its bytes stand in its address."""

    title: str
    caption: str
    alt: str
    address: str
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One recording as the page shows it."""

    name: str
    told: MeasureTeller
    trace: Trace | None
    scale: str
    fewer: str
    data: str
    pictures: tuple[Framed, ...]
    plainly: tuple[str, ...]
    published: tuple[PublishedLine, ...]
    here: str
    by_channel: bool
    channels: bool
    places: bool
    emg: bool


def page(rows: Sequence[Row], knowledge: Knowledge, language: str) -> str:
    """Give one HTML page about some recordings.

    Parameters
    ----------
    rows : the file (or what opens the recording again, or nothing), its measurement, and what was
        concluded from it
    """
    words = knowledge.words(language)
    script = (_TEMPLATES / "measure_trace.js").read_text(encoding="utf-8")
    style = _face() + (_TEMPLATES / "measure.css").read_text(encoding="utf-8")
    return (
        environment(_TEMPLATES)
        .get_template("measure.html")
        .render(
            sheets=[_sheet(row, knowledge, language) for row in rows],
            say=words.say,
            language=language,
            means=MEANS,
            controls=_CONTROLS,
            script=script,
            script_hash=_hash(script),
            style=style,
            style_hash=_hash(style),
        )
    )


def _sheet(row: Row, knowledge: Knowledge, language: str) -> Sheet:
    source, measurement, findings = row
    words = knowledge.words(language)
    told = MeasureTeller(measurement, findings, knowledge, language)
    signal = seen(source, measurement)
    trace = trace_of(measurement, signal, words)
    pictures = [
        _framed(picture)
        for picture in drawn(measurement, signal, words)
        if trace is None or picture.name != "strip"  # the trace shows it already
    ]
    about, features = measurement.about, measurement.features
    return Sheet(
        name=about.name,
        told=told,
        trace=trace,
        scale=scale_told(measurement, signal, words) if trace else "",
        fewer=_fewer(measurement, len(signal.whole), words),
        data=_json(trace),
        pictures=tuple(pictures),
        plainly=tuple(measure_published.plainly(told)),
        published=tuple(measure_published.lines(told)),
        here=measure_published.here(told),
        by_channel=any(one.channel for one in measurement.detected.quality.excluded),
        channels=any(one.channel for one in features.sources) and len(about.channels) > 1,
        places=any(one.x is not None for one in features.sources),
        emg=about.modality is Modality.EMG,
    )


def _fewer(measurement: Measurement, shown: int, words: Words) -> str:
    channels = len(measurement.about.channels)
    if not 0 < shown < channels:
        return ""
    key = "channels" if measurement.detected.twitches else "channels.first"
    return words.say(f"measure.trace.{key}", shown=shown, all=whole(channels, words.language))


def _json(trace: Trace | None) -> str:
    """Give the script's data; no channel's name can end the element it stands in."""
    if trace is None:
        return ""
    return json.dumps(trace.data, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")


def _framed(picture: Picture) -> Framed:
    photo = picture.name == _PHOTO
    kind = "image/png" if photo else "image/svg+xml"
    content = picture.png() if photo else picture.svg().encode()
    size = "wide" if picture.name in _WIDE else ""
    return Framed(
        title=picture.title,
        caption=picture.caption,
        alt=picture.alt,
        address=f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}",
        size=f"{size} tall" if photo else size,
    )


def _face() -> str:
    """Give our typeface as a rule, its bytes within."""
    content = base64.b64encode((FONTS / _FONT).read_bytes()).decode("ascii")
    return (
        '@font-face { font-family: "Plus Jakarta Sans"; font-weight: 200 800; font-display: swap;'
        f' src: url("data:font/woff2;base64,{content}") format("woff2"); }}\n'
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
