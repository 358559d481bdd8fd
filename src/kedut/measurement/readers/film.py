"""Films of phones and cameras, decoded in order, grey and small as they come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.film_file import FILM_AGAIN, PIXELS_MOST, FilmFile, only_video
from kedut.measurement.readers.limits import COPY_AGAIN, sound_length, sound_rate
from kedut.measurement.recording import About, Frame, Modality

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

_FRAMES_MOST: Final = 20_000_000  # constant: a day at 240 a second
_UNEVEN: Final = 0.25  # constant: steps between frames that differ by more are no even clock
_SHORT: Final = 0.95  # constant: share of the frames claimed, below which the file was cut
_SOUND_S: Final = 0.5  # constant: by which sound may outlast the pictures
_SPEED_MOST_HZ: Final = 10_000.0
# 8 bits, and the first plane is the brightness in full size
_BRIGHTNESS_FIRST: Final = frozenset(
    {"gray", "nv12", "nv21", "yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuvj422p", "yuvj444p"}
)
_FULL_RANGE: Final = 2  # as FFmpeg numbers it: 0 to 255, not 16 to 235
_WIDENED: Final = np.clip(np.rint((np.arange(256) - 16) * 255 / 219), 0, 255).astype(np.uint8)
# forced, so that no list of other files (playlists) is ever followed
_CONTAINERS: Final = {
    b"\x1a\x45\xdf\xa3": "matroska",
    b"RIFF": "avi",
}


def open_film(path: Path, modality: Modality | None = None) -> FilmFile:
    """Open a film of MP4, MOV, AVI or MKV."""
    only_video(modality, path.name)
    with path.open("rb") as file:
        head = file.read(16)
    form = next((name for start, name in _CONTAINERS.items() if head.startswith(start)), "mov")
    with _container(path, form) as container:
        stream = _stream(container, path.name)
        context = stream.codec_context
        wide, high = context.width, context.height
        if wide <= 0 or high <= 0 or wide * high > PIXELS_MOST:
            raise BadRecording(
                where=path.name, what=f"pictures of {wide} by {high} pixels", remedy=FILM_AGAIN
            )
        claimed = int(stream.frames or 0)
        total_s = (container.duration or 0) / 1e6
        times = _times(container, stream, path.name)
        started = _started(container.metadata, stream.metadata)
    with _container(path, form) as container:
        turn = _first_turn(container, path.name)
    span_s = float(times[-1] - times[0]) if len(times) > 1 else 0.0
    if len(times) < 2 or span_s <= 0:
        raise BadRecording(where=path.name, what="it has no frames to compare", remedy=FILM_AGAIN)
    rate_hz = (len(times) - 1) / span_s
    short = len(times) < _SHORT * claimed or span_s < _SHORT * total_s - _SOUND_S
    if short:
        raise BadRecording(
            where=path.name, what="it is cut short: frames it lists are missing", remedy=COPY_AGAIN
        )
    if rate_hz > _SPEED_MOST_HZ:
        raise BadRecording(
            where=path.name, what=f"{rate_hz:.0f} frames a second", remedy=FILM_AGAIN
        )
    steps = np.diff(times) * rate_hz
    irregular = bool(np.abs(steps - 1.0).max() > _UNEVEN)
    notes = []
    if irregular:
        notes.append(f"frames come unevenly: {steps.min():.2f} to {steps.max():.2f} of their step")
    if turn:
        notes.append(f"turned by {turn * 90} degrees, as the phone says")
    about = About(
        name=path.name,
        modality=Modality.VIDEO,
        format=form,
        rate_hz=sound_rate(rate_hz, path.name),
        length=sound_length(len(times), rate_hz, path.name),
        started=started,
        irregular=irregular,
        notes=tuple(notes),
    )
    size = (high, wide) if turn % 2 else (wide, high)

    def play(height_px: int | None) -> Iterator[tuple[float, Frame]]:
        return _play(path, form, size, turn, height_px, rate_hz)

    return FilmFile(about, size, play)


def _container(path: Path, form: str) -> InputContainer:
    import av

    try:
        return av.open(
            f"file:{path.absolute()}",
            format=form,
            options={"protocol_whitelist": "file", "max_streams": "64"},
            metadata_errors="replace",
        )
    except (av.FFmpegError, ValueError) as broken:
        raise BadRecording(
            where=path.name,
            what="it is broken or cut short: no film can be opened in it",
            remedy=COPY_AGAIN,
        ) from broken


def _stream(container: InputContainer, name: str) -> VideoStream:
    for stream in container.streams.video:
        if not int(stream.disposition) & 0x400:  # an attached picture is a cover, not a film
            return stream
    raise BadRecording(where=name, what="there is no film in it", remedy="give the file of a film")


def _times(container: InputContainer, stream: VideoStream, name: str) -> NDArray[np.float64]:
    """Give the time of every frame without decoding any."""
    from array import array

    import av

    stamps = array("d")
    base = float(stream.time_base or 0)
    try:
        for packet in container.demux(stream):
            if packet.size and not packet.is_discard:
                stamp = packet.pts if packet.pts is not None else packet.dts
                stamps.append(len(stamps) / 30 if stamp is None else stamp * base)
                if len(stamps) > _FRAMES_MOST:
                    raise BadRecording(where=name, what="too many frames", remedy="cut it shorter")
    except av.FFmpegError:
        pass  # what was cut off shows in the count
    return np.sort(np.frombuffer(stamps, np.float64)) if stamps else np.zeros(0)


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[Any]:
    """Give the frames; a broken packet is passed over."""
    import av

    stream.thread_type = "AUTO"
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue


def _first_turn(container: InputContainer, name: str) -> int:
    """Give the quarter turns against the clock by which the first frame is shown."""
    for frame in _decoded(container, _stream(container, name)):
        return round(int(frame.rotation) / 90) % 4
    raise BadRecording(where=name, what="not one frame of it can be decoded", remedy=FILM_AGAIN)


def _play(
    path: Path, form: str, size: tuple[int, int], turn: int, height_px: int | None, rate_hz: float
) -> Iterator[tuple[float, Frame]]:
    wide, high = size
    shown_high = high if height_px is None else height_px
    shown_wide = wide if height_px is None else max(1, round(wide * height_px / high))
    if turn % 2:
        shown_wide, shown_high = shown_high, shown_wide
    with _container(path, form) as container:
        first, before = None, -1.0
        for frame in _decoded(container, _stream(container, path.name)):
            at_s = frame.time
            first = at_s if first is None else first
            at_s = 0.0 if at_s is None or first is None else at_s - first
            if at_s <= before:  # a clock that stands still: the usual step
                at_s = before + 1 / rate_hz
            before = at_s
            picture = _grey(frame, shown_wide, shown_high)
            yield at_s, np.ascontiguousarray(np.rot90(picture, turn) if turn else picture)


def _grey(frame: Any, wide: int, high: int) -> Frame:
    """Give a frame in grey at a size.

    Of the usual formats only the plane of brightness is read, halved as long as that is enough: a
    third of the work of a conversion of all planes.
    """
    if frame.format.name not in _BRIGHTNESS_FIRST:
        grey = frame.reformat(width=wide, height=high, format="gray", interpolation="AREA")
        return _plane(grey, wide, high)
    import cv2

    picture: Any = _plane(frame, frame.width, frame.height)
    while picture.shape[0] == 2 * (picture.shape[0] // 2) >= 2 * high:
        if picture.shape[1] % 2:
            break
        halved = (picture.shape[1] // 2, picture.shape[0] // 2)
        picture = cv2.resize(picture, halved, interpolation=cv2.INTER_AREA)
    if picture.shape != (high, wide):
        picture = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA)
    full = frame.format.name.startswith("yuvj") or int(frame.color_range) == _FULL_RANGE
    shown: Frame = picture if full else _WIDENED[picture]
    return shown


def _plane(frame: Any, wide: int, high: int) -> Frame:
    """Give the first plane of a frame as an array; it lives as long as the frame."""
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[:high, :wide]


def _started(*metadata: dict[str, str]) -> datetime | None:
    for one in metadata:
        text = one.get("com.apple.quicktime.creationdate") or one.get("creation_time")
        if text:
            try:
                return datetime.fromisoformat(text)
            except ValueError:
                continue
    return None
