"""The process that reads one uploaded recording: bounded, without secrets, and then gone.

Reads files that strangers send, so it has limits of its own before it opens anything. It tells how
far it is, and what it found, as one JSON object a line.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedut.batch import bounds

if TYPE_CHECKING:
    from kedut.knowledge.knowledge_base import Knowledge
    from kedut.measurement.measure import Measurement

MEMORY_BYTES = 4 * 1024**3  # of addresses; libraries reserve far more than they touch
CPU_S = 240
FILE_BYTES = 512 * 1024**2
_SHOWN = ("strip", "near", "film", "rate")
_STEP = 0.02


def bound() -> None:
    """Set the limits that nothing read later can lift."""
    bounds.bound(memory_bytes=MEMORY_BYTES, file_bytes=FILE_BYTES, cpu_s=CPU_S)
    os.nice(5)


def main(arguments: list[str]) -> int:
    """Measure one file; the arguments are its path, the language, and what it is or nothing."""
    bound()
    path, language, modality = Path(arguments[0]), arguments[1], arguments[2]
    from kedut.knowledge.load import ours
    from kedut.measurement.errors import BadRecording
    from kedut.measurement.measure import measure
    from kedut.measurement.recording import Modality

    try:
        found = measure(path, Modality(modality) if modality else None, progress=_Share())
        _tell(done=told(found, path, ours(), language))
    except BadRecording as error:
        _tell(wrong="measure_web.unreadable", detail=f"{error.what}; {error.remedy}")
    except MemoryError:
        _tell(wrong="measure_web.too_heavy", detail="")
    return 0


class _Share:
    """Tells the share that is done, in steps worth showing."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, share: float) -> None:
        if share >= self._last + _STEP:
            self._last = share
            _tell(share=round(min(share, 1.0), 2))


def _tell(**said: Any) -> None:
    print(json.dumps(said, ensure_ascii=True, allow_nan=False), flush=True)  # noqa: T201 to the parent


def told(found: Measurement, path: Path, knowledge: Knowledge, language: str) -> dict[str, Any]:
    """Give what the page shows of a measurement."""
    from kedut.case.measured import concluded
    from kedut.report.measure_pictures import drawn, seen
    from kedut.report.measure_sentences import MEANS, MeasureTeller

    findings = concluded(found, knowledge)
    words = knowledge.words(language)
    teller = MeasureTeller(found, findings, knowledge, language)
    shown = [one for one in drawn(found, seen(path, found), words) if one.name in _SHOWN]
    return {
        "state": teller.state,
        "kind": teller.kind(),
        "headline": teller.headline(),
        "lead": teller.lead(),
        "technical": teller.technical(),
        "quality": teller.quality_line(),
        "usable": teller.quality.usable,
        "rate": _rate(found),
        "reasons": teller.reasons(),
        "excluded": [list(row) for row in teller.excluded()],
        "limits": teller.limits(),
        "means": [words.say(f"measure.means.{key}") for key in MEANS],
        "findings": [
            {"id": one.id, "present": one.present} for one in findings if one.present is not None
        ],
        "pictures": [
            {"title": p.title, "caption": p.caption, "alt": p.alt, "address": _address(p)}
            for p in shown
        ],
    }


def _rate(found: Measurement) -> dict[str, Any] | None:
    """Give the rate as a diary takes it; none where the recording does not bear one."""
    rate, quality = found.features.rate, found.detected.quality
    if rate is None or not quality.usable:
        return None
    return {
        "rate_per_min": {"value": rate.value, "low": rate.low, "high": rate.high},
        "modality": found.about.modality.value,
    }


def _address(picture: Any) -> str:
    """Give a picture as an address that holds all of it; a film's as PNG."""
    photo = picture.name == "film"
    content = picture.png() if photo else picture.svg().encode()
    kind = "image/png" if photo else "image/svg+xml"
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
