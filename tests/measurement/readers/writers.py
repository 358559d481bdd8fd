"""Who writes a small file of each format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.measurement.readers.truth import Written
from tests.measurement.readers.write_amplifiers import delsys, otb, poly5
from tests.measurement.readers.write_edf import bdf, edf, edf_in_pieces
from tests.measurement.readers.write_libraries import (
    c3d,
    intan,
    matlab5,
    matlab73,
    nwb,
    open_ephys,
    wfdb_record,
    xdf,
)
from tests.measurement.readers.write_phones import biosppy, phyphox, phyphox_zip, sensor_logger_zip

WRITERS: dict[str, Callable[[Path], Written]] = {
    one.__name__: one
    for one in (
        bdf, biosppy, c3d, delsys, edf, edf_in_pieces, intan, matlab5, matlab73, nwb, open_ephys,
        otb, phyphox, phyphox_zip, poly5, sensor_logger_zip, wfdb_record, xdf,
    )
}  # fmt: skip
