"""The header of EDF, EDF+ and BDF files, with what writers get wrong put right."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import BinaryIO, Final

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.limits import COPY_AGAIN, EXPORT, sound_count

_CLOCK: Final = re.compile(rb"\d\d[.:/-]\d\d[.:/-]\d\d\d\d[.:]\d\d[.:]\d\d")
_FIXED: Final = 256  # bytes before those of the signals; as many again for each
_CLOCK_AT: Final = 168  # where the date stands in the fixed part
_WIDTHS: Final = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)
_MONTHS: Final = (
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MAY",
    "JUN",
    "JUL",
    "AUG",
    "SEP",
    "OCT",
    "NOV",
    "DEC",
)
_CENTURY: Final = 85  # constant: the format's: 85-99 is 19.., 00-84 is 20..


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One signal of a file; `gain` and `offset` bring a stored number into `unit`."""

    label: str
    unit: str
    count: int
    gain: float
    offset: float
    annotations: bool
    broken: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What stands before the samples.

    data_at : the byte where they start
    width : bytes of a sample
    records : as claimed; -1 where the writer did not know
    pieces : whether there may be time between records (EDF+D)
    """

    signals: tuple[Signal, ...]
    width: int
    data_at: int
    records: int
    record_s: float
    pieces: bool
    plus: bool
    started: datetime | None
    notes: tuple[str, ...] = field(default=())


def read_header(file: BinaryIO, size: int, name: str) -> Header:
    """Give the header of an open file of so many bytes."""
    fixed = file.read(_FIXED)
    wide = fixed[:1] == b"\xff"
    form = "BDF" if wide else "EDF"
    where = f"{name} ({form} header)"
    if len(fixed) < _FIXED:
        raise BadRecording(where=where, what="it ends inside its header", remedy=COPY_AGAIN)
    fixed, shift = _aligned(fixed)
    notes = [f"the header is {abs(shift)} bytes out of line: put right"] if shift else []
    # a header that lost bytes has taken them from what follows, and the other way round
    file.seek(_FIXED - shift)
    if shift:
        fixed = fixed[:_FIXED]
    count = sound_count(int(_number(fixed[252:256], where, "number of signals")), where)
    if _FIXED * (count + 1) - shift > size:
        raise BadRecording(
            where=where,
            what=f"{count} channels are claimed, the file is too short to describe them",
            remedy=COPY_AGAIN,
        )
    described = file.read(_FIXED * count)
    fields, at = [], 0
    for each in _WIDTHS:
        block = described[at : at + each * count]
        fields.append([block[k * each : (k + 1) * each] for k in range(count)])
        at += each * count
    reserved = _text(fixed[192:236])
    started, said = _started(fixed)
    notes.extend(said)
    record_s = _number(fixed[244:252], where, "duration of a record")
    signals = tuple(_signal([column[k] for column in fields], where) for k in range(count))
    if record_s <= 0 and any(not one.annotations for one in signals):
        raise BadRecording(
            where=where, what=f"a record of {record_s:g} seconds cannot be", remedy=EXPORT
        )
    return Header(
        signals=signals,
        width=3 if wide else 2,
        data_at=_FIXED * (count + 1) - shift,
        records=int(_number(fixed[236:244], where, "number of records")),
        record_s=record_s,
        pieces=reserved[3:5] == "+D",
        plus=reserved[3:4] == "+",
        started=started,
        notes=tuple(notes),
    )


def _aligned(fixed: bytes) -> tuple[bytes, int]:
    """Give the fixed part with its date in place, and how many bytes had been lost before it."""
    found = _CLOCK.search(fixed, _CLOCK_AT - 80)
    if found is None or found.start() == _CLOCK_AT:
        return fixed, 0
    shift = _CLOCK_AT - found.start()
    head, tail = fixed[: found.start()], fixed[found.start() :]
    head = head + b" " * shift if shift > 0 else head[:shift]
    return head + tail + b" " * max(0, -shift), shift


def _text(raw: bytes) -> str:
    return raw.replace(b"\0", b" ").decode("latin-1").strip()


def _number(raw: bytes, where: str, what: str) -> float:
    try:
        value = float(_text(raw).replace(",", "."))
        if abs(value) < 1e15:  # constant: beyond it no field of 8 letters makes sense; no NaN
            return value
    except ValueError:
        pass
    raise BadRecording(where=where, what=f"its {what} reads {_text(raw)!r}", remedy=EXPORT)


def _signal(raw: list[bytes], where: str) -> Signal:
    label = _text(raw[0])
    annotations = label in {"EDF Annotations", "BDF Annotations"}
    place = f"{where}, signal {label!r}"
    count = int(_number(raw[8], place, "number of samples in a record"))
    if count < 0 or (count == 0 and not annotations):
        raise BadRecording(
            where=place, what=f"{count} samples in a record cannot be", remedy=EXPORT
        )
    gain, offset, broken = 1.0, 0.0, ""
    if not annotations:
        low, high, dlow, dhigh = (_number(raw[k], place, "range") for k in (3, 4, 5, 6))
        if dlow == dhigh or low == high:
            broken = "its range is empty"
        else:
            gain = (high - low) / (dhigh - dlow)
            offset = low - gain * dlow
    return Signal(
        label=label,
        unit=_text(raw[2]),
        count=count,
        gain=gain,
        offset=offset,
        annotations=annotations,
        broken=broken,
    )


def _started(fixed: bytes) -> tuple[datetime | None, list[str]]:
    """Give the start; the longer field wins, as it has all four digits of the year."""
    date = re.fullmatch(r"(\d\d)\D(\d\d)\D(\d\d)", _text(fixed[168:176]))
    clock = re.fullmatch(r"(\d\d)\D(\d\d)\D(\d\d)", _text(fixed[176:184]))
    notes = []
    if date is None or clock is None:
        return None, ["the start date is malformed: left out"]
    day, month, short = (int(part) for part in date.groups())
    year = short + (1900 if short >= _CENTURY else 2000)
    long = _text(fixed[88:168])
    named = re.match(r"Startdate (\d{1,2})-([A-Za-z]{3})-(\d{4})", long)
    if named and named[2].upper() in _MONTHS:
        day, month, year = int(named[1]), _MONTHS.index(named[2].upper()) + 1, int(named[3])
    elif long.startswith("Startdate") and not re.match(r"Startdate X( |$)", long):
        notes.append("the long start date is malformed: the short one is used")
    hour, minute, second = clock.groups()
    try:
        started = datetime.fromisoformat(f"{year:04}-{month:02}-{day:02}T{hour}:{minute}:00")
    except ValueError:
        return None, ["the start date is none of the calendar: left out"]
    return started + timedelta(seconds=int(second)), notes
