"""What peers find on the same recordings, each in the one setting that suits all files best."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kedut.bench.measure_cases import Case
from kedut.bench.measure_emg import of_times
from kedut.bench.measure_threshold import TRIED, envelope, found_s
from kedut.measurement.match import Score, pooled

PYTHON = Path(".venv-peers/bin/python")
SCRIPT = Path(__file__).with_name("measure_peer_tools.py")
PLAIN = "threshold, notches"
_WITHIN_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A tool in its best setting.

    seconds : of the processor, for all files; of its first setting
    """

    name: str
    setting: str
    scores: dict[str, Score]
    seconds: float


def peers(cases: list[Case]) -> list[Peer]:
    """Score the plain threshold, and what is installed in `.venv-peers`."""
    return [plain(cases), *installed(cases)]


def plain(cases: list[Case]) -> Peer:
    """Score the plain threshold in its best setting."""
    tried: dict[str, dict[str, Score]] = defaultdict(dict)
    for case in cases:
        recording = case.open()
        size, rate_hz = envelope(recording), recording.about.rate_hz
        recording.close()
        for above, dead_s in TRIED:
            times = found_s(size, rate_hz, above, dead_s)
            setting = f"{above:g} deviations, dead {1000 * dead_s:g} ms"
            tried[setting][case.name] = of_times(times, case.truth)
    return _best(PLAIN, tried, 0.0)


def installed(cases: list[Case]) -> list[Peer]:
    """Score the tools of `.venv-peers`; none where there is none."""
    if not PYTHON.is_file():
        print(f"no {PYTHON}: measured without NeuroKit2, BioSPPy, SpikeInterface")
        return []
    truths = {case.name: case.truth for case in cases}
    tried: dict[str, dict[str, dict[str, Score]]] = defaultdict(lambda: defaultdict(dict))
    seconds: dict[str, float] = defaultdict(float)
    for answer in _answers(cases):
        tool, name = answer["tool"], cases[int(answer["file"])].name
        if not any(name in scores for scores in tried[tool].values()):
            seconds[tool] += answer["seconds"]  # the first setting bears what all share
        tried[tool][answer["setting"]][name] = of_times(answer["found_s"], truths[name])
    for settings in tried.values():
        for scores in settings.values():
            for case in cases:  # a tool that failed on a file found nothing in it
                scores.setdefault(case.name, of_times([], case.truth))
    return [_best(tool, settings, seconds[tool]) for tool, settings in tried.items()]


def _answers(cases: list[Case]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        files = []
        for place, case in enumerate(cases):
            recording = case.open()
            file = Path(name) / f"{place}.npz"
            about = recording.about
            np.savez(file, samples=recording.read(0, about.length), rate_hz=about.rate_hz)
            recording.close()
            files.append(str(file))
        done = subprocess.run(
            [str(PYTHON), str(SCRIPT), *files],
            capture_output=True,
            text=True,
            check=True,
            timeout=_WITHIN_S,
            env=os.environ | {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"},
        )
    for line in sorted(set(done.stderr.splitlines())):
        print(f"  peer: {line}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def _best(name: str, tried: dict[str, dict[str, Score]], seconds: float) -> Peer:
    setting = max(tried, key=lambda one: np.nan_to_num(pooled(tried[one].values()).f1))
    return Peer(name=name, setting=setting, scores=tried[setting], seconds=seconds)
