"""`make proof`: everything that is claimed, run again, in parts that can be stopped.

Each part ends within 25 minutes and is kept in build/proof; a part that held on these files is not
run again. The report is written after each part.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from kedut.bench.proof_claims import remarked
from kedut.bench.proof_parts import LAW_EXAMPLES, Part, parts
from kedut.bench.proof_reach import Reach
from kedut.bench.proof_report import PAGE, lines, numbers_on, write
from kedut.bench.proof_run import Record, record_of, run, stands

COMMAND = "python -m kedut.bench.proof"
FOLDER = Path("build/proof")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is missing and write the report; 1 where a part did not hold."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help="a part, or what some begin with")
    parser.add_argument("--list", action="store_true", help="list the parts and how they stand")
    parser.add_argument("--report", action="store_true", help="only write the report anew")
    parser.add_argument("--again", action="store_true", help="run parts that held, too")
    parser.add_argument(
        "--mark", action="store_true", help="put the report's numbers into README and docs"
    )
    parser.add_argument(
        "--law-examples", type=int, default=LAW_EXAMPLES, metavar="N", help="of each law"
    )
    options = parser.parse_args(arguments)
    root = Path.cwd()
    every = parts(root, options.law_examples)
    wanted = chosen(every, options.parts)
    if not wanted:
        print(f"no part begins with {', '.join(options.parts)}; see --list", file=sys.stderr)
        return 2
    reach = Reach(root)
    marks = {part.name: reach.mark(part) for part in every}
    records = {part.name: found for part in every if (found := record_of(FOLDER, part))}
    if options.list:
        _list(wanted, records, marks)
        return 0
    if not options.report and not options.mark:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends the part, too, as Ctrl-C
        _run(wanted, every, records, marks, root, again=options.again)
    write(root, every, records, marks)
    if options.mark:
        _mark(root)
    missing = [line.claim.id for line in lines(every, records) if not line.text]
    print(f"written: {PAGE}" + (f"; not shown yet: {', '.join(missing)}" if missing else ""))
    return int(any(not records[part.name].held for part in wanted if part.name in records))


def chosen(every: Sequence[Part], names: Sequence[str]) -> list[Part]:
    """Give the parts that are named, or whose name begins so; all where none is named."""
    return [
        part
        for part in every
        if not names or any(part.name == name or part.name.startswith(f"{name}.") for name in names)
    ]


def _run(
    wanted: Sequence[Part],
    every: Sequence[Part],
    records: dict[str, Record],
    marks: Mapping[str, str],
    root: Path,
    *,
    again: bool,
) -> None:
    left = [
        part
        for part in wanted
        if again or not stands(records.get(part.name), part, marks[part.name])
    ]
    print(f"{len(wanted) - len(left)} parts stand, {len(left)} to run", flush=True)
    for place, part in enumerate(left, 1):
        print(f"[{place} of {len(left)}] {part.name}: {part.says}", flush=True)
        record = records[part.name] = run(part, FOLDER, root, marks[part.name])
        told = "held" if record.held else f"DID NOT HOLD ({record.exit})"
        print(f"  {told} after {record.seconds / 60:.1f} minutes", flush=True)
        if not record.held:
            print(f"  see {FOLDER / part.name}.log", flush=True)
        write(root, every, records, marks)


def _list(wanted: Sequence[Part], records: dict[str, Record], marks: Mapping[str, str]) -> None:
    for part in wanted:
        record = records.get(part.name)
        if record is None:
            told = "not run yet"
        elif stands(record, part, marks[part.name]):
            told = f"held, {record.seconds / 60:.1f} minutes"
        else:
            told = "held on other files" if record.held else f"did not hold ({record.exit})"
        print(f"{part.name:60} {told:24} {part.says}")


def _mark(root: Path) -> None:
    numbers = numbers_on((root / PAGE).read_text(encoding="utf-8"))
    for file in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]:
        before = file.read_text(encoding="utf-8")
        after = remarked(before, numbers)
        if after != before:
            file.write_text(after, encoding="utf-8")
            print(f"marked anew: {file.relative_to(root)}")


if __name__ == "__main__":
    sys.exit(main())
