"""ZIP exports of phyphox and Sensor Logger: the accelerometer's table and what stands beside it."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final, cast

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.lazy import LazyRecording
from kedut.measurement.readers.phone import looks_phone, read_phone
from kedut.measurement.readers.table import spelled
from kedut.measurement.recording import Modality

_MEMBERS_MOST: Final = 1000
_BYTES_MOST: Final = 2 << 30  # constant: a day at 400 Hz is below 2 GB of text
_RATIO_MOST: Final = 200  # constant: numbers as text pack 3 to 10 times; zeros 1000 times
_HEAD: Final = 1 << 18
_SMALL: Final = 1 << 20
# what the sensor felt, gravity included, before what is left without it
_BEST: Final = (
    "totalacceleration",
    "raw data",
    "accelerometeruncalibrated",
    "accelerometer",
    "acceleration",
    "linear",
)
_OFFSET: Final = re.compile(r"(?:UTC|GMT)?([+-])(\d\d):?(\d\d)\Z")


class _Bounded(io.RawIOBase):
    """A member of a ZIP that never gives more than was claimed and never packs too tightly."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, where: str) -> None:
        self._archive, self._member, self._where = archive, member, where
        self._file, self._given = archive.open(member), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        got = self._file.read(len(buffer))
        self._given += len(got)
        if self._given > _BYTES_MOST:
            raise BadRecording(
                where=self._where, what="unpacked it is larger than 2 GB", remedy="cut it shorter"
            )
        buffer[: len(got)] = got
        return len(got)

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go back to the start, which is all a table is asked for."""
        if offset or whence:
            raise io.UnsupportedOperation
        self._file.close()
        self._file, self._given = self._archive.open(self._member), 0
        return 0

    def close(self) -> None:
        self._file.close()
        super().close()


def open_phone_zip(path: Path, modality: Modality | None = None) -> LazyRecording:
    """Open a ZIP of a phone."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive, path.name, modality)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as broken:
        raise BadRecording(
            where=path.name,
            what=f"the ZIP is broken, or locked by a password ({broken})",
            remedy="export it again from the phone",
        ) from broken


def _read(archive: zipfile.ZipFile, name: str, modality: Modality | None) -> LazyRecording:
    members = [one for one in archive.infolist() if not one.is_dir()]
    if len(members) > _MEMBERS_MOST:
        raise BadRecording(
            where=name, what=f"{len(members)} files in one ZIP", remedy="give one recording"
        )
    for one in members:
        if one.file_size > max(_SMALL, _RATIO_MOST * one.compress_size) or (
            one.file_size > _BYTES_MOST
        ):
            raise BadRecording(
                where=f"{name}, {PurePosixPath(one.filename).name}",
                what=f"{one.compress_size} bytes that unpack to {one.file_size}: no true recording",
                remedy="export it again from the phone",
            )
    tables = sorted(
        (
            (_place(one.filename), one)
            for one in members
            if one.filename.lower().endswith((".csv", ".txt", ".tsv"))
            and _place(one.filename) is not None
        ),
        key=lambda item: cast("int", item[0]),
    )
    for _, member in tables:
        with _Bounded(archive, member, name) as file:
            head = file.read(_HEAD) or b""
            try:
                spelling = spelled(head, name)
            except BadRecording:
                continue
            if looks_phone(spelling):
                stem = PurePosixPath(member.filename).stem
                meta = _metadata(archive, members)
                raw_ios = (
                    stem.lower() == "accelerometeruncalibrated"
                    and "ios" in meta.get("platform", "").lower()
                )
                lacks = stem.lower() == "accelerometer" and "seconds_elapsed" in spelling.header[-1]
                notes: tuple[str, ...] = (f"{stem} was read",)
                if lacks or "linear" in stem.lower():
                    notes += ("gravity had been taken away by the phone",)
                return read_phone(
                    cast("BinaryIO", file),
                    spelling,
                    modality,
                    name=name,
                    unit="g" if raw_ios else "",
                    started=_started(archive, members, meta),
                    form="sensor-logger" if "seconds_elapsed" in spelling.header[-1] else "phyphox",
                    notes=notes,
                )
    raise BadRecording(
        where=name,
        what="no table of an accelerometer is in this ZIP",
        remedy="record 'Acceleration (with g)' in phyphox, or Accelerometer in Sensor Logger",
    )


def _place(filename: str) -> int | None:
    parts = PurePosixPath(filename).parts
    if any(part in {"__MACOSX", "meta"} for part in parts):
        return None
    stem = PurePosixPath(filename).stem.lower()
    return next((at for at, start in enumerate(_BEST) if stem.startswith(start)), None)


def _small(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str) -> list[list[str]]:
    """Give the cells of a small table beside the samples."""
    for one in members:
        if one.filename.lower().endswith(name) and one.file_size <= _SMALL:
            with archive.open(one) as file:
                text = file.read(_SMALL).decode("utf-8-sig", "replace")
            form = ";" if text.count(";") > text.count(",") else "\t" if "\t" in text else ","
            return list(csv.reader(io.StringIO(text), delimiter=form))[:100]
    return []


def _metadata(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> dict[str, str]:
    """Give what Sensor Logger says of the phone."""
    rows = _small(archive, members, "metadata.csv")
    if len(rows) < 2:
        return {}
    return dict(zip((cell.strip().lower() for cell in rows[0]), rows[1], strict=False))


def _started(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], meta: dict[str, str]
) -> datetime | None:
    """Give when the recording was started: phyphox meta/time.csv, Sensor Logger Metadata.csv."""
    epoch = meta.get("recording epoch time", "")
    if epoch.isdigit() and len(epoch) <= 14:
        return datetime.fromtimestamp(int(epoch) / 1000, UTC)
    rows = _small(archive, members, "meta/time.csv")
    if len(rows) >= 2:
        named = dict(zip((cell.strip().lower() for cell in rows[0]), rows[1], strict=False))
        text = named.get("system time text", "")
        clock = re.match(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d{1,6})?\s*(.*)", text)
        if clock:
            whole = datetime.fromisoformat(f"{clock[1]}T{clock[2]}")
            found = _OFFSET.match(clock[4].strip())
            if found:
                sign = 1 if found[1] == "+" else -1
                zone = timezone(sign * timedelta(hours=int(found[2]), minutes=int(found[3])))
                whole = whole.replace(tzinfo=zone)
            return whole + timedelta(seconds=float(clock[3] or 0))
    return None
