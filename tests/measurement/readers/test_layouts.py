"""Layouts that stand beside the usual one of a format."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from kedut.measurement.readers.opening import open_recording
from kedut.measurement.recording import Modality
from tests.measurement.readers.truth import emg_uv
from tests.measurement.readers.writers import WRITERS


@pytest.mark.parametrize(
    "head,line,by",
    [
        ("time (s),emg_uV", "{0:.4f},{1:.4f}", 1),
        ("Time [s];EMG [mV]", "{0:.4f};{1:.4f}", 1000),
        ("t_ms\temg_V", "{2:.1f}\t{1:.4f}", 1e6),
        ("# fs = 1000 Hz\nsoleus (mV)", "{1:.4f}", 1000),
    ],
)
def test_a_table_tells_its_rate_by_times_or_by_a_line(head, line, by, tmp_path: Path):
    rows = [line.format(k / 1000, k % 7, k) for k in range(500)]
    text = "\n".join([head, *(row.replace(".", ",") if ";" in head else row for row in rows)])
    (tmp_path / "a.csv").write_text(text + "\n")
    with open_recording(tmp_path / "a.csv") as opened:
        assert (opened.about.rate_hz, opened.about.length) == (1000, 500)
        np.testing.assert_allclose(opened.read(0, 500)[0], np.arange(500) % 7 * by)


def test_an_emgworks_table_keeps_the_rate_of_its_sensor_and_leaves_out_the_slow_one(tmp_path: Path):
    head = 'X[s],"Trigno IM sensor 1: EMG 1","X[s]","Trigno IM sensor 1: Acc 1.X"'
    rows = [
        f"{k / 1925.926:.6f},{k * 1e-6:.3E}," + (f"{k / 148.148:.6f},1" if k < 76 else ",")
        for k in range(1000)
    ]
    (tmp_path / "a.csv").write_text("\n".join([head, *rows]))
    with open_recording(tmp_path / "a.csv") as opened:
        assert opened.about.rate_hz == pytest.approx(1925.926)
        np.testing.assert_allclose(opened.read(0, 1000)[0], np.arange(1000), rtol=1e-3)
    with open_recording(tmp_path / "a.csv", Modality.MOTION) as opened:
        assert opened.about.rate_hz == pytest.approx(148.148)
        assert opened.about.length == 76


def test_a_wfdb_record_opens_by_its_samples_too(tmp_path: Path):
    made = WRITERS["wfdb_record"](tmp_path)
    with open_recording(tmp_path / "rec.dat") as opened:
        assert np.abs(opened.read(0, 4000) - made.samples).max() < made.tolerance


def test_an_nwb_of_its_own_library_is_read(tmp_path: Path):
    x = emg_uv(4, 2000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pynwb import NWBHDF5IO, NWBFile
        from pynwb.ecephys import ElectricalSeries

        file = NWBFile("s", "id", datetime(2024, 3, 5, 10, 20, 30, tzinfo=UTC))
        group = file.create_electrode_group("g", "d", "soleus", file.create_device("d"))
        for k in range(4):
            file.add_electrode(x=float(k), y=0.0, z=0.0, location="soleus", group=group)
        region = file.create_electrode_table_region([0, 1, 2, 3], "all")
        stored = np.round(x.T * 10).astype("i2")
        series = ElectricalSeries("EMG", stored, region, rate=2000.0, conversion=1e-7)
        file.add_acquisition(series)
        with NWBHDF5IO(str(tmp_path / "a.nwb"), "w") as out:
            out.write(file)
    with open_recording(tmp_path / "a.nwb") as opened:
        assert opened.about.started == datetime(2024, 3, 5, 10, 20, 30, tzinfo=UTC)
        np.testing.assert_allclose(opened.read(0, 2000), x, atol=0.06)


def test_cells_of_rows_in_a_matlab_file_are_channels(tmp_path: Path):
    import scipy.io

    x = emg_uv(4, 2000)
    cell = np.empty((2, 2), object)
    for k in range(4):
        cell[k // 2, k % 2] = x[k][None]
    scipy.io.savemat(tmp_path / "a.mat", {"SIG": cell, "fsamp": 2000.0})
    with open_recording(tmp_path / "a.mat") as opened:
        np.testing.assert_allclose(opened.read(0, 2000), x, rtol=1e-5)
