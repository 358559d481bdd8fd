"""`kedut diary import`: tables and JSON lines are taken in, and all that is doubtful is told."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from kedut.cli import diary_options
from kedut.cli.diary_doubts import names_told, plain
from kedut.cli.diary_file import append, journal_of, read_others
from kedut.cli.diary_options import SOME, WELL, complain
from kedut.diary.taken_in import TakenIn, taken_in
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours
from kedut.knowledge.words import Words
from kedut.report.day import day_in_words


def take_in(options: argparse.Namespace) -> int:
    """Take in tables and JSON lines; give 1 where a line was left out or a name means nothing."""
    knowledge = ours()
    status = WELL
    for name in options.files:
        status = max(status, _taken_in(Path(name), options, knowledge))
    return status


def _taken_in(file: Path, options: argparse.Namespace, knowledge: Knowledge) -> int:
    words, now = knowledge.words(options.lang), diary_options.now()
    found = read_others(file, options.zone, now)
    done = taken_in(journal_of(options.file, complain), found, now)
    append(options.file, done.events)
    told = {"new": done.new, "corrected": done.corrected, "had": done.had}
    print(words.say("diary.imported", file=file, bad=len(found.faults), **told))
    for line in found.remarks:
        print(f"  {file}, line {line.line}: {line.what}")
    for sentence in _remarks(done, words):
        print(f"  {sentence}")
    for fault in found.faults:
        complain(f"{file}, line {fault.line}: {fault.what}")
    entries = [event.entry for event in found.events if event.entry is not None]
    names = names_told(entries, knowledge, words)
    if names:
        complain(f"{file}: {names}")
    return SOME if names or found.faults else WELL


def _remarks(done: TakenIn, words: Words) -> Iterator[str]:
    for key, entries in (("stays", done.stays), ("beside", done.beside)):
        for entry in entries:
            day = day_in_words(entry.day, words)
            yield words.say(f"diary.imported_{key}", day=day, id=entry.id)
    for key, differences in (("back", done.back), ("kept", done.kept)):
        for one in differences:
            told = {"day": day_in_words(one.entry.day, words), "id": one.entry.id}
            names = ", ".join(map(plain, one.names))
            yield words.say(f"diary.imported_{key}", names=names, **told)
