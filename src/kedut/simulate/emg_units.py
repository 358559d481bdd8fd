"""Motor units put into a recording: their potentials at the times of their discharges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.simulate.emg_discharges import Grouped, by_will, fasciculations, groups
from kedut.simulate.emg_noise import add_at, wander
from kedut.simulate.emg_potential import draw_fibres, potential
from kedut.simulate.emg_scene import Effort, Scene, Unit
from kedut.simulate.emg_truth import Epoch, Source

Floats = NDArray[np.float64]

_FINER = 4  # constant: a discharge falls on a quarter of a sample
_LENGTH_S = 0.09  # constant: no unit of ours lasts longer, from trigger to end
_MARGIN_S = 0.06  # constant: room for what the recorder's filter spreads
_OVER = 0.001  # constant: below this share of its peak a potential has ended
_DRIVE_STEP_S = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Potential:
    """What one unit gives on each channel, at a finer step than the recording's.

    first : samples, at the finer step, from the axon's trigger to the first column
    """

    wave: Floats
    first: int
    finer_hz: float

    def peak_s(self, channel: int) -> float:
        """Give the time from trigger to largest deflection on a channel."""
        return (self.first + int(np.argmax(np.abs(self.wave[channel])))) / self.finer_hz

    @property
    def best(self) -> int:
        """Give the channel on which it is largest, peak to peak."""
        return int(np.argmax(np.ptp(self.wave, axis=1)))

    def put(self, signal: Floats, times_s: Floats, sizes: Floats) -> None:
        """Add it to a recording at each time, each time as large as `sizes` says."""
        starts = np.round(times_s * self.finer_hz).astype(np.intp) + self.first
        whole, phase = np.divmod(starts, _FINER)
        # Column k of the wave lies on sample (start + k) / 4: for each phase, those that hit one.
        waves = [self.wave[:, (-shift) % _FINER :: _FINER] for shift in range(_FINER)]
        for start, shift, size in zip(whole, phase, sizes, strict=True):
            add_at(signal, size * waves[shift], int(start) + (1 if shift else 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Discharges:
    """All discharges of one unit."""

    potential: Potential
    times_s: Floats
    sizes: Floats
    second: NDArray[np.bool_]
    source: Source


def draw_potential(
    rng: np.random.Generator, scene: Scene, best_uv: float, *, reinnervated: bool = False
) -> Potential:
    """Draw a unit of the scene's muscle and give its potential, `best_uv` where it is largest."""
    electrodes = scene.electrodes
    core = electrodes.contacts_mm[0]
    near = (float(core[0]), float(core[1])) if core[1] > 0 else None
    fibres = draw_fibres(rng, scene.muscle, reinnervated=reinnervated, near_mm=near)
    finer_hz = _FINER * scene.rate_hz
    bare = potential(fibres, electrodes, finer_hz, _LENGTH_S)
    margin = round(_MARGIN_S * finer_hz)
    wave = scene.band.through(np.pad(bare, ((0, 0), (margin, margin))), finer_hz)
    wave *= rng.choice((-1.0, 1.0)) * best_uv / np.ptp(wave, axis=1).max()
    loud = np.flatnonzero(np.abs(wave).max(axis=0) > _OVER * np.abs(wave).max())
    first, last = int(loud[0]), int(loud[-1]) + 1
    return Potential(wave=wave[:, first:last], first=first - margin, finer_hz=finer_hz)


def of_itself(rng: np.random.Generator, scene: Scene, unit: Unit) -> tuple[Discharges, list[Epoch]]:
    """Give the discharges of a unit that needs no will, and its groups."""
    epochs = []
    if isinstance(unit.discharges, Grouped):
        times, spans = groups(rng, unit.discharges, scene.duration_s)
        second = np.zeros(times.size, dtype=np.bool_)
        epochs = [
            Epoch(onset_s=start, duration_s=stop - start, what=unit.source.value)
            for start, stop in spans
        ]
    else:
        times, second = fasciculations(rng, unit.discharges, scene.duration_s)
    seen = draw_potential(rng, scene, unit.best_uv, reinnervated=unit.reinnervated)
    sizes = np.maximum(0.3, rng.normal(1.0, unit.swing, times.size))
    found = Discharges(
        potential=seen, times_s=times, sizes=sizes, second=second, source=unit.source
    )
    return found, epochs


def of_effort(
    rng: np.random.Generator, scene: Scene, effort: Effort, others: list[Potential]
) -> tuple[list[Discharges], Epoch]:
    """Give the discharges of all units that an effort recruits, and when it was.

    others : units of the scene that take part beside those drawn for the effort
    """
    drive = _drive(rng, effort)
    rates, variation = (7.0, 22.0), 0.16
    if effort.source is Source.CRAMP:
        rates, variation = (14.0, 45.0), 0.28
    if effort.source is Source.TREMOR:
        rates, variation = (18.0, 40.0), 0.15
    found = []
    for place in range(effort.units + len(others)):
        # Thresholds crowd near 0, and the later a unit is recruited the larger it is.
        threshold = np.exp(np.log(30.0) * rng.random()) / 30.0 - 0.02
        times = by_will(rng, drive, _DRIVE_STEP_S, threshold, rates_hz=rates, variation=variation)
        times = times[times < effort.duration_s] + effort.onset_s
        times = times[times < scene.duration_s - _MARGIN_S]
        if times.size == 0:
            continue
        if place < effort.units:
            size = effort.unit_uv * (0.5 + threshold) * np.exp(rng.normal(0, 0.5))
            seen = draw_potential(rng, scene, size)
        else:
            seen = others[place - effort.units]
        found.append(
            Discharges(
                potential=seen,
                times_s=times,
                sizes=rng.normal(1.0, 0.03, times.size),
                second=np.zeros(times.size, dtype=np.bool_),
                source=effort.source,
            )
        )
    first = min((one.times_s[0] for one in found), default=effort.onset_s)
    last = max((one.times_s[-1] for one in found), default=effort.onset_s)
    return found, Epoch(onset_s=first, duration_s=last - first, what=effort.source.value)


def _drive(rng: np.random.Generator, effort: Effort) -> Floats:
    time = np.arange(0, effort.duration_s, _DRIVE_STEP_S)
    edge = np.minimum(time, effort.duration_s - time) / max(effort.ramp_s, _DRIVE_STEP_S)
    hull: Floats = np.clip(edge, 0, 1)
    hull *= 1 + 0.08 * wander(rng, time.size, 1 / _DRIVE_STEP_S, 1.0)
    if effort.source is Source.TREMOR:
        hertz = effort.hertz * (1 + 0.05 * wander(rng, time.size, 1 / _DRIVE_STEP_S, 1.0))
        phase = 2 * np.pi * np.cumsum(hertz) * _DRIVE_STEP_S
        hull *= np.clip(np.sin(phase), 0, 1)
    return effort.level * hull
