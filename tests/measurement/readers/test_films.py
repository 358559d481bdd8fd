"""Films and cines: time, size, turning, streaming, and what is wrong with some."""

from __future__ import annotations

import warnings
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.opening import open_recording
from kedut.measurement.recording import Film, Modality

WIDE, HIGH, COUNT = 96, 64, 24


def picture(at: int) -> np.ndarray:
    """Give a grey picture whose left is dark and whose right top has a bright square that moves."""
    grey = np.tile(np.linspace(20, 200, WIDE), (HIGH, 1))
    grey[4:16, 40 + at : 52 + at] = 240
    return grey.astype(np.uint8)


def film(path: Path, *, codec: str = "mpeg4", stamps: list[int] | None = None) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = WIDE, HIGH, "yuv420p"
        stream.bit_rate = 4_000_000
        stream.time_base = Fraction(1, 25)
        stream.codec_context.time_base = Fraction(1, 25)
        for at in range(COUNT):
            frame = av.VideoFrame.from_ndarray(np.repeat(picture(at)[..., None], 3, 2), "rgb24")
            frame.pts = at if stamps is None else stamps[at]
            frame.time_base = Fraction(1, 25)
            for packet in stream.encode(frame):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    return path


def cine(path: Path, **changed: object) -> Path:
    import pydicom
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, UltrasoundMultiFrameImageStorage

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UltrasoundMultiFrameImageStorage
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = UltrasoundMultiFrameImageStorage, "1.2.3"
    data.Rows, data.Columns, data.NumberOfFrames = HIGH, WIDE, COUNT
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit, data.PixelRepresentation = 7, 0
    data.FrameTime = "20"
    data.AcquisitionDate, data.AcquisitionTime = "20240305", "102030"
    data.PixelData = b"".join(picture(at).tobytes() for at in range(COUNT))
    for key, value in changed.items():
        if value is None:
            del data[key]
        elif key == "syntax":
            data.compress(value, generate_instance_uid=False)
        else:
            setattr(data, key, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pydicom.dcmwrite(path, data, enforce_file_format=True)
    return path


@pytest.fixture(
    scope="module", params=[".mp4", ".mov", ".mkv", ".avi", ".dcm"], ids=lambda one: one[1:]
)
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("films") / f"a{request.param}"
    return cine(where) if request.param == ".dcm" else film(where)


def test_a_film_tells_its_size_rate_and_length(path: Path):
    with open_recording(path) as opened:
        assert isinstance(opened, Film)
        about = opened.about
        assert (about.modality, about.length, about.name) == (Modality.VIDEO, COUNT, path.name)
        assert about.rate_hz == (50 if path.suffix == ".dcm" else 25)
        assert opened.size_px == (WIDE, HIGH)
        assert not about.irregular


def test_frames_come_in_time_and_look_as_they_were(path: Path):
    with open_recording(path) as opened:
        frames = list(opened.frames())
        step = 1 / opened.about.rate_hz
    np.testing.assert_allclose([at for at, _ in frames], np.arange(COUNT) * step, atol=2e-3)
    for at, (_, grey) in enumerate(frames):
        assert grey.dtype == np.uint8
        assert np.abs(grey.astype(int) - picture(at)).mean() < 6


def test_a_film_plays_again_from_its_start_and_smaller(path: Path):
    with open_recording(path) as opened:
        once = [grey.mean() for _, grey in opened.frames(height_px=32)]
        again = [grey for _, grey in opened.frames(height_px=32)]
    assert once == [grey.mean() for grey in again]
    assert again[0].shape == (32, 48)
    assert np.abs(again[0][:, ::-1].mean(0) - again[0].mean(0)).max() > 50  # not mirrored away


def test_a_closed_film_says_so(path: Path):
    opened = open_recording(path)
    opened.close()
    opened.close()
    with pytest.raises(ValueError, match="closed"):
        next(iter(opened.frames()))


def test_a_film_is_no_emg(path: Path):
    with pytest.raises(BadRecording, match="film"):
        open_recording(path, Modality.EMG)


def test_a_film_of_a_turned_phone_is_shown_upright(tmp_path: Path):
    """A quarter turn with the clock, as phones write it into the track's matrix."""
    made = film(tmp_path / "a.mp4")
    raw = bytearray(made.read_bytes())
    straight = bytes.fromhex(
        "00010000 00000000 00000000 00000000 00010000 00000000 00000000 00000000 40000000"
    )
    turned = bytes.fromhex(
        "00000000 00010000 00000000 FFFF0000 00000000 00000000 00000000 00000000 40000000"
    )
    at = raw.index(straight, raw.index(b"tkhd"))
    raw[at : at + 36] = turned
    made.write_bytes(raw)
    with open_recording(made) as opened:
        assert opened.size_px == (HIGH, WIDE)
        _, grey = next(iter(opened.frames()))
        _, small = next(iter(opened.frames(height_px=48)))
    assert grey.shape == (WIDE, HIGH)
    assert small.shape == (48, 32)
    assert np.abs(grey.astype(int) - np.rot90(picture(0), -1)).mean() < 6


def test_uneven_frames_keep_their_times_and_are_noted(tmp_path: Path):
    stamps = [at + (10 if at > 12 else 0) for at in range(COUNT)]
    with open_recording(film(tmp_path / "a.mkv", stamps=stamps)) as opened:
        assert opened.about.irregular
        times = [at for at, _ in opened.frames()]
    np.testing.assert_allclose(times, np.array(stamps) / 25, atol=2e-3)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.5"])
def test_a_packed_cine_is_unpacked(syntax: str, tmp_path: Path):
    with open_recording(cine(tmp_path / "a.dcm", syntax=syntax)) as opened:
        assert [grey.mean() for _, grey in opened.frames()] == [
            picture(at).mean() for at in range(COUNT)
        ]


@pytest.mark.parametrize(
    "changed,said",
    [
        ({"PixelData": None}, "no pictures"),
        ({"NumberOfFrames": 1}, "no film"),
        ({"NumberOfFrames": 999_999}, "cut short"),
        ({"Rows": 0}, "0 pixels"),
        ({"Rows": 60_000, "Columns": 60_000}, "60000 pixels"),
        ({"FrameTime": None}, "how many frames a second"),
        ({"FrameTime": "-5"}, "cannot be"),
    ],
)
def test_a_cine_that_cannot_be_says_why(changed, said: str, tmp_path: Path):
    with pytest.raises(BadRecording, match=said):
        open_recording(cine(tmp_path / "a.dcm", **changed))


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".avi"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_film_cut_short_is_refused_or_read_to_its_end(suffix: str, share: float, tmp_path: Path):
    made = film(tmp_path / f"a{suffix}")
    raw = made.read_bytes()
    made.write_bytes(raw[: int(len(raw) * share)])
    try:
        with open_recording(made) as opened:
            seen = sum(1 for _ in opened.frames())
    except BadRecording:
        return
    assert share == 0.9
    assert seen >= COUNT - 0.6 * 25  # by half a second sound may outlast the pictures


def test_a_film_without_frames_says_so(tmp_path: Path):
    made = tmp_path / "sound.mp4"
    with av.open(str(made), "w") as out:
        stream = out.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 44100
        for packet in [*stream.encode(frame), *stream.encode()]:
            out.mux(packet)
    with pytest.raises(BadRecording, match="no film"):
        open_recording(made)
