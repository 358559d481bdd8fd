"""Simulated EMG with its exact truth: motor units at rest and at work, noise and what disturbs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.recording import About, Channel, Modality, Samples
from kedut.simulate.emg_noise import add_at, heart, mains, movement, noise, tap, wander
from kedut.simulate.emg_scene import Scene
from kedut.simulate.emg_truth import EmgTruth, Epoch, Source
from kedut.simulate.emg_units import Discharges, of_effort, of_itself

Floats = NDArray[np.float64]

_RAIL_UV = 5000.0  # constant: where an amplifier without another limit stands when saturated


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRecording:
    """A `Recording` held in memory."""

    about: About
    samples: Samples

    def read(self, start: int, stop: int) -> Samples:
        """Give samples `start` to `stop` of all channels."""
        return self.samples[:, max(0, start) : max(0, stop)].copy()

    def close(self) -> None:
        """Do nothing: there is no file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedEmg:
    """A recording and what is true of it."""

    recording: HeldRecording
    truth: EmgTruth
    scene: Scene


def simulate_emg(scene: Scene, seed: int) -> SimulatedEmg:
    """Give the recording of a scene; the same scene and seed give the same samples.

    All that is linear (potentials, noise, interference) is added up, then the recorder's limits
    are applied: clipping, dropout, saturation.
    """
    rng = np.random.default_rng([seed, 1])
    shape = (scene.electrodes.montage.shape[0], round(scene.duration_s * scene.rate_hz))
    signal, level = noise(rng, scene.noise, scene.band, shape, scene.rate_hz)
    units: list[Discharges] = []
    epochs: list[Epoch] = []
    for unit in scene.units:
        found, grouped = of_itself(rng, scene, unit)
        units.append(found)
        epochs += grouped
    own = [unit.potential for unit in units]
    for effort in scene.efforts:
        takes_part = [one for one in own if rng.random() < 0.5]
        recruited, epoch = of_effort(rng, scene, effort, takes_part)
        units += recruited
        epochs.append(epoch)
    for one in units:
        one.potential.put(signal, one.times_s, one.sizes)
    signal += _disturbed(rng, scene, shape, epochs)
    _limit(rng, scene, signal, epochs)
    return SimulatedEmg(
        recording=HeldRecording(about=_about(scene, seed), samples=signal.astype(np.float32)),
        truth=_truth(scene, units, epochs, level),
        scene=scene,
    )


def _disturbed(
    rng: np.random.Generator, scene: Scene, shape: tuple[int, int], epochs: list[Epoch]
) -> Floats:
    """Give all that is neither muscle nor noise, and note when it was."""
    channels, samples = shape
    rate = scene.rate_hz
    inside, outside = np.zeros(shape), np.zeros(shape)
    if scene.mains is not None:
        inside += mains(rng, scene.mains, shape, rate)
    if scene.heart is not None:
        beats, times = heart(rng, scene.heart, shape, rate)
        inside += beats
        epochs += [Epoch(onset_s=float(time), duration_s=0.0, what="ecg") for time in times]
    for what, sizes, make in (
        ("movement", scene.movements_uv, movement),
        ("tap", scene.taps_uv, tap),
    ):
        for size in sizes:
            wave, lasts = make(rng, rate, size)
            onset = rng.uniform(0.0, max(0.0, scene.duration_s - lasts))
            gains = np.exp(rng.normal(0, 0.4, (channels, 1))) * rng.choice(
                (-1.0, 1.0), (channels, 1), p=(0.15, 0.85)
            )
            gains[0] = 1.0
            add_at(outside, gains * wave, round(onset * rate))
            epochs.append(Epoch(onset_s=onset, duration_s=lasts, what=what))
    if scene.drift_uv > 0:
        for channel in range(channels):
            outside[channel] += scene.drift_uv * wander(rng, samples, rate, 4.0)
    outside += scene.offset_uv * np.exp(rng.normal(0, 0.3, (channels, 1)))
    if scene.raw:
        return inside + outside
    return scene.band.through(inside + outside, rate)


def _limit(rng: np.random.Generator, scene: Scene, signal: Floats, epochs: list[Epoch]) -> None:
    """Apply the recorder's limits in place."""
    rail = scene.clip_uv if scene.clip_uv is not None else _RAIL_UV
    if scene.clip_uv is not None:
        np.clip(signal, -rail, rail, out=signal)
    for what, stretches in (("dropout", scene.dropouts_s), ("saturation", scene.saturations_s)):
        for onset, lasts in stretches:
            start, stop = round(onset * scene.rate_hz), round((onset + lasts) * scene.rate_hz)
            signal[:, start:stop] = 0.0 if what == "dropout" else rail * rng.choice((-1.0, 1.0))
            epochs.append(Epoch(onset_s=onset, duration_s=lasts, what=what))


def _about(scene: Scene, seed: int) -> About:
    electrodes = scene.electrodes
    places = electrodes.places or ((None, None),) * len(electrodes.names)
    return About(
        name=f"simulated-{seed}",
        modality=Modality.EMG,
        format="simulated",
        rate_hz=scene.rate_hz,
        length=round(scene.duration_s * scene.rate_hz),
        channels=tuple(
            Channel(
                name=name,
                unit="uV",
                column=column,
                row=row,
                spacing_mm=electrodes.spacing_mm if column is not None else None,
            )
            for name, (column, row) in zip(electrodes.names, places, strict=True)
        ),
        muscle=scene.muscle.name,
    )


def _truth(scene: Scene, units: list[Discharges], epochs: list[Epoch], level: Floats) -> EmgTruth:
    # A unit that an effort recruits beside its own fasciculations keeps its number.
    numbers: dict[int, int] = {}
    rows: list[tuple[float, ...]] = []
    sources: list[Source] = []
    for one in units:
        seen = one.potential
        number = numbers.setdefault(id(seen), len(numbers))
        best, first_peak = seen.best, float(np.abs(seen.wave[0]).max())
        for time, size, second in zip(one.times_s, one.sizes, one.second, strict=True):
            peak = time + seen.peak_s(0)
            if not 0 <= peak < scene.duration_s:
                continue
            noise_uv = level[min(int(peak * scene.rate_hz), level.size - 1)]
            rows.append(
                (
                    time,
                    peak,
                    time + seen.peak_s(best),
                    number,
                    second,
                    size * float(np.ptp(seen.wave[0])),
                    size * float(np.ptp(seen.wave[best])),
                    size * first_peak / noise_uv,
                )
            )
            sources.append(one.source)
    table = np.array(rows, dtype=np.float64).reshape(-1, 8)
    order = np.argsort(table[:, 1], kind="stable")
    table = table[order]
    return EmgTruth(
        discharge_s=table[:, 0],
        peak_s=table[:, 1],
        best_peak_s=table[:, 2],
        unit=table[:, 3].astype(np.intp),
        second=table[:, 4].astype(np.bool_),
        first_uv=table[:, 5],
        best_uv=table[:, 6],
        over_noise=table[:, 7],
        source=tuple(sources[place] for place in order),
        epochs=tuple(sorted(epochs, key=lambda epoch: epoch.onset_s)),
        duration_s=scene.duration_s,
    )
