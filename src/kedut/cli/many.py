"""What commands that do many things at once have in common: options, progress, the last word."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

    from kedut.batch.engines import Engine
    from kedut.batch.manifest import Counts
    from kedut.batch.outputs import Outputs

ALL, SOME, NONE = 0, 1, 2
_TABLES = (".parquet", ".csv", ".tsv", ".ndjson")
_LINE_EVERY_S = 30.0


def add_many(parser: argparse.ArgumentParser, out: str) -> None:
    """Add the options of a run over many."""
    parser.add_argument("--out", metavar="PATH", help=out)
    parser.add_argument(
        "--workers",
        type=count,
        metavar="N",
        help="into a table: so many processes (default: one a core)",
    )
    parser.add_argument(
        "--scheduler", metavar="tcp://HOST:8786", help="into a table: on this Dask cluster instead"
    )
    parser.add_argument(
        "--again-errors",
        action="store_true",
        help="into a table: do what ended in errors once more",
    )


def count(text: str) -> int:
    """Read a number of things from an option."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def seed(text: str) -> int:
    """Read from an option what invented things begin with."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("0 or more")
    return number


def is_place(out: str | None) -> bool:
    """Say whether `--out` asks for tables: a folder, or a name that ends in `.parquet`."""
    return out is not None and (out.endswith(("/", ".parquet")) or Path(out).is_dir())


def are_many(options: argparse.Namespace) -> bool:
    """Say whether cases are asked to be assessed into a table."""
    names = [*options.cases, *([options.out] if options.out else [])]
    return bool(
        is_place(options.out)
        or options.workers
        or options.scheduler
        or any("://" in name or name.lower().endswith(_TABLES) for name in names)
    )


def are_recordings_many(options: argparse.Namespace) -> bool:
    """Say whether recordings are asked to be measured into tables."""
    names = [*options.recordings, *([options.out] if options.out else [])]
    return bool(
        is_place(options.out)
        or options.workers
        or options.scheduler
        or any("://" in name for name in names)
    )


def complain(sentence: object) -> None:
    """Say on the error stream what went wrong."""
    print(f"kedut: {sentence}", file=sys.stderr)


@cache
def knowledge_mark() -> str:
    """Give a text that changes with any table or word of the knowledge; not with those of pages."""
    from kedut.batch.part import key_of
    from kedut.knowledge.load import OURS

    files = sorted(path for path in OURS.rglob("*.csv") if not path.name.startswith("interface"))
    pieces: list[bytes | str] = [(OURS / "VERSION").read_bytes()]
    for path in files:
        pieces += [path.relative_to(OURS).as_posix(), path.read_bytes()]
    return key_of(*pieces)


def cores() -> int:
    """Give how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def engine_for(
    options: argparse.Namespace, urls: list[str], tell: Callable[[str], None]
) -> tuple[Engine, str, int]:
    """Give where the work is done, that in words, and how many at once.

    Raises
    ------
    Stopped
    """
    from kedut.batch.engines import Beside, Here, OnDask
    from kedut.batch.errors import Stopped

    if options.scheduler:
        if any(url.startswith("memory://") for url in urls):
            raise Stopped("memory://", "is seen by this process alone", "leave out --scheduler")
        return OnDask(options.scheduler, tell), f"Dask at {options.scheduler}", 1
    workers = options.workers or cores()
    if any(url.startswith("memory://") for url in urls):
        if options.workers and workers > 1:
            raise Stopped("memory://", "is seen by this process alone", "leave out --workers")
        workers = 1
    if workers == 1:
        return Here(), "1 process", 1
    return Beside(workers), f"{workers} processes", workers


class Shown:
    """Shows on the error stream how far a run is, with the time left."""

    def __init__(self, noun: str) -> None:
        self.notes: list[str] = []
        self._noun = noun
        self._bar: Progress | None = None
        self._task: object = None
        self._entries = self._done = 0
        self._before = 0
        self._start = self._last = time.monotonic()

    def planned(self, entries: int, done: int) -> None:
        """Begin to show."""
        self._entries, self._done, self._before = entries, done, done
        self._start = self._last = time.monotonic()
        if done:
            self.tell(f"{done} of {entries} {self._noun} are done already")
        if done < entries and sys.stderr.isatty():
            self._show()

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Left

        columns = (
            TextColumn(self._noun),
            BarColumn(),
            MofNCompleteColumn(),
            Left(),
            TextColumn("left"),
        )
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._bar.add_task("", total=self._entries, completed=self._done)
        self._bar.start()

    def done(self, entries: int) -> None:
        """Go on by so many."""
        self._done += entries
        now = time.monotonic()
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._done)
        elif now - self._last > _LINE_EVERY_S:
            self._last = now
            rate = (self._done - self._before) / (now - self._start)
            left = (self._entries - self._done) / rate
            self.tell(
                f"{self._done} of {self._entries} {self._noun}, about {left:.0f} s left", keep=False
            )

    def tell(self, sentence: str, *, keep: bool = True) -> None:
        """Say a sentence; the manifest keeps it."""
        if keep:
            self.notes.append(sentence)
        if self._bar is not None:
            self._bar.console.print(f"kedut: {sentence}", markup=False, highlight=False)
        else:
            complain(sentence)

    def close(self) -> None:
        """End what is shown."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def last_word(counts: Counts, outputs: Outputs, noun: str, start: float) -> int:
    """Say what came of it; give the exit status."""
    seconds = time.monotonic() - start
    what = f"{counts.results} of {counts.entries} {noun} in {outputs.tables['results']}"
    if counts.errors:
        what += f"; {counts.errors} not, see {outputs.tables['errors']}"
    if counts.anew == 0 and counts.entries:
        complain(f"nothing to do: {what}")
    else:
        complain(f"{what}; {counts.anew} in this run, {seconds:.1f} s")
    if not counts.results:
        return NONE
    return SOME if counts.errors else ALL
