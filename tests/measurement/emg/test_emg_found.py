"""How much the EMG detector finds in recordings whose truth is known."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from kedut.measurement.detectors.emg import detect_emg
from kedut.measurement.match import match
from kedut.measurement.readers.opening import open_recording
from kedut.measurement.twitch import Detected, Kind
from kedut.simulate.emg_draw import Setting, draw_recording

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("KEDUT_SHARED", ROOT.parent / "shared")) / "recordings"
BARS = {"05": 0.88, "08": 0.93, "16": 0.85}  # of these files; else 0.90


def f1(found: Detected, true_s: np.ndarray, out: list[tuple[float, float]]) -> float:
    own = np.array(
        [
            t.peak_s
            for t in found.twitches
            if t.kind is not Kind.GROUPED
            and not t.artefact
            and not any(a <= t.peak_s <= b for a, b in out)
        ]
    )
    if not len(own) and not len(true_s):
        return 1.0
    return 2 * len(match(own, np.sort(true_s), 0.025)) / (len(own) + len(true_s))


@pytest.mark.parametrize(
    "setting, bar",
    [
        (Setting.CLEAN, 0.95),
        (Setting.FREQUENT, 0.9),
        (Setting.NOISY, 0.85),
        (Setting.WANDERING, 0.85),
        (Setting.HEART, 0.9),
        (Setting.LIMITED, 0.9),
    ],
    ids=str,
)
def test_simulated_twitches_are_found(setting: Setting, bar: float) -> None:
    made = draw_recording(220, setting, duration_s=60)
    truth = made.truth
    assert f1(detect_emg(made.recording), truth.peak_s[truth.counted], []) >= bar


def test_myokymia_is_grouped_and_not_single() -> None:
    made = draw_recording(14, Setting.MYOKYMIA, duration_s=60)
    found = detect_emg(made.recording)
    grouped = sum(t.kind is Kind.GROUPED for t in found.twitches)
    assert grouped >= 0.8 * len(made.truth.peak_s)
    assert len(found.twitches) - grouped <= 0.1 * len(made.truth.peak_s)


def shared_files() -> list[Path]:
    return sorted((SHARED / "simulated").glob("sim_*.edf"))


def rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
@pytest.mark.skipif(not shared_files(), reason=f"NO development recordings in {SHARED}: NOT tested")
@pytest.mark.parametrize("path", shared_files(), ids=lambda p: p.stem)
def test_shared_recordings_reach_the_bar(path: Path) -> None:
    with_effort = [
        (float(r["start_s"]), float(r["end_s"]))
        for r in rows(path.with_name(path.stem + "_epochs.csv"))
        if "voluntary" in r["what"]
    ]
    out = [(a - 0.1, b + 0.2) for a, b in with_effort]
    truth = [
        float(r["peak_s"])
        for r in rows(path.with_name(path.stem + "_truth.csv"))
        if r["kind"] == "fasciculation" and r["inside_voluntary"] == "0"
    ]
    truth = [t for t in truth if not any(a <= t <= b for a, b in out)]
    recording = open_recording(path)
    found = detect_emg(recording)
    recording.close()
    single = [t for t in found.twitches if t.kind is not Kind.GROUPED]
    if "11_" in path.stem:
        assert len(single) <= 1
    elif "15_" in path.stem:
        assert len(found.twitches) - len(single) >= 0.9 * 939
        assert len(single) <= 0.05 * 939
    else:
        assert f1(found, np.array(truth), out) >= BARS.get(path.stem[4:6], 0.90)
    for a, b in with_effort:
        inside = sum(
            max(0.0, min(b, e.onset_s + e.duration_s) - max(a, e.onset_s))
            for e in found.quality.excluded
            if e.reason == "voluntary"
        )
        assert inside >= 0.95 * (b - a)
