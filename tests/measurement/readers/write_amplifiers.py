"""Poly5, OTB+ and Delsys, by hand."""

from __future__ import annotations

import io
import struct
import tarfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.measurement.readers.truth import RATE_HZ, START, Written, emg_uv


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
