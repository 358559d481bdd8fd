"""Small files of each format with known samples, written by a library or by hand."""

from __future__ import annotations

import io
import json
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 2000.0
START = datetime.fromisoformat("2024-03-05T10:20:30")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file and what must come out of it; `tolerance` is the format's own rounding."""

    path: Path
    samples: NDArray[np.float64]
    rate_hz: float
    tolerance: float
    unit: str = "uV"
    started: datetime | None = None
    form: str


def emg_uv(channels: int = 2, length: int = 4000) -> NDArray[np.float64]:
    """Give an EMG that never repeats, with a different size in each channel."""
    rng = np.random.default_rng(7)
    return rng.normal(0, 50, (channels, length)) * (1 + np.arange(channels))[:, None]


def motion(length: int = 600) -> NDArray[np.float64]:
    """Give a phone at rest on a calf."""
    rng = np.random.default_rng(8)
    return rng.normal(0, 0.02, (3, length)) + np.array([[0.3], [-0.9], [9.7]])


# ---------------------------------------------------------------- EDF and BDF by hand
def edf_bytes(  # noqa: C901 - one format, written out
    stored: list[NDArray[np.integer]],
    *,
    per: list[int],
    record_s: float = 1.0,
    labels: list[str] | None = None,
    units: list[str] | None = None,
    onsets: list[float] | None = None,
    kind: str = "EDF",
    pieces: bool = False,
    physical: float = 1000.0,
    records: int | None = None,
    signals: int | None = None,
    start: str = "05.03.2410.20.30",
    recording: str = "Startdate 05-MAR-2024 X X X",
) -> bytes:
    """Give an EDF, EDF+C, EDF+D or BDF of stored numbers."""
    width = 3 if kind == "BDF" else 2
    top = (1 << (8 * width - 1)) - 1
    labels = list(labels or [f"EMG{k + 1}" for k in range(len(stored))])
    units = list(units or ["uV"] * len(stored))
    per = list(per)
    count = len(stored[0]) // per[0]
    if onsets is not None:
        labels.append(f"{kind} Annotations")
        units.append("")
        per.append(32)
    shown = len(labels)
    texts = [
        [f"{label:16}" for label in labels],
        [" " * 80] * shown,
        [f"{unit:8}" for unit in units],
        [f"{-physical:<8g}"] * shown,
        [f"{physical:<8g}"] * shown,
        [f"{-top:<8}"] * shown,
        [f"{top:<8}"] * shown,
        [" " * 80] * shown,
        [f"{one:<8}" for one in per],
        [" " * 32] * shown,
    ]
    version = b"\xffBIOSEMI" if kind == "BDF" else b"0       "
    reserved = f"{kind}+D" if pieces else (f"{kind}+C" if onsets is not None else "")
    fixed = (
        f"{'X X X X':80}{recording:80}{start}{256 * (shown + 1):<8}{reserved:44}"
        f"{count if records is None else records:<8}{record_s:<8g}"
        f"{shown if signals is None else signals:<4}"
    )
    out = [version, fixed.encode("latin-1"), *("".join(row).encode("latin-1") for row in texts)]
    for record in range(count):
        for k, samples in enumerate(stored):
            part = samples[record * per[k] : (record + 1) * per[k]].astype("<i4")
            raw = part.view(np.uint8).reshape(-1, 4)[:, :width]
            out.append(raw.tobytes())
        if onsets is not None:
            stamp = f"+{onsets[record]:g}\x14\x14\0".encode()
            out.append(stamp.ljust(32 * width, b"\0"))
    return b"".join(out)


def stored_of(samples: NDArray[np.float64], physical: float = 1000.0, bits: int = 16):
    """Give what is stored of samples, and what must come back."""
    top = (1 << (bits - 1)) - 1
    stored = np.round(samples / physical * top).astype(np.int64)
    return stored, stored * physical / top


def edf(folder: Path) -> Written:
    import edfio

    x = emg_uv()
    signals = [
        edfio.EdfSignal(
            row, RATE_HZ, label=f"EMG{k}", physical_dimension="uV", physical_range=(-1000, 1000)
        )
        for k, row in enumerate(x)
    ]
    path = folder / "a.edf"
    edfio.Edf(
        signals, starttime=START.time(), recording=edfio.Recording(startdate=START.date())
    ).write(path)
    return Written(path=path, samples=x, rate_hz=RATE_HZ, tolerance=0.02, started=START, form="edf")


def bdf(folder: Path) -> Written:
    import edfio

    x = emg_uv()
    signals = [
        edfio.BdfSignal(
            row, RATE_HZ, label=f"EMG{k}", physical_dimension="uV", physical_range=(-1000, 1000)
        )
        for k, row in enumerate(x)
    ]
    path = folder / "a.bdf"
    edfio.Bdf(
        signals, starttime=START.time(), recording=edfio.Recording(startdate=START.date())
    ).write(path)
    return Written(path=path, samples=x, rate_hz=RATE_HZ, tolerance=1e-3, started=START, form="bdf")


def edf_in_pieces(folder: Path) -> Written:
    x = emg_uv(2, 4000)
    stored, back = stored_of(x)
    path = folder / "d.edf"
    path.write_bytes(
        edf_bytes(
            list(stored), per=[1000, 1000], record_s=0.5, onsets=[0, 0.5, 2.0, 2.5], pieces=True
        )
    )
    whole = np.zeros((2, 6000))
    whole[:, :2000], whole[:, 4000:] = back[:, :2000], back[:, 2000:]
    return Written(
        path=path, samples=whole, rate_hz=RATE_HZ, tolerance=1e-3, started=START, form="edf"
    )


# ---------------------------------------------------------------- amplifiers
def poly5_bytes(
    x: NDArray[np.float64],
    *,
    rate: int = 2000,
    per: int = 100,
    signals: int | None = None,
    length: int | None = None,
) -> bytes:
    """Give a Poly5 file of floats; its last block may be short of samples."""
    channels, count = x.shape
    head = struct.pack(
        "<31sH81phhBHi4xHHHHHHHiHHH64x",
        b"POLY SAMPLE FILEversion 2.03\r\n\x1a",
        203,
        b"kedut",
        rate,
        rate,
        0,
        2 * channels if signals is None else signals,
        count if length is None else length,
        2024, 3, 5, 2, 10, 20, 30,
        -(-count // per),
        per,
        per * channels * 4,
        0,
    )  # fmt: skip
    out = [head]
    for k in range(channels):
        for part in ("(Lo) ", "(Hi) "):
            name = f"{part}BIP {k + 1}".encode()
            out.append(
                struct.pack("<41p4x11pffffH62x", name, "µVolt".encode("latin-1"), 0, 1, 0, 1, k)
            )
    for at in range(0, count, per):
        block = np.zeros((per, channels), "<f4")
        block[: min(per, count - at)] = x[:, at : at + per].T
        out.extend([b"\0" * 86, block.tobytes()])
    return b"".join(out)


def poly5(folder: Path) -> Written:
    x = emg_uv(3, 4050)
    path = folder / "a.poly5"
    path.write_bytes(poly5_bytes(x))
    return Written(
        path=path, samples=x, rate_hz=RATE_HZ, tolerance=1e-3, started=START, form="poly5"
    )


OTB_XML = """<?xml version="1.0"?>
<Device Name="QUATTRO" SampleFrequency="{rate}" DeviceTotalChannels="{total}" ad_bits="{bits}">
<Channels><Adapter ID="AdapterEMG" Gain="150" ChannelStartIndex="0">{channels}</Adapter>
<Adapter ID="AdapterControl" Gain="1" ChannelStartIndex="{emg}"><Channel ID="Ramp" Index="0"
Gain="1"/></Adapter></Channels></Device>"""


def otb_bytes(
    stored: NDArray[np.integer], *, rate: str = "2000", bits: str = "16", total: str = ""
) -> bytes:
    """Give an OTB+ file; the last row of numbers is the ramp."""
    count = len(stored)
    channels = "".join(
        f'<Channel ID="GR08" Index="{k}" Gain="1" Muscle="Soleus"/>' for k in range(count - 1)
    )
    xml = OTB_XML.format(
        rate=rate, bits=bits, total=total or count, channels=channels, emg=count - 1
    )
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, raw in (
            ("a.sig", stored.T.astype("<i2").tobytes()),
            ("a.xml", xml.encode()),
            ("patient.xml", b"<patient><time>2024-03-05T10:20:30</time></patient>"),
        ):
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
    return out.getvalue()


def otb(folder: Path) -> Written:
    step = 5.0 / 2**16 / 150 * 1e6
    stored = np.round(emg_uv(3) / step).astype(np.int64)
    path = folder / "a.otb+"
    path.write_bytes(otb_bytes(stored))
    return Written(
        path=path,
        samples=stored[:2] * step,
        rate_hz=RATE_HZ,
        tolerance=1e-3,
        started=START,
        form="otb+",
    )


def delsys(folder: Path) -> Written:
    x = emg_uv(2, 1000)
    rate = 2148.148
    slow = np.arange(70) / 148.148
    lines = [
        "Application:,Trigno Discover,,,,",
        "Date/Time:,3/5/2024 10:20:30 AM,,,,",
        "Avanti Sensor 1 (82261),,,,Avanti Sensor 2 (82262),",
        "EMG 1 Time Series (s),EMG 1 (mV),ACC X Time Series (s),ACC X (G),"
        "EMG 1 Time Series (s),EMG 1 (mV)",
    ]
    for k in range(1000):
        at = f"{k / rate:.8f}"
        acc = f"{slow[k]:.8f},{0.5:.4f}" if k < len(slow) else ","
        lines.append(f"{at},{x[0, k] / 1e3:.7f},{acc},{at},{x[1, k] / 1e3:.7f}")
    path = folder / "a.csv"
    path.write_text("\n".join(lines) + "\n")
    return Written(path=path, samples=x, rate_hz=rate, tolerance=1e-3, started=START, form="delsys")


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


# ---------------------------------------------------------------- text and phones
def biosppy(folder: Path) -> Written:
    x = emg_uv(1, 3000)
    head = (
        "# Simple Text Format\n# Sampling Rate (Hz):= 1000.00\n# Resolution:= 12\n# Labels:= EMG\n"
    )
    path = folder / "a.txt"
    path.write_text(head + "\n".join(f"{one:.4f}" for one in x[0]))
    return Written(path=path, samples=x, rate_hz=1000.0, tolerance=1e-3, form="text")


def phyphox_text(x: NDArray[np.float64], rate_hz: float = 100.0) -> str:
    """Give a table as phyphox writes it for a German phone."""
    head = '"Time (s)"' + "".join(f';"Acceleration {axis} (m/s^2)"' for axis in "xyz")
    rows = [
        ";".join(f"{one:.9e}".replace(".", ",") for one in (k / rate_hz, *x[:, k]))
        for k in range(x.shape[1])
    ]
    return "\n".join([head, *rows]) + "\n"


def phyphox(folder: Path) -> Written:
    x = motion()
    path = folder / "a.csv"
    path.write_text(phyphox_text(x))
    return Written(
        path=path, samples=x, rate_hz=100.0, tolerance=1e-5, unit="m/s^2", form="phyphox"
    )


def phyphox_zip(folder: Path) -> Written:
    x = motion()
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Accelerometer.csv", phyphox_text(x))
        archive.writestr("Gyroscope.csv", "Time (s),x\n0,1\n1,2\n")
        archive.writestr(
            "meta/time.csv",
            '"event","experiment time","system time","system time text"\n'
            '"START",0,1.7E9,"2024-03-05 10:20:30.000 UTC+07:00"\n',
        )
    return Written(
        path=path,
        samples=x,
        rate_hz=100.0,
        tolerance=1e-5,
        unit="m/s^2",
        started=datetime.fromisoformat("2024-03-05T10:20:30+07:00"),
        form="phyphox",
    )


def sensor_logger_text(x: NDArray[np.float64]) -> str:
    """Give a table as Sensor Logger writes it: nanoseconds since 1970, z before y before x."""
    rows = [
        f"{1709634030000000000 + k * 5_000_000},{k * 0.005:.6f},{x[2, k]:.9f},{x[1, k]:.9f},{x[0, k]:.9f}"
        for k in range(x.shape[1])
    ]
    return "\n".join(["time,seconds_elapsed,z,y,x", *rows])


def sensor_logger_zip(folder: Path) -> Written:
    x = motion()
    path = folder / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Accelerometer.csv", sensor_logger_text(x - x.mean(1, keepdims=True)))
        archive.writestr("TotalAcceleration.csv", sensor_logger_text(x))
        archive.writestr("Metadata.csv", "version,recording epoch time\n3,1709634030000\n")
    return Written(
        path=path,
        samples=x,
        rate_hz=200.0,
        tolerance=1e-5,
        unit="m/s^2",
        started=datetime.fromisoformat("2024-03-05T10:20:30+00:00"),
        form="sensor-logger",
    )


WRITERS: dict[str, Callable[[Path], Written]] = {
    one.__name__: one
    for one in (
        bdf, biosppy, c3d, delsys, edf, edf_in_pieces, intan, matlab5, matlab73, nwb, open_ephys,
        otb, phyphox, phyphox_zip, poly5, sensor_logger_zip, wfdb_record, xdf,
    )
}  # fmt: skip
