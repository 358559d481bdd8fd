"""What a header may claim before anything is set aside for it."""

from __future__ import annotations

import math
from typing import Final

from kedut.measurement.errors import BadRecording

CHANNELS_MOST: Final = 4096  # constant: the largest arrays of electrodes in use have about 1,000
RATE_MOST_HZ: Final = 1_000_000.0  # constant: far above any amplifier of muscles
DURATION_MOST_S: Final = 32 * 24 * 3600.0  # constant: a month; a longer claim is a broken clock
COPY_AGAIN: Final = "copy it again from the recorder, or export it anew"
EXPORT: Final = "export it anew, as EDF where the program offers it"


def sound_rate(rate_hz: float, where: str) -> float:
    """Give a rate that can be true, made whole where only its spelling was short of it."""
    if not math.isfinite(rate_hz) or rate_hz <= 0 or rate_hz > RATE_MOST_HZ:
        raise BadRecording(
            where=where,
            what=f"a rate of {rate_hz:g} samples a second cannot be",
            remedy=EXPORT,
        )
    whole = round(rate_hz)
    # constant: 8 letters of a duration carry about 6 digits of the rate
    return float(whole) if whole and abs(rate_hz - whole) / whole < 1e-5 else rate_hz


def sound_count(count: int, where: str) -> int:
    """Give a number of channels that can be true."""
    if not 0 < count <= CHANNELS_MOST:
        raise BadRecording(
            where=where,
            what=f"a recording of {count} channels cannot be (1 to {CHANNELS_MOST} can)",
            remedy=EXPORT,
        )
    return count


def sound_length(length: int, rate_hz: float, where: str) -> int:
    """Give a length that can be true: some samples, and no more than a month of them."""
    if length <= 0:
        raise BadRecording(where=where, what="there are no samples in it", remedy=COPY_AGAIN)
    if length / rate_hz > DURATION_MOST_S:
        raise BadRecording(
            where=where,
            what=f"{length / rate_hz / 86400:.0f} days in one recording: its clock is broken",
            remedy=EXPORT,
        )
    return length
