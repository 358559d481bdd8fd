"""Which of the channels that a file offers are taken, and by how much each is multiplied."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.limits import sound_rate
from kedut.measurement.recording import Channel, Modality

MICROVOLT: Final = "uV"
ACCELERATION: Final = "m/s^2"
STANDARD_GRAVITY: Final = 9.80665  # constant: m/s², by definition
_VOLTS: Final = {
    "v": 1e6,
    "volt": 1e6,
    "volts": 1e6,
    "mv": 1e3,
    "millivolt": 1e3,
    "millivolts": 1e3,
    "uv": 1.0,
    "uvolt": 1.0,
    "uvolts": 1.0,
    "mvolt": 1e3,
    "microv": 1.0,
    "microvolt": 1.0,
    "microvolts": 1.0,
    "nv": 1e-3,
    "nanovolt": 1e-3,
    "nanovolts": 1e-3,
}
_ACCELERATIONS: Final = {
    "m/s^2": 1.0,
    "m/s2": 1.0,
    "m/s/s": 1.0,
    "m/s²": 1.0,
    "m.s-2": 1.0,
    "ms-2": 1.0,
    "g": STANDARD_GRAVITY,
    "g's": STANDARD_GRAVITY,
    "gs": STANDARD_GRAVITY,
    "g-force": STANDARD_GRAVITY,
    "mg": STANDARD_GRAVITY / 1000,
}
_ACCELEROMETER: Final = re.compile(r"(^|[^a-z])acc([^a-z]|[xyz]([^a-z]|$)|el|$)|accelero")
_OTHER: Final = re.compile(
    r"(^|[^a-z])(ecg|ekg|eeg|eog|meg|eda|gsr|ppg|spo2|bvp|resp|trig|trigger|status|marker|events?|"
    r"force|torque|load|angle|temp|temperature|pulse|battery|counter|ramp|buffer|quaternions?|"
    r"sync|pressure|annotations?|footswitch|digital|stim|mag|time)([^a-z]|$)|gyro|goniom|magnetom"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One channel as a file describes it.

    unit : as the file spells it
    kind : where the file says plainly what it is: `emg`, `motion` or `other`; else empty
    left_out : why it cannot be used at all, or empty
    """

    name: str
    unit: str
    rate_hz: float
    kind: str = ""
    left_out: str = ""
    column: int | None = None
    row: int | None = None
    spacing_mm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What is read of a file.

    places : of the channels among those offered
    factors : each brings its channel into the channel's unit
    """

    modality: Modality
    rate_hz: float
    channels: tuple[Channel, ...]
    places: tuple[int, ...]
    factors: tuple[float, ...]
    notes: tuple[str, ...] = field(default=())


def plain_unit(unit: str) -> str:
    """Give a unit without its many spellings of micro, brackets and spaces."""
    bare = (
        unit.strip().strip("[]()").strip().replace("µ", "u").replace("μ", "u").replace("\xb5", "u")
    )
    return bare.replace(" ", "").lower()


def factor_to(modality: Modality, unit: str) -> float | None:
    """Give what a unit is multiplied by to be microvolts or m/s²; none where it is neither."""
    table = _VOLTS if modality is Modality.EMG else _ACCELERATIONS
    return table.get(plain_unit(unit))


def kind_of(offered: Offered) -> str:
    """Say whether a channel is `emg`, `motion`, `other`, or `unknown`, by unit, then by label."""
    if offered.kind:
        return offered.kind
    label = offered.name.lower()
    if _ACCELEROMETER.search(label):
        return "motion"
    if "emg" in label:
        return "emg"
    if _OTHER.search(label):
        return "other"
    if factor_to(Modality.EMG, offered.unit) is not None:
        return "emg"
    if factor_to(Modality.MOTION, offered.unit) is not None:
        return "motion"
    return "other" if plain_unit(offered.unit) else "unknown"


def take(offered: list[Offered], modality: Modality | None, where: str) -> Taken:
    """Choose the channels of one kind and one rate; what stays behind is noted."""
    kinds = [("other" if one.left_out else kind_of(one)) for one in offered]
    notes = [f"left out {one.name}: {one.left_out}" for one in offered if one.left_out]
    wanted = modality or (
        Modality.MOTION if "motion" in kinds and "emg" not in kinds else Modality.EMG
    )
    places = [at for at, kind in enumerate(kinds) if kind == wanted.value]
    if not places:
        places = [at for at, kind in enumerate(kinds) if kind == "unknown"]
    if not places:
        what = {
            Modality.EMG: "no channel of it is an EMG in volts",
            Modality.MOTION: "no channel of it is an acceleration",
            Modality.VIDEO: "it is no video",
        }[wanted]
        raise BadRecording(
            where=where, what=what, remedy="give the file that holds them, or name the modality"
        )
    rates = Counter(offered[at].rate_hz for at in places)
    rate_hz, _ = max(rates.items(), key=lambda item: (item[1], item[0]))
    chosen = [at for at in places if offered[at].rate_hz == rate_hz]
    kept, fitting = set(chosen), set(places)
    for at, one in enumerate(offered):
        if at not in kept and not one.left_out:
            why = f"{one.rate_hz:g} Hz" if at in fitting else f"not {wanted.value}"
            notes.append(f"left out {one.name}: {why}")
    channels: list[Channel] = []
    factors: list[float] = []
    seen: Counter[str] = Counter()
    unit = MICROVOLT if wanted is Modality.EMG else ACCELERATION
    for at in chosen:
        one = offered[at]
        factor = factor_to(wanted, one.unit)
        if factor is None:
            notes.append(f"{one.name} has no unit that is known ({one.unit!r}): taken as {unit}")
        seen[one.name] += 1
        channels.append(
            Channel(
                name=one.name if seen[one.name] == 1 else f"{one.name} ({seen[one.name]})",
                unit=unit,
                column=one.column,
                row=one.row,
                spacing_mm=one.spacing_mm,
            )
        )
        factors.append(1.0 if factor is None else factor)
    return Taken(
        modality=wanted,
        rate_hz=sound_rate(rate_hz, where),
        channels=tuple(channels),
        places=tuple(chosen),
        factors=tuple(factors),
        notes=shortened(notes),
    )


def shortened(notes: list[str], most: int = 20) -> tuple[str, ...]:
    """Give the first notes and how many more there are."""
    if len(notes) <= most:
        return tuple(notes)
    return (*notes[:most], f"and {len(notes) - most} more of this kind")
