"""How good a recording of motion is, and how small a twitch it would have shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kedut.measurement.twitch import Excluded, Quality, Reason

# A single motor unit moves a phone on the calf by a few hundredths of a metre per second squared
# at the most: what cannot see this cannot see single units. Hardly any phone can: it is a limit of
# what was measured, not a fault of the recording.
SINGLE_UNIT_M_S2 = 0.03
_NOISY_M_S2 = 0.1  # constant: a phone lying still sees from 0.05 to 0.08 on; this one is disturbed
_LEAST_S = 10.0  # constant: in less than this a rate says nothing
_MUCH = 0.3  # constant: share of the time whose loss is worth a word


def quality_of(
    duration_s: float,
    excluded: tuple[Excluded, ...],
    noise_m_s2: Sequence[float],
    smallest_m_s2: Sequence[float],
    pulse_per_min: float,
) -> Quality:
    """Give the quality, and its reasons, worst first.

    noise_m_s2, smallest_m_s2 : of each chunk: RMS of one axis, the smallest twitch it would show
    """
    lost_s = sum(one.duration_s for one in excluded)
    usable_s = max(0.0, duration_s - lost_s)
    smallest = float(np.median(smallest_m_s2)) if smallest_m_s2 else float("inf")
    reasons = []
    if usable_s < _LEAST_S:
        reasons.append("too_short")
    if duration_s and lost_s / duration_s > _MUCH:
        worst = max(
            {one.reason for one in excluded},
            key=lambda reason: sum(e.duration_s for e in excluded if e.reason is reason),
        )
        reasons.append(f"much_{worst.value}")
    if smallest > _NOISY_M_S2:
        reasons.append("cannot_see_small")
    present = {one.reason for one in excluded}
    reasons += [reason.value for reason in Reason if reason in present]
    if pulse_per_min:
        reasons.append("pulse")
    reasons.append("single_units_near_noise")
    figures = {"noise_m_s2": float(np.median(noise_m_s2)) if noise_m_s2 else 0.0}
    if pulse_per_min:
        figures["pulse_per_min"] = pulse_per_min
    return Quality(
        usable=usable_s >= _LEAST_S,
        usable_s=usable_s,
        reasons=tuple(reasons),
        excluded=excluded,
        figures=figures,
        smallest_seen=smallest if smallest_m_s2 else None,
    )
