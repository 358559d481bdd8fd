"""What a file is, told by its first bytes; by its name only where bytes do not tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A kind of file: who reads it, how its names end, which extra holds its library."""

    name: str
    module: str
    function: str
    suffixes: tuple[str, ...] = ()
    extra: str = "measure"


_ALL: Final = (
    Format(name="folder", module="folder", function="open_folder"),
    Format(
        name="EDF",
        module="bids",
        function="open_edf_with_sidecars",
        suffixes=(".edf", ".edf+", ".rec"),
    ),
    Format(name="BDF", module="bids", function="open_edf_with_sidecars", suffixes=(".bdf",)),
    Format(name="Poly5", module="poly5", function="open_poly5", suffixes=(".poly5", ".s00")),
    Format(
        name="OTB+", module="otb", function="open_otb", suffixes=(".otb+", ".otb", ".otb4", ".tar")
    ),
    Format(name="C3D", module="c3d", function="open_c3d", suffixes=(".c3d",)),
    Format(
        name="XDF", module="xdf", function="open_xdf", suffixes=(".xdf", ".xdfz"), extra="formats"
    ),
    Format(
        name="HDF5", module="hdf5", function="open_hdf5", suffixes=(".nwb", ".mat", ".h5", ".hdf5")
    ),
    Format(name="MATLAB", module="matlab", function="open_matlab", suffixes=(".mat",)),
    Format(
        name="Intan",
        module="through_neo",
        function="open_intan",
        suffixes=(".rhd", ".rhs"),
        extra="formats",
    ),
    Format(
        name="Open Ephys",
        module="through_neo",
        function="open_open_ephys",
        suffixes=(".continuous", ".oebin"),
        extra="formats",
    ),
    Format(
        name="Spike2",
        module="through_neo",
        function="open_spike2",
        suffixes=(".smr", ".smrx"),
        extra="formats",
    ),
    Format(
        name="WFDB",
        module="wfdb_record",
        function="open_wfdb",
        suffixes=(".hea", ".dat"),
        extra="formats",
    ),
    Format(name="ZIP", module="phone_zip", function="open_phone_zip", suffixes=(".zip",)),
    Format(
        name="film",
        module="film",
        function="open_film",
        suffixes=(".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".3gp"),
    ),
    Format(
        name="DICOM", module="dicom", function="open_dicom", suffixes=(".dcm", ".dicom", ".ima", "")
    ),
    Format(
        name="text",
        module="text",
        function="open_text",
        suffixes=(".csv", ".tsv", ".txt", ".asc", ".dat"),
    ),
)
FORMATS: Final = {one.name: one for one in _ALL}
_STARTS: Final = (
    (0, b"0       ", "EDF"),
    (0, b"\xffBIOSEMI", "BDF"),
    (0, b"POLY SAMPLE FILE", "Poly5"),
    (257, b"ustar", "OTB+"),
    (0, b"XDF:", "XDF"),
    (0, b"\x89HDF\r\n\x1a\n", "HDF5"),
    (512, b"\x89HDF\r\n\x1a\n", "HDF5"),
    (0, b"MATLAB 5.0 MAT-file", "MATLAB"),
    (0, b"MATLAB 7.3 MAT-file", "HDF5"),
    (0, b"\x02\x27\x91\xc6", "Intan"),
    (0, b"\xac\x27\x91\xd6", "Intan"),
    (0, b"header.format = 'Open Ephys", "Open Ephys"),
    (2, b"(C) CED 87", "Spike2"),
    (0, b"S64", "Spike2"),
    (0, b"PK\x03\x04", "ZIP"),
    (4, b"ftyp", "film"),
    (4, b"moov", "film"),
    (4, b"mdat", "film"),
    (4, b"wide", "film"),
    (0, b"\x1a\x45\xdf\xa3", "film"),
    (8, b"AVI ", "film"),
    (128, b"DICM", "DICOM"),
)
_HEA: Final = re.compile(rb"\A(?:#[^\n]*\n)*[\w-]+(?:/\d+)? \d+ [\d.]+(?:\(|/| |\r?\n)")
_TEXT_SHARE: Final = 0.02  # constant: share of control bytes above which it is no text


def recognised(head: bytes, path: Path) -> Format | None:
    """Give the format of a file, or none."""
    for at, start, name in _STARTS:
        if head[at : at + len(start)] == start:
            return FORMATS[name]
    if head[1:2] == b"\x50" and 2 <= head[0] <= 9:  # C3D: block of its parameters, then its mark
        return FORMATS["C3D"]
    suffix = path.suffix.lower()
    if _looks_text(head):
        if suffix == ".oebin":
            return FORMATS["Open Ephys"]
        return FORMATS["WFDB"] if _HEA.match(head) else FORMATS["text"]
    if suffix == ".dat" and not path.with_suffix(".hea").is_file():
        return None
    return next(
        (one for one in _ALL if suffix and suffix in one.suffixes and one.name != "text"), None
    )


def _looks_text(head: bytes) -> bool:
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return True
    odd = sum(head.count(bytes([code])) for code in (*range(9), *range(14, 32), 127))
    return odd <= _TEXT_SHARE * len(head) and b"\0" not in head
