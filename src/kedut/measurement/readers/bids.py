"""EDF and BDF with what BIDS keeps beside them: channels, electrodes, muscle."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from kedut.measurement.readers.edf import open_edf
from kedut.measurement.readers.grid import placed
from kedut.measurement.readers.lazy import LazyRecording
from kedut.measurement.readers.offered import Offered, plain_unit
from kedut.measurement.recording import Modality

_SMALL: Final = 1 << 22  # bytes of a sidecar
_DEEP: Final = 4  # folders from a recording up to its data set
_KINDS: Final = {"EMG": "emg", "ACC": "motion", "ACCEL": "motion"}
Rows = list[dict[str, str]]


def open_edf_with_sidecars(path: Path, modality: Modality | None = None) -> LazyRecording:
    """Open an EDF or BDF; where it lies in a BIDS data set, with its sidecars."""
    if not path.stem.endswith("_emg"):
        return open_edf(path, modality)
    channels = _table(_sidecar(path, "channels.tsv"))
    electrodes = _table(_sidecar(path, "electrodes.tsv"))
    about = _json(path)
    if not channels and not electrodes:
        return open_edf(path, modality)
    notes: list[str] = []
    muscles: dict[str, str] = {}

    def described(offered: list[Offered]) -> list[Offered]:
        named = _named(offered, channels, notes, muscles)
        return placed(named, channels, electrodes, _units(path), notes)

    recording = open_edf(path, modality, described)
    said = about.get("SamplingFrequency")
    if isinstance(said, int | float) and abs(said - recording.about.rate_hz) > 1e-3 * said:
        notes.append(
            f"the sidecar says {said:g} Hz, the file {recording.about.rate_hz:g}: the file's"
        )
    for note in notes:
        recording.note(note)
    taken = [muscles[one.name] for one in recording.about.channels if muscles.get(one.name)]
    recording.of_muscle("; ".join(dict.fromkeys(taken)))
    return recording


def _named(
    offered: list[Offered], channels: Rows, notes: list[str], muscles: dict[str, str]
) -> list[Offered]:
    """Give the channels with name, kind and state of the sidecar."""
    by_name = {row.get("name", ""): row for row in channels}
    signals = [one for one in offered if one.kind != "other"]
    by_order = not any(one.name in by_name for one in signals) and len(channels) == len(signals)
    if by_order:
        notes.append("channels.tsv names them otherwise than the file: taken in their order")
    rows = iter(channels)
    out, differ = [], []
    for one in offered:
        if one.kind == "other":
            out.append(one)
            continue
        row = next(rows) if by_order else by_name.get(one.name, {})
        name = row.get("name", one.name) if by_order else one.name
        unit = row.get("units", "")
        if unit not in {"", "n/a"} and plain_unit(unit).replace("micro", "u") != plain_unit(
            one.unit
        ):
            if one.unit:
                differ.append(f"{unit} instead of {one.unit}")
            else:
                one = replace(one, unit=unit)
        bad = row.get("status", "").lower() == "bad"
        out.append(
            replace(
                one,
                name=name,
                kind=_KINDS.get(row["type"].upper(), "other") if row.get("type") else one.kind,
                left_out="marked as bad in channels.tsv" if bad else one.left_out,
            )
        )
        if row.get("target_muscle", "n/a") != "n/a":
            muscles[name] = row["target_muscle"]
    if differ:
        notes.append(f"channels.tsv says {differ[0]}: the file's own unit was used")
    return out


def _entities(name: str) -> set[str]:
    return {part for part in name.split("_") if "-" in part}


def _sidecar(path: Path, suffix: str) -> Path | None:
    """Give the most specific sidecar that applies, from the recording's folder upward."""
    mine = _entities(path.stem)
    folder = path.absolute().parent
    for _ in range(_DEEP):
        fitting = []
        for one in sorted(folder.glob(f"*{suffix}"))[:1000]:
            its = {part for part in _entities(one.name) if not part.startswith("space-")}
            if its <= mine and re.fullmatch(rf"(.+_)?{re.escape(suffix)}", one.name):
                fitting.append((len(its), one))
        if fitting:
            return max(fitting, key=lambda item: item[0])[1]
        if (folder / "dataset_description.json").exists():
            break
        folder = folder.parent
    return None


def _text(path: Path | None) -> str:
    try:
        if path is None or not path.is_file() or path.stat().st_size > _SMALL:
            return ""
        return path.read_text("utf-8-sig", "replace")
    except OSError:
        return ""


def _table(path: Path | None) -> Rows:
    reader = csv.DictReader(io.StringIO(_text(path)), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [
        {str(key).strip(): (value or "").strip() for key, value in row.items() if key is not None}
        for row in reader
    ][:4096]


def _json(path: Path) -> dict[str, Any]:
    """Give the sidecar's own fields over those inherited."""
    found: dict[str, Any] = {}
    for one in (_sidecar(path, "emg.json"), path.with_suffix(".json")):
        try:
            got = json.loads(_text(one) or "{}")
        except (ValueError, RecursionError):
            continue
        found |= got if isinstance(got, dict) else {}
    return found


def _units(path: Path) -> dict[str, str]:
    """Give for each coordinate system (its space) the unit of length."""
    known = {}
    for one in sorted(path.absolute().parent.glob("*coordsystem.json"))[:100]:
        try:
            got = json.loads(_text(one) or "{}")
        except (ValueError, RecursionError):
            continue
        space = re.search(r"space-([A-Za-z0-9]+)", one.name)
        if isinstance(got, dict):
            known[space[1] if space else ""] = str(got.get("EMGCoordinateUnits", ""))
    return known
