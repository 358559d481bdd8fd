"""Ultrasound cine of DICOM: many pictures in one file, read one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.film_file import PIXELS_MOST, FilmFile, only_video
from kedut.measurement.readers.limits import COPY_AGAIN, sound_length, sound_rate
from kedut.measurement.recording import About, Frame, Modality

if TYPE_CHECKING:
    from pydicom import Dataset

_DEFLATED: Final = "1.2.840.10008.1.2.1.99"
_MPEG: Final = tuple(f"1.2.840.10008.1.2.4.{code}" for code in range(100, 109))
_FRAMES_MOST: Final = 1_000_000
_EXPORT: Final = "export it from the scanner as an uncompressed DICOM cine, or as MP4"


def open_dicom(path: Path, modality: Modality | None = None) -> FilmFile:
    """Open a cine of several frames."""
    import pydicom

    only_video(modality, path.name)
    syntax = str(pydicom.filereader.read_file_meta_info(path).get("TransferSyntaxUID", ""))
    if syntax == _DEFLATED or syntax in _MPEG:
        kind = "a film" if syntax in _MPEG else "a packed file"
        raise BadRecording(
            where=path.name, what=f"it is {kind} inside a DICOM ({syntax})", remedy=_EXPORT
        )
    data = pydicom.dcmread(path, defer_size="64 KB")
    if "PixelData" not in data:
        raise BadRecording(
            where=path.name, what="there are no pictures in this DICOM", remedy="give the cine"
        )
    frames = _sizes(data, path, syntax)
    high, wide = int(data.Rows), int(data.Columns)
    rate_hz, notes = _rate(data, frames, path.name)
    about = About(
        name=path.name,
        modality=Modality.VIDEO,
        format="dicom",
        rate_hz=rate_hz,
        length=sound_length(frames, rate_hz, path.name),
        started=_started(data),
        notes=tuple(notes),
    )
    stored = int(data.get("BitsStored", 8))
    signed = bool(int(data.get("PixelRepresentation", 0)))
    inverted = str(data.get("PhotometricInterpretation", "")) == "MONOCHROME1"
    _decodable(path, syntax)

    def play(height_px: int | None) -> Iterator[tuple[float, Frame]]:
        from pydicom.pixels.utils import iter_pixels

        for at, picture in enumerate(iter_pixels(path)):
            grey = _grey(picture, stored, signed=signed)
            yield at / rate_hz, _small(255 - grey if inverted else grey, height_px)

    return FilmFile(about, (wide, high), play)


def _sizes(data: Dataset, path: Path, syntax: str) -> int:
    """Give the number of frames, after what is claimed has been held against the file."""
    import pydicom

    frames = int(data.get("NumberOfFrames", 1) or 1)
    high, wide = int(data.get("Rows", 0)), int(data.get("Columns", 0))
    colours = int(data.get("SamplesPerPixel", 1))
    bits = int(data.get("BitsAllocated", 8))
    if not (0 < high * wide <= PIXELS_MOST and colours in {1, 3} and bits in {8, 16}):
        raise BadRecording(
            where=path.name,
            what=f"pictures of {wide} by {high} pixels, {colours} colours, {bits} bits",
            remedy=_EXPORT,
        )
    if frames < 2 or frames > _FRAMES_MOST:
        what = "it is one picture, no film" if frames < 2 else f"{frames} frames"
        raise BadRecording(where=path.name, what=what, remedy="give the cine (several frames)")
    packed = pydicom.uid.UID(syntax).is_compressed if syntax else False
    if not packed and frames * high * wide * colours * bits // 8 > path.stat().st_size:
        raise BadRecording(
            where=path.name,
            what=f"it is cut short: {frames} frames are claimed, fewer are there",
            remedy=COPY_AGAIN,
        )
    return frames


def _decodable(path: Path, syntax: str) -> None:
    """Decode one frame, so that a missing decoder is said before any work is done."""
    from pydicom.pixels.utils import iter_pixels

    try:
        next(iter(iter_pixels(path, indices=[0])))
    except Exception as broken:
        raise BadRecording(
            where=path.name,
            what=f"its pictures cannot be decoded (transfer syntax {syntax})",
            remedy=_EXPORT,
        ) from broken


def _rate(data: Dataset, frames: int, name: str) -> tuple[float, list[str]]:
    step_ms = data.get("FrameTime")
    if step_ms:
        return sound_rate(1000 / float(step_ms), name), []
    vector = data.get("FrameTimeVector")
    if vector is not None and len(vector) == frames:
        steps = np.asarray(vector, np.float64)[1:]
        if steps.mean() > 0:
            notes = ["frame times vary: their mean was used"] if np.ptp(steps) > 1 else []
            return sound_rate(1000 / float(steps.mean()), name), notes
    for field in ("CineRate", "RecommendedDisplayFrameRate"):
        if data.get(field):
            return sound_rate(float(data.get(field)), name), [
                f"the rate is the one to show: {field}"
            ]
    raise BadRecording(
        where=name, what="it does not say how many frames a second it has", remedy=_EXPORT
    )


def _grey(picture: NDArray[Any], stored: int, *, signed: bool) -> Frame:
    import cv2

    if picture.ndim == 3:
        picture = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if picture.dtype == np.uint8:
        return picture
    wide = picture.astype(np.int32) + (1 << (stored - 1) if signed else 0)
    return np.asarray(np.clip(wide >> max(0, stored - 8), 0, 255), np.uint8)


def _small(grey: Frame, height_px: int | None) -> Frame:
    import cv2

    if height_px is None or height_px == grey.shape[0]:
        return grey
    wide = max(1, round(grey.shape[1] * height_px / grey.shape[0]))
    return np.asarray(cv2.resize(grey, (wide, height_px), interpolation=cv2.INTER_AREA), np.uint8)


def _started(data: Dataset) -> datetime | None:
    for day, clock in (("AcquisitionDate", "AcquisitionTime"), ("ContentDate", "ContentTime")):
        date, time = str(data.get(day, "") or ""), str(data.get(clock, "") or "").split(".")[0]
        if len(date) == 8 and len(time) == 6:
            try:
                return datetime.fromisoformat(f"{date}T{time}")
            except ValueError:
                continue
    return None
