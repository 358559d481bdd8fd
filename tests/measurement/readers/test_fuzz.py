"""Broken bytes give a recording or a sentence; never anything else."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kedut.measurement.errors import BadRecording
from kedut.measurement.readers.opening import open_recording
from kedut.measurement.recording import Recording
from tests.measurement.readers.test_films import cine, film
from tests.measurement.readers.writers import WRITERS

# `make proof` says how much more; a change of a file costs some hundred times a law's example.
MORE = max(1, int(os.environ.get("KEDUT_LAW_EXAMPLES", "500")) // 5000)
OURS = ["bdf", "biosppy", "c3d", "delsys", "edf", "edf_in_pieces", "otb", "phyphox", "phyphox_zip",
        "poly5", "sensor_logger_zip"]  # fmt: skip
LIBRARIES = ["intan", "matlab5", "matlab73", "nwb", "xdf", "film", "cine"]
STARTS = [b"", b"0       ", b"\xffBIOSEMI", b"POLY SAMPLE FILE", b"XDF:", b"PK\x03\x04", b"\x02P",
          b"MATLAB 5.0 MAT-file", b"\x89HDF\r\n\x1a\n", b"Time (s),x,y,z\n", b"\0\0\0\x18ftypisom",
          b"\x1a\x45\xdf\xa3", b"\x02\x27\x91\xc6", b"a 1 100\n"]  # fmt: skip
WORDS = [
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"9999999",
    b"-1      ",
    b"\x7f\xff\xff\xff",
    b"nan",
    b"\n",
]
change = st.tuples(st.floats(0, 1), st.sampled_from(WORDS) | st.binary(min_size=1, max_size=4))


@cache
def valid(name: str) -> tuple[str, bytes]:
    with TemporaryDirectory() as folder:
        if name == "film":
            path = film(Path(folder) / "a.mp4")
        elif name == "cine":
            path = cine(Path(folder) / "a.dcm")
        else:
            path = WRITERS[name](Path(folder)).path
        return path.name, path.read_bytes()


def survives(name: str, raw: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(raw)
        bad = looked_into(path)
        if bad is not None:
            assert bad.remedy
            assert folder not in str(bad)


def looked_into(path: Path) -> BadRecording | None:
    """Read a little at the start, in the middle and at the end; give what was said against it."""
    try:
        with open_recording(path) as opened:
            if isinstance(opened, Recording):
                end = opened.about.length
                for start, stop in ((0, 500), (end // 2, end // 2 + 50), (end - 9, end)):
                    got = opened.read(start, stop)
                    assert np.isfinite(got).all()
                    assert got.shape[0] == len(opened.about.channels)
            else:
                for _, _ in zip(range(5), opened.frames(height_px=16), strict=False):
                    pass
    except BadRecording as bad:
        return bad
    return None


def mutated(raw: bytes, changes: list[tuple[float, bytes]], *, insert: bool) -> bytes:
    out = bytearray(raw)
    for share, new in changes:
        at = int(share**3 * len(out))  # headers, at the start, are changed most
        out[at : at + (0 if insert else len(new))] = new
    return bytes(out)


@pytest.mark.parametrize("name", OURS)
@settings(max_examples=40 * MORE, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=st.lists(change, min_size=1, max_size=6), insert=st.booleans())
def test_our_own_readers_survive_changed_bytes(name: str, changes, insert: bool):
    suffix, raw = valid(name)
    survives(suffix, mutated(raw, changes, insert=insert))


@pytest.mark.parametrize("name", LIBRARIES)
@settings(max_examples=12 * MORE, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=st.lists(change, min_size=1, max_size=4))
def test_what_a_library_raises_becomes_a_sentence(name: str, changes):
    suffix, raw = valid(name)
    survives(suffix, mutated(raw, changes, insert=False))


@settings(max_examples=120 * MORE, deadline=None)
@given(
    start=st.sampled_from(STARTS),
    rest=st.binary(max_size=2000) | st.text(max_size=400).map(str.encode),
    suffix=st.sampled_from([".edf", ".csv", ".mat", ".dat", ".mp4", ".dcm", ".zip", ".c3d", ""]),
)
def test_any_bytes_after_any_start_under_any_name(start: bytes, rest: bytes, suffix: str):
    survives(f"a{suffix}", start + rest)
