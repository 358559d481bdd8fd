"""Formats that a library writes, and some by hand that a library reads."""

from __future__ import annotations

import json
import struct
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.measurement.readers.truth import RATE_HZ, START, Written, emg_uv


def wfdb_record(folder: Path) -> Written:
    x = emg_uv()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own use of pandas is behind the times
        import wfdb

        wfdb.wrsamp(
            "rec",
            fs=RATE_HZ,
            units=["mV", "mV"],
            sig_name=["EMG 1", "EMG 2"],
            p_signal=x.T / 1e3,
            fmt=["16", "16"],
            adc_gain=[30000, 30000],
            baseline=[0, 0],
            base_datetime=START,
            write_dir=str(folder),
        )
    return Written(
        path=folder / "rec.hea",
        samples=x,
        rate_hz=RATE_HZ,
        tolerance=0.02,
        started=START,
        form="wfdb",
    )


def c3d(folder: Path) -> Written:
    import ezc3d

    x = emg_uv()
    made = ezc3d.c3d()
    made["parameters"]["POINT"]["RATE"]["value"] = [100.0]
    made["parameters"]["POINT"]["LABELS"]["value"] = ["P"]
    made["data"]["points"] = np.zeros((4, 1, 200))
    made["parameters"]["ANALOG"]["RATE"]["value"] = [RATE_HZ]
    made["parameters"]["ANALOG"]["LABELS"]["value"] = ["EMG1", "EMG2"]
    made["parameters"]["ANALOG"]["UNITS"]["value"] = ["V", "V"]
    made["data"]["analogs"] = (x / 1e6)[None]
    path = folder / "a.c3d"
    made.write(str(path))
    return Written(path=path, samples=x, rate_hz=RATE_HZ, tolerance=1e-3, form="c3d")


def xdf_bytes(x: NDArray[np.float64], *, count: int | None = None) -> bytes:
    """Give an XDF of one EMG stream and one of markers without samples."""

    def chunk(tag: int, content: bytes) -> bytes:
        return b"\x04" + struct.pack("<IH", len(content) + 2, tag) + content

    info = (
        "<?xml version='1.0'?><info><name>Amp</name><type>EMG</type><channel_count>{n}"
        "</channel_count><nominal_srate>2000</nominal_srate><channel_format>float32"
        "</channel_format><source_id>1</source_id><desc><channels>{c}</channels></desc></info>"
    ).format(
        n=len(x),
        c="".join(
            f"<channel><label>EMG{k}</label><unit>microvolts</unit></channel>"
            for k in range(len(x))
        ),
    )
    head = "<?xml version='1.0'?><info><version>1.0</version><datetime>2024-03-05T10:20:30"
    out = [b"XDF:", chunk(1, f"{head}</datetime></info>".encode())]
    out.append(chunk(2, struct.pack("<I", 1) + info.encode()))
    rows = b"".join(
        b"\x08" + struct.pack("<d", 100 + k / RATE_HZ) + x[:, k].astype("<f4").tobytes()
        for k in range(x.shape[1])
    )
    many = x.shape[1] if count is None else count
    out.append(chunk(3, struct.pack("<I", 1) + b"\x04" + struct.pack("<I", many) + rows))
    foot = (
        f"<?xml version='1.0'?><info><first_timestamp>100</first_timestamp><last_timestamp>"
        f"{100 + x.shape[1] / RATE_HZ}</last_timestamp><sample_count>{x.shape[1]}</sample_count>"
        f"</info>"
    )
    out.append(chunk(6, struct.pack("<I", 1) + foot.encode()))
    return b"".join(out)


def xdf(folder: Path) -> Written:
    x = emg_uv()
    path = folder / "a.xdf"
    path.write_bytes(xdf_bytes(x))
    return Written(path=path, samples=x, rate_hz=RATE_HZ, tolerance=1e-3, started=START, form="xdf")


def nwb(folder: Path) -> Written:
    import h5py

    x = emg_uv()
    path = folder / "a.nwb"
    with h5py.File(path, "w") as file:
        file.attrs["nwb_version"] = "2.7.0"
        file["session_start_time"] = "2024-03-05T10:20:30"
        series = file.create_group("acquisition/EMG")
        series.attrs["neurodata_type"] = "ElectricalSeries"
        data = series.create_dataset("data", data=np.round(x.T / 0.1).astype("i2"), chunks=(500, 2))
        data.attrs.update({"unit": "volts", "conversion": 1e-7, "offset": 0.0})
        start = series.create_dataset("starting_time", data=0.0)
        start.attrs["rate"] = RATE_HZ
    return Written(path=path, samples=x, rate_hz=RATE_HZ, tolerance=0.06, started=START, form="nwb")


def matlab5(folder: Path) -> Written:
    import scipy.io

    x = emg_uv()
    description = np.empty((3, 1), object)
    description[:, 0] = [
        "Soleus - GR08MM1305 (1)[mV]",
        "Soleus - GR08MM1305 (2)[mV]",
        "acquired data[%]",
    ]
    data = np.empty((1, 1), object)
    data[0, 0] = np.vstack([x / 1e3, np.arange(4000)]).T
    path = folder / "otb_export.mat"
    scipy.io.savemat(
        path,
        {"Data": data, "Description": description, "SamplingFrequency": RATE_HZ},
        do_compression=True,
    )
    return Written(path=path, samples=x, rate_hz=RATE_HZ, tolerance=1e-3, form="matlab")


def matlab73(folder: Path) -> Written:
    import h5py

    x = emg_uv()
    path = folder / "a.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        file["emg"] = x / 1e3
        file["fs"] = np.array([[RATE_HZ]])
        file["unit"] = np.array([[ord("m")], [ord("V")]], "u2")
        file["unit"].attrs["MATLAB_class"] = b"char"
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file".ljust(512, b" "))
    return Written(path=path, samples=x, rate_hz=RATE_HZ, tolerance=1e-3, form="matlab")


def intan(folder: Path) -> Written:
    """Write an RHD of version 1.5: blocks of 60 samples, 0.195 uV a step."""

    def text(value: str) -> bytes:
        raw = value.encode("utf-16-le")
        return struct.pack("<I", len(raw)) + raw

    stored = np.round(emg_uv(2, 3000) / 0.195).astype(np.int64)
    out = [struct.pack("<Ihhf", 0xC6912702, 1, 5, 20000.0), struct.pack("<hffffffhff", *[0] * 10)]
    out.extend([text(""), text(""), text(""), struct.pack("<hhh", 0, 0, 1)])
    out.extend([text("Port A"), text("A"), struct.pack("<hhh", 1, 2, 2)])
    for k in range(2):
        out.extend([text(f"A-00{k}"), text(f"A-00{k}")])
        out.append(struct.pack("<10hff", k, k, 0, 1, k, 0, 0, 0, 0, 0, 0.0, 0.0))
    for at in range(0, 3000, 60):
        out.append(np.arange(at, at + 60, dtype="<i4").tobytes())
        out.append((stored[:, at : at + 60] + 32768).astype("<u2").tobytes())
    path = folder / "a.rhd"
    path.write_bytes(b"".join(out))
    return Written(path=path, samples=stored * 0.195, rate_hz=20000.0, tolerance=1e-2, form="intan")


def open_ephys(folder: Path) -> Written:
    inside = folder / "oe" / "Record Node 101" / "experiment1" / "recording1"
    stream = inside / "continuous" / "Amp-100.0"
    stream.mkdir(parents=True)
    stored = np.round(emg_uv() / 0.195).astype(np.int64)
    (stream / "continuous.dat").write_bytes(stored.T.astype("<i2").tobytes())
    np.save(stream / "sample_numbers.npy", np.arange(4000))
    np.save(stream / "timestamps.npy", np.arange(4000) / RATE_HZ)
    channels = [
        {
            "channel_name": f"CH{k}",
            "bit_volts": 0.195,
            "units": "uV",
            "identifier": "",
            "history": "",
        }
        for k in range(2)
    ]
    one = {
        "folder_name": "Amp-100.0/",
        "sample_rate": RATE_HZ,
        "source_processor_name": "Amp",
        "source_processor_id": 100,
        "stream_name": "Amp",
        "recorded_processor": "Record Node",
        "recorded_processor_id": 101,
        "num_channels": 2,
        "channels": channels,
    }
    (inside / "structure.oebin").write_text(
        json.dumps({"GUI version": "0.6.0", "continuous": [one], "events": [], "spikes": []})
    )
    return Written(
        path=folder / "oe",
        samples=stored * 0.195,
        rate_hz=RATE_HZ,
        tolerance=1e-2,
        form="open-ephys",
    )
