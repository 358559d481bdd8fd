"""What the words of `kedut diary add` say: a new entry, or one that stands with changes."""

from __future__ import annotations

import argparse
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from kedut.case.noted_names import check_place, known_places
from kedut.cli.diary_options import AMOUNTS, FUNCTION, UNKNOWN
from kedut.diary.ahead import refuse_ahead
from kedut.diary.entry import Entry
from kedut.diary.wire import entry_from_json, entry_to_json
from kedut.knowledge.knowledge_base import Knowledge

_SIGNS_OF_A_NEW_ID = 16
_WHEN = {"id", "at"}


def entry_said(
    options: argparse.Namespace, knowledge: Knowledge, now: datetime, before: Entry | None = None
) -> Entry:
    """Give the entry that the options say.

    Parameters
    ----------
    before : the entry that it corrects; keeps its time, and every answer not given anew

    Raises
    ------
    ValueError, UnknownIdentifier
        Nothing is said, or what cannot be: an unknown name, a time in the future.
    """
    told: dict[str, Any] = entry_to_json(before) if before else {"id": _new_id()}
    told["at"] = options.at or told.get("at") or now.isoformat(timespec="seconds")
    _put(told, {"said": options.said, "note": options.note})
    if options.measured:
        rate = UNKNOWN if options.measured == UNKNOWN else measured_rate(Path(options.measured))
        _put(told, {"measured": rate})
    _count(told, options)
    _names(told, options, knowledge)
    context = dict(told.get("context", {}))
    _context(context, options)
    function = dict(told.get("function", {}))
    answers = {part: getattr(options, name) for name, part in FUNCTION.items()}
    yes_no = {"yes": True, "no": False}
    _put(function, {part: yes_no.get(answer, answer) for part, answer in answers.items()})
    told |= {"context": context, "function": function}
    if not any(value for name, value in told.items() if name not in _WHEN):
        if before:
            raise ValueError(
                f"nothing is left of the entry; take it back with: kedut diary retract {before.id}"
            )
        raise ValueError("nothing is said of the day; say at least --said none, some or a_lot")
    entry = entry_from_json(told)
    refuse_ahead(entry, now)
    return entry


def _put(told: dict[str, Any], answers: Mapping[str, Any]) -> None:
    """Put what was answered in its place; `unknown` takes it out."""
    for name, answer in answers.items():
        if answer == UNKNOWN:
            told.pop(name, None)
        elif answer is not None:
            told[name] = answer


def _count(told: dict[str, Any], options: argparse.Namespace) -> None:
    given = {"twitches": options.count, "minutes": options.minutes}
    if UNKNOWN in given.values():
        told.pop("count", None)
    elif any(one is not None for one in given.values()):
        count = dict(told.get("count", {}))
        _put(count, given)
        told["count"] = count


def _names(told: dict[str, Any], options: argparse.Namespace, knowledge: Knowledge) -> None:
    places = known_places(knowledge)
    for name in options.where:
        if name != UNKNOWN:
            check_place(name, places, knowledge)
    new = [name if name == UNKNOWN else knowledge.resolve(name) for name in options.symptom]
    _add(told, "where", options.where)
    _add(told, "new_symptoms", new)


def _add(told: dict[str, Any], key: str, names: list[str]) -> None:
    """Add names to those that stand; with `unknown` among them those that stood are taken back."""
    before = [] if UNKNOWN in names else told.get(key, [])
    every = dict.fromkeys([*before, *(name for name in names if name != UNKNOWN)])
    _put(told, {key: list(every) or UNKNOWN})


def _context(context: dict[str, Any], options: argparse.Namespace) -> None:
    _put(context, {name: getattr(options, name) for name in (*AMOUNTS, "alcohol")})
    _put(context, {name: getattr(options, name) for name in ("sleep_hours", "caffeine_cups")})
    if options.no_remedy:
        context.pop("remedies", None)
    if options.remedy:
        context.pop("no_remedy", None)
    _add(context, "remedies", options.remedy)
    if options.no_remedy:
        context["no_remedy"] = True


def _new_id() -> str:
    return uuid.uuid4().hex[:_SIGNS_OF_A_NEW_ID]


def measured_rate(path: Path) -> dict[str, Any]:
    """Give the rate of one usable recording, as `kedut measure --format json` wrote it.

    Raises
    ------
    ValueError
        It is no such file, of several recordings, or the recording is not usable.
    """
    example = "kedut measure RECORDING --format json > measured.json"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if len(lines) > 1 and lines[1].lstrip().startswith("{"):
        raise ValueError(f"{path}: holds {len(lines)} recordings; give one ({example})")
    try:
        found = json.loads("\n".join(lines))
    except (ValueError, RecursionError):
        raise ValueError(f"{path}: is not JSON; write it with {example}") from None
    rate = found.get("rate_per_min") if isinstance(found, dict) else None
    quality = found.get("quality") if isinstance(found, dict) else None
    if isinstance(quality, dict) and quality.get("usable") is False:
        reasons = ", ".join(map(str, quality.get("reasons") or [])) or "no reason given"
        raise ValueError(f"{path}: the recording is not usable ({reasons}); record it again")
    if not isinstance(rate, dict) or not isinstance(found.get("modality"), str):
        raise ValueError(f"{path}: has no 'rate_per_min' and 'modality'; write it with {example}")
    return {
        "rate_per_min": rate.get("value"),
        "low": rate.get("low"),
        "high": rate.get("high"),
        "modality": found["modality"],
        "recording": str(found.get("file") or ""),
    }
