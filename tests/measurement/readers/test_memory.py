"""A day of 64 channels is opened and read in pieces without growing."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np

from kedut.measurement.readers.opening import open_recording
from kedut.measurement.recording import chunks
from tests.measurement.readers.write_edf import edf_bytes

DAY_S, CHANNELS, RATE = 86_400, 64, 2048


def test_a_day_of_64_channels_stays_below_100_mb(tmp_path: Path):
    path = tmp_path / "day.edf"
    one = [np.full(RATE, k, np.int64) for k in range(CHANNELS)]
    raw = edf_bytes(one, per=[RATE] * CHANNELS, records=DAY_S)
    record = CHANNELS * RATE * 2
    with path.open("wb") as file:
        file.write(raw)
        file.truncate(len(raw) + (DAY_S - 1) * record)  # holes take no disk
    tracemalloc.start()
    try:
        with open_recording(path) as opened:
            length = opened.about.length
            assert length == DAY_S * RATE
            first = opened.read(0, RATE)
            np.testing.assert_allclose(first[:, 5], np.arange(CHANNELS) * 1000 / 32767, atol=1e-3)
            after_open, _ = tracemalloc.get_traced_memory()
            for start, stop in list(chunks(length, 10 * RATE))[:: DAY_S // 10 // 40]:
                assert opened.read(start, stop).shape == (CHANNELS, stop - start)
            after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100e6
    assert after - after_open < 12e6
