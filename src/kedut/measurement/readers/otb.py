"""OTB+ of OT Bioelettronica: a tar with one `.sig` of samples and the XML that describes it."""

from __future__ import annotations

import tarfile
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.closing import closed_on_failure
from kedut.measurement.readers.lazy import LazyRecording, built
from kedut.measurement.readers.limits import COPY_AGAIN, EXPORT, sound_count, sound_rate
from kedut.measurement.readers.offered import Offered, take
from kedut.measurement.recording import Modality

_MEMBERS_MOST: Final = 1000
_XML_MOST: Final = 1 << 22  # constant: bytes; 400 channels take some 100 kB
_SUPPLY_V: Final = {"QUATTRO": 5.0, "EMG-USB": 5.0}  # constant: by the maker's own scripts
_SUPPLY_ELSE_V: Final = 3.3
_NOT_EMG: Final = ("quaternion", "buffer", "ramp", "loadcell", "load cell", "aux", "control")


def open_otb(path: Path, modality: Modality | None = None) -> LazyRecording:
    """Open an OTB+ file; nothing of it is unpacked."""
    with closed_on_failure(path.open("rb")) as file:
        return _opened(file, path, modality)


def _opened(file: BinaryIO, path: Path, modality: Modality | None) -> LazyRecording:
    members = _members(path)
    if "Tracks_000.xml" in members or path.suffix.lower() == ".otb4":
        raise BadRecording(
            where=path.name,
            what="it is OTB4, whose scaling differs by device and is not published in full",
            remedy="export it from OTBioLab+ as OTB+ or EDF",
        )
    signals = sorted(name for name in members if name.lower().endswith(".sig"))
    if not signals:
        raise BadRecording(
            where=path.name, what="this tar holds no OTB+ recording", remedy="give an .otb+ file"
        )
    name = signals[0]
    notes = [f"{len(signals)} recordings in one file: the first was read"] if signals[1:] else []
    device = _xml(file, members, str(PurePosixPath(name).with_suffix(".xml")), path.name)
    rate_hz = sound_rate(_figure(device, "SampleFrequency", path.name), path.name)
    count = sound_count(int(_figure(device, "DeviceTotalChannels", path.name)), path.name)
    bits = int(_figure(device, "ad_bits", path.name))
    if bits != 16:
        raise BadRecording(
            where=path.name, what=f"its samples have {bits} bits; 16 can be read", remedy=EXPORT
        )
    at, size = members[name]
    length, rest = divmod(size, 2 * count)
    if rest or at + size > path.stat().st_size:
        raise BadRecording(
            where=path.name, what="it is cut short: the last samples are missing", remedy=COPY_AGAIN
        )
    title = device.get("Name", "")
    supply_v = next(
        (one for start, one in _SUPPLY_V.items() if title.upper().startswith(start)), _SUPPLY_ELSE_V
    )
    notes.append(f"the range of {title or 'the device'} was taken as {supply_v:g} V")
    offered, gains, muscle = _channels(device, count, rate_hz, path.name)
    scale = supply_v / 2**bits / np.asarray(gains)
    taken = take(offered, modality, path.name)

    def fetch(start: int, stop: int) -> NDArray[Any]:
        file.seek(at + start * 2 * count)
        raw = file.read((stop - start) * 2 * count)
        table = np.frombuffer(raw, "<i2").reshape(-1, count)
        places = list(taken.places)
        return np.asarray(table[:, places].T * scale[places][:, None])

    return built(
        name=path.name,
        form="otb+",
        taken=taken,
        fetch=fetch,
        length=length,
        closing=file.close,
        started=_started(file, members, path.name),
        muscle=muscle,
        notes=tuple(notes),
        scan=False,
    )


def _members(path: Path) -> dict[str, tuple[int, int]]:
    """Give for each plain file of a tar its place and size; names lose their folders."""
    members: dict[str, tuple[int, int]] = {}
    try:
        with tarfile.open(path, "r:") as archive:
            for at, one in enumerate(archive):
                if at >= _MEMBERS_MOST:
                    raise BadRecording(
                        where=path.name, what="too many files in one tar", remedy=EXPORT
                    )
                if one.isreg() and not one.issparse():
                    members[PurePosixPath(one.name).name] = (one.offset_data, one.size)
    except (tarfile.TarError, EOFError) as broken:
        raise BadRecording(
            where=path.name, what="the tar is broken or cut short", remedy=COPY_AGAIN
        ) from broken
    return members


def _xml(file: BinaryIO, members: dict[str, tuple[int, int]], name: str, where: str) -> ET.Element:
    at, size = members.get(name, (0, 0))
    if not 0 < size <= _XML_MOST:
        raise BadRecording(
            where=where, what=f"the description {name} is missing or too large", remedy=EXPORT
        )
    file.seek(at)
    raw = file.read(size)
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise BadRecording(where=where, what=f"{name} defines entities", remedy=EXPORT)
    try:
        return ET.fromstring(raw)
    except (ET.ParseError, ValueError, LookupError) as broken:
        raise BadRecording(
            where=where, what=f"{name} is no XML ({broken})", remedy=EXPORT
        ) from broken


def _figure(node: ET.Element, field: str, where: str) -> float:
    text = node.get(field)
    try:
        value = float("nan") if text is None else float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value) or abs(value) > 1e15:
        raise BadRecording(
            where=f"{where}, {node.tag}", what=f"{field} reads {text!r}", remedy=EXPORT
        )
    return value


def _channels(
    device: ET.Element, count: int, rate_hz: float, where: str
) -> tuple[list[Offered], list[float], str]:
    """Give all channels of a row, their gains, and the muscle where all are of one."""
    offered = [
        Offered(name=f"channel {at + 1}", unit="", rate_hz=rate_hz, left_out="not described")
        for at in range(count)
    ]
    gains = [1.0] * count
    muscles = set()
    for adapter in device.iter("Adapter"):
        start = int(_figure(adapter, "ChannelStartIndex", where))
        by = _figure(adapter, "Gain", where)
        for channel in adapter.iter("Channel"):
            index = int(_figure(channel, "Index", where))
            at = start + index
            gain = by * _figure(channel, "Gain", where)
            if not 0 <= at < count or gain <= 0:
                raise BadRecording(
                    where=where,
                    what=f"channel {at + 1}: its place or gain cannot be",
                    remedy=EXPORT,
                )
            title = channel.get("ID", "") or adapter.get("ID", "")
            other = (title + adapter.get("ID", "")).lower()
            plain = not any(word in other for word in _NOT_EMG)
            if plain and channel.get("Muscle"):
                muscles.add(channel.get("Muscle", ""))
            gains[at] = gain
            offered[at] = Offered(
                name=f"{title} {index + 1}",
                unit="V",
                rate_hz=rate_hz,
                kind="emg" if plain else "other",
            )
    return offered, gains, muscles.pop() if len(muscles) == 1 else ""


def _started(file: BinaryIO, members: dict[str, tuple[int, int]], where: str) -> datetime | None:
    if "patient.xml" not in members:
        return None
    try:
        text = _xml(file, members, "patient.xml", where).findtext("time") or ""
        return datetime.fromisoformat(text.strip())
    except ValueError:  # BadRecording too: the start is not worth the recording
        return None
