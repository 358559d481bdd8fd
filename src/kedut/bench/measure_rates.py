"""Whether the interval of the rate holds the truth: simulated series of fasciculations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.features import rate_of
from kedut.simulate.emg_discharges import Bursts, Irregular, fasciculations

Floats = NDArray[np.float64]

FILES = 500
_WIDE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How often the interval held.

    held, below, above : shares of files in which the true rate lies within, under, over it
    width : median width, as a share of the true rate
    poisson : share held by the exact interval of a Poisson count, as a peer
    """

    label: str
    files: int
    held: float
    below: float
    above: float
    width: float
    poisson: float


def coverage(files: int = FILES) -> list[Coverage]:
    """Measure the interval on units that fire irregularly, in bursts, and both."""
    return [
        _covered("irregular units", files, bursty=0.0),
        _covered("irregular and bursty units", files, bursty=0.4),
        _covered("bursty units", files, bursty=1.0),
    ]


def _covered(label: str, files: int, *, bursty: float) -> Coverage:
    from scipy.stats import chi2

    held, poisson = np.zeros(files, np.bool_), np.zeros(files, np.bool_)
    under, over, width = np.zeros(files, np.bool_), np.zeros(files, np.bool_), np.zeros(files)
    for seed in range(files):
        times, true, usable_s = draw_series(seed, bursty=bursty)
        rate = rate_of(times, usable_s)
        held[seed] = rate.low <= true <= rate.high
        under[seed], over[seed] = true < rate.low, true > rate.high
        width[seed] = (rate.high - rate.low) / true
        n, tail = times.size, (1 - _WIDE) / 2
        low = chi2.ppf(tail, 2 * n) / 2 if n else 0.0
        high = chi2.ppf(1 - tail, 2 * n + 2) / 2
        poisson[seed] = low <= true * usable_s / 60 <= high
    return Coverage(
        label=label,
        files=files,
        held=float(held.mean()),
        below=float(under.mean()),
        above=float(over.mean()),
        width=float(np.median(width)),
        poisson=float(poisson.mean()),
    )


def draw_series(seed: int, *, bursty: float) -> tuple[Floats, float, float]:
    """Give times of fasciculations of one to five units, their true rate a minute, the length in s.

    The true rate is that of the processes in the long run, not the count of this file.
    """
    rng = np.random.default_rng([seed, 9])
    usable_s = float(rng.choice((60.0, 90.0, 120.0, 180.0, 300.0)))
    units = int(rng.integers(1, 6))
    total = float(np.exp(rng.uniform(np.log(4), np.log(120))))
    times, true = [], 0.0
    for share in rng.dirichlet(np.full(units, 1.5)):
        bursts = None
        if rng.random() < bursty:
            bursts = Bursts(on_s=float(rng.uniform(3, 12)), off_s=float(rng.uniform(3, 15)))
        doublets = float(rng.choice((0.0, 0.0, 0.2)))
        how = Irregular(
            per_min=total * share,
            variation=float(rng.uniform(0.7, 1.4)),
            shape=str(rng.choice(("lognormal", "gamma"))),
            bursts=bursts,
            doublets=doublets,
        )
        found, _ = fasciculations(rng, how, usable_s)
        times.append(found)
        true += how.per_min * (1 + doublets)
    return np.sort(np.concatenate(times)), true, usable_s
