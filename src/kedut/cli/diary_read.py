"""`kedut diary show`, `compare`, `schedule` and `export`: what reads the diary."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date, time, timedelta
from pathlib import Path

from kedut.assess.revision import Revision, revised
from kedut.case.case import Case
from kedut.case.wire import read_case
from kedut.cli import diary_options
from kedut.cli.diary_doubts import doubts
from kedut.cli.diary_file import journal_of
from kedut.cli.diary_options import NONE, WELL, complain
from kedut.diary.ahead import is_ahead, today_of
from kedut.diary.journal import Journal
from kedut.diary.noting import noted_often
from kedut.diary.trend import read_on
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours

_REMINDED_AT, _EVENING = time(9), time(20)


def show(options: argparse.Namespace) -> int:
    """Show what the diary says, as text, object, picture or the doctor's sheet."""
    knowledge = ours()
    words = knowledge.words(options.lang)
    if options.format == "pdf":
        from kedut.cli.pdf_writer import hindrance

        why = hindrance(options.out)
        if why is not None:
            return complain(why)
    journal = journal_of(options.file, complain)
    told = tuple(doubts(journal, knowledge, words, diary_options.now()))
    shown = _shown(options, journal, knowledge)
    if shown is None or options.format != "text":
        for sentence in told:
            complain(sentence)
    if shown is None:
        print(words.say("diary.empty"))
        return WELL
    if options.format == "text":
        _print(shown, journal, knowledge, options, told)
        return WELL
    if options.format == "json":
        from kedut.cli.diary_shape import shape

        found = shape(shown) | {"ahead": _ahead(journal), "noted_often": _often(options, journal)}
        content = (json.dumps(found, ensure_ascii=False) + "\n").encode()
    elif options.format == "svg":
        content = _picture(shown, knowledge, options)
    else:
        content = _sheet(shown, journal, knowledge, options)
    return _give(content, options)


def _print(
    shown: Revision,
    journal: Journal,
    knowledge: Knowledge,
    options: argparse.Namespace,
    told: tuple[str, ...],
) -> None:
    from kedut.cli.diary_text import Beside, show
    from kedut.report.terminal import console_for

    words = knowledge.words(options.lang)
    beside = Beside(
        today=_today(options, journal),
        asked_on=options.asked,
        doubts=told,
        often=_often(options, journal),
    )
    if not options.out:
        show(shown, knowledge, words, console_for(sys.stdout), beside)
        return
    with Path(options.out).open("w", encoding="utf-8") as out:
        show(shown, knowledge, words, console_for(out), beside)


def _picture(shown: Revision, knowledge: Knowledge, options: argparse.Namespace) -> bytes:
    from kedut.report.diary_lines import lines_of
    from kedut.report.diary_picture import picture
    from kedut.report.diary_sentences import course_told

    words = knowledge.words(options.lang)
    lines = lines_of(
        shown.days, shown.told, shown.now, shown.today, knowledge, asked_on=options.asked
    )
    if lines is None:
        raise ValueError(words.say("diary.course.none"))
    names = [words.of("causes", one.cause, "name") for one in lines.expected]
    told = list(course_told(shown.told, shown.now, words))
    return (str(picture(lines, names, told, words)) + "\n").encode()


def _sheet(
    shown: Revision, journal: Journal, knowledge: Knowledge, options: argparse.Namespace
) -> bytes:
    from kedut.report.doctor_timeline import timeline
    from kedut.report.doctor_types import HandOver
    from kedut.report.pdf import doctor_pdf

    days = timeline(shown, knowledge, options.lang, events=journal.events, asked_on=options.asked)
    hand_over = HandOver(day=shown.today)
    return doctor_pdf(shown.now, shown.case, knowledge, options.lang, hand_over, timeline=days)


def compare(options: argparse.Namespace) -> int:
    """Set days with something against days without, where that may be done."""
    from kedut.cli.diary_trial import compare_days, refused, told_of

    knowledge = ours()
    words = knowledge.words(options.lang)
    case = told_of(options, _case(options, knowledge))
    shown = _shown(options, journal_of(options.file, complain), knowledge, case)
    if shown is None:
        return complain(words.say("diary.empty"))
    if refused(options, shown.case, shown.now.urgency.level, knowledge, words):
        return NONE
    return compare_days(options, shown.days, knowledge, words)


def schedule(options: argparse.Namespace) -> int:
    """Plan days with something and days without, where that may be done."""
    from kedut.assess.pipeline import assess
    from kedut.cli.diary_trial import plan_days, refused, told_of

    knowledge = ours()
    words = knowledge.words(options.lang)
    case = told_of(options, _case(options, knowledge))
    shown = _shown(options, journal_of(options.file, complain), knowledge, case)
    now = shown.now if shown else assess(case, knowledge, detail="brief")
    if refused(options, shown.case if shown else case, now.urgency.level, knowledge, words):
        return NONE
    return plan_days(options, knowledge, words)


def _shown(
    options: argparse.Namespace,
    journal: Journal,
    knowledge: Knowledge,
    case: Case | None = None,
) -> Revision | None:
    """Read the diary up to the day asked for; none if nothing is noted by then.

    Where no day is asked for and nothing was noted for long, it is read as of the last day noted:
    what a week of silence says is nothing.
    """
    today = _today(options, journal)
    days = [day for day in journal.days() if day.day <= today]
    if not days:
        return None
    if not options.on:
        today = read_on(days, today)
    told = _case(options, knowledge) if case is None else case
    return revised(told, days, today, knowledge, asked_on=_asked(options), language=options.lang)


def _today(options: argparse.Namespace, journal: Journal) -> date:
    """Give the day asked for, else the day it is; where it has begun further east, that one."""
    on: date | None = options.on
    return on or today_of(journal.entries(), diary_options.now())


def _often(options: argparse.Namespace, journal: Journal) -> bool:
    return noted_often(journal.entries(), _today(options, journal))


def _ahead(journal: Journal) -> list[str]:
    now = diary_options.now()
    return [entry.id for entry in journal.entries() if is_ahead(entry, now)]


def _asked(options: argparse.Namespace) -> date | None:
    asked: date | None = options.asked
    return asked


def _case(options: argparse.Namespace, knowledge: Knowledge) -> Case:
    if not options.case:
        return Case()
    return read_case(Path(options.case).read_bytes(), knowledge, where=options.case, lenient=True)


def export(options: argparse.Namespace) -> int:
    """Write entries, all events, the series as FHIR, or the day to look again."""
    from kedut.diary.table import dump_table
    from kedut.diary.wire import dump_events

    journal = journal_of(options.file, complain)
    if options.format == "ics":
        content = _calendar(options, journal)
    elif options.format == "json":
        content = dump_events(journal.events).encode()
    elif options.format == "fhir":
        from kedut.fhir.diary_series import series

        knowledge = ours()
        text = json.dumps(series(journal, knowledge, options.lang), ensure_ascii=False, indent=1)
        content = (text + "\n").encode()
    else:
        content = dump_table(journal.entries()).encode()
    return _give(content, options)


def _give(content: bytes, options: argparse.Namespace) -> int:
    if options.out:
        Path(options.out).write_bytes(content)
    else:
        sys.stdout.flush()
        binary = getattr(sys.stdout, "buffer", None)
        if binary is None or options.format != "pdf":
            sys.stdout.write(content.decode())
        else:
            binary.write(content)
    return WELL


def _calendar(options: argparse.Namespace, journal: Journal) -> bytes:
    from kedut.diary.reminders import Reminder, calendar

    knowledge = ours()
    shown = _shown(options, journal, knowledge)
    words = knowledge.words(options.lang)
    if shown is None:
        raise ValueError(words.say("diary.empty"))
    title, today = words.say("diary.reminder"), _today(options, journal)
    again = max(shown.look_again, today)
    reminders = [Reminder(first=again, at=_REMINDED_AT, title=title)]
    if options.daily is not None:
        tomorrow = today + timedelta(days=1)
        reminders.append(Reminder(first=tomorrow, at=_EVENING, title=title, days=options.daily))
    made = diary_options.now()
    product = f"-//kedut//diary//{options.lang.upper()}"
    return calendar(tuple(reminders), made=made, product=product)
