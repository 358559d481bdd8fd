"""`kedut knowledge`: look into the knowledge base, check it, compare two of them."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from kedut.knowledge.check import check, in_order
from kedut.knowledge.errors import BadKnowledge, Fault, UnknownIdentifier
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import COLUMNS, OURS, load, ours, read
from kedut.knowledge.nearest import nearest
from kedut.knowledge.row_keys import columns_of, sorted_rows

CLEAN, FAULTY, UNUSABLE = 0, 1, 2


def run(options: argparse.Namespace) -> int:
    """Do what was asked for; give 0, 1 where `check` finds faults, 2 where nothing can be told."""
    action = _ACTIONS.get(options.what)
    if action is None:
        _complain(
            f"say what to look at: {', '.join(map(str, _ACTIONS))}; see kedut knowledge --help"
        )
        return UNUSABLE
    try:
        return action(options)
    except BadKnowledge as error:
        for fault in error.faults:
            _complain(str(fault))
        _complain(
            f"{len(error.faults)} faults; the knowledge cannot be used before they are mended"
        )
    except UnknownIdentifier as error:
        _complain(str(error))
    return UNUSABLE


def _complain(sentence: str) -> None:
    print(f"kedut: {sentence}", file=sys.stderr)


def _knowledge(options: argparse.Namespace) -> Knowledge:
    return load(Path(options.folder)) if options.folder else ours()


def _list(options: argparse.Namespace) -> int:
    from kedut.report.knowledge_show import everything
    from kedut.report.knowledge_text import print_blocks

    print_blocks(everything(_knowledge(options), options.lang), sys.stdout)
    return CLEAN


def _show(options: argparse.Namespace) -> int:
    from kedut.report.knowledge_show import show
    from kedut.report.knowledge_text import print_blocks

    print_blocks(show(_knowledge(options), options.id, options.lang), sys.stdout)
    return CLEAN


def _why(options: argparse.Namespace) -> int:
    from kedut.report.knowledge_text import print_blocks
    from kedut.report.knowledge_why import why

    print_blocks(why(_knowledge(options), options.figure, options.lang), sys.stdout)
    return CLEAN


def _claims(options: argparse.Namespace) -> int:
    from kedut.report.knowledge_show import claims
    from kedut.report.knowledge_text import print_blocks

    print_blocks(claims(_knowledge(options), options.lang), sys.stdout)
    return CLEAN


def _check(options: argparse.Namespace) -> int:
    """Print every fault, then what the knowledge covers; gaps are no faults."""
    from kedut.report.coverage_text import coverage
    from kedut.report.knowledge_text import print_blocks

    folder = Path(options.path or options.folder or OURS)
    knowledge, faults = read(folder)
    if knowledge is not None:
        faults = in_order([*faults, *check(knowledge)])
    for fault in faults:
        print(fault)
    print(_summary(folder, knowledge, faults))
    if knowledge is not None:
        print()
        today = datetime.now(tz=UTC).date()
        print_blocks(coverage(knowledge, today, weighed=not faults), sys.stdout)
    return FAULTY if faults else CLEAN


def _summary(folder: Path, knowledge: Knowledge | None, faults: list[Fault]) -> str:
    count = "no faults" if not faults else f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
    if knowledge is None:
        return f"{folder}: {count}"
    return (
        f"{folder}: {count}; version {knowledge.version}, {len(knowledge.causes)} causes, "
        f"{len(knowledge.findings)} findings, {len(knowledge.rules)} rules, "
        f"{len(knowledge.links)} links, {len(knowledge.tables['sources'].rows)} sources"
    )


def _diff(options: argparse.Namespace) -> int:
    from kedut.knowledge.diff import difference
    from kedut.report.coverage_text import difference_text
    from kedut.report.knowledge_text import print_blocks

    before, after = _readable(options.before), _readable(options.after)
    if before is None or after is None:
        return UNUSABLE
    print(f"{options.before} ({before.version}) -> {options.after} ({after.version})")
    print_blocks(difference_text(difference(before, after)), sys.stdout)
    if options.cases or options.people:
        from kedut.cli.knowledge_drift import moved_cases

        return UNUSABLE if moved_cases(options) is None else CLEAN
    return CLEAN


def _readable(path: str) -> Knowledge | None:
    """Give the knowledge as far as it can be read; the rest is told on the error stream."""
    knowledge, faults = read(Path(path))
    if knowledge is None:
        for fault in faults:
            _complain(str(fault))
    elif faults:
        _complain(f"{path} has {len(faults)} faults; see kedut knowledge check {path}")
    return knowledge


def _table(options: argparse.Namespace) -> int:
    """Print one table, its parts merged and sorted, as CSV."""
    if options.name not in COLUMNS:
        near = nearest(options.name, COLUMNS)
        hint = f"; nearest: {', '.join(near)}" if near else ""
        _complain(f"no table {options.name!r}{hint}; there are {', '.join(sorted(COLUMNS))}")
        return UNUSABLE
    knowledge, faults = read(Path(options.folder or OURS))
    if knowledge is None:
        raise BadKnowledge(tuple(faults))
    table = knowledge.tables[options.name]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    columns = columns_of(table)
    writer.writerow(columns)
    for row in sorted_rows(table):
        writer.writerow(row[column] for column in columns)
    return CLEAN


_ACTIONS: dict[str | None, Callable[[argparse.Namespace], int]] = {
    "list": _list,
    "show": _show,
    "why": _why,
    "claims": _claims,
    "check": _check,
    "diff": _diff,
    "table": _table,
}
