"""`kedut diary add`, `retract` and `import`: what puts something into the diary."""

from __future__ import annotations

import argparse
import json
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from kedut.cli.diary_file import append, journal_of, read_others
from kedut.cli.diary_options import AMOUNTS, FUNCTION, SOME, WELL, complain
from kedut.diary.entry import Entry
from kedut.diary.journal import Journal, added, corrected, retracted
from kedut.diary.wire import entry_from_json
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours
from kedut.report.day import day_in_words

_SIGNS_OF_A_NEW_ID = 16


def note(options: argparse.Namespace) -> int:
    """Add an entry, or put one in the place of another."""
    knowledge = ours()
    journal = Journal()
    if options.correct:
        journal = _diary(options)
        if not journal.history(options.correct):
            return complain(f"no entry has the id {options.correct!r}; see kedut diary export")
    entry, now = _entry(options, knowledge), datetime.now().astimezone()
    append(options.file, [corrected(entry, now) if options.correct else added(entry, now)])
    words = knowledge.words(options.lang)
    print(words.say("diary.added", day=day_in_words(entry.day, words), id=entry.id))
    return WELL


def retract(options: argparse.Namespace) -> int:
    """Take an entry back; its history is kept."""
    standing = {entry.id: entry for entry in _diary(options).entries()}
    entry = standing.get(options.id)
    if entry is None:
        return complain(f"no entry that stands has the id {options.id!r}; see kedut diary export")
    append(options.file, [retracted(entry.id, datetime.now().astimezone())])
    words = ours().words(options.lang)
    print(words.say("diary.retracted", day=day_in_words(entry.day, words), id=entry.id))
    return WELL


def _diary(options: argparse.Namespace) -> Journal:
    return journal_of(options.file, complain)


def _entry(options: argparse.Namespace, knowledge: Knowledge) -> Entry:
    yes_no = {part: getattr(options, name) for name, part in FUNCTION.items()}
    context: dict[str, Any] = {name: getattr(options, name) for name in AMOUNTS}
    context |= {
        "alcohol": options.alcohol,
        "sleep_hours": options.sleep_hours,
        "caffeine_cups": options.caffeine_cups,
        "remedies": options.remedy,
        "no_remedy": options.no_remedy or None,
    }
    told = {
        "said": options.said,
        "measured": measured_rate(Path(options.measured)) if options.measured else None,
        "where": options.where,
        "new_symptoms": [knowledge.resolve(name) for name in options.symptom],
        "context": {name: value for name, value in context.items() if value not in (None, [])},
        "function": {part: value == "yes" for part, value in yes_no.items() if value},
        "note": options.note,
    }
    if options.count is not None or options.minutes is not None:
        told["count"] = {"twitches": options.count, "minutes": options.minutes}
    if not any(told.values()):
        raise ValueError("nothing is said of the day; say at least --said none, some or a_lot")
    identifier = options.correct or uuid.uuid4().hex[:_SIGNS_OF_A_NEW_ID]
    at = options.at or datetime.now().astimezone().isoformat(timespec="seconds")
    return entry_from_json({**told, "id": identifier, "at": at})


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


def take_in(options: argparse.Namespace) -> int:
    """Take in tables and JSON lines; what cannot be read is told line by line."""
    words = ours().words(options.lang)
    status = WELL
    for name in options.files:
        journal = _diary(options)
        found = read_others(Path(name), options.zone)
        new = [
            event
            for event in dict.fromkeys(found.events)
            if event not in journal.history(event.entry_id)
        ]
        append(options.file, new)
        had = len(found.events) - len(new)
        print(words.say("diary.imported", file=name, new=len(new), had=had, bad=len(found.faults)))
        for line in found.remarks:
            print(f"  {name}, line {line.line}: {line.what}")
        for fault in found.faults:
            complain(f"{name}, line {fault.line}: {fault.what}")
            status = SOME
    return status
