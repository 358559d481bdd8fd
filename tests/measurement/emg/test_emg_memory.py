"""What an hour of recording leaves in memory: what was found in it, nothing else."""

from __future__ import annotations

import ctypes
import platform
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from kedut.bench.measure_speed import Repeated
from kedut.measurement.detectors.emg import detect_emg
from kedut.measurement.filters.releasing import give_back
from kedut.simulate.emg import simulate_emg
from kedut.simulate.emg_draw import Setting, draw_scene

RATE_HZ, BLOCK_S = 1000.0, 60.0
LENGTH_S = 6_300.0  # so long that no piece of the first look is kept until the end
MOST_MB_PER_HOUR = 2.0  # the bar is 5; a piece that is kept is 15 of one channel


@pytest.mark.slow
def test_an_hour_leaves_no_more_than_what_was_found_in_it() -> None:
    scene = draw_scene(0, Setting.CLEAN, duration_s=BLOCK_S)
    samples = simulate_emg(scene, 0).recording.samples
    recording = Repeated(samples, LENGTH_S, scene.rate_hz)
    held: list[tuple[float, int]] = []

    def look(share: float) -> None:
        held.append((share * LENGTH_S, tracemalloc.get_traced_memory()[0]))

    tracemalloc.start()
    try:
        found = detect_emg(recording, progress=look)
    finally:
        tracemalloc.stop()
    assert len(found.twitches) > LENGTH_S / 60
    early, late = (_least(held, first_s, first_s + 600) for first_s in (900.0, 5_400.0))
    growth = (late - early) / 1e6 / (5_400.0 - 900.0) * 3600
    assert growth < MOST_MB_PER_HOUR


def _least(held: list[tuple[float, int]], first_s: float, stop_s: float) -> int:
    """Give the least that was held in a while: pieces come and go, what stays is left."""
    return min(memory for at, memory in held if first_s <= at < stop_s)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not GNU's")
def test_what_arrays_have_left_goes_back_to_the_system() -> None:
    blocks = [np.ones(12_500, np.float64) for _ in range(800)]  # 80 MB, small enough for the heap
    kept = blocks[::40]
    full = _resident_mb()
    del blocks
    assert give_back()
    assert full - _resident_mb() > 40
    assert len(kept) == 20  # they stand between the holes


def test_a_system_that_takes_nothing_back_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    assert not give_back()


def _resident_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return float(line.split()[1]) / 1000
