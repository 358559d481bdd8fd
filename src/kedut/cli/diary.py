"""`kedut diary`: note a day, read what the days say, take in and hand on."""

from __future__ import annotations

import argparse
import json
import sys
import uuid
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the trend needs numpy, and no start of the program waits for it
    from kedut.case.case import Case
    from kedut.cli.diary_text import Shown
    from kedut.diary.entry import Entry
    from kedut.diary.journal import Journal
    from kedut.knowledge.knowledge_base import Knowledge

WELL, SOME, NONE = 0, 1, 2
_FUNCTION = {
    "heel_raises_left": "ten_heel_raises_left",
    "heel_raises_right": "ten_heel_raises_right",
    "tripped": "tripped",
    "speech_changed": "speech_changed",
}
_REMINDED_AT = time(9)
_SIGNS_OF_A_NEW_ID = 16


def add_diary(parser: argparse.ArgumentParser, language: Callable[..., None]) -> None:
    """Add what `kedut diary` understands; `language` adds the option of that name."""
    parser.set_defaults(run=run, what=None)
    parts = parser.add_subparsers(title="what", metavar="", dest="what")
    noted = parts.add_parser("add", help="note a day; what is left out is unknown, never no")
    noted.add_argument("--said", choices=("none", "some", "a_lot"), help="how much it twitched")
    noted.add_argument("--count", type=int, metavar="N", help="twitches counted, with --minutes")
    noted.add_argument("--minutes", type=float, metavar="M", help="how long was counted")
    noted.add_argument("--where", action="append", default=[], metavar="PLACE", help="calf:left")
    noted.add_argument(
        "--symptom", action="append", default=[], metavar="FINDING", help="new since last time"
    )
    for name in _FUNCTION:
        noted.add_argument(f"--{name.replace('_', '-')}", choices=("yes", "no"))
    noted.add_argument("--note", default="", metavar="TEXT")
    noted.add_argument("--at", metavar="TIME", help="2026-03-01T20:00+07:00 (default: now)")
    noted.add_argument("--correct", metavar="ID", help="put this in the place of an entry")
    shown = parts.add_parser("show", help="function, trend, what changed, when to look again")
    shown.add_argument("--format", choices=("text", "json"), default="text")
    taken = parts.add_parser("import", help="take in a table (CSV) or JSON lines")
    taken.add_argument("files", nargs="+", metavar="FILE")
    given = parts.add_parser("export", help="write entries, all events, or the day to look again")
    given.add_argument("--format", choices=("csv", "json", "ics"), default="csv")
    given.add_argument("--out", metavar="PATH", help="write there instead of to the terminal")
    for part in (shown, given):
        part.add_argument("--case", metavar="CASE", help="the assessment that the diary follows")
        part.add_argument("--on", type=date.fromisoformat, metavar="DAY", help="as of this day")
    for part in parts.choices.values():
        part.add_argument("--file", type=Path, metavar="PATH", help="another diary than yours")
        language(part)


def run(options: argparse.Namespace) -> int:
    """Do what was asked for; give 0, 1 where lines were left out, 2 where nothing was done."""
    from kedut.case.errors import BadCase
    from kedut.cli.diary_file import default_file
    from kedut.knowledge.errors import UnknownIdentifier

    action = _ACTIONS.get(options.what)
    if action is None:
        return _complain(f"say what to do: {', '.join(_ACTIONS)}; see kedut diary --help")
    try:
        options.file = options.file or default_file()
        return action(options)
    except (ValueError, BadCase, UnknownIdentifier) as error:
        return _complain(str(error))


def _complain(sentence: str) -> int:
    print(f"kedut: {sentence}", file=sys.stderr)
    return NONE


def _journal(options: argparse.Namespace) -> Journal:
    """Read the diary and tell the lines that could not be read."""
    from kedut.cli.diary_file import read

    journal, faults = read(options.file)
    for fault in faults:
        _complain(f"{options.file}, line {fault.line}: {fault.what}; it is kept as it is")
    return journal


def _add(options: argparse.Namespace) -> int:
    from kedut.cli.diary_file import append
    from kedut.diary.journal import added, corrected
    from kedut.knowledge.load import ours
    from kedut.report.day import day_in_words

    knowledge = ours()
    entry, now = _entry(options, knowledge), datetime.now().astimezone()
    if options.correct and not _journal(options).history(options.correct):
        return _complain(f"no entry has the id {options.correct!r}; see kedut diary export")
    append(options.file, [corrected(entry, now) if options.correct else added(entry, now)])
    words = knowledge.words(options.lang)
    print(words.say("diary.added", day=day_in_words(entry.day, words), id=entry.id))
    return WELL


def _entry(options: argparse.Namespace, knowledge: Knowledge) -> Entry:
    from kedut.diary.wire import entry_from_json

    yes_no = {part: getattr(options, name) for name, part in _FUNCTION.items()}
    told = {
        "said": options.said,
        "where": options.where,
        "new_symptoms": [knowledge.resolve(name) for name in options.symptom],
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


def _show(options: argparse.Namespace) -> int:
    from kedut.cli.diary_text import text
    from kedut.knowledge.load import ours

    knowledge = ours()
    shown = _shown(options, knowledge)
    words = knowledge.words(options.lang)
    if shown is None:
        print(words.say("diary.empty"))
    elif options.format == "json":
        print(json.dumps(_shape(shown), ensure_ascii=False))
    else:
        print(text(shown, words), end="")
    return WELL


def _shown(options: argparse.Namespace, knowledge: Knowledge) -> Shown | None:
    """Read the diary up to the day asked for; none if nothing is noted by then."""
    from kedut.assess.pipeline import assess
    from kedut.case.followed import add_followed, followed
    from kedut.cli.diary_text import Shown

    today = options.on or datetime.now().astimezone().date()
    days = [day for day in _journal(options).days() if day.day <= today]
    if not days:
        return None
    case = _case(options, knowledge)
    told = followed(days, today, knowledge)
    # Without the last day, but as of the same day: what differs is what it brought.
    earlier = followed(days[:-1], today, knowledge)
    now, before = (
        assess(add_followed(case, one, knowledge), knowledge, language=options.lang)
        for one in (told, earlier)
    )
    known = {*case.present, *earlier.present}
    new = {one.id: one for one in told.findings if one.present and one.id not in known}
    return Shown(today=today, days=days, told=told, now=now, before=before, new=tuple(new.values()))


def _case(options: argparse.Namespace, knowledge: Knowledge) -> Case:
    from kedut.case.case import Case
    from kedut.case.wire import read_case

    if not options.case:
        return Case()
    return read_case(Path(options.case).read_bytes(), knowledge, where=options.case, lenient=True)


def _shape(shown: Shown) -> dict[str, object]:
    """Give what is shown as one object for programs."""
    rate = shown.told.rate
    now = rate.rates[-1] if rate else None
    return {
        "today": shown.today.isoformat(),
        "noted_days": len(shown.days),
        "urgency": shown.now.urgency.level.value,
        "urgency_before": shown.before.urgency.level.value,
        "look_again": shown.look_again.isoformat(),
        "function": {sign.name: sign.ability.value for sign in shown.told.function.signs},
        "function_worse": shown.told.function.worse,
        "direction": rate.direction.value if rate else None,
        "rate_per_min": {"value": now.rate_per_min, "low": now.low, "high": now.high}
        if now and rate and rate.in_numbers
        else None,
        "findings": [
            {"id": one.id, "present": one.present, "because": one.because}
            for one in shown.told.findings
        ],
        "new": [one.id for one in shown.new],
        "ignored": list(shown.told.ignored),
    }


def _import(options: argparse.Namespace) -> int:
    from kedut.cli.diary_file import append, read_others
    from kedut.knowledge.load import ours

    words = ours().words(options.lang)
    status = WELL
    for name in options.files:
        journal = _journal(options)
        found = read_others(Path(name))
        new = [
            event
            for event in dict.fromkeys(found.events)
            if event not in journal.history(event.entry_id)
        ]
        append(options.file, new)
        had = len(found.events) - len(new)
        print(words.say("diary.imported", file=name, new=len(new), had=had, bad=len(found.faults)))
        for fault in found.faults:
            _complain(f"{name}, line {fault.line}: {fault.what}")
            status = SOME
    return status


def _export(options: argparse.Namespace) -> int:
    from kedut.diary.table import dump_table
    from kedut.diary.wire import dump_events

    if options.format == "ics":
        content = _calendar(options)
    elif options.format == "json":
        content = dump_events(_journal(options).events).encode()
    else:
        content = dump_table(_journal(options).entries()).encode()
    if options.out:
        Path(options.out).write_bytes(content)
    else:
        sys.stdout.write(content.decode())
    return WELL


def _calendar(options: argparse.Namespace) -> bytes:
    from kedut.diary.reminders import Reminder, calendar
    from kedut.knowledge.load import ours

    knowledge = ours()
    shown = _shown(options, knowledge)
    words = knowledge.words(options.lang)
    if shown is None:
        raise ValueError(words.say("diary.empty"))
    title = words.say("diary.reminder")
    reminder = Reminder(first=shown.look_again, at=_REMINDED_AT, title=title)
    made = datetime.now().astimezone()
    return calendar((reminder,), made=made, product=f"-//kedut//diary//{options.lang.upper()}")


_ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "add": _add,
    "show": _show,
    "import": _import,
    "export": _export,
}
