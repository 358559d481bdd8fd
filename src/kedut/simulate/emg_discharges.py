"""When motor units discharge: alone, in clusters of minutes, in doublets, in groups, by will."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_REFRACTORY_S = 0.003  # constant: an axon does not follow faster
_F_WAVE_S = 0.002  # constant: spread of an F-wave's latency within a unit (1 to 3 ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bursts:
    """A process with two states: it discharges only while on.

    on_s, off_s : mean lengths of both states, each exponential
    """

    on_s: float
    off_s: float

    @property
    def share(self) -> float:
        """Give the share of the time it is on."""
        return self.on_s / (self.on_s + self.off_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Irregular:
    """How a unit fasciculates.

    per_min : mean rate in the long run, without the seconds of doublets
    variation : coefficient of variation of the intervals while on
    shape : `lognormal` or `gamma`
    least_s : no interval is shorter
    bursts : none for a process that is always on
    doublets : share of discharges followed by a second one
    doublet_s : shortest and longest time to the second
    f_wave : all seconds of this unit come after one and the same time, as F-waves do
    """

    per_min: float
    variation: float = 1.0
    shape: str = "lognormal"
    least_s: float = 0.03
    bursts: Bursts | None = None
    doublets: float = 0.0
    doublet_s: tuple[float, float] = (0.010, 0.110)
    f_wave: bool = False


def fasciculations(
    rng: np.random.Generator, how: Irregular, duration_s: float
) -> tuple[Floats, NDArray[np.bool_]]:
    """Give when a unit discharges and which of these are seconds of a doublet."""
    if how.per_min <= 0:
        return np.empty(0), np.empty(0, dtype=np.bool_)
    mean_s = 60.0 / how.per_min * (how.bursts.share if how.bursts else 1.0)
    firsts = renewal(rng, how, mean_s, duration_s)
    seconds = np.empty(0)
    if how.doublets > 0:
        chosen = np.flatnonzero(rng.random(firsts.size) < how.doublets)
        after = rng.uniform(*how.doublet_s, chosen.size)
        if how.f_wave:
            after = rng.uniform(0.030, 0.055) + rng.normal(0, _F_WAVE_S, chosen.size)
        seconds = firsts[chosen] + after
        # The axon carries no second just when, or after, the next first comes.
        following = np.append(firsts, np.inf)[chosen + 1]
        seconds = seconds[(seconds < duration_s) & (seconds + how.least_s <= following)]
    times = np.concatenate([firsts, seconds])
    order = np.argsort(times)
    second = np.concatenate([np.zeros(firsts.size, np.bool_), np.ones(seconds.size, np.bool_)])
    return times[order], second[order]


def renewal(rng: np.random.Generator, how: Irregular, mean_s: float, duration_s: float) -> Floats:
    """Give the times of a renewal process that has run long before 0, only those while on."""
    on = _on(rng, how.bursts, duration_s)
    free_s = max(mean_s - how.least_s, 0.1 * mean_s)
    least_s = mean_s - free_s
    variation = how.variation * mean_s / free_s
    times: list[float] = []
    for start, stop in on:
        # Running in: from long before, so that 0 is a moment like any other.
        time = start - rng.uniform(3.0, 6.0) * mean_s
        while time < stop:
            if time >= start:
                times.append(time)
            time += least_s + _interval(rng, how.shape, free_s, variation)
    return np.array(times)


def _interval(rng: np.random.Generator, shape: str, mean_s: float, variation: float) -> float:
    if shape == "gamma":
        order = 1.0 / variation**2
        return float(rng.gamma(order, mean_s / order))
    if shape == "lognormal":
        spread2 = np.log1p(variation**2)
        return float(rng.lognormal(np.log(mean_s) - spread2 / 2, np.sqrt(spread2)))
    raise ValueError(f"shape must be 'lognormal' or 'gamma', got {shape!r}")


def _on(
    rng: np.random.Generator, bursts: Bursts | None, duration_s: float
) -> list[tuple[float, float]]:
    if bursts is None:
        return [(0.0, duration_s)]
    stretches = []
    time, on = 0.0, bool(rng.random() < bursts.share)
    while time < duration_s:
        lasts = rng.exponential(bursts.on_s if on else bursts.off_s)
        if on:
            stretches.append((time, min(time + lasts, duration_s)))
        time, on = time + lasts, not on
    return stretches


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """A unit that discharges in groups: myokymia 25 to 45 Hz, neuromyotonia 40 to 200 Hz.

    within_hz : lowest and highest rate inside a group
    lasts_s : shortest and longest group
    pause_s : mean pause between groups
    slowing : share of its rate a group has lost at its end
    """

    within_hz: tuple[float, float] = (25.0, 45.0)
    lasts_s: tuple[float, float] = (0.15, 0.5)
    pause_s: float = 1.2
    slowing: float = 0.1


def groups(
    rng: np.random.Generator, how: Grouped, duration_s: float
) -> tuple[Floats, list[tuple[float, float]]]:
    """Give when a unit discharges, and start and end of each group."""
    times: list[float] = []
    spans: list[tuple[float, float]] = []
    start = rng.exponential(how.pause_s)
    while start < duration_s:
        rate, lasts = rng.uniform(*how.within_hz), rng.uniform(*how.lasts_s)
        time, inside = start, []
        while time < min(start + lasts, duration_s):
            inside.append(time)
            slowed = rate * (1.0 - how.slowing * (time - start) / lasts)
            time += max(_REFRACTORY_S, rng.normal(1.0, 0.06) / slowed)
        times += inside
        spans.append((start, inside[-1]))
        start = inside[-1] + 0.3 * how.pause_s + rng.exponential(0.7 * how.pause_s)
    return np.array(times), spans


def by_will(
    rng: np.random.Generator,
    drive: Floats,
    step_s: float,
    threshold: float,
    *,
    rates_hz: tuple[float, float] = (7.0, 22.0),
    variation: float = 0.16,
) -> Floats:
    """Give when a unit discharges under a drive of 0 to 1 that is sampled every `step_s`.

    It is silent below its threshold; above, its rate grows with the drive.
    """
    times: list[float] = []
    time = rng.uniform(0, 0.05)
    while (place := int(time / step_s)) < drive.size:
        if drive[place] < threshold:
            silent = np.argmax(drive[place:] >= threshold)
            if silent == 0:
                break
            time = (place + int(silent)) * step_s + rng.uniform(0, 0.03)
            continue
        times.append(time)
        above = (drive[place] - threshold) / max(1.0 - threshold, 1e-6)
        rate = rates_hz[0] + (rates_hz[1] - rates_hz[0]) * above
        time += max(0.02, rng.normal(1.0, variation) / rate)
    return np.array(times)
