"""The outside shapes of a measurement: one JSON object a file, and the table of its twitches."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kedut.measurement.measure import Measurement
from kedut.measurement.twitch import Excluded, Twitch

_DIGITS = 6  # constant: significant digits of every float that goes out
COLUMNS: Mapping[str, tuple[str, str]] = {
    "onset": ("Start of the twitch, from the start of the recording", "s"),
    "duration": ("How long the twitch lasts", "s"),
    "peak": ("Time of the largest deflection, from the start of the recording", "s"),
    "amplitude": ("Peak to peak, where it was largest; its unit stands in 'unit'", ""),
    "unit": ("Unit of 'amplitude'", ""),
    "channel": ("Channel where it was largest", ""),
    "x": ("Film: centre in pixels from the left; electrode grid: column from 0", ""),
    "y": ("Film: centre in pixels from the top; electrode grid: row from 0", ""),
    "score": ("Detector's statistic, in standard deviations of its noise", ""),
    "cluster": ("Same number: same source; -1: no source found", ""),
    "kind": ("single, doublet (one of a pair 10 to 110 ms apart), grouped (in a burst)", ""),
    "artefact": ("Empty, or why it is not counted", ""),
}
SUFFIXES = (".csv", ".tsv", ".parquet")


def shape(measurement: Measurement, findings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give a measurement as the JSON object that other programs read.

    Parameters
    ----------
    findings : `id`, `present`, `because` each, as `kedut.case.measured` concludes them
    """
    about, found = measurement.about, measurement.detected
    features, quality = measurement.features, found.quality
    rate = features.rate
    told = {
        "file": about.name,
        "modality": str(about.modality),
        "format": about.format,
        "channels": len(about.channels),
        "rate_hz": about.rate_hz,
        "started": about.started.isoformat() if about.started else None,
        "muscle": about.muscle or None,
        "duration_s": features.duration_s,
        "usable_s": features.usable_s,
        "quality": {
            "usable": quality.usable,
            "reasons": list(quality.reasons),
            "excluded": [_excluded(e) for e in quality.excluded],
            "excluded_s": _by_reason(quality.excluded),
            "figures": dict(quality.figures),
            "smallest_seen": quality.smallest_seen,
        },
        "twitches": features.twitches,
        "rate_per_min": None
        if rate is None
        else {"value": rate.value, "low": rate.low, "high": rate.high},
        "intervals": asdict(features.intervals),
        "grouped": asdict(features.grouped),
        "clusters": [asdict(source) for source in features.sources],
        "rhythm_hz": features.rhythm_hz,
        "too_short_s": features.too_short_s,
        "limits": list(measurement.limits),
        "notes": list(about.notes),
        "findings": [dict(row) for row in findings],
    }
    rounded: dict[str, Any] = _short(told)
    return rounded


def _excluded(excluded: Excluded) -> dict[str, Any]:
    return {
        "onset": excluded.onset_s,
        "duration": excluded.duration_s,
        "reason": str(excluded.reason),
        "channel": excluded.channel,
    }


def _by_reason(excluded: Iterable[Excluded]) -> dict[str, float]:
    """Give the seconds each reason took; where two hold at once both count."""
    seconds: dict[str, float] = {}
    for one in excluded:
        seconds[str(one.reason)] = seconds.get(str(one.reason), 0.0) + one.duration_s
    return seconds


def _short(value: Any) -> Any:
    """Give a value with six significant digits; what is no number in JSON becomes null."""
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _short(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_short(inner) for inner in value]
    return value


def row_of(twitch: Twitch) -> dict[str, Any]:
    """Give one twitch as a row of the table; times keep a tenth of a millisecond."""
    cells = {
        "onset": round(twitch.onset_s, 4),
        "duration": round(twitch.duration_s, 4),
        "peak": round(twitch.peak_s, 4),
        "amplitude": _short(twitch.amplitude),
        "unit": twitch.unit,
        "channel": twitch.channel,
        "x": _short(twitch.x),
        "y": _short(twitch.y),
        "score": _short(twitch.score),
        "cluster": twitch.cluster,
        "kind": str(twitch.kind),
        "artefact": twitch.artefact,
    }
    return {column: cells[column] for column in COLUMNS}


def write_events(path: Path, measurements: Sequence[Measurement]) -> None:
    """Write every twitch as a row: `.csv`, `.tsv` with its `.json` (BIDS events), or `.parquet`.

    Of several recordings each row begins with the file's name.

    Raises
    ------
    ValueError
        The suffix is none of these.
    OSError
    """
    if path.suffix not in SUFFIXES:
        raise ValueError(
            f"{path.name}: a table ends in {', '.join(SUFFIXES)}, not {path.suffix or 'nothing'!r}"
        )
    several = len(measurements) > 1
    columns = [*(["file"] if several else []), *COLUMNS]
    rows = [
        ({"file": one.about.name} if several else {}) | row_of(twitch)
        for one in measurements
        for twitch in one.detected.twitches
    ]
    if path.suffix == ".parquet":
        _parquet(path, columns, rows)
        return
    bids = path.suffix == ".tsv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t" if bids else ",", lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow("n/a" if bids and row[c] in (None, "") else row[c] for c in columns)
    if bids:
        path.with_suffix(".json").write_text(_sidecar(columns), encoding="utf-8")


def _sidecar(columns: Sequence[str]) -> str:
    """Describe the columns as BIDS asks for it."""
    told: dict[str, Any] = {}
    for column in columns:
        description, unit = COLUMNS.get(column, ("Name of the recording", ""))
        told[column] = {"Description": description} | ({"Units": unit} if unit else {})
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def parquet_fields(columns: Sequence[str] = tuple(COLUMNS)) -> list[Any]:
    """Give columns of the table with their types, for pyarrow."""
    import pyarrow as pa

    kinds = {
        **dict.fromkeys(
            ("onset", "duration", "peak", "amplitude", "x", "y", "score"), pa.float64()
        ),
        "cluster": pa.int32(),
    }
    return [pa.field(column, kinds.get(column, pa.string())) for column in columns]


def _parquet(path: Path, columns: Sequence[str], rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(parquet_fields(columns))), path)
