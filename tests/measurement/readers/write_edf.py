"""EDF and BDF, by a library and by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.measurement.readers.truth import RATE_HZ, START, Written, emg_uv


def edf_bytes(
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
            stamp = f"+{onsets[record]:.3f}\x14\x14\0".encode()
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
