"""Every picture of a measurement, with its title and what it shows in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from kedut.knowledge.words import Words
from kedut.measurement.errors import BadRecording
from kedut.measurement.features import counted_of
from kedut.measurement.measure import Measurement
from kedut.measurement.recording import Film, Modality, Recording
from kedut.report import measure_draw_shape, measure_draw_time
from kedut.report.measure_numbers import between, clock, figure, span, whole
from kedut.report.measure_shade import looks
from kedut.report.measure_signal import Signal, intervals_s, labels, signal_of
from kedut.report.measure_style import Picture, settings

Source = Path | Callable[[], Recording | Film] | None
_FEWEST_INTERVALS = 5
_FEWEST_FOR_RATE = 2


def pictures_of(source: Source, measurement: Measurement, words: Words) -> tuple[Picture, ...]:
    """Give the pictures that this measurement has enough for, the overview first.

    Parameters
    ----------
    source : the file, or what opens the recording once more; it is read in pieces. Without it no
        trace and no film is shown.
    """
    return drawn(measurement, seen(source, measurement), words)


def seen(source: Source, measurement: Measurement) -> Signal:
    """Read what is shown; nothing, where the recording cannot be opened any more."""
    if source is None:
        return Signal()
    try:
        recording = _opened(source, measurement)
    except (BadRecording, OSError):
        return Signal()
    try:
        return signal_of(recording, measurement)
    except (BadRecording, OSError):
        return Signal()
    finally:
        recording.close()


def _opened(
    source: Path | Callable[[], Recording | Film], measurement: Measurement
) -> Recording | Film:
    if not isinstance(source, Path):
        return source()
    from kedut.measurement.readers.opening import open_recording

    return open_recording(source, measurement.about.modality)


def write_pictures(
    folder: Path, source: Source, measurement: Measurement, words: Words
) -> tuple[Path, ...]:
    """Write each picture into a folder as PNG and as SVG; gives the files."""
    stem = Path(measurement.about.name).stem
    files = []
    for picture in pictures_of(source, measurement, words):
        place = folder / f"{stem}-{picture.name}"
        png, svg = place.with_name(f"{place.name}.png"), place.with_name(f"{place.name}.svg")
        png.write_bytes(picture.png())
        svg.write_text(picture.svg(), encoding="utf-8")
        files += [png, svg]
    return tuple(files)


def drawn(measurement: Measurement, signal: Signal, words: Words) -> tuple[Picture, ...]:
    """Give the pictures of what was read already."""
    teller = _Alt(measurement, signal, words)
    found = measurement.detected
    counted = counted_of(found)
    made = []

    def add(name: str, draw: Callable[[], object], alt: str, kind: str = "") -> None:
        with settings():
            drawn_figure = draw()
        made.append(
            Picture(
                name=name,
                title=words.say(f"measure.picture.{kind or name}"),
                caption=words.say(f"measure.picture.{kind or name}.caption"),
                alt=alt,
                figure=drawn_figure,  # type: ignore[arg-type] # a Figure; its type is not imported
            )
        )

    time, shape = measure_draw_time, measure_draw_shape
    if signal.whole or found.twitches:
        kind = "" if signal.whole else "sizes"
        add("strip", lambda: time.strip(measurement, signal, words), teller.strip(), kind)
    if signal.near:
        kind = "" if found.twitches else "quiet"
        add("near", lambda: time.near(measurement, signal, words), teller.near(), kind)
    if signal.frame is not None:
        add("film", lambda: shape.film(measurement, signal, words), teller.places())
    if shape.has_grid(measurement) and counted:
        add("grid", lambda: shape.grid(measurement, words), teller.places())
    if found.twitches:
        add("sources", lambda: time.sources(measurement, words), teller.sources())
    if found.waveforms is not None and teller.waveforms_of:
        add("waveforms", lambda: shape.waveforms(measurement, words), teller.waveforms())
    if measurement.features.rate is not None and len(counted) >= _FEWEST_FOR_RATE:
        add("rate", lambda: time.rate(measurement, words), teller.rate())
    if len(intervals_s(measurement)) >= _FEWEST_INTERVALS:
        add("intervals", lambda: shape.intervals(measurement, words), teller.intervals())
    return tuple(made)


class _Alt:
    """Tells each picture in words."""

    def __init__(self, measurement: Measurement, signal: Signal, words: Words) -> None:
        self.measurement, self.signal, self.words = measurement, signal, words
        self.letters = labels(measurement)
        self.counted = counted_of(measurement.detected)
        found = measurement.detected
        self.waveforms_of = {
            found.twitches[place].cluster
            for place in found.waveform_of
            if found.twitches[place] in self.counted
        }

    def _n(self, value: int) -> str:
        return whole(value, self.words.language)

    def strip(self) -> str:
        reasons = [self.words.say(f"measure.reason.{r}") for r in looks(self.measurement)]
        return self.words.say(
            "measure.alt.strip",
            span=span(self.measurement.about.duration_s, self.words),
            n=self._n(len(self.counted)),
            excluded=", ".join(reasons) or self.words.say("measure.nothing"),
        )

    def near(self) -> str:
        part = self.signal.near[0]
        inside = [t for t in self.counted if part.start_s <= t.peak_s <= part.stop_s]
        return self.words.say(
            "measure.alt.near",
            start=clock(part.start_s),
            span=span(part.stop_s - part.start_s, self.words),
            n=self._n(len(inside)),
        )

    def sources(self) -> str:
        told = [
            f"{self.letters[source.cluster]}: {self._n(source.twitches)}"
            for source in self.measurement.features.sources
        ]
        return self.words.say(
            "measure.alt.sources", sources="; ".join(told) or self.words.say("measure.nothing")
        )

    def waveforms(self) -> str:
        told = [self.letters[c] for c in self.letters if c in self.waveforms_of]
        return self.words.say(
            "measure.alt.waveforms", sources=", ".join(told) or self.words.say("measure.row.none")
        )

    def rate(self) -> str:
        rate = self.measurement.features.rate
        if rate is None:
            return ""
        return self.words.say(
            "measure.alt.rate",
            rate=figure(rate.value, self.words.language),
            range=between(rate.low, rate.high, self.words),
        )

    def intervals(self) -> str:
        middle = float(np.median(intervals_s(self.measurement)))
        alt = self.words.say("measure.alt.intervals", median=span(middle, self.words))
        if self.measurement.about.modality is not Modality.EMG:
            return alt
        its = self.measurement.features.intervals
        return f"{alt} " + self.words.say(
            "measure.alt.doublets", n=self._n(its.doublets), f=self._n(its.in_f_wave_window)
        )

    def places(self) -> str:
        told = [
            f"{self.letters[source.cluster]}: x {figure(source.x, self.words.language, 3)}, "
            f"y {figure(source.y, self.words.language, 3)}, {self._n(source.twitches)}"
            for source in self.measurement.features.sources
            if source.x is not None
        ]
        return self.words.say(
            "measure.alt.places", places="; ".join(told) or self.words.say("measure.nothing")
        )
