"""Whether twitches explain a stretch that stands out; if not, what it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.detectors.motion_bank import White
from kedut.measurement.detectors.motion_pursuit import Run
from kedut.measurement.quality.motion import stretches
from kedut.measurement.twitch import Reason

Floats = NDArray[np.float32]

_LOUD = 2.5  # constant: noise so much above the recording's own hides what is usual in it
_HEARD = 3.0  # constant: power, in that of the noise, at which a loud stretch begins and ends
_SMOOTH_S = 0.2  # constant: over so long that power is averaged
_HUGE_M_S2 = 5.0  # constant: no twitch of a calf moves a phone so fast
_SURE = 80.0  # constant: energy, in noise variances, from which a misfit cannot be noise
_EXPLAINED = 0.55  # constant: share of a run's energy that twitches must explain
_EXPLAINED_LONG = 0.75  # constant: the same where the run is longer than one twitch
_LONG_S = 0.9  # constant: longer than one twitch rings
_KNOCK = 1.0  # constant: a knock that fits so much better is one
_KNOCK_S = 0.4  # constant: a run longer than this is no knock
_SWAY_M_S2 = 0.35  # constant: RMS above which it is the leg that moves, not the ground
_STEP_M_S2 = 1.0  # constant: RMS of the band while walking, at the least
_STEP_HZ = (0.8, 2.6)  # constant: steps a second
_TREMOR_HZ = (3.0, 14.0)  # constant: tremors of all kinds
_LINE = 0.5  # constant: share of the power within a hertz of the peak that makes it one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Samples, from `start` to before `stop`, that are no twitch, and why."""

    start: int
    stop: int
    reason: Reason


def judge(run: Run, y: Floats, rate_hz: float) -> Fault | None:
    """Give what a run is if twitches do not explain it."""
    span = y[:, max(0, run.start) : run.stop + round(0.15 * rate_hz)]
    middle = span - span.mean(axis=1, keepdims=True)
    reach = 2 * float(np.sqrt(np.max(np.einsum("at,at->t", middle, middle), initial=0)))
    length_s = (run.stop - run.start) / rate_hz
    score = max((pick.score for pick in run.picks), default=0.0)
    knock = max((pick.knock for pick in run.picks), default=np.inf)
    sharp = knock > _KNOCK * score and length_s < _KNOCK_S
    misfit = run.energy > _SURE and (
        run.explained < _EXPLAINED or (length_s > _LONG_S and run.explained < _EXPLAINED_LONG)
    )
    if not (sharp or misfit or reach > _HUGE_M_S2):
        return None
    reason = Reason.TAP if sharp else Reason.MOVEMENT
    return Fault(start=run.start, stop=run.stop + round(0.1 * rate_hz), reason=reason)


def loud_stretches(white: White, y: Floats, loud: Floats, rate_hz: float) -> list[Fault]:
    """Give the stretches in which the noise itself is too loud, and what made it so."""
    width = max(1, round(_SMOOTH_S * rate_hz))
    power = np.einsum("at,at->t", white.axes, white.axes)
    power = np.convolve(power, np.ones(width, dtype=np.float32) / width, mode="same")
    power /= white.share * white.axes.shape[0]
    usual = max(1.0, float(np.median(loud)))
    faults = []
    margin = round(1.0 * rate_hz)
    for first, last in stretches(loud > _LOUD * usual, round(2 * rate_hz)):
        low, high = max(0, first - margin), min(power.size, last + 1 + margin)
        above = np.flatnonzero(power[low:high] > _HEARD * usual**2)
        if above.size:
            first, last = low + int(above[0]), low + int(above[-1])
        reason = _named(y[:, first : last + 1], rate_hz)
        faults.append(Fault(start=first, stop=last + 1, reason=reason))
    return faults


def _named(y: Floats, rate_hz: float) -> Reason:
    """Give what a loud stretch is."""
    rms = float(np.sqrt(np.mean(np.sum(y * y, axis=0))))
    size = max(256, y.shape[1])
    power = np.sum(np.abs(np.fft.rfft(y * np.hanning(y.shape[1]), size, axis=1)) ** 2, axis=0)
    hz = np.fft.rfftfreq(size, 1 / rate_hz)
    peak = float(hz[int(np.argmax(power))])
    line = float(power[np.abs(hz - peak) <= 1].sum() / max(float(power.sum()), 1e-12))
    seconds = y.shape[1] / rate_hz
    if rms > _STEP_M_S2 and seconds > 2.5 and _beats(y, rate_hz):
        return Reason.STEPS
    if line > _LINE and _TREMOR_HZ[0] <= peak <= _TREMOR_HZ[1]:
        return Reason.TREMOR
    slow = float(power[hz < 5].sum() / max(float(power.sum()), 1e-12))
    return Reason.MOVEMENT if rms > _SWAY_M_S2 or slow > 0.5 else Reason.NOISE


def _beats(y: Floats, rate_hz: float) -> bool:
    """Say whether a stretch repeats itself as steps do."""
    size = 2 * y.shape[1]
    repeat = np.fft.irfft(np.sum(np.abs(np.fft.rfft(y, size, axis=1)) ** 2, axis=0))
    first, last = round(rate_hz / _STEP_HZ[1]), round(rate_hz / _STEP_HZ[0])
    lags = repeat[first : min(last, y.shape[1]) + 1] / max(float(repeat[0]), 1e-12)
    return bool(lags.size) and float(np.max(lags)) > 0.45
