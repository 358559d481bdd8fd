"""How well twitches are found in motion and video: shared examples and drawn ones."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kedut.bench.measure_cases import rows_of
from kedut.measurement.features import counted_of
from kedut.measurement.match import Score, constant_lag_s, match, score
from kedut.measurement.recording import Film, Recording
from kedut.simulate.emg_truth import Epoch, within

Floats = NDArray[np.float64]

MOTION_S, VIDEO_S = 0.06, 0.1
LAG_S = 0.15  # largest constant lag that is forgiven
MOTION_SIZES = (0.3, 0.08, 0.03)  # m/s² peak to peak, as in the goals
_SEEDS = (1, 2, 3)
_BEFORE_S, _AFTER_S = 0.2, 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one recording of motion or film gave.

    placed : share of hits whose place is within the twitch's radius; none for motion
    sees : what the detector says is the smallest it would have found
    """

    name: str
    duration_s: float
    score: Score
    lag_s: float
    seconds: float
    placed: float | None = None
    sees: float | None = None
    usable_s: float = 0.0


def motion(shared: Path | None) -> Iterator[Seen]:
    """Measure motion: the shared files, then our own at each size of the goals."""
    from kedut.measurement.detectors.motion import detect_motion
    from kedut.measurement.readers.opening import open_recording
    from kedut.simulate.motion import Scene, simulate_motion

    detect_motion(simulate_motion(Scene(duration_s=20.0), 0).recording)  # compiled and warm
    for file in sorted((shared / "motion").glob("*.csv")) if shared else ():
        if file.stem.endswith(("_truth", "_movement")):
            continue
        truth = rows_of(file.with_name(f"{file.stem}_truth.csv"))
        opened = open_recording(file)
        if isinstance(opened, Film):
            raise TypeError(f"{file.name}: expected motion, got a film")
        moves = rows_of(file.with_name(f"{file.stem}_movement.csv"))
        twitch_s = np.array([float(row["twitch_s"]) for row in truth])
        moved = [_stretch(float(row["start_s"]), float(row["end_s"])) for row in moves]
        yield _moved(file.stem, opened, twitch_s, moved)
    for size in MOTION_SIZES:
        for seed in _SEEDS:
            scene = Scene(duration_s=90.0, ptp_m_s2=size, movements=2, taps=2)
            made = simulate_motion(replace(scene, spread=0.1), seed)
            name = f"drawn {size} m/s², seed {seed}"
            moved = [
                _stretch(one.onset_s, one.onset_s + one.duration_s) for one in made.disturbances
            ]
            yield _moved(name, made.recording, made.twitch_s, moved)


def _stretch(start_s: float, stop_s: float) -> Epoch:
    return Epoch(onset_s=start_s, duration_s=stop_s - start_s, what="movement")


def _moved(name: str, recording: Recording, twitch_s: Floats, moved: list[Epoch]) -> Seen:
    """Score the onsets outside of movements and taps, and of what these leave to die away."""
    from kedut.measurement.detectors.motion import detect_motion

    start = time.process_time()
    detected = detect_motion(recording)
    seconds = time.process_time() - start
    found = np.sort(np.array([one.onset_s for one in counted_of(detected)], dtype=np.float64))
    found = found[~within(found, moved, before_s=_BEFORE_S, after_s=_AFTER_S)]
    true_s = twitch_s[~within(twitch_s, moved, before_s=_BEFORE_S, after_s=_AFTER_S)]
    return Seen(
        name=name,
        duration_s=recording.about.duration_s,
        lag_s=constant_lag_s(found, true_s, MOTION_S, LAG_S),
        score=score(found, true_s, MOTION_S, largest_lag_s=LAG_S),
        seconds=seconds,
        sees=detected.quality.smallest_seen,
        usable_s=detected.quality.usable_s,
    )


def video(shared: Path | None) -> Iterator[Seen]:
    """Measure films: the shared ones, then drawn ones: still, clear, small, hand-held."""
    from kedut.measurement.readers.opening import open_recording
    from kedut.simulate.film import simulate_film
    from kedut.simulate.film_motion import Scene

    for file in sorted((shared / "video").glob("*.mp4")) if shared else ():
        rows = rows_of(file.with_name(f"{file.stem}_truth.csv"))
        names = ("start_s", "x_px", "y_px", "radius_px")
        truth = np.array([[float(row[name]) for name in names] for row in rows]).reshape(-1, 4)
        opened = open_recording(file)
        if not isinstance(opened, Film):
            raise TypeError(f"{file.name}: expected a film")
        yield _filmed(file.stem, opened, truth)
    plain = Scene(duration_s=20.0, per_minute=30.0)
    for name, scene in (
        ("drawn, still", replace(plain, still=True)),
        ("drawn, clear", replace(plain, amplitude_px=(2.0, 4.0))),
        ("drawn, below one pixel", replace(plain, amplitude_px=(0.6, 1.0))),
        ("drawn, hand-held", replace(plain, amplitude_px=(1.5, 4.0), hand_held=1.0)),
    ):
        made = simulate_film(scene, seed=5)
        places = [(one.start_s, one.x_px, one.y_px, one.radius_px) for one in made.twitches]
        yield _filmed(name, made, np.array(places, dtype=np.float64).reshape(-1, 4))


def _filmed(name: str, film: Film, truth: Floats) -> Seen:
    from kedut.measurement.detectors.film import detect_film

    start = time.process_time()
    detected = detect_film(film)
    seconds = time.process_time() - start
    about = film.about
    film.close()
    truth = truth[np.argsort(truth[:, 0])]
    found = sorted(counted_of(detected), key=lambda one: one.onset_s)
    onsets = np.array([one.onset_s for one in found])
    lag = constant_lag_s(onsets, truth[:, 0], VIDEO_S, LAG_S)
    pairs = match(onsets - lag, truth[:, 0], VIDEO_S)
    near = [
        np.hypot((found[a].x or 0.0) - truth[b, 1], (found[a].y or 0.0) - truth[b, 2])
        <= truth[b, 3]
        for a, b in pairs
    ]
    return Seen(
        name=name,
        duration_s=about.duration_s,
        lag_s=lag,
        score=score(onsets, truth[:, 0], VIDEO_S, largest_lag_s=LAG_S),
        seconds=seconds,
        placed=float(np.mean(near)) if near else None,
        sees=detected.quality.smallest_seen,
        usable_s=detected.quality.usable_s,
    )
