"""Measurements made by hand, on recordings that live in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.features import features_of
from kedut.measurement.measure import Measurement
from kedut.measurement.recording import About, Channel, Film, Modality, Recording
from kedut.measurement.twitch import Detected, Excluded, Kind, Quality, Reason, Twitch

Samples = NDArray[np.float32]
PEAK_UV = 200.0


@dataclass
class InMemory:
    """A recording whose samples are an array; remembers how much was asked for at once."""

    about: About
    samples: Samples
    most: int = 0
    closed: bool = False

    def read(self, start: int, stop: int) -> Samples:
        self.most = max(self.most, stop - start)
        return self.samples[:, start:stop]

    def close(self) -> None:
        self.closed = True


@dataclass
class OneFrame:
    """A film of one picture."""

    about: About
    frame: NDArray[np.uint8]

    @property
    def size_px(self) -> tuple[int, int]:
        return self.frame.shape[1], self.frame.shape[0]

    def frames(self, *, height_px: int | None = None) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        yield 0.0, self.frame

    def close(self) -> None:
        """Nothing is open."""


Reopen = Callable[[], Recording | Film]


def emg(
    times_s: list[float],
    *,
    seconds: float = 120.0,
    rate_hz: float = 1000.0,
    columns: int = 0,
    usable: bool = True,
    muscle: str = "gastrocnemius medialis",
    bursts: int = 0,
    name: str = "calf.edf",
    notes: tuple[str, ...] = (),
) -> tuple[Reopen, Measurement]:
    """Give EMG with a biphasic wave of 200 µV at each time, ten seconds of tensing in it.

    columns : of a square electrode grid; none for one channel
    bursts : groups of five discharges, 30 ms apart
    """
    channels = (Channel(name="GM <left>", unit="uV"),)
    if columns:
        channels = tuple(
            Channel(name=f"E{row}{column}", unit="uV", column=column, row=row)
            for row in range(columns)
            for column in range(columns)
        )
    length = round(seconds * rate_hz)
    noise = np.random.default_rng(1).normal(0, 4, (len(channels), length)).astype(np.float32)
    phase = np.arange(20) / 20
    wave = (PEAK_UV / 2 * np.sin(2 * np.pi * phase)).astype(np.float32)
    twitches, shapes = [], []
    for place, time in enumerate(times_s):
        at = round(time * rate_hz)
        noise[0, at - 5 : at + 15] += wave
        shapes.append(noise[0, at - 20 : at + 20].copy())
        twitches.append(_twitch(time, channels[0], cluster=place % 2))
    for burst in range(bursts):
        for beat in range(5):
            at_s = 5 + 10 * burst + 0.03 * beat
            twitches.append(_twitch(at_s, channels[0], kind=Kind.GROUPED))
    about = About(
        name=name,
        modality=Modality.EMG,
        format="edf",
        rate_hz=rate_hz,
        length=length,
        channels=channels,
        muscle=muscle,
        notes=notes,
    )
    excluded = (Excluded(onset_s=seconds - 10, duration_s=10, reason=Reason.VOLUNTARY),)
    found = Detected(
        twitches=tuple(twitches),
        quality=Quality(
            usable=usable,
            usable_s=seconds - 10 if usable else 3.0,
            reasons=("mains", "voluntary"),
            excluded=excluded,
            figures={"noise_uv": 4.0, "mains_hz": 50.0},
            smallest_seen=24.0,
        ),
        waveforms=np.array(shapes) if shapes else None,
        waveform_of=tuple(range(len(shapes))),
        waveform_rate_hz=rate_hz if shapes else 0.0,
    )
    return lambda: InMemory(about, noise), _measured(about, found)


def film(times_s: list[float]) -> tuple[Reopen, Measurement]:
    """Give a film of 70 s that twitches at one place."""
    about = About(name="calf.mp4", modality=Modality.VIDEO, format="mp4", rate_hz=30.0, length=2100)
    twitches = tuple(
        Twitch(
            onset_s=t,
            duration_s=0.2,
            peak_s=t + 0.05,
            amplitude=2.0,
            unit="px",
            x=40.0,
            y=30.0,
            score=9.0,
            cluster=0,
        )
        for t in times_s
    )
    quality = Quality(usable=True, usable_s=70.0)
    frame = np.full((90, 160), 128, np.uint8)
    return lambda: OneFrame(about, frame), _measured(
        about, Detected(twitches=twitches, quality=quality)
    )


def _twitch(
    time_s: float, channel: Channel, *, cluster: int = 0, kind: Kind = Kind.SINGLE
) -> Twitch:
    return Twitch(
        onset_s=time_s,
        duration_s=0.02,
        peak_s=time_s,
        amplitude=PEAK_UV,
        unit="uV",
        channel=channel.name,
        x=None if channel.column is None else float(channel.column),
        y=None if channel.row is None else float(channel.row),
        score=12.0,
        cluster=cluster,
        kind=kind,
    )


def _measured(about: About, found: Detected) -> Measurement:
    features = features_of(about, found)
    limits = ["emg_sees_near"] if about.modality is Modality.EMG else ["video_sees_skin"]
    if features.rate is None:
        limits.insert(0, "no_usable_rest")
    return Measurement(about=about, detected=found, features=features, limits=tuple(limits))
