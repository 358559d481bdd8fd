"""The columns of what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kedut.case.errors import BadCase

RESULTS, EVENTS, ERRORS = "results", "events", "errors"
CHANCE = "p_"  # before the cause's identifier


def errors_schema() -> Any:
    """Give the columns of `errors.parquet`."""
    import pyarrow as pa

    texts = [pa.field(name, pa.string()) for name in ("id", "where", "what", "try")]
    return pa.schema([pa.field("file", pa.string()), pa.field("row", pa.int64()), *texts])


def errors_table(file: str, rows: Sequence[tuple[int | None, str | None, BadCase]]) -> Any:
    """Give the table of what could not be done, and why."""
    import pyarrow as pa

    columns: list[list[Any]] = [
        [file] * len(rows),
        [number for number, _, _ in rows],
        [name for _, name, _ in rows],
        [error.where for _, _, error in rows],
        [error.what for _, _, error in rows],
        [error.remedy for _, _, error in rows],
    ]
    schema = errors_schema()
    arrays = [
        pa.array([_clean(value) for value in column], field.type)
        for column, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _clean(value: Any) -> Any:
    """Give a text that UTF-8 can hold."""
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("utf-8", "backslashreplace").decode()


def clean(texts: Sequence[str]) -> list[str]:
    """Give texts that UTF-8 can hold: JSON may name half of a pair of surrogates."""
    return [_clean(text) for text in texts]


def cases_schema(causes: Sequence[str], detail: str) -> Any:
    """Give the columns of the results of cases."""
    import pyarrow as pa

    texts = pa.list_(pa.string())
    fields = [
        pa.field("file", pa.string()),
        pa.field("row", pa.int64()),
        pa.field("id", pa.string()),
        pa.field("level", pa.string()),
        pa.field("within_days", pa.int16()),
        pa.field("screen_complete", pa.bool_()),
        pa.field("screen_open", texts),
        pa.field("because", texts),
        pa.field("leading", pa.string()),
        *(pa.field(CHANCE + name, pa.float64()) for name in causes),
        pa.field("ignored", texts),
        pa.field("knowledge_version", pa.string()),
        pa.field("software_version", pa.string()),
    ]
    if detail == "full":
        fields.append(pa.field("answer", pa.string()))
    return pa.schema(fields)


def recordings_schema() -> Any:
    """Give the columns of the results of recordings."""
    import pyarrow as pa

    texts, number, count = pa.list_(pa.string()), pa.float64(), pa.int64()
    kinds = {
        "file": pa.string(), "modality": pa.string(), "format": pa.string(), "channels": count,
        "rate_hz": number, "duration_s": number, "usable_s": number, "usable": pa.bool_(),
        "reasons": texts, "twitches": count, "rate_per_min": number, "rate_low": number,
        "rate_high": number, "bursts": count, "bursts_per_min": number, "sources": count,
        "findings_present": texts, "findings_absent": texts, "limits": texts,
        "knowledge_version": pa.string(), "software_version": pa.string(), "answer": pa.string(),
    }  # fmt: skip
    return pa.schema([pa.field(name, kind) for name, kind in kinds.items()])


def events_schema() -> Any:
    """Give the columns of the twitches of all recordings."""
    import pyarrow as pa

    from kedut.measurement.events import parquet_fields

    return pa.schema([pa.field("file", pa.string()), *parquet_fields()])
