"""`kedut measure`: recordings from files, one answer each, in order."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from kedut.cli.many import add_many, are_recordings_many
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours

if TYPE_CHECKING:  # readers and detectors are loaded when a recording is measured, not before
    from kedut.case.measured import Concluded
    from kedut.measurement.measure import Measurement, Progress

ALL, SOME, NONE = 0, 1, 2
MODALITIES = ("emg", "motion", "video")
_NEEDS = "it needs more packages: pip install 'kedut[measure]'"


@dataclass(frozen=True, slots=True)
class Done:
    """One recording, measured, and what the knowledge concludes of it."""

    path: Path
    measurement: Measurement
    findings: tuple[Concluded, ...]


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kedut measure`; the language is added by the caller."""
    parser.add_argument(
        "recordings",
        nargs="+",
        metavar="RECORDING",
        help="a file of EMG, a motion sensor or a film, or a BIDS folder; many: any folder, "
        "or a table of them with a column 'file'",
    )
    parser.add_argument("--format", choices=("text", "json", "html"), default="text")
    parser.add_argument(
        "--events", metavar="PATH", help="write every twitch as a row: .csv, .tsv (BIDS), .parquet"
    )
    parser.add_argument(
        "--pictures", metavar="FOLDER", help="write the pictures of each recording as PNG and SVG"
    )
    parser.add_argument(
        "--modality", choices=MODALITIES, help="what the files are, where they do not say it"
    )
    add_many(parser, "write there instead of to the terminal; FOLDER/: tables of many recordings")
    parser.add_argument(
        "--patience",
        type=float,
        default=600.0,
        metavar="SECONDS",
        help="into tables: give up a recording that gets no further for so long (default: 600)",
    )
    parser.add_argument(
        "--memory",
        type=float,
        default=4.0,
        metavar="GB",
        help="into tables: most memory for one recording (default: 4)",
    )


def run(options: argparse.Namespace) -> int:
    """Measure every recording; a bad one is told in its place and the rest goes on."""
    if are_recordings_many(options):
        from kedut.cli.measure_many import run_many

        return run_many(options)
    from kedut.measurement.events import SUFFIXES

    for name in (options.events, options.out):
        if name and any(_same(name, recording) for recording in options.recordings):
            _complain(f"{name}: would overwrite a recording; choose another name")
            return NONE
    if options.events and Path(options.events).suffix not in SUFFIXES:
        _complain(f"{options.events}: a table of twitches ends in {', '.join(SUFFIXES)}")
        return NONE
    new = options.out is not None and not Path(options.out).exists()
    with ExitStack() as stack:
        if new:
            stack.callback(_leave_nothing, Path(options.out))
        try:
            out = _open(options.out, stack)
        except OSError as error:
            _complain(f"{options.out}: cannot be written ({error.strerror}); choose another --out")
            return NONE
        return _measure_all(options, out)


def _measure_all(options: argparse.Namespace, out: TextIO) -> int:
    done: list[Done] = []
    failed = 0
    for name in options.recordings:
        found = _measure(Path(name), options.modality)
        if isinstance(found, Done):
            done.append(found)
            _tell(found, options, ours(), out)
        else:
            failed += 1
            _complain(found["what"])
            if Path(name).is_dir():
                _complain(f"tables of all in it: --out {_folder(options.out)}/, with the slash")
            if options.format == "json":
                print(json.dumps(found["told"], ensure_ascii=False), file=out, flush=True)
    if done and options.format == "html":
        from kedut.report.measure_page import page

        print(
            page([(d.path, d.measurement, d.findings) for d in done], ours(), options.lang),
            file=out,
        )
    if done and not _written(options, ours(), done):
        return NONE
    if not done:
        return NONE
    return SOME if failed else ALL


def _measure(path: Path, modality: str | None) -> Done | dict[str, object]:
    """Measure one recording, or give what to say about it.

    The knowledge is loaded when the recording's own memory is free again.
    """
    from kedut.case.measured import concluded
    from kedut.measurement.errors import BadRecording
    from kedut.measurement.measure import measure
    from kedut.measurement.recording import Modality

    chosen = Modality(modality) if modality else None
    try:
        with _progress(path.name) as progress:
            measurement = measure(path, chosen, progress=progress)
    except BadRecording as error:
        told = {"where": error.where, "what": error.what, "try": error.remedy}
    except ModuleNotFoundError as error:
        told = {"where": path.name, "what": f"{error.name} is not installed", "try": _NEEDS}
    except MemoryError:
        told = {
            "where": path.name,
            "what": "is too large for the memory of this machine",
            "try": "cut it into shorter pieces",
        }
    else:
        return Done(path, measurement, concluded(measurement, ours()))
    sentence = f"{told['where']}: {told['what']}; {told['try']}"
    return {"what": sentence, "told": {"file": path.name, "error": told}}


def _tell(found: Done, options: argparse.Namespace, knowledge: Knowledge, out: TextIO) -> None:
    """Say one answer, as soon as it is there."""
    if options.format == "json":
        from kedut.case.measured import shape_of
        from kedut.measurement.events import shape

        told = shape(found.measurement, [shape_of(finding) for finding in found.findings])
        print(json.dumps(told, ensure_ascii=False, allow_nan=False), file=out, flush=True)
    elif options.format == "text":
        from kedut.report.measure_text import print_measurement
        from kedut.report.terminal import console_for

        console = console_for(out)
        print_measurement(
            found.path, found.measurement, found.findings, knowledge, options.lang, console
        )


def _written(options: argparse.Namespace, knowledge: Knowledge, done: Sequence[Done]) -> bool:
    """Write the table and the pictures that were asked for."""
    try:
        if options.events:
            from kedut.measurement.events import write_events

            write_events(Path(options.events), [d.measurement for d in done])
        if options.pictures:
            from kedut.report.measure_pictures import write_pictures

            folder = Path(options.pictures)
            folder.mkdir(parents=True, exist_ok=True)
            for one in done:
                write_pictures(folder, one.path, one.measurement, knowledge.words(options.lang))
    except OSError as error:
        name = error.filename or options.events or options.pictures
        _complain(f"{name}: cannot be written ({error.strerror}); choose another place")
        return False
    return True


@contextmanager
def _progress(name: str) -> Iterator[Progress | None]:
    """Show how far a long recording is, with the time left, where somebody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _same(out: str, recording: str) -> bool:
    """Say whether two names lead to one existing file."""
    try:
        return Path(out).samefile(recording)
    except OSError:
        return False


def _open(path: str | None, stack: ExitStack) -> TextIO:
    if path is None:
        return sys.stdout
    return stack.enter_context(Path(path).open("w", encoding="utf-8"))


def _folder(out: str | None) -> str:
    """Give the folder that was meant by a name without its slash, or a name for one."""
    meant = out is not None and not Path(out).suffix and Path(out).is_file()
    return str(out) if meant else "results"


def _leave_nothing(path: Path) -> None:
    """Remove a file that was made and not written to."""
    with suppress(OSError):
        if path.is_file() and not path.stat().st_size:
            path.unlink()


def _complain(text: object) -> None:
    print(f"kedut: {text}", file=sys.stderr)
