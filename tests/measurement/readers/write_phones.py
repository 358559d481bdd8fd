"""Texts and what phones export."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.measurement.readers.truth import Written, emg_uv, motion


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
        f"{1709634030000000000 + k * 5_000_000},{k * 0.005:.6f},"
        + ",".join(f"{one:.9f}" for one in x[::-1, k])
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
