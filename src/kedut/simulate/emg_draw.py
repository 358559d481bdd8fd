"""Random plausible EMG recordings, one kind of difficulty after another, to tune and study on."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import numpy as np

from kedut.simulate.emg import SimulatedEmg, simulate_emg
from kedut.simulate.emg_discharges import Bursts, Grouped, Irregular
from kedut.simulate.emg_noise import Band, Heart, Mains, Noise
from kedut.simulate.emg_potential import Electrodes, Muscle, bipolar, grid, needle
from kedut.simulate.emg_scene import Effort, Scene, Unit
from kedut.simulate.emg_truth import Source


class Setting(StrEnum):
    """What makes a recording hard, or easy."""

    CLEAN = "clean"
    RARE = "rare"
    FREQUENT = "frequent"
    NOISY = "noisy"
    LOW = "low signal"
    WANDERING = "wandering noise"
    MAINS = "mains"
    HEART = "ecg"
    MOVED = "movement and taps"
    VOLUNTARY = "voluntary"
    QUIET = "no fasciculation"
    DOUBLETS = "doublets"
    LIMITED = "clipping and dropout"
    GRID = "grid"
    MYOKYMIA = "myokymia"
    NEUROMYOTONIA = "neuromyotonia"
    CRAMP = "cramp"
    TREMOR = "tremor"
    NEEDLE = "needle"
    EVERYTHING = "everything"


_GRIDS = ((8, 8), (5, 13), (4, 8), (8, 4))  # constant: columns, rows of grids on the market
_FASTEST_PER_MIN = 60.0  # constant: a unit faster than this while on is grouped, no fasciculation
_BY_UNIT = {
    Source.MYOKYMIA: Grouped(),
    Source.NEUROMYOTONIA: Grouped(
        within_hz=(40.0, 200.0), lasts_s=(0.3, 3.0), pause_s=3.0, slowing=0.4
    ),
}


def draw_recording(
    seed: int, setting: Setting | None = None, *, duration_s: float | None = None
) -> SimulatedEmg:
    """Give a random recording; without a setting, each next seed has the next one."""
    return simulate_emg(draw_scene(seed, setting, duration_s=duration_s), seed)


def draw_scene(
    seed: int, setting: Setting | None = None, *, duration_s: float | None = None
) -> Scene:
    """Give a random scene: muscle, electrodes, recorder, units, noise and the setting's trouble."""
    setting = list(Setting)[seed % len(Setting)] if setting is None else setting
    rng = np.random.default_rng([seed, list(Setting).index(setting), 7])
    many = setting is Setting.GRID
    rate_hz = float(rng.choice((1000.0, 2000.0, 2048.0, 4000.0), p=(0.15, 0.25, 0.4, 0.2)))
    if setting is Setting.NEEDLE:
        rate_hz = float(rng.choice((8000.0, 10000.0)))
    if duration_s is None:
        duration_s = float(rng.uniform(25, 45) if many else rng.uniform(90, 180))
        if setting is Setting.NEEDLE:
            duration_s /= 3
    raw = bool(rng.random() < 0.6)
    scene = Scene(
        rate_hz=rate_hz,
        duration_s=duration_s,
        muscle=_muscle(rng),
        electrodes=_electrodes(rng, setting),
        band=_band(rng, setting, raw=raw, rate_hz=rate_hz),
        raw=raw,
        noise=Noise(
            low_uv=(level := float(np.exp(rng.uniform(np.log(2.5), np.log(7.0))))),
            high_uv=level * float(rng.uniform(1.0, 1.3)),
            pink=float(rng.uniform(0, 0.3)),
            shared=float(rng.uniform(0, 0.4)),
            spread=float(rng.uniform(0, 0.25)),
        ),
        units=_units(rng, setting, duration_s),
        offset_uv=float(rng.normal(0, 100)) if raw else 0.0,
        drift_uv=float(rng.uniform(0, 40)),
    )
    return _troubled(rng, scene, setting)


def _muscle(rng: np.random.Generator) -> Muscle:
    half = rng.uniform(20, 60)
    share = rng.uniform(0.35, 0.65)
    names = ("gastrocnemius", "soleus", "tibialis anterior", "vastus lateralis", "biceps brachii")
    return Muscle(
        name=str(rng.choice(names)),
        half_length_mm=(2 * half * share, 2 * half * (1 - share)),
        end_plate_mm=float(rng.uniform(-25, 25)),
        skin_and_fat_mm=float(rng.uniform(1.5, 9.0)),
        depth_mm=float(rng.uniform(8, 20)),
        width_mm=float(rng.uniform(25, 50)),
        velocity_m_s=float(rng.uniform(2.2, 4.6)),  # cold muscles are slow
    )


def _electrodes(rng: np.random.Generator, setting: Setting) -> Electrodes:
    if setting is Setting.NEEDLE:
        return needle(float(rng.uniform(8, 20)))
    if setting is Setting.GRID:
        columns, rows = _GRIDS[int(rng.integers(len(_GRIDS)))]
        return grid(columns, rows, float(rng.choice((4.0, 8.0, 10.0))))
    pairs = 2 if setting is Setting.EVERYTHING else 1
    return bipolar(float(rng.choice((10.0, 20.0, 24.0, 30.0))), pairs=pairs)


def _band(rng: np.random.Generator, setting: Setting, *, raw: bool, rate_hz: float) -> Band:
    high = min(float(rng.choice((400.0, 500.0, 900.0))), 0.45 * rate_hz)
    if setting is Setting.NEEDLE:
        high = min(float(rng.choice((2000.0, 3000.0, 4000.0))), 0.45 * rate_hz)
    low = float(rng.choice((5.0, 10.0, 20.0)))
    return Band(low_hz=None if raw else low, high_hz=high)


def _irregular(rng: np.random.Generator, per_min: float, *, doublets: float = 0.0) -> Irregular:
    bursts = None
    if rng.random() < 0.4:
        bursts = Bursts(on_s=float(rng.uniform(3, 15)), off_s=float(rng.uniform(3, 25)))
        if per_min / bursts.share > _FASTEST_PER_MIN:
            bursts = None
    shape = str(rng.choice(("lognormal", "gamma")))
    # A gamma of more than 1 would put most of its intervals near 0, which no unit does.
    return Irregular(
        per_min=per_min,
        variation=float(rng.uniform(0.7, 1.4 if shape == "lognormal" else 1.0)),
        shape=shape,
        bursts=bursts,
        doublets=doublets,
        f_wave=bool(rng.random() < 0.4),
    )


def _units(rng: np.random.Generator, setting: Setting, duration_s: float) -> tuple[Unit, ...]:
    if setting is Setting.QUIET:
        return ()
    grouped = {Setting.MYOKYMIA: Source.MYOKYMIA, Setting.NEUROMYOTONIA: Source.NEUROMYOTONIA}
    if setting in grouped:
        source = grouped[setting]
        return tuple(_grouped(rng, source) for _ in range(int(rng.integers(1, 3))))
    per_min = float(np.exp(rng.uniform(np.log(12), np.log(60))))
    if setting is Setting.RARE:
        per_min = float(rng.uniform(3, 8))
    if setting is Setting.FREQUENT:
        per_min = float(rng.uniform(90, 160))
    count = int(rng.integers(2, 7))
    shares = rng.dirichlet(np.full(count, 1.2))
    doublets = float(rng.uniform(0.12, 0.3)) if setting is Setting.DOUBLETS else 0.0
    if setting is Setting.EVERYTHING:
        doublets = 0.1
    sizes = np.exp(rng.uniform(np.log(90), np.log(600), count))
    if setting is Setting.NEEDLE:
        sizes *= 2.5
    units = [
        Unit(
            discharges=_irregular(rng, max(per_min * share, 60 / duration_s), doublets=doublets),
            best_uv=float(size),
            swing=float(rng.uniform(0.01, 0.08)),
            reinnervated=bool(rng.random() < 0.25),
        )
        for share, size in zip(shares, sizes, strict=True)
    ]
    if setting is Setting.EVERYTHING:
        units.append(_grouped(rng, Source.MYOKYMIA))
    return tuple(units)


def _grouped(rng: np.random.Generator, source: Source) -> Unit:
    how = replace(_BY_UNIT[source], pause_s=_BY_UNIT[source].pause_s * float(rng.uniform(0.6, 2)))
    return Unit(discharges=how, best_uv=float(rng.uniform(150, 500)), source=source)


def _troubled(rng: np.random.Generator, scene: Scene, setting: Setting) -> Scene:
    """Give the scene with its setting's trouble; `everything` has several."""
    all_ = setting is Setting.EVERYTHING
    minutes = scene.duration_s / 60
    if setting is Setting.NOISY:
        scene = _with_noise(scene, rng.uniform(9, 14), 8.0)
    if setting is Setting.LOW:
        scene = _with_noise(scene, rng.uniform(15, 22), 7.0)
    if setting is Setting.WANDERING:
        wanders = replace(scene.noise, low_uv=3.0, high_uv=25.0, wander_s=rng.uniform(5, 25))
        scene = replace(scene, noise=wanders)
    if all_ or setting in (Setting.MAINS, Setting.QUIET):
        most = 150 if setting is Setting.MAINS else 40
        scene = replace(scene, mains=_mains(rng, float(rng.uniform(10, most))))
    if all_ or setting in (Setting.HEART, Setting.QUIET):
        beats = Heart(uv=float(rng.uniform(20, 90)), per_min=float(rng.uniform(50, 105)))
        scene = replace(scene, heart=beats)
    if all_ or setting in (Setting.MOVED, Setting.QUIET):
        often = 5 if setting is Setting.MOVED else 2.5
        sizes = np.exp(rng.uniform(np.log(150), np.log(1500), rng.poisson(often * minutes) + 1))
        taps = np.exp(rng.uniform(np.log(150), np.log(1000), rng.poisson(often * minutes) + 1))
        scene = replace(scene, movements_uv=tuple(sizes.tolist()), taps_uv=tuple(taps.tolist()))
    if setting is Setting.LIMITED:
        clip = float(rng.uniform(250, 700))
        drops = (float(rng.uniform(0.05, 0.4)) * scene.duration_s, float(rng.uniform(0.3, 5)))
        stuck = (float(rng.uniform(0.5, 0.9)) * scene.duration_s, float(rng.uniform(0.3, 3)))
        scene = replace(scene, clip_uv=clip, dropouts_s=(drops,), saturations_s=(stuck,))
    efforts = {
        Setting.VOLUNTARY: Source.VOLUNTARY,
        Setting.CRAMP: Source.CRAMP,
        Setting.TREMOR: Source.TREMOR,
        Setting.EVERYTHING: Source.VOLUNTARY,
    }
    if setting in efforts:
        count = 1 if all_ else int(rng.integers(1, 4))
        made = tuple(_effort(rng, efforts[setting], scene, n, count) for n in range(count))
        scene = replace(scene, efforts=made)
    return scene


def _with_noise(scene: Scene, level_uv: float, least: float) -> Scene:
    """Give the scene with this noise, no unit smaller than `least` times it."""
    units = tuple(replace(one, best_uv=max(one.best_uv, least * level_uv)) for one in scene.units)
    steady = replace(scene.noise, low_uv=level_uv, high_uv=level_uv)
    return replace(scene, noise=steady, units=units)


def _mains(rng: np.random.Generator, uv: float) -> Mains:
    return Mains(
        hertz=float(rng.choice((50.0, 60.0))),
        uv=uv,
        wander_hz=float(rng.uniform(0, 0.15)),
        harmonics=tuple((np.array((0.1, 0.4, 0.06, 0.25, 0.02, 0.1)) * rng.random(6)).tolist()),
        swing=float(rng.uniform(0.02, 0.3)),
    )


def _effort(
    rng: np.random.Generator, source: Source, scene: Scene, place: int, count: int
) -> Effort:
    room = scene.duration_s / count
    lasts = min(float(rng.uniform(4, 20)), 0.5 * room)
    onset = place * room + float(rng.uniform(0.05, 0.95)) * (room - lasts)
    return Effort(
        source=source,
        onset_s=onset,
        duration_s=lasts,
        level=float(rng.uniform(0.15, 0.8)),
        units=int(rng.integers(6, 25)),
        unit_uv=float(np.exp(rng.uniform(np.log(60), np.log(250)))),
        ramp_s=float(rng.uniform(0.1, 1.0)),
        hertz=float(rng.uniform(4, 9)),
    )
