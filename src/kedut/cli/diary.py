"""`kedut diary`: note a day, read what the days say, try something, take in and hand on."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

from kedut.cli.diary_options import AMOUNTS, FUNCTION, UNKNOWN, complain

_Number = TypeVar("_Number", int, float)
_EXPORTED = ("csv", "json", "ics", "fhir")


def add_diary(parser: argparse.ArgumentParser, language: Callable[..., None]) -> None:
    """Add what `kedut diary` understands; `language` adds the option of that name."""
    from kedut.cli.diary_trial import add_trials

    parser.set_defaults(run=run, what=None)
    parts = parser.add_subparsers(title="what", metavar="", dest="what")
    _add_noting(parts.add_parser("add", help="note a day, or change an entry (--correct)"))
    back = parts.add_parser("retract", help="take an entry back; it stays in the history")
    back.add_argument("id", metavar="ID", help="of the entry, as kedut diary export shows it")
    shown = parts.add_parser("show", help="function, trend, course, what changed, when to look")
    shown.add_argument("--format", choices=("text", "json", "svg", "pdf"), default="text")
    add_trials(parts)
    taken = parts.add_parser("import", help="take in a table (CSV) or JSON lines")
    taken.add_argument("files", nargs="+", metavar="FILE")
    taken.add_argument(
        "--zone", metavar="ZONE", help="of times written without one, such as Asia/Jakarta"
    )
    given = parts.add_parser("export", help="write entries, all events, or the day to look again")
    given.add_argument("--format", choices=_EXPORTED, default="csv")
    given.add_argument(
        "--daily", type=int, metavar="DAYS", help="in the calendar, also every evening for so long"
    )
    gone = parts.add_parser("erase", help="erase the whole diary, with a copy of it or without")
    gone.add_argument("--export", type=Path, metavar="FILE", help="first write a copy: JSON lines")
    gone.add_argument("--yes", action="store_true", help="do not ask")
    for part in (shown, given):
        part.add_argument("--out", metavar="PATH", help="write there instead of to the terminal")
    for name in ("show", "export", "compare", "schedule"):
        part = parts.choices[name]
        part.add_argument("--case", metavar="CASE", help="the assessment that the diary follows")
        part.add_argument(
            "--asked",
            type=date.fromisoformat,
            metavar="DAY",
            help="when the case was answered (default: the first day noted)",
        )
        part.add_argument("--on", type=date.fromisoformat, metavar="DAY", help="as of this day")
    for part in parts.choices.values():
        part.add_argument("--file", type=Path, metavar="PATH", help="another diary than yours")
        language(part)


def _add_noting(noted: argparse.ArgumentParser) -> None:
    noted.description = (
        "What is left out is unknown, never no. With --correct it stays as it was; "
        "a place, symptom or remedy is added to those before; "
        f"{UNKNOWN!r} takes an answer back, of a list all of it."
    )
    noted.add_argument(
        "--said", choices=("none", "some", "a_lot", UNKNOWN), help="how much it twitched"
    )
    noted.add_argument("--count", type=_whole, metavar="N", help="twitches counted, with --minutes")
    noted.add_argument("--minutes", type=_number, metavar="M", help="how long was counted")
    noted.add_argument(
        "--measured", metavar="MEASURED.json", help="what kedut measure --format json wrote"
    )
    noted.add_argument("--where", action="append", default=[], metavar="PLACE", help="calf:left")
    noted.add_argument(
        "--symptom", action="append", default=[], metavar="FINDING", help="new since last time"
    )
    for name in FUNCTION:
        noted.add_argument(f"--{name.replace('_', '-')}", choices=("yes", "no", UNKNOWN))
    for name in AMOUNTS:
        noted.add_argument(f"--{name}", choices=("little", "usual", "much", UNKNOWN))
    noted.add_argument("--alcohol", choices=("none", "some", "much", UNKNOWN))
    noted.add_argument("--sleep-hours", type=_number, metavar="H")
    noted.add_argument("--caffeine-cups", type=_number, metavar="N")
    noted.add_argument("--remedy", action="append", default=[], metavar="WHAT", help="magnesium")
    noted.add_argument("--no-remedy", action="store_true", help="nothing taken or done against it")
    noted.add_argument("--note", metavar="TEXT", help="in your own words; '' takes it back")
    noted.add_argument(
        "--at", metavar="TIME", help="2026-03-01T20:00+07:00 (default: now, or as it was)"
    )
    noted.add_argument("--correct", metavar="ID", help="change this entry; the rest of it stays")


def _whole(text: str) -> int | str:
    """Give a whole number, or that it is taken back."""
    return _read(text, int, "a whole number")


def _number(text: str) -> float | str:
    """Give a number, or that it is taken back."""
    return _read(text, float, "a number")


def _read(text: str, kind: type[_Number], what: str) -> _Number | str:
    try:
        return UNKNOWN if text == UNKNOWN else kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}, nor {UNKNOWN!r}") from None


def run(options: argparse.Namespace) -> int:
    """Do what was asked for; give 0, 1 where lines were left out, 2 where nothing was done."""
    from kedut.case.errors import BadCase
    from kedut.cli import diary_erase, diary_import, diary_read, diary_write
    from kedut.cli.diary_file import default_file
    from kedut.knowledge.errors import UnknownIdentifier

    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "add": diary_write.note,
        "retract": diary_write.retract,
        "show": diary_read.show,
        "compare": diary_read.compare,
        "schedule": diary_read.schedule,
        "import": diary_import.take_in,
        "export": diary_read.export,
        "erase": diary_erase.gone,
    }
    action = actions.get(options.what)
    if action is None:
        return complain(f"say what to do: {', '.join(actions)}; see kedut diary --help")
    try:
        options.file = options.file or default_file()
        return action(options)
    except OSError as error:
        where = error.filename or options.file
        return complain(f"{where}: cannot be read or written ({error.strerror or error})")
    except (ValueError, BadCase, UnknownIdentifier) as error:
        return complain(str(error))
