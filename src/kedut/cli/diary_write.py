"""`kedut diary add` and `retract`: an entry is noted, put right, or taken back."""

from __future__ import annotations

import argparse

from kedut.cli import diary_options
from kedut.cli.diary_file import append, journal_of, read
from kedut.cli.diary_options import WELL, complain
from kedut.cli.diary_said import entry_said
from kedut.diary.ahead import today_of
from kedut.diary.entry import Entry
from kedut.diary.journal import Journal, added, corrected, moment_after, retracted
from kedut.diary.noting import noted_often
from kedut.diary.wire import alike
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours
from kedut.knowledge.words import Words
from kedut.report.day import day_in_words


def note(options: argparse.Namespace) -> int:
    """Add an entry, or change one; what is not said anew of it stays."""
    knowledge, now = ours(), diary_options.now()
    words = knowledge.words(options.lang)
    if options.correct:
        return _correct(options, knowledge, words)
    entry = entry_said(options, knowledge, now)
    append(options.file, [added(entry, now)])
    print(words.say("diary.added", day=day_in_words(entry.day, words), id=entry.id))
    entries = read(options.file)[0].entries()
    if noted_often(entries, today_of(entries, now)) and not _alarming(entry):
        for key in ("rises", "rises_text", "rises_help"):
            print(words.say(f"diary_page.{key}") + ("." if key == "rises" else ""))
    return WELL


def _alarming(entry: Entry) -> bool:
    """Tell whether an entry says what should not wait for a pause."""
    can = entry.function
    cannot = False in {can.ten_heel_raises_left, can.ten_heel_raises_right}
    return bool(cannot or can.tripped or can.speech_changed or entry.new_symptoms)


def _correct(options: argparse.Namespace, knowledge: Knowledge, words: Words) -> int:
    now = diary_options.now()
    journal = _diary(options)
    before = _last_said(journal, options.correct)
    if before is None:
        return complain(f"no entry has the id {options.correct!r}; see kedut diary export")
    entry = entry_said(options, knowledge, now, before)
    told = {"day": day_in_words(entry.day, words), "id": entry.id}
    standing = journal.entry(entry.id)
    if standing is not None and alike(entry, standing):
        print(words.say("diary.no_change", **told))
        return WELL
    append(options.file, [corrected(entry, moment_after(journal.history(entry.id), now))])
    print(words.say("diary.corrected", **told))
    return WELL


def retract(options: argparse.Namespace) -> int:
    """Take an entry back; its history is kept."""
    journal = _diary(options)
    entry = journal.entry(options.id)
    if entry is None:
        return complain(f"no entry that stands has the id {options.id!r}; see kedut diary export")
    moment = moment_after(journal.history(entry.id), diary_options.now())
    append(options.file, [retracted(entry.id, moment)])
    words = ours().words(options.lang)
    print(words.say("diary.retracted", day=day_in_words(entry.day, words), id=entry.id))
    return WELL


def _last_said(journal: Journal, entry_id: str) -> Entry | None:
    """Give an entry as it stands, or as it was last said where it was taken back."""
    said = [event.entry for event in journal.history(entry_id) if event.entry is not None]
    return journal.entry(entry_id) or (said[-1] if said else None)


def _diary(options: argparse.Namespace) -> Journal:
    return journal_of(options.file, complain)
