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
_EXPLAINED_SHORT = 0.4  # constant: a short sharp twitch is in no bank exactly
_EXPLAINED_LONG = 0.75  # constant: the same where the run is longer than one twitch
_LONG_S = 0.9  # constant: longer than one twitch rings
_KNOCK = 1.05  # constant: a knock that fits so much better is one
_BENDS_S = 0.01  # constant: seconds; no twitch has so much of its energy above its band
_BENDS_SURE = 8.0  # constant: standard deviations of what it usually is
_KNOCK_S = 0.4  # constant: a run longer than this is no knock
_SWAY_M_S2 = 0.35  # constant: RMS above which it is the leg that moves, not the ground
_SEARCH_S = 1.0  # constant: the noise is followed in steps of half a second; ends lie so near
_BOX_S = 0.3  # constant: slower than this is the filters' ringing
_MOVES = 7.0  # constant: power, in the noise's usual one, that is movement
_TAIL = 0.0007  # constant: of a movement's own power; what is less is its echo in the filters
_PAUSE_S = 0.15  # constant: a shorter stillness is part of a movement
_QUIET = 0.3  # constant: the quantile taken for noise
_STEP_M_S2 = 0.5  # constant: RMS of the band while walking, at the least
_STEP_HZ = (0.8, 2.6)  # constant: steps a second
_TREMOR_HZ = (3.0, 14.0)  # constant: tremors of all kinds
_LINE = 0.5  # constant: share of the power within a hertz of the peak that makes it one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Samples, from `start` to before `stop`, that are no twitch, and why."""

    start: int
    stop: int
    reason: Reason


def judge(run: Run, power: Floats, fast: Floats, calm: float, rate_hz: float) -> Reason | None:
    """Give what a run is if twitches do not explain it.

    power : square of the band's length at each sample, in (m/s²)²
    fast : energy of what is faster than the band, and `calm`, what it usually is
    """
    reach = 2 * float(power[run.start : run.stop + round(0.15 * rate_hz)].max()) ** 0.5
    length_s = (run.stop - run.start) / rate_hz
    score = max((pick.score for pick in run.picks), default=0.0)
    knock = max((pick.knock for pick in run.picks), default=np.inf)
    near = fast[max(0, run.start - round(0.03 * rate_hz)) : run.stop + round(0.1 * rate_hz)]
    above = float(near.sum()) - calm * near.size
    bends = above > _BENDS_S * reach**2 and above > calm * np.sqrt(near.size) * _BENDS_SURE
    sharp = length_s < (2 * _KNOCK_S if bends else _KNOCK_S) and (bends or knock > _KNOCK * score)
    need = _EXPLAINED if length_s < _LONG_S else _EXPLAINED_LONG
    misfit = run.energy > _SURE and run.explained < (
        _EXPLAINED_SHORT if length_s < _KNOCK_S else need
    )
    if not (sharp or misfit or reach > _HUGE_M_S2):
        return None
    return Reason.TAP if sharp else Reason.MOVEMENT


def trimmed(fault: Fault, y: Floats, rate_hz: float) -> Fault:
    """Give the part of a fault in which something moves, without what the filters ring after it."""
    low = max(0, fault.start - round(_SEARCH_S * rate_hz))
    span = y[:, low : fault.stop + round(_SEARCH_S * rate_hz)]
    width = min(span.shape[1], 2 * round(_BOX_S * rate_hz / 2) + 1)
    if width < 3:
        return fault
    box = np.ones(width, dtype=np.float32) / width
    fast = span - np.stack([np.convolve(axis, box, mode="same") for axis in span])
    power = np.einsum("at,at->t", fast, fast)
    power = np.convolve(power, np.ones(5, dtype=np.float32) / 5, mode="same")
    noise = float(np.quantile(np.einsum("at,at->t", y, y), _QUIET))
    above = power > max(_MOVES * noise, _TAIL * float(power.max()))
    touching = [
        (first, last)
        for first, last in stretches(above, round(_PAUSE_S * rate_hz))
        if first + low < fault.stop and last + low >= fault.start
    ]
    if not touching:
        return fault
    start, stop = low + touching[0][0], low + touching[-1][1] + 1
    return Fault(start=start, stop=stop, reason=fault.reason)


def loud_stretches(white: White, y: Floats, loud: Floats, rate_hz: float) -> list[Fault]:
    """Give the stretches in which the noise itself is too loud, and what made it so."""
    usual = max(1.0, float(np.median(loud)))
    if not (loud > _LOUD * usual).any():
        return []
    width = max(1, round(_SMOOTH_S * rate_hz))
    power = np.einsum("at,at->t", white.axes, white.axes)
    power = np.convolve(power, np.ones(width, dtype=np.float32) / width, mode="same")
    power /= white.share * white.axes.shape[0]
    faults = []
    margin = round(_SEARCH_S * rate_hz)
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
    return bool(lags.size) and float(np.max(lags)) > 0.35
