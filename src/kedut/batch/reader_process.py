"""The process that measures recordings: bounded, ended when a file hangs it or when none comes.

It says `ready`, takes one JSON object a line, answers with JSON lines that tell how far it is, and
then with either `wrong` or `sizes`, followed by so many bytes: the tables. It ends by itself when
nothing is asked for a while, and when nobody hears it.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from kedut.batch.bounds import bound
from kedut.knowledge.knowledge_base import Knowledge

_FILE_BYTES = 1 << 30
_STEP = 0.01
_BEAT_S = 1.0


def main(arguments: list[str]) -> int:
    """Measure what is named on the standard input until it ends.

    Parameters
    ----------
    arguments : most bytes of memory; seconds to wait for one more; module and name of what gives
        the knowledge
    """
    bound(memory_bytes=int(arguments[0]), file_bytes=_FILE_BYTES)
    out = os.fdopen(os.dup(1), "wb")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)  # libraries print what they like; it must not get among the answers
    knowledge: Knowledge = getattr(importlib.import_module(arguments[2]), arguments[3])()
    importlib.import_module("kedut.measurement.measure")
    _tell(out, ready=True)
    while line := _asked(float(arguments[1])):
        _answer(json.loads(line), knowledge, out)
    return 0


def _asked(idle_s: float) -> bytes:
    """Give the next line; nothing at the end, or when none comes."""
    there, _, _ = select.select([sys.stdin.buffer], [], [], idle_s)
    return sys.stdin.buffer.readline() if there else b""


def _answer(asked: dict[str, Any], knowledge: Knowledge, out: BinaryIO) -> None:
    from kedut.measurement.errors import BadRecording

    name = Path(asked["path"]).name
    try:
        tables = _tables(asked, knowledge, _Share(out))
    except BadRecording as error:
        _tell(out, wrong=[error.where, error.what, error.remedy], cpu_s=_spent())
    except ModuleNotFoundError as error:
        remedy = "pip install 'kedut[measure]'"
        _tell(out, wrong=[name, f"{error.name} is not installed", remedy], cpu_s=_spent())
    except MemoryError:
        what = "it takes more memory than one recording may"
        _tell(out, wrong=[name, what, "cut it into shorter pieces, or allow more: --memory"])
        os._exit(0)  # what is left of the memory is no ground to go on from
    except Exception as error:  # noqa: BLE001 - the run goes on, and the fault is told
        what = f"measuring it fails by a fault of ours ({type(error).__name__}: {error})"
        remedy = "report it, with the file if you may"
        _tell(out, wrong=[name, what[:300], remedy], cpu_s=_spent())
    else:
        _tell(out, *tables, sizes=[len(table) for table in tables], cpu_s=_spent())


class _Share:
    """Tells the share that is done, in steps worth telling, and not more often than matters."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._last, self._at = 0.0, time.monotonic()

    def __call__(self, share: float) -> None:
        now = time.monotonic()
        if share >= self._last + _STEP and now >= self._at + _BEAT_S:
            self._last, self._at = share, now
            _tell(self._out, share=round(min(share, 1.0), 2))


def _spent() -> float:
    return round(time.process_time(), 3)


def _tell(out: BinaryIO, *more: bytes, **said: Any) -> None:
    try:
        out.write(json.dumps(said).encode() + b"\n")
        for one in more:
            out.write(one)
        out.flush()
    except BrokenPipeError:  # whoever asked is gone
        os._exit(0)


def _tables(
    asked: dict[str, Any], knowledge: Knowledge, progress: Callable[[float], None]
) -> tuple[bytes, bytes]:
    """Measure one file; give its row and its twitches."""
    from kedut.case.measured import concluded, shape_of
    from kedut.measurement.events import row_of, shape
    from kedut.measurement.measure import measure
    from kedut.measurement.recording import Modality

    modality = Modality(asked["modality"]) if asked["modality"] else None
    measurement = measure(Path(asked["path"]), modality, progress=progress)
    findings = [shape_of(finding) for finding in concluded(measurement, knowledge)]
    told = shape(measurement, findings)
    rows = [{"file": asked["name"], **row_of(one)} for one in measurement.detected.twitches]
    from kedut.batch.tables import events_schema, recordings_schema

    row = {
        **_row(told),
        "file": asked["name"],
        "knowledge_version": asked["knowledge_version"],
        "software_version": asked["software_version"],
        "answer": json.dumps(told, ensure_ascii=False, allow_nan=False),
    }
    return _stream([row], recordings_schema()), _stream(rows, events_schema())


def _row(told: dict[str, Any]) -> dict[str, Any]:
    """Give the columns of one recording from its JSON shape."""
    rate = told["rate_per_min"] or {}
    same = (
        "modality",
        "format",
        "channels",
        "rate_hz",
        "duration_s",
        "usable_s",
        "twitches",
        "limits",
    )
    return {
        **{name: told[name] for name in same},
        "usable": told["quality"]["usable"],
        "reasons": told["quality"]["reasons"],
        "rate_per_min": rate.get("value"),
        "rate_low": rate.get("low"),
        "rate_high": rate.get("high"),
        "bursts": told["grouped"]["bursts"],
        "bursts_per_min": told["grouped"]["rate_per_min"],
        "sources": len(told["clusters"]),
        "findings_present": [one["id"] for one in told["findings"] if one["present"] is True],
        "findings_absent": [one["id"] for one in told["findings"] if one["present"] is False],
    }


def _stream(rows: list[dict[str, Any]], schema: Any) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as stream:
        stream.write_table(pa.Table.from_pylist(rows, schema=schema))
    return bytes(sink.getvalue())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
