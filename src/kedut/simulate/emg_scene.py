"""What a simulated EMG recording holds: every choice that the draw of it makes."""

from __future__ import annotations

from dataclasses import dataclass, field

from kedut.simulate.emg_discharges import Grouped, Irregular
from kedut.simulate.emg_noise import Band, Heart, Mains, Noise
from kedut.simulate.emg_potential import Electrodes, Muscle, bipolar
from kedut.simulate.emg_truth import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A motor unit that discharges by itself.

    best_uv : peak to peak on the channel where it is largest
    swing : standard deviation of its size from discharge to discharge, as a share
    """

    discharges: Irregular | Grouped
    best_uv: float
    swing: float = 0.03
    reinnervated: bool = False
    source: Source = Source.FASCICULATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Many units at work: a voluntary contraction, a cramp, or tremor.

    level : share of the units' range that is reached, 0 to 1
    units : how many take part at full level
    unit_uv : median size of a unit, peak to peak where it is largest
    ramp_s : how long it takes to rise and to fall
    hertz : of the tremor
    """

    source: Source
    onset_s: float
    duration_s: float
    level: float = 0.5
    units: int = 15
    unit_uv: float = 100.0
    ramp_s: float = 0.3
    hertz: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A whole recording.

    band : what the recorder lets through
    raw : movement, taps, offset and drift are recorded as they are, below the band too
    movements_uv, taps_uv : size of each movement and of each tap on the cable; at random times
    clip_uv : largest value the recorder can give; none for no limit
    dropouts_s, saturations_s : onset and length of each loss of the signal
    offset_uv, drift_uv : of the baseline
    """

    rate_hz: float = 2048.0
    duration_s: float = 60.0
    muscle: Muscle = field(default_factory=Muscle)
    electrodes: Electrodes = field(default_factory=lambda: bipolar(20.0))
    band: Band = field(default_factory=lambda: Band(low_hz=None, high_hz=500.0))
    raw: bool = True
    noise: Noise = field(default_factory=Noise)
    units: tuple[Unit, ...] = ()
    efforts: tuple[Effort, ...] = ()
    mains: Mains | None = None
    heart: Heart | None = None
    movements_uv: tuple[float, ...] = ()
    taps_uv: tuple[float, ...] = ()
    clip_uv: float | None = None
    dropouts_s: tuple[tuple[float, float], ...] = ()
    saturations_s: tuple[tuple[float, float], ...] = ()
    offset_uv: float = 0.0
    drift_uv: float = 0.0
