"""The `kedut` command: which words lead to which work."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

import kedut
from kedut.cli.diary import add_diary
from kedut.cli.keep import add_store
from kedut.cli.many import add_many, count, seed
from kedut.knowledge.entities import PRIVATE_KINDS
from kedut.knowledge.errors import BadKnowledge
from kedut.knowledge.words import LANGUAGES

USAGE_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; give 0 when all went well, 1 when some did, 2 when nothing did."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not hasattr(options, "run"):
        parser.print_help()
        return USAGE_ERROR
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # no letter of any language ends a run
            stream.reconfigure(errors="backslashreplace")
    if sys.stdout is None:
        return USAGE_ERROR
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output went away, `| head` for instance
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        print(f"kedut: {name[:80]}{error.strerror}; nothing more could be done", file=sys.stderr)
        return USAGE_ERROR
    except BadKnowledge as error:
        print(f"kedut: the knowledge cannot be used; {len(error.faults)} faults:", file=sys.stderr)
        for fault in error.faults:
            print(f"  {fault}", file=sys.stderr)
        print("kedut: `kedut knowledge check` tells more", file=sys.stderr)
        return USAGE_ERROR
    return status


def language_of_locale() -> str:
    """Give the language of the locale where it is ours, else Indonesian."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        code = os.environ.get(name, "")[:2].lower()
        if code in LANGUAGES:
            return code
    return "id"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kedut",
        description="Assess a twitching calf: how likely each cause is, how urgent, what to do. "
        "Information, not a diagnosis.",
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(title="commands", metavar="")
    _add_assess(commands.add_parser("assess", help="assess cases from files"))
    _add_ask(commands.add_parser("ask", help="be asked, then assessed"))
    _add_knowledge(commands.add_parser("knowledge", help="look into the knowledge base"))
    _add_measure(commands.add_parser("measure", help="measure twitches in recordings"))
    _add_serve(commands.add_parser("serve", help="serve the interview and the interfaces"))
    add_diary(commands.add_parser("diary", help="follow the twitch over days"), _add_language)
    add_store(commands.add_parser("store", help="check, back up, restore or move what is kept"))
    return parser


def _version() -> str:
    """Say what can differ between two installations: software, knowledge, shape of the database."""
    from kedut.knowledge.load import OURS
    from kedut.storage.newest import newest_schema

    knowledge = (OURS / "VERSION").read_text(encoding="utf-8").strip()
    return (
        f"kedut {kedut.__version__} (knowledge {knowledge}, case format 1, "
        f"database schema {newest_schema()})"
    )


def _add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lang",
        choices=LANGUAGES,
        default=language_of_locale(),
        help="language of the answer (default: the locale's, else id)",
    )


def _add_assess(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "cases",
        nargs="+",
        metavar="CASE",
        help="a .json or .jsonl file, or -; many cases: also .csv or .parquet, or a URL of such",
    )
    parser.add_argument(
        "--with", dest="measured", metavar="MEASURED.json", help="measured findings"
    )
    parser.add_argument("--format", choices=("text", "json", "html", "pdf", "fhir"), default="text")
    parser.add_argument(
        "--detail",
        choices=("full", "brief"),
        help="default: full; of many cases into a table: brief",
    )
    parser.add_argument(
        "--private",
        action="append",
        choices=PRIVATE_KINDS,
        default=[],
        help="with --format pdf: hand on private answers of this kind too (may be given again)",
    )
    _add_language(parser)
    parser.add_argument(
        "--lenient", action="store_true", help="leave unknown identifiers out instead of failing"
    )
    add_many(parser, "write there instead of to the terminal; .parquet or FOLDER/: a table")
    parser.add_argument(
        "--part",
        type=count,
        default=2_500,
        metavar="N",
        help="into a table: cases done and written at once (default: 2500)",
    )
    parser.set_defaults(run=_assess)


def _add_measure(parser: argparse.ArgumentParser) -> None:
    from kedut.cli.measure import add, run

    add(parser)
    _add_language(parser)
    parser.set_defaults(run=run)


def _add_serve(parser: argparse.ArgumentParser) -> None:
    from kedut.cli.serve import add, run

    add(parser)
    parser.set_defaults(run=run)


def _add_ask(parser: argparse.ArgumentParser) -> None:
    _add_language(parser)
    parser.add_argument("--demo", metavar="CASE", help="answer from a case instead of the keyboard")
    parser.add_argument("--out", metavar="CASE.json", help="write the answers as a case")
    parser.set_defaults(run=_ask)


def _add_knowledge(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_knowledge, what=None)
    parser.add_argument("--folder", metavar="PATH", help="another knowledge folder instead of ours")
    parts = parser.add_subparsers(title="what", metavar="", dest="what")
    parts.add_parser("list", help="every cause and finding with its name")
    show = parts.add_parser("show", help="everything about one cause, finding, rule or source")
    show.add_argument("id")
    why = parts.add_parser("why", help="one figure: range, grade, source, use")
    why.add_argument("figure", metavar="CAUSE/FINDING")
    parts.add_parser("claims", help="the article's statements and what evidence says")
    check = parts.add_parser("check", help="every fault of the tables, and what they cover")
    check.add_argument("path", nargs="?", help="a knowledge folder (default: ours)")
    diff = parts.add_parser("diff", help="figures that differ between two folders")
    diff.add_argument("before")
    diff.add_argument("after")
    diff.add_argument(
        "--cases",
        metavar="CASES",
        help="also say which cases moved: .jsonl, .csv or .parquet, a URL of such, or -",
    )
    diff.add_argument(
        "--people",
        type=count,
        default=0,
        metavar="N",
        help="also say how far answers drift over N invented people",
    )
    diff.add_argument(
        "--seed", type=seed, default=1, metavar="N", help="which invented people (default: 1)"
    )
    table = parts.add_parser("table", help="one table as CSV")
    table.add_argument("name")
    for part in parts.choices.values():
        _add_language(part)


def _assess(options: argparse.Namespace) -> int:
    from kedut.cli.assess import run

    return run(options)


def _ask(options: argparse.Namespace) -> int:
    from kedut.cli.ask import run

    return run(options)


def _knowledge(options: argparse.Namespace) -> int:
    from kedut.cli.knowledge import run

    return run(options)
