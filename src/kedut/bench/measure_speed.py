"""How fast recordings are measured, beside the plain way in the same run; in how much memory."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from kedut.bench.measure_threshold import envelope
from kedut.measurement.recording import About, Channel, Modality, Samples

COMMAND = "python -m kedut.bench.measure_speed"
_RUNS = 3
_RATE_HZ = 2048.0
_BLOCK_S = 30.0
_ONE_S, _SHORT_S, _MANY_S = 1200.0, 180.0, 120.0
_MEMORY_S = (600.0, 1800.0)
_KIB = 1024.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How many times faster than real time; the best of some runs, all in processor time.

    plain : the plain way on the same recording in the same run; none where there is none
    """

    label: str
    times_real: float
    plain: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Peak of the process over what it has before it opens anything, in MiB, by length in s."""

    channels: int
    before_mib: float
    peaks_mib: tuple[tuple[float, float], ...]

    @property
    def growth_mib_per_hour(self) -> float:
        """Give how much more an hour of recording takes."""
        (short_s, small), (long_s, large) = self.peaks_mib[0], self.peaks_mib[-1]
        return (large - small) / (long_s - short_s) * 3600


class Repeated:
    """A long recording that repeats a short one and is held nowhere."""

    def __init__(self, samples: Samples, duration_s: float, rate_hz: float = _RATE_HZ) -> None:
        self._samples = samples
        self._about = About(
            name="repeated",
            modality=Modality.EMG,
            format="simulated",
            rate_hz=rate_hz,
            length=round(duration_s * rate_hz),
            channels=tuple(
                Channel(name=f"{n}", unit="uV", column=n // 8, row=n % 8, spacing_mm=8.0)
                if len(samples) > 1
                else Channel(name=f"{n}", unit="uV")
                for n in range(len(samples))
            ),
        )

    @property
    def about(self) -> About:
        """Give what the file would say about itself."""
        return self._about

    def read(self, start: int, stop: int) -> Samples:
        """Give samples `start` to `stop`."""
        start, stop = max(0, start), min(stop, self._about.length)
        every = self._samples.shape[1]
        first = start // every
        parts = [
            self._samples[:, max(0, start - n * every) : stop - n * every]
            for n in range(first, -(-stop // every))
        ]
        return np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]

    def close(self) -> None:
        """Do nothing."""


def block(channels: int, seconds: float, setting: str = "clean") -> Samples:
    """Give a recording at 2048 Hz with fasciculations; channels are one, or 8 by 8."""
    from kedut.simulate.emg import simulate_emg
    from kedut.simulate.emg_draw import Setting, draw_scene
    from kedut.simulate.emg_potential import bipolar, grid

    scene = draw_scene(0, Setting(setting), duration_s=seconds)
    electrodes = bipolar(20.0) if channels == 1 else grid(8, channels // 8, 8.0)
    return simulate_emg(
        replace(scene, rate_hz=_RATE_HZ, electrodes=electrodes), 0
    ).recording.samples


def speeds() -> list[Speed]:
    """Measure EMG of one and of 64 channels, motion, and film."""
    return [*emg_speed(), motion_speed(), *film_speed()]


def emg_speed() -> list[Speed]:
    """Measure EMG: long, as long as is usual with few and with very many twitches, and a grid.

    What is short shows what it costs to begin, what is busy what a potential costs.
    """
    from kedut.measurement.detectors.emg import detect_emg

    found = []
    for channels, seconds, setting in (
        (1, _ONE_S, "clean"),
        (1, _SHORT_S, "rare"),
        (1, _SHORT_S, "clean"),
        (1, _SHORT_S, "frequent"),
        (64, _MANY_S, "clean"),
    ):
        recording = Repeated(block(channels, _BLOCK_S, setting), seconds)
        twitches = len(detect_emg(recording).twitches) * 60 / seconds
        ours = best(partial(detect_emg, recording), seconds)
        plain = best(partial(envelope, recording), seconds)
        label = f"EMG, {channels} at 2048 Hz, {seconds / 60:.0f} min, {twitches:.0f} a minute"
        found.append(Speed(label=label, times_real=ours, plain=plain))
    return found


def motion_speed() -> Speed:
    """Measure a quarter of an hour of motion at 100 Hz."""
    from kedut.measurement.detectors.motion import detect_motion
    from kedut.simulate.motion import Scene, simulate_motion

    made = simulate_motion(Scene(duration_s=900.0, rate_hz=100.0), 1).recording
    fast = best(lambda: detect_motion(made), 900.0)
    return Speed(label="motion, 3 axes at 100 Hz", times_real=fast)


def film_speed(seconds: float = 5.0) -> list[Speed]:
    """Measure a film of 1080p30 from its file, and its decoding alone."""
    from kedut.measurement.detectors.film import detect_film
    from kedut.measurement.readers.opening import open_recording
    from kedut.measurement.recording import Film
    from kedut.simulate.film import simulate_film, write_film
    from kedut.simulate.film_motion import Scene

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "film.mp4"
        scene = Scene(width=1920, height=1080, duration_s=seconds, rate_hz=30.0)
        write_film(simulate_film(scene, seed=1), file)

        def decode() -> None:
            film = open_recording(file)
            if isinstance(film, Film):
                for _ in film.frames():
                    pass
            film.close()

        def detect() -> None:
            film = open_recording(file)
            if isinstance(film, Film):
                detect_film(film)
            film.close()

        return [
            Speed(label="film, 1080p30", times_real=best(detect, seconds, runs=1)),
            Speed(label="its decoding alone", times_real=best(decode, seconds, runs=1)),
        ]


def best(work: Callable[[], object], seconds: float, *, runs: int = _RUNS) -> float:
    """Give the best of some runs, the first of which warms up and is not counted."""
    if runs > 1:
        work()
    took = []
    for _ in range(runs):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return seconds / min(took)


def memory(channels: int = 64, lengths_s: tuple[float, ...] = _MEMORY_S) -> Memory:
    """Measure the peak of a process of its own for each length."""
    peaks = []
    before = 0.0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "block.npy"
        np.save(file, block(channels, 10.0))
        for seconds in lengths_s:
            done = subprocess.run(
                [sys.executable, "-m", "kedut.bench.measure_speed", str(file), str(seconds)],
                capture_output=True,
                text=True,
                check=True,
            )
            answer = json.loads(done.stdout)
            before = answer["before_mib"]
            peaks.append((seconds, answer["peak_mib"]))
    return Memory(channels=channels, before_mib=before, peaks_mib=tuple(peaks))


def main() -> int:
    """Detect in samples, repeated for so many seconds; print the peak of memory as JSON."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=main.__doc__)
    parser.add_argument("samples", type=Path, help="a .npy file, shape (channels, samples)")
    parser.add_argument("seconds", type=float)
    options = parser.parse_args()
    from kedut.measurement.detectors.emg import detect_emg

    recording = Repeated(np.load(options.samples), options.seconds)
    before = peak_mib()
    detect_emg(recording)
    print(json.dumps({"before_mib": before, "peak_mib": peak_mib()}))
    return 0


def peak_mib() -> float:
    """Give the peak of this process's memory so far.

    Not what `getrusage` says: there a process starts with the peak of the one that started it.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return float(line.split()[1]) / _KIB


if __name__ == "__main__":
    raise SystemExit(main())
