"""`kedut knowledge diff --cases FILE --people N`: which answers differ between two folders."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kedut.case.errors import BadCase
from kedut.case.wire import case_from, identifier_of, parse_object
from kedut.cli.assess import Progress, entries
from kedut.cli.many import complain
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import load

_STANDARD_INPUT = "-"
_MANY = (".parquet", ".csv", ".tsv")


def moved_cases(options: argparse.Namespace) -> int | None:
    """Print which answers differ, and how far they drift over all; nothing where none was read."""
    from kedut.batch.errors import Stopped
    from kedut.reasoning.inference import reasoner_of
    from kedut.report.drift import Drift, compare, drift_text
    from kedut.report.knowledge_text import print_blocks

    both = load(Path(options.before)), load(Path(options.after))
    if options.people or options.cases.lower().endswith(_MANY):  # quicker for many
        for knowledge in both:
            reasoner_of(knowledge).quicken()
    found, failed = Drift(), 0
    progress = Progress()
    print()
    try:
        for name, where, told in _told(options, both[0]):
            try:
                if isinstance(told, BadCase):
                    raise told
                one, other = (case_from(told, k, where=where, lenient=True) for k in both)
            except BadCase as error:
                failed += 1
                complain(error)
                continue
            moved = compare(name, (one, other), both)
            found.note(moved)
            progress.tick(found.cases)
            if options.cases and moved.before != moved.after:
                print(f"{name}: {moved.before} -> {moved.after}")
    except Stopped as stopped:
        complain(stopped)
        return None
    except OSError as error:
        complain(f"{options.cases}: cannot be read ({error.strerror or error}); run again")
        return None
    except ModuleNotFoundError as error:
        complain(f"{options.cases} needs {error.name}: pip install 'kedut[batch]'")
        return None
    finally:
        progress.end()
    print(f"{found.answers} of {found.cases} cases moved in urgency or leading cause")
    if found.cases:
        print()
        print_blocks(drift_text(found), sys.stdout)
    return None if failed and not found.cases else found.cases


def _told(options: argparse.Namespace, before: Knowledge) -> Iterator[tuple[str, str, Any]]:
    """Give each case's name, where it stands and what it tells: the file's, then invented ones."""
    from kedut.report.drift import people

    if options.cases == _STANDARD_INPUT:
        yield from _from_input()
    elif options.cases:
        from kedut.batch.read import every_row

        for where, row in every_row([options.cases], complain):
            yield identifier_of(row.found) or where, where, row.wrong or row.found
    for name, told in people(before, options.people, options.seed):
        yield name, name, told


def _from_input() -> Iterator[tuple[str, str, Any]]:
    for entry in entries([_STANDARD_INPUT]):
        if isinstance(entry, BadCase):
            yield "", "", entry
            continue
        told: Any
        try:
            told = parse_object(entry.text, where=entry.where)
        except BadCase as error:
            told = error
        yield identifier_of(told) or entry.where, entry.where, told
