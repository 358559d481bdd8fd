"""`kedut diary erase`: the whole diary is gone, with a copy of it elsewhere or without."""

from __future__ import annotations

import argparse
import sys

from kedut.cli.diary_file import erase, holds_all, journal_of
from kedut.cli.diary_options import SOME, WELL, complain
from kedut.knowledge.load import ours
from kedut.knowledge.words import Words
from kedut.report.day import day_in_words

_YES = {"yes", "ya", "y"}


def gone(options: argparse.Namespace) -> int:
    """Erase the diary, once that is confirmed; a copy is written before where one is wanted.

    Give 1 where the copy holds sealed lines that do not open.
    """
    words = ours().words(options.lang)
    if options.export and not holds_all(options.export):
        return complain(words.say("diary.erase.ending", file=options.export))
    if not options.file.exists():
        print(words.say("diary.erase.none", file=options.file))
        return WELL
    if not options.yes and not _confirmed(options, words):
        return complain(words.say("diary.erase.kept"))
    closed = erase(options.file, options.export)
    print(words.say("diary.erase.done", file=options.file))
    if options.export:
        print(words.say("diary.erase.copy", file=options.export))
    for fault in closed:
        complain(words.say("diary.erase.sealed", file=options.export, line=fault.line))
    return SOME if closed else WELL


def _confirmed(options: argparse.Namespace, words: Words) -> bool:
    """Ask, where there is somebody to ask."""
    if not sys.stdin.isatty():
        return False
    try:
        days = [entry.day for entry in journal_of(options.file, complain).entries()]
    except ValueError as sealed:  # who lost the key may erase it all the same
        complain(str(sealed))
        days = []
    span: dict[str, object] = {"n": len(days)}
    if days:
        span |= {"first": day_in_words(days[0], words), "last": day_in_words(days[-1], words)}
    print(words.say("diary.erase.ask" if days else "diary.erase.ask_empty", **span))
    try:
        return input("> ").strip().casefold() in _YES
    except EOFError:
        return False
