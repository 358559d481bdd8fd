"""A phone's accelerometer on a calf, invented: twitches and disturbances with known truth.

A twitch is a pulse of force moving the phone on soft tissue: either a damped mass on a spring, or
skin that is pushed up and sinks back. Sizes are peak to peak of the acceleration along the twitch's
own direction. All values in m/s² and seconds; made for this project, from no recording.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.recording import About, Channel, Gap, Modality, Samples

Floats = NDArray[np.float64]

GRAVITY_M_S2 = 9.81
_FINE_HZ = 2000.0  # constant: step of a twitch's own equation of motion, fine against 5 ms
_TWITCH_S = 1.2  # constant: after this long even the least damped twitch has rung out


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """A recording held in memory."""

    about: About
    samples: Samples

    def read(self, start: int, stop: int) -> Samples:
        """Give samples start to stop of all channels."""
        return self.samples[:, max(start, 0) : max(stop, 0)]

    def close(self) -> None:
        """Do nothing: no file is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    """Something other than a twitch, from `onset_s` on for `duration_s`."""

    onset_s: float
    duration_s: float
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A recording of motion and what is true of it.

    twitch_s, ptp_m_s2, site : start, size and source of each twitch, in order of time
    """

    recording: Still
    twitch_s: Floats
    ptp_m_s2: Floats
    site: NDArray[np.int64]
    disturbances: tuple[Disturbance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a simulated recording is like.

    ptp_m_s2 : median size of the twitches; spread : standard deviation of its logarithm
    rate_per_min : of twitches, irregular in time
    sites : sources, each with a direction and a shape of its own
    noise_m_s2 : RMS of the sensor on every axis, or one figure for each
    step_m_s2 : of the sensor's quantisation
    jitter : standard deviation of the time between samples, as a share of it
    drift : how much the noise swells and fades, as the standard deviation of its logarithm
    steps_s, tremor_s, rumble_s, motor_s : how long each lasts in all
    rumble_m_s2, tremor_m_s2 : their RMS
    pulse_m_s2 : peak to peak of the heartbeat's push
    """

    duration_s: float = 60.0
    rate_hz: float = 200.0
    ptp_m_s2: float = 0.3
    spread: float = 0.25
    rate_per_min: float = 25.0
    sites: int = 2
    noise_m_s2: float | tuple[float, float, float] = 0.012
    step_m_s2: float = 0.0
    jitter: float = 0.0
    drift: float = 0.0
    tilt: float = 1.0
    movements: int = 0
    taps: int = 0
    steps_s: float = 0.0
    tremor_s: float = 0.0
    tremor_m_s2: float = 0.15
    rumble_s: float = 0.0
    rumble_m_s2: float = 0.05
    motor_s: float = 0.0
    pulse_m_s2: float = 0.0
    breath_m_s2: float = 0.01
    gap_s: float = 0.0


@dataclass(slots=True)
class _Canvas:
    """What is being drawn: a time for each sample, three axes, what was put in."""

    t: Floats
    x: Floats
    rng: np.random.Generator
    put_in: list[Disturbance] = field(default_factory=list)

    def room(self, length_s: float) -> float:
        """Give a random start at which something so long fits."""
        return float(self.rng.uniform(0.5, max(0.6, float(self.t[-1]) - length_s - 0.5)))

    def span(self, onset_s: float, duration_s: float) -> slice:
        """Give the samples of a stretch."""
        first, last = np.searchsorted(self.t, [onset_s, onset_s + duration_s])
        return slice(int(first), int(last))

    def note(self, onset_s: float, duration_s: float, what: str) -> slice:
        """Remember a disturbance; give its samples."""
        self.put_in.append(Disturbance(onset_s=onset_s, duration_s=duration_s, what=what))
        return self.span(onset_s, duration_s)


def direction(rng: np.random.Generator) -> Floats:
    """Give a random direction in space."""
    arrow = rng.normal(size=3)
    return np.asarray(arrow / np.linalg.norm(arrow), dtype=np.float64)


def twitch_shape(rng: np.random.Generator) -> Floats:
    """Give the acceleration of one source's twitch at 2000 Hz, one peak to peak, from its start."""
    t = np.arange(0, _TWITCH_S, 1 / _FINE_HZ)
    if rng.random() < 0.5:
        rise_s, sink_s = rng.uniform(0.02, 0.05), rng.uniform(0.05, 0.15)
        fast = 1 / rise_s + 1 / sink_s
        wave = fast**2 * np.exp(-t * fast) - np.exp(-t / sink_s) / sink_s**2
        blur = int(rng.uniform(0.003, 0.012) * _FINE_HZ)
        wave = np.convolve(wave, np.hanning(2 * blur + 1))[: t.size]
    else:
        rise_s = rng.uniform(0.02, 0.05)
        omega, damping = 2 * np.pi * rng.uniform(5, 25), rng.uniform(0.2, 0.7)
        force = t / rise_s * np.exp(1 - t / rise_s)
        wave = np.gradient(np.gradient(_spring(force, omega, damping)))
    return np.asarray(wave / np.ptp(wave), dtype=np.float64)


def _spring(force: Floats, omega: float, damping: float) -> Floats:
    """Give where a mass on a damped spring goes under a force."""
    t = np.arange(force.size) / _FINE_HZ
    free = omega * np.sqrt(1 - damping**2)
    answer = np.exp(-damping * omega * t) * np.sin(free * t)
    return np.asarray(np.convolve(force, answer)[: force.size], dtype=np.float64)


def simulate_motion(scene: Scene, seed: int) -> Moved:
    """Give a recording of the scene and its truth; the same for the same seed."""
    rng = np.random.default_rng(seed)
    length = round(scene.duration_s * scene.rate_hz)
    even = np.arange(length) / scene.rate_hz
    jitter = rng.normal(0, scene.jitter / scene.rate_hz, length) if scene.jitter else 0.0
    canvas = _Canvas(t=np.sort(even + jitter), x=np.zeros((3, length)), rng=rng)
    _rest(canvas, scene)
    twitches = _twitch(canvas, scene)
    for count, draw in ((scene.movements, _move), (scene.taps, _tap)):
        for _ in range(count):
            draw(canvas)
    for seconds, lasting in (
        (scene.steps_s, _walk),
        (scene.tremor_s, _tremble(scene.tremor_m_s2)),
        (scene.rumble_s, _rumble(scene.rumble_m_s2)),
        (scene.motor_s, _buzz),
    ):
        if seconds > 0:
            lasting(canvas, seconds)
    return _moved(canvas, scene, even, twitches)


def _moved(
    canvas: _Canvas, scene: Scene, even: Floats, twitches: tuple[Floats, Floats, NDArray[np.int64]]
) -> Moved:
    """Add what the sensor does, and wrap it up."""
    _sense(canvas, scene)
    x = canvas.x
    if scene.jitter:
        x = np.stack([np.interp(even, canvas.t, axis) for axis in x])
    gaps: tuple[Gap, ...] = ()
    if scene.gap_s > 0:
        onset_s = canvas.room(scene.gap_s)
        x[:, canvas.note(onset_s, scene.gap_s, "gap")] = 0
        gaps = (Gap(onset_s=onset_s, duration_s=scene.gap_s),)
    about = About(
        name="simulated",
        modality=Modality.MOTION,
        format="simulated",
        rate_hz=scene.rate_hz,
        length=even.size,
        channels=tuple(Channel(name=name, unit="m/s^2") for name in "xyz"),
        irregular=scene.jitter > 0,
        gaps=gaps,
    )
    recording = Still(about=about, samples=x.astype(np.float32))
    start_s, ptp, site = twitches
    return Moved(
        recording=recording,
        twitch_s=start_s,
        ptp_m_s2=ptp,
        site=site,
        disturbances=tuple(sorted(canvas.put_in, key=lambda one: one.onset_s)),
    )


def _rest(canvas: _Canvas, scene: Scene) -> None:
    """Draw gravity that slowly tilts, the breath and the heartbeat."""
    t, rng = canvas.t, canvas.rng
    down, side = direction(rng), direction(rng)
    sway = sum(
        rng.normal(0, 0.004) * np.sin(2 * np.pi * f * t + rng.uniform(0, 6.28))
        for f in rng.uniform(0.005, 0.06, 3)
    )
    canvas.x += GRAVITY_M_S2 * (down[:, None] + scene.tilt * np.outer(side, sway))
    breath = scene.breath_m_s2 * np.sin(2 * np.pi * rng.uniform(0.2, 0.35) * t)
    canvas.x += np.outer(direction(rng), breath)
    if scene.pulse_m_s2 > 0:
        push = direction(rng)
        beat_s = np.cumsum(rng.normal(rng.uniform(0.7, 1.1), 0.03, int(t[-1] * 2)))
        for start_s in beat_s[beat_s < t[-1] - 1]:
            where = canvas.span(start_s, 0.5)
            lag = t[where] - start_s
            wave = np.sin(2 * np.pi * 6 * lag) * np.exp(-lag / 0.08)
            canvas.x[:, where] += np.outer(push, scene.pulse_m_s2 / 1.2 * wave)


def _twitch(canvas: _Canvas, scene: Scene) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Draw the twitches; give their starts, sizes and sources."""
    rng = canvas.rng
    least_s = 0.18  # constant: nearer than this two twitches of one muscle melt into one movement
    starts: list[float] = []
    if scene.rate_per_min > 0:
        mean_s = max(60 / scene.rate_per_min - least_s, 0.05)
        now = rng.exponential(mean_s)
        while now < canvas.t[-1] - _TWITCH_S:
            starts.append(now)
            now += least_s + rng.gamma(0.7, mean_s / 0.7)
    site = rng.integers(0, scene.sites, len(starts))
    ptp = scene.ptp_m_s2 * np.exp(rng.normal(0, scene.spread, len(starts)))
    shapes = [twitch_shape(rng) for _ in range(scene.sites)]
    arrows = [direction(rng) for _ in range(scene.sites)]
    for start_s, size, source in zip(starts, ptp, site, strict=True):
        where = canvas.span(start_s, _TWITCH_S - 0.01)
        fine = (canvas.t[where] - start_s) * _FINE_HZ
        wave = np.interp(fine, np.arange(shapes[source].size), shapes[source])
        arrow = arrows[source] + rng.normal(0, 0.1, 3)
        canvas.x[:, where] += np.outer(arrow / np.linalg.norm(arrow), size * wave)
    return np.array(starts), ptp, site


def _smooth(canvas: _Canvas, samples: int, low_hz: float, high_hz: float) -> Floats:
    """Give three axes of noise in a band, each of RMS one."""
    rate_hz = 1 / float(np.median(np.diff(canvas.t)))
    size = max(samples, 64)
    spectrum = np.fft.rfft(canvas.rng.normal(size=(3, size)))
    hz = np.fft.rfftfreq(size, 1 / rate_hz)
    spectrum[:, (hz < low_hz) | (hz > high_hz)] = 0
    wave = np.fft.irfft(spectrum, size)[:, :samples]
    return np.asarray(wave / max(float(np.std(wave)), 1e-9), dtype=np.float64)


def _move(canvas: _Canvas) -> None:
    """Draw a leg that shifts: slow large accelerations, and gravity from another side after."""
    rng = canvas.rng
    duration_s = float(rng.uniform(0.6, 3))
    onset_s = canvas.room(duration_s)
    where = canvas.note(onset_s, duration_s, "movement")
    samples = where.stop - where.start
    push = float(np.exp(rng.uniform(np.log(0.4), np.log(5))))
    wave = _smooth(canvas, samples, 0.5, float(rng.uniform(4, 9))) * np.hanning(samples)
    canvas.x[:, where] += push * wave
    turned = GRAVITY_M_S2 * float(rng.uniform(0, 0.15)) * direction(rng)
    canvas.x[:, where] += np.outer(turned, (1 - np.cos(np.linspace(0, np.pi, samples))) / 2)
    canvas.x[:, where.stop :] += turned[:, None]


def _tap(canvas: _Canvas) -> None:
    """Draw a knock on the phone: a few milliseconds, then a fast ring."""
    rng = canvas.rng
    onset_s = canvas.room(0.3)
    where = canvas.note(onset_s, 0.15, "tap")
    lag = canvas.t[where] - onset_s
    ring = np.sin(2 * np.pi * rng.uniform(35, 90) * lag) * np.exp(-lag / rng.uniform(0.008, 0.03))
    canvas.x[:, where] += np.outer(direction(rng), float(rng.uniform(0.5, 6)) * ring)


def _walk(canvas: _Canvas, seconds: float) -> None:
    """Draw steps: heel strikes with a swing between them."""
    rng = canvas.rng
    onset_s = canvas.room(seconds)
    where = canvas.note(onset_s, seconds, "steps")
    lag = canvas.t[where] - onset_s
    every_s = float(rng.uniform(0.45, 1.1))
    swing = 2 * np.sin(2 * np.pi * lag / every_s + rng.uniform(0, 6))
    strike = 8 * np.exp(-np.mod(lag, every_s) / 0.04) * np.cos(2 * np.pi * 14 * lag)
    canvas.x[:, where] += np.outer(direction(rng), swing) + np.outer(direction(rng), strike)


def _tremble(rms_m_s2: float) -> Callable[[_Canvas, float], None]:
    def draw(canvas: _Canvas, seconds: float) -> None:
        """Draw a tremor: one frequency that wanders a little."""
        rng = canvas.rng
        onset_s = canvas.room(seconds)
        where = canvas.note(onset_s, seconds, "tremor")
        samples = where.stop - where.start
        rate_hz = 1 / float(np.median(np.diff(canvas.t)))
        wander = rng.uniform(4, 11) + np.cumsum(rng.normal(0, 0.6 / np.sqrt(rate_hz), samples)) / 2
        wave = np.sqrt(2) * np.sin(2 * np.pi * np.cumsum(wander) / rate_hz)
        canvas.x[:, where] += np.outer(direction(rng), rms_m_s2 * wave)

    return draw


def _rumble(rms_m_s2: float) -> Callable[[_Canvas, float], None]:
    def draw(canvas: _Canvas, seconds: float) -> None:
        """Draw a vehicle: noise of 5 to 40 Hz."""
        onset_s = canvas.room(seconds)
        where = canvas.note(onset_s, seconds, "rumble")
        canvas.x[:, where] += rms_m_s2 * _smooth(canvas, where.stop - where.start, 5, 40)

    return draw


def _buzz(canvas: _Canvas, seconds: float) -> None:
    """Draw the phone's vibration motor."""
    rng = canvas.rng
    onset_s = canvas.room(seconds)
    where = canvas.note(onset_s, seconds, "motor")
    wave = np.sin(2 * np.pi * rng.uniform(130, 240) * canvas.t[where])
    canvas.x[:, where] += np.outer(direction(rng), float(rng.uniform(1, 6)) * wave)


def _sense(canvas: _Canvas, scene: Scene) -> None:
    """Add the sensor's noise and its steps."""
    rng, samples = canvas.rng, canvas.t.size
    swell = np.ones(samples)
    if scene.drift:
        knots = np.exp(rng.normal(0, scene.drift, max(4, int(scene.duration_s / 10))))
        swell = np.interp(np.linspace(0, 1, samples), np.linspace(0, 1, knots.size), knots)
    noise = np.broadcast_to(np.asarray(scene.noise_m_s2, dtype=np.float64), (3,))
    canvas.x += noise[:, None] * swell * rng.normal(size=(3, samples))
    if scene.step_m_s2:
        canvas.x = np.round(canvas.x / scene.step_m_s2) * scene.step_m_s2


def draw_motion(seed: int) -> Moved:
    """Give a recording drawn at random: another phone, calf and quarter of an hour each time."""
    rng = np.random.default_rng([seed, 4])
    noise = float(np.exp(rng.uniform(np.log(0.003), np.log(0.05))))
    scene = Scene(
        rate_hz=float(rng.choice([50, 60, 100, 125, 200, 400])),
        ptp_m_s2=float(np.exp(rng.uniform(np.log(0.05), np.log(0.6)))),
        spread=float(rng.uniform(0.1, 0.4)),
        rate_per_min=float(rng.choice([0, 5, 15, 25, 40, 60])),
        sites=int(rng.integers(1, 4)),
        noise_m_s2=noise,
        step_m_s2=float(rng.choice([0, 0.0012, 0.0048, 0.01])),
        jitter=float(rng.choice([0, 0, 0.1])),
        drift=float(rng.choice([0, 0.2])),
        movements=int(rng.integers(0, 4)),
        taps=int(rng.integers(0, 6)),
        steps_s=float(rng.choice([0, 0, 0, 6])),
        tremor_s=float(rng.choice([0, 0, 0, 8])),
        rumble_s=float(rng.choice([0, 0, 0, 15])),
        rumble_m_s2=float(rng.uniform(0.02, 0.2)),
        motor_s=float(rng.choice([0, 0, 0, 1.5])),
        pulse_m_s2=float(rng.choice([0, 0.01, 0.03])),
        gap_s=float(rng.choice([0, 0, 0, 2])),
    )
    return simulate_motion(scene, seed)
