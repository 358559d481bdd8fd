"""Which variable of a MATLAB file is the signal, which the rate, and what its columns are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.limits import CHANNELS_MOST, sound_rate
from kedut.measurement.readers.offered import Offered

_RATES: Final = (
    "fs",
    "fsamp",
    "samplingfrequency",
    "samplingrate",
    "samplerate",
    "samplefrequency",
    "srate",
    "sfreq",
    "frequency",
    "freq",
    "sr",
    "rate",
)
_SIGNALS: Final = ("emg", "semg", "sig", "signal", "signals", "data", "y", "x")
_UNITS: Final = ("unit", "units", "emgunit", "emgunits")
# what OTBioLab+ writes beside the EMG
_NOT_EMG: Final = re.compile(
    r"acquired data|performed path|requested path|decomposition|control|ramp|buffer|force|torque|"
    r"quaternion|[\[(]%[\])]",
    re.IGNORECASE,
)
_IN_BRACKETS: Final = re.compile(r"[\[(]\s*([munµμ]?V(?:olts?)?|m/s\^?2|g)\s*[\])]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A variable of two dimensions, the longer of which is time."""

    name: str
    length: int
    width: int
    at: str


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def rate_of(small: dict[str, Any], where: str) -> float:
    """Give the rate among single numbers, by its name."""
    plain = {_plain(name): value for name, value in small.items() if np.isscalar(value)}
    for name in _RATES:
        value = plain.get(name)
        if isinstance(value, int | float | np.number):
            return sound_rate(float(value), f"{where}, {name}")
    raise BadRecording(
        where=where,
        what="no variable of it says how many samples a second it has",
        remedy="save the rate as a variable named fs beside the signal",
    )


def offered_by(
    tables: list[Table], small: dict[str, Any], rate_hz: float, where: str
) -> tuple[Table, list[Offered]]:
    """Give the variable that is the signal, and its channels."""
    fitting = [one for one in tables if one.length >= rate_hz / 2 and one.width <= CHANNELS_MOST]
    if not fitting:
        raise BadRecording(
            where=where,
            what="no variable of it is long enough to be a signal",
            remedy="save the signal as a variable named emg, one column a channel",
        )

    def rank(one: Table) -> tuple[int, int]:
        name = _plain(one.name)
        order = _SIGNALS.index(name) if name in _SIGNALS else len(_SIGNALS)
        if order == len(_SIGNALS) and "emg" in name:
            order = 1
        if name in {"t", "time"}:
            order += 10
        return order, -one.length * one.width

    best = min(fitting, key=rank)
    unit = next((str(small[name]) for name in small if _plain(name) in _UNITS), "")
    told = small.get("Description")
    labels = list(told) if isinstance(told, list | tuple) and len(told) == best.width else []
    offered = []
    for at in range(best.width):
        label = str(labels[at]) if labels else ""
        found = _IN_BRACKETS.search(label)
        offered.append(
            Offered(
                name=label.strip()[:80] or f"{best.name} {at + 1}",
                unit=found[1] if found else unit,
                rate_hz=rate_hz,
                kind="other" if label and _NOT_EMG.search(label) else "emg" if labels else "",
            )
        )
    return best, offered
