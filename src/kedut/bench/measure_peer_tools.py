"""Other tools on the same recordings; run by `.venv-peers/bin/python` as a script of its own.

It imports nothing of ours: arguments are `.npz` files (`samples`, `rate_hz`). Each tool gives one
line of JSON a file and setting: `{"file", "tool", "setting", "found_s", "seconds"}`, the seconds of
the processor that the first setting took, or those that another took beyond what they share. Who
reads it takes each tool's best setting for all files.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
import time
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Tool = Callable[[Floats, float], Iterator[tuple[str, Floats]]]


def main() -> int:
    """Run each tool on each file."""
    warnings.simplefilter("ignore")
    # BioSPPy imports this without asking for it; its part for EMG does not use it.
    sys.modules.setdefault("peakutils", types.ModuleType("peakutils"))
    every = dict(tools())
    for file in sys.argv[1:]:
        with np.load(file) as held:
            samples, rate_hz = held["samples"].astype(np.float64), float(held["rate_hz"])
        for name, tool in every.items():
            for line in lines(tool, samples, rate_hz, f"{name} on {Path(file).name}"):
                print(json.dumps({"file": Path(file).stem, "tool": name} | line), flush=True)
    return 0


def lines(tool: Tool, samples: Floats, rate_hz: float, where: str) -> Iterator[dict[str, Any]]:
    """Give what a tool answers in each setting."""
    settings = tool(samples, rate_hz)
    while True:
        start = time.process_time()
        try:
            setting, found = next(settings)
        except StopIteration:
            return
        except Exception as error:  # noqa: BLE001 a tool that fails on a file has found nothing
            print(f"{where}: {error!r}", file=sys.stderr)
            return
        seconds = time.process_time() - start
        yield {"setting": setting, "found_s": found.tolist(), "seconds": seconds}


def tools() -> Iterator[tuple[str, Tool]]:
    """Give each tool that is installed."""
    if (neurokit := _module("neurokit2")) is not None:
        yield "NeuroKit2", _neurokit(neurokit)
    if (biosppy := _module("biosppy.signals.emg")) is not None:
        yield "BioSPPy", _biosppy(biosppy)
    if (peaks := _module("spikeinterface.sortingcomponents.peak_detection")) is not None:
        yield "SpikeInterface", _spikeinterface(peaks)


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        print(f"{name} left out: {error}", file=sys.stderr)
        return None


def _neurokit(neurokit: Any) -> Tool:
    def run(samples: Floats, rate_hz: float) -> Iterator[tuple[str, Floats]]:
        clean = neurokit.emg_clean(_liveliest(samples), sampling_rate=int(rate_hz))
        _, info = neurokit.emg_activation(
            emg_cleaned=clean, sampling_rate=int(rate_hz), method="biosppy"
        )
        yield "method biosppy", _peaks(clean, info, rate_hz)
        size = neurokit.emg_amplitude(clean)
        for above in (2.0, 2.5):
            level = above * float(np.median(size))
            if level >= size.max():  # it refuses that
                yield f"threshold {above} medians", np.empty(0)
                continue
            _, info = neurokit.emg_activation(
                emg_amplitude=size,
                sampling_rate=int(rate_hz),
                method="threshold",
                threshold=level,
                duration_min=0.01,
            )
            yield f"threshold {above} medians", _peaks(clean, info, rate_hz)

    return run


def _biosppy(biosppy: Any) -> Tool:
    def run(samples: Floats, rate_hz: float) -> Iterator[tuple[str, Floats]]:
        one = _liveliest(samples)
        for size_s in (0.01, 0.02, 0.05):
            # Its own chain, `emg()`, without its plot.
            clean = biosppy.st.filter_signal(
                signal=one,
                ftype="butter",
                band="highpass",
                order=4,
                frequency=100,
                sampling_rate=rate_hz,
            )["signal"]
            edges = biosppy.find_onsets(signal=clean, sampling_rate=rate_hz, size=size_s)["onsets"]
            # Rises and falls stand in one list.
            info = {"EMG_Onsets": edges[::2], "EMG_Offsets": edges[1::2]}
            yield f"size {size_s} s", _peaks(one - np.median(one), info, rate_hz)

    return run


def _spikeinterface(peaks: Any) -> Tool:
    spikes, filters = (
        importlib.import_module(f"spikeinterface.{part}") for part in ("core", "preprocessing")
    )
    probes = importlib.import_module("probeinterface")
    method = "locally_exclusive" if importlib.util.find_spec("numba") else "by_channel"

    def run(samples: Floats, rate_hz: float) -> Iterator[tuple[str, Floats]]:
        held = spikes.NumpyRecording([samples.T.astype(np.float32)], rate_hz)
        probe = probes.Probe(ndim=2)
        probe.set_contacts(
            positions=np.column_stack([np.zeros(len(samples)), 8000.0 * np.arange(len(samples))])
        )
        probe.set_device_channel_indices(np.arange(len(samples)))
        held = held.set_probe(probe) or held
        band = filters.bandpass_filter(
            held,
            freq_min=20.0,
            freq_max=min(450.0, 0.45 * rate_hz),
            ignore_low_freq_error=True,
        )
        for above in (5.0, 8.0, 12.0, 16.0, 24.0):
            how = {"peak_sign": "both", "detect_threshold": above, "exclude_sweep_ms": 40.0}
            found = peaks.detect_peaks(
                band,
                method=method,
                method_kwargs=how | ({"radius_um": 1e9} if method == "locally_exclusive" else {}),
                job_kwargs={"n_jobs": 1, "progress_bar": False},
            )
            places = np.sort(found["sample_index"])
            new = np.diff(places, prepend=-rate_hz) > 0.04 * rate_hz  # channels see one thing once
            yield f"{method}, {above:g} MAD", places[new] / rate_hz

    return run


def _liveliest(samples: Floats) -> Floats:
    """Give the channel with the largest deflections, for a tool that takes but one."""
    size = np.quantile(np.abs(np.diff(samples, axis=1)), 0.9995, axis=1)
    return np.asarray(samples[int(np.argmax(size))])


def _peaks(clean: Floats, info: Any, rate_hz: float) -> Floats:
    """Give the largest deflection between each onset and offset."""
    size = np.abs(clean)
    edges = zip(info["EMG_Onsets"], info["EMG_Offsets"], strict=False)
    found = [
        int(start) + int(np.argmax(size[int(start) : int(stop) + 1]))
        for start, stop in edges
        if np.isfinite(start) and np.isfinite(stop) and stop >= start
    ]
    return np.sort(np.asarray(found, dtype=np.float64)) / rate_hz


if __name__ == "__main__":
    raise SystemExit(main())
