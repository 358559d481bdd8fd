"""`kedut assess`: cases from files, one answer each, in order."""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from kedut.case.case import Case
from kedut.case.compact import PREFIX, is_packed, unpack
from kedut.case.errors import BadCase
from kedut.case.measured import Measured, add_measured, read_measured
from kedut.case.wire import case_from, identifier_of, parse_object
from kedut.cli.many import are_many
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours

ALL, SOME, NONE = 0, 1, 2
_PACKED = PREFIX.encode()
_PROGRESS_AFTER_S = 2.0
_PROGRESS_EVERY_S = 1.0
_GARBAGE_AFTER = 200_000  # constant: new objects between two looks for garbage


@dataclass(frozen=True, slots=True)
class Entry:
    """One case as text, and where it stands."""

    text: bytes
    where: str
    line: int


def run(options: argparse.Namespace) -> int:
    """Assess every case of the files; a bad one is told in its place and the rest goes on."""
    if are_many(options):
        from kedut.cli.assess_many import run_many

        return run_many(options)
    options.detail = options.detail or "full"
    if options.format == "pdf":
        from kedut.cli.pdf_writer import hindrance

        why = hindrance(options.out)
        if why is not None:
            _complain(why)
            return NONE
    # What is read stays to the end: looking for garbage in it would take a quarter of the time.
    gc.set_threshold(_GARBAGE_AFTER)
    if options.out and any(_same(options.out, case) for case in options.cases):
        _complain(f"{options.out}: --out would overwrite a case; choose another name")
        return NONE
    knowledge = ours()
    try:
        measured = read_measured(Path(options.measured), knowledge) if options.measured else None
    except BadCase as error:
        _complain(str(error))
        return NONE
    with ExitStack() as stack:
        try:
            out = _open(options.out, stack)
        except OSError as error:
            _complain(f"{options.out}: cannot be written ({error.strerror}); choose another --out")
            return NONE
        done, failed = _assess_all(options, knowledge, measured, out)
    if not done:
        return NONE
    return SOME if failed else ALL


def _same(out: str, case: str) -> bool:
    """Say whether two names lead to one existing file."""
    try:
        return case != "-" and Path(out).samefile(case)
    except OSError:
        return False


def _open(path: str | None, stack: ExitStack) -> TextIO:
    if path is None:
        return sys.stdout
    return stack.enter_context(Path(path).open("w", encoding="utf-8", errors="backslashreplace"))


def _assess_all(
    options: argparse.Namespace, knowledge: Knowledge, measured: Measured | None, out: TextIO
) -> tuple[int, int]:
    from kedut.cli.output import writer_for

    writer = writer_for(options, knowledge, out)
    done = failed = 0
    progress = Progress()
    for found in entries(options.cases):
        if isinstance(found, BadCase):
            failed += 1
            writer.error(found, None, 0)
            continue
        try:
            packed = is_packed(found.text)
            decoded = None if packed else parse_object(found.text, where=found.where)
        except BadCase as error:
            failed += 1
            writer.error(error, None, found.line)
            continue
        try:
            if packed:
                case = _unpacked(found, knowledge)
            else:
                case = case_from(decoded, knowledge, where=found.where, lenient=options.lenient)
            if measured is not None:
                case = add_measured(case, measured, where=found.where)
            writer.case(_named(case, found), options.detail, options.lang)
        except BadCase as error:
            failed += 1
            writer.error(error, identifier_of(decoded), found.line)
            continue
        done += 1
        progress.tick(done + failed)
    writer.close()
    progress.end()
    return done, failed


def _unpacked(entry: Entry, knowledge: Knowledge) -> Case:
    """Read a case from the text of its QR code, and say what is not in it."""
    found = unpack(entry.text.decode("ascii", "replace"), knowledge, where=entry.where)
    if found.left_out:
        _complain(f"{entry.where}: some answers were left out at the person's wish")
        if found.case.at_least is None:
            _complain(f"{entry.where}: the note it came from may be more urgent; the note holds")
    if found.unread:
        groups = ", ".join(found.unread)
        _complain(f"{entry.where}: of another knowledge version, answers left unknown: {groups}")
    return found.case


def _named(case: Case, entry: Entry) -> Case:
    if case.id:
        return case
    return replace(case, id=f"line-{entry.line}")


def entries(paths: list[str]) -> Iterator[Entry | BadCase]:
    """Give the cases of some files as text; a file that cannot be read gives its error."""
    for path in paths:
        if path == "-":
            if sys.stdin is None:
                yield _nothing("standard input")
                continue
            yield from _of_stream(sys.stdin.buffer.read(), "standard input", None)
            continue
        try:
            if path.endswith(".jsonl"):
                yield from _of_lines(Path(path))
            else:
                yield from _of_stream(Path(path).read_bytes(), path, path.endswith(".json"))
        except OSError as error:
            yield BadCase(
                where=path,
                what=f"cannot be read ({error.strerror or error})",
                remedy="check the name; a case is a .json or .jsonl file, or - for standard input",
            )


def _of_lines(path: Path) -> Iterator[Entry | BadCase]:
    with path.open("rb") as lines:
        empty = True
        for number, line in enumerate(lines, 1):
            if line.strip():
                empty = False
                yield Entry(line, f"{path} line {number}", number)
        if empty:
            yield _nothing(str(path))


def _of_stream(text: bytes, where: str, one: bool | None) -> Iterator[Entry | BadCase]:
    """Read one object, or one a line where the whole is not one."""
    if not text.strip():
        yield _nothing(where)
        return
    if one or _is_json(text) or (is_packed(text) and text.upper().count(_PACKED) == 1):
        yield Entry(text, where, 1)
        return
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    for number, line in lines:
        yield Entry(line, f"{where} line {number}" if len(lines) > 1 else where, number)


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _nothing(where: str) -> BadCase:
    return BadCase(
        where=where,
        what="the file is empty",
        remedy='write one case, for instance {"findings_present": ["twitch_calf_one_side"]}',
    )


class Progress:
    """Says on the error stream how far a long run is, when somebody watches."""

    def __init__(self) -> None:
        self.start = self.last = time.monotonic()
        self.shown = False

    def tick(self, count: int) -> None:
        """Note that so many cases are done."""
        now = time.monotonic()
        if now - self.start < _PROGRESS_AFTER_S or now - self.last < _PROGRESS_EVERY_S:
            return
        self.last, self.shown = now, True
        if sys.stderr.isatty():
            rate = count / (now - self.start)
            print(f"\r{count} cases, {rate:.0f} a second", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """End the line of progress."""
        if self.shown and sys.stderr.isatty():
            print(file=sys.stderr)


def _complain(sentence: str) -> None:
    print(f"kedut: {sentence}", file=sys.stderr)
