"""What cannot be measured gets a sentence: where, what, what would do. Never another exception."""

from __future__ import annotations

import io
import os
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.opening import open_recording
from tests.measurement.readers.truth import emg_uv
from tests.measurement.readers.write_amplifiers import otb_bytes, poly5_bytes
from tests.measurement.readers.write_edf import edf_bytes, stored_of
from tests.measurement.readers.writers import WRITERS

TEXTS = {"biosppy", "delsys", "phyphox"}  # a text cut short is a shorter text
SUFFIXES = ["edf", "bdf", "poly5", "otb+", "c3d", "xdf", "nwb", "mat", "rhd", "smr", "hea", "csv"]


def refused(path: Path) -> BadRecording:
    with pytest.raises(BadRecording) as caught:
        open_recording(path)
    bad = caught.value
    assert bad.where
    assert bad.what
    assert bad.remedy
    assert str(path.parent) not in str(bad)
    return bad


def wrote(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def a_stored() -> list[np.ndarray]:
    return list(stored_of(emg_uv())[0])


@pytest.mark.parametrize("suffix", [*SUFFIXES, "zip", "mp4", "dcm", ""])
def test_an_empty_file_is_said_to_be_empty(suffix: str, tmp_path: Path):
    assert "0 bytes" in refused(wrote(tmp_path, f"a.{suffix}", b"")).what


@pytest.mark.parametrize("suffix", [*SUFFIXES, "zip", "mp4", "dcm", ""])
def test_noise_with_any_name_is_refused(suffix: str, tmp_path: Path):
    refused(wrote(tmp_path, f"a.{suffix}", np.random.default_rng(0).bytes(5000)))


@pytest.mark.parametrize("name", sorted(set(WRITERS) - TEXTS - {"open_ephys", "wfdb_record"}))
@pytest.mark.parametrize("share", [0.01, 0.3, 0.7])
def test_a_file_cut_short_is_refused(name: str, share: float, tmp_path: Path):
    made = WRITERS[name](tmp_path)
    whole = made.path.read_bytes()
    made.path.write_bytes(whole[: int(len(whole) * share)])
    refused(made.path)


def test_a_wfdb_record_without_its_samples_names_the_file(tmp_path: Path):
    made = WRITERS["wfdb_record"](tmp_path)
    samples = tmp_path / "rec.dat"
    samples.write_bytes(samples.read_bytes()[:100])
    assert "rec.dat is cut short" in refused(made.path).what
    samples.unlink()
    assert "rec.dat is missing" in refused(made.path).what


def test_a_wfdb_header_may_not_point_elsewhere(tmp_path: Path):
    path = wrote(tmp_path, "rec.hea", "rec 1 1000 100\n../../etc/passwd 16 200 16 0 0 0 0 EMG\n")
    refused(path)


@pytest.mark.parametrize(
    "content,said",
    [
        (edf_bytes(a_stored(), per=[2000, 2000], signals=9999), "9999 channels"),
        (edf_bytes(a_stored(), per=[2000, 2000], signals=-3), "-3 channels"),
        (edf_bytes(a_stored(), per=[2000, 2000], signals=4000), "too short to describe"),
        (edf_bytes(a_stored(), per=[2000, 2000], record_s=-1.0), "cannot be"),
        (edf_bytes(a_stored(), per=[2000, 2000], record_s=0.0), "cannot be"),
        (edf_bytes(a_stored(), per=[2000, 2000], record_s=1e-7), "cannot be"),
        (edf_bytes(a_stored(), per=[2000, 2000], records=99_999_999), "cut short"),
        (edf_bytes(a_stored(), per=[2000, 2000], records=-7), "-7 records"),
        (edf_bytes(a_stored(), per=[2000, 2000], records=0), "no samples"),
        (edf_bytes(a_stored(), per=[2000] * 2, units=["kg"] * 2, labels=["a", "b"]), "no channel"),
        (
            edf_bytes(a_stored(), per=[2000, 2000], onsets=[0, 9e9], pieces=True),
            "its clock is broken",
        ),
        (edf_bytes(a_stored(), per=[2000, 2000], onsets=[0, 0.2], pieces=True), "before the one"),
    ],
)  # fmt: skip
def test_an_edf_header_that_cannot_be_is_refused(content: bytes, said: str, tmp_path: Path):
    assert said in refused(wrote(tmp_path, "a.edf", content)).what


@pytest.mark.parametrize(
    "at,new,said",
    [(114, b"\0\0", "a rate of 0"), (114, b"\xfb\xff", "a rate of -5"),
     (147, b"\0\0", "blocks of 0"), (119, b"\xe8\xfd", "65000 channels"),
     (121, b"\0\x94\x35\x77", "cut short"), (151, b"\x01\0", "packed")],
)  # fmt: skip
def test_a_poly5_header_that_cannot_be_is_refused(at: int, new: bytes, said: str, tmp_path: Path):
    raw = bytearray(poly5_bytes(emg_uv()))
    raw[at : at + len(new)] = new
    assert said in refused(wrote(tmp_path, "a.poly5", bytes(raw))).what


@pytest.mark.parametrize(
    "changed,said",
    [({"rate": "-2000"}, "-2000"), ({"rate": "nan"}, "nan"), ({"total": "1000000"}, "1000000"),
     ({"bits": "24"}, "24 bits"), ({"total": "7"}, "cut short")],
)  # fmt: skip
def test_an_otb_description_that_cannot_be_is_refused(changed, said: str, tmp_path: Path):
    stored = np.round(emg_uv(3)).astype(np.int64)
    assert said in refused(wrote(tmp_path, "a.otb+", otb_bytes(stored, **changed))).what


def test_otb4_is_refused_with_what_would_do(tmp_path: Path):
    path = tmp_path / "a.otb4"
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("Tracks_000.xml"), io.BytesIO(b""))
    assert "OTB+ or EDF" in refused(path).remedy


def test_a_tar_that_climbs_out_writes_nothing(tmp_path: Path):
    path = tmp_path / "in" / "a.otb+"
    path.parent.mkdir()
    with tarfile.open(path, "w") as archive:
        for name in ("../../climbed.sig", "/tmp/climbed.xml"):
            member = tarfile.TarInfo(name)
            member.size = 4
            archive.addfile(member, io.BytesIO(b"abcd"))
        link = tarfile.TarInfo("b.sig")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    refused(path)
    assert sorted(one.name for one in tmp_path.rglob("*")) == ["a.otb+", "in"]


def test_entities_in_an_otb_description_are_refused(tmp_path: Path):
    path = tmp_path / "a.otb+"
    with tarfile.open(path, "w") as archive:
        for name, raw in (("a.sig", b"\0" * 8), ("a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>')):
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
    assert "entities" in refused(path).what


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Accelerometer.csv", b"Time (s),x,y,z\n" + b"0" * 60_000_000)
    assert "no true recording" in refused(path).what


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Accelerometer.csv", b"Time (s),x,y,z\n" + b"0,0,0,0\n" * 2_000_000)
    raw = bytearray(path.read_bytes())
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(raw)
    refused(path)


@pytest.mark.parametrize("name", ["notes.txt", "Gyroscope.csv", "../Accelerometer.txt"])
def test_a_zip_without_an_accelerometer_says_what_to_record(name: str, tmp_path: Path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "hello")
    assert "phyphox" in refused(path).remedy


@pytest.mark.parametrize(
    "text,said",
    [
        ("hello\nworld\n", "no rows of numbers"),
        ("1\n2\n3\n", "how many samples a second"),
        ("# Sampling Rate (Hz):= -5\n1\n2\n3\n", "cannot be"),
        ("# Sampling Rate (Hz):= 0\n1\n2\n3\n", "cannot be"),
        ("# Sampling Rate (Hz):= 100\n1\n2\nthree\n4\n", "not all numbers"),
        ("Time (s),x,y,z\n5,0,0,9\n4,0,0,9\n3,0,0,9\n2,0,0,9\n", "do not go forward"),
        ("Time (s),x,y,z\n0,0,0,9\n0.01,0,0,9\n1e9,0,0,9\n", "clock is broken"),
        ("Time (s),x,y,z\n0,0,0,9\n0.01,0,0,9\n0.02,0,0,9\n90000,0,0,9\n", "fill little"),
        ("time,x,y,z\n" + "".join(f"{k * 77777},0,0,9\n" for k in range(9)), ""),
        (",".join(["1"] * 5000) + "\n" + ",".join(["1"] * 5000) + "\n", "5000 channels"),
    ],
)
def test_a_text_that_cannot_be_is_refused(text: str, said: str, tmp_path: Path):
    path = wrote(tmp_path, "a.csv", text)
    if said:
        assert said in refused(path).what
    else:
        open_recording(path).close()


def test_folders_that_are_no_recording_say_so(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "letter.txt").write_text("hello")
    assert "BIDS" in refused(tmp_path / "a").what


def test_links_that_go_in_circles_end(tmp_path: Path):
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "again").symlink_to(folder)
    assert "BIDS" in refused(folder).what
    (tmp_path / "loop.edf").symlink_to(tmp_path / "loop.edf")
    refused(tmp_path / "loop.edf")


def test_what_is_not_there_or_no_file_is_refused(tmp_path: Path):
    refused(tmp_path / "absent.edf")
    os.mkfifo(tmp_path / "pipe.edf")
    assert "neither file nor folder" in refused(tmp_path / "pipe.edf").what


def test_links_out_of_an_hdf5_are_not_followed(tmp_path: Path):
    import h5py

    made = WRITERS["nwb"](tmp_path)
    with h5py.File(tmp_path / "b.nwb", "w") as file:
        file.attrs["nwb_version"] = "2.7.0"
        file.create_group("acquisition")["EMG"] = h5py.ExternalLink(
            str(made.path), "/acquisition/EMG"
        )
    refused(tmp_path / "b.nwb")


def test_an_hdf5_that_unpacks_to_far_more_is_refused(tmp_path: Path):
    import h5py

    with h5py.File(tmp_path / "a.mat", "w") as file:
        file["fs"] = np.array([[1000.0]])
        file.create_dataset("emg", (1, 10**11), "f8", chunks=(1, 10**6), compression="gzip")
        file["emg"][0, :10] = 1.0
    assert "unpack" in refused(tmp_path / "a.mat").what


def test_a_missing_library_names_what_to_install(tmp_path: Path, monkeypatch):
    path = WRITERS["xdf"](tmp_path).path
    monkeypatch.setitem(sys.modules, "pyxdf", None)
    assert refused(path).remedy == "pip install 'kedut[formats]'"
