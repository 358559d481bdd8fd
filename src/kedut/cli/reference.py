"""`python -m kedut.cli.reference`: write the reference pages, or say that they are stale."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from kedut.cli import main as door
from kedut.knowledge.errors import BadKnowledge
from kedut.knowledge.load import OURS, load
from kedut.report.markdown import code, escaped, page, table
from kedut.report.reference import reference_pages

FRESH, STALE, UNUSABLE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages; with --check write nothing and give 1 where they are stale."""
    parser = argparse.ArgumentParser(
        prog="python -m kedut.cli.reference",
        description="Write the reference pages from the knowledge base.",
    )
    parser.add_argument("folder", metavar="FOLDER", help="where the pages stand")
    parser.add_argument("--check", action="store_true", help="only say whether they are stale")
    parser.add_argument("--knowledge", metavar="PATH", default=str(OURS), help="knowledge folder")
    options = parser.parse_args(arguments)
    try:
        pages = reference_pages(load(Path(options.knowledge)), commands_page())
    except BadKnowledge as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    folder = Path(options.folder)
    stale = _stale(folder, pages)
    if options.check:
        for name in stale:
            print(f"{folder / name} is stale; write it anew with: make reference", file=sys.stderr)
        return STALE if stale else FRESH
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in pages:
            (folder / name).write_text(pages[name], encoding="utf-8", newline="\n")
        else:
            (folder / name).unlink()
    print(f"{len(pages)} pages in {folder}, {len(stale)} of them changed")
    return FRESH


def _stale(folder: Path, pages: dict[str, str]) -> list[str]:
    """Give the pages that differ from what the knowledge says, and those it knows no more."""
    there = {path.name: path for path in sorted(folder.glob("*.md"))}
    differing = [
        name
        for name, text in pages.items()
        if name not in there or there[name].read_text(encoding="utf-8") != text
    ]
    return sorted([*differing, *(set(there) - set(pages))])


def commands_page() -> str:
    """Give the page of commands, from the parser of the command line itself."""
    parts = [
        part
        for words, parser in _commands(("kedut",), door._parser())
        for part in _command(words, parser)
    ]
    return page(
        "Commands", "What `kedut` understands. `--help` after any command says the same.", *parts
    )


def _commands(
    words: tuple[str, ...], parser: argparse.ArgumentParser
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    yield words, parser
    for action in parser._actions:  # argparse offers no other way to read them
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from _commands((*words, name), below)


def _command(words: tuple[str, ...], parser: argparse.ArgumentParser) -> list[str]:
    shown: list[tuple[str, str]] = []
    below: list[tuple[str, str]] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            below += [
                (code(" ".join((*words, str(part.dest)))), escaped(part.help or ""))
                for part in action._choices_actions
            ]
        elif "--help" not in action.option_strings:
            shown.append((code(_written(action)), escaped(action.help or "")))
    return [
        f"## {' '.join(words)}",
        escaped(parser.description or ""),
        table(("argument", "meaning"), shown),
        table(("command", "does"), below),
    ]


def _written(action: argparse.Action) -> str:
    """Give an argument as one types it, without what depends on where we run."""
    choices = "|".join(map(str, action.choices)) if action.choices else ""
    value = str(action.metavar or choices or action.dest.upper())
    if action.nargs == "+":
        value = f"{value}..."
    if not action.option_strings:
        return f"[{value}]" if action.nargs == "?" else value
    names = ", ".join(action.option_strings)
    return names if action.nargs == 0 else f"{names} {value}"


if __name__ == "__main__":
    sys.exit(main())
