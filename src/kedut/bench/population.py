"""`make population`: which figures move the answers most, over people who ask.

Each figure is moved alone to both ends of its range, in every case that looks at it. What is done
is kept in build/population, chunk by chunk: a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kedut.bench.case_moved import LEAST, Index, Moving, Tools
from kedut.bench.figures_moved import Moved, moved_figures
from kedut.bench.population_page import page, summary
from kedut.bench.population_people import CHUNK, PEOPLE, SEED, cases_of, chunks
from kedut.bench.population_tally import Tally, course_figures
from kedut.case.case import Case
from kedut.knowledge.entities import OTHER
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours

COMMAND = "python -m kedut.bench.population"
PAGE = Path("docs/reference/sensitivity.md")
FOLDER = Path("build/population")
TOTALS = Path("build/bench/population.json")
PUBLISHED = Path("tests/cases")
_COURSES_FROM = 0.05  # as the assessment shows them


def main() -> int:
    """Move every figure over a population; print, and with `--write` write the page."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--people", type=int, default=1000, help="invented people")
    parser.add_argument("--minutes", type=float, default=22, help="stop after these; go on later")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="what is done is kept here")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    options = parser.parse_args()
    knowledge = ours()
    tallies, left = run(knowledge, options.people, options.folder, 60 * options.minutes)
    if left:
        print(f"{left} chunks of {CHUNK} left; run it again to go on", file=sys.stderr)
        return 1
    courses = list(course_figures(knowledge, tallies[PEOPLE]))
    for line in summary(tallies, courses):
        print(line)
    TOTALS.parent.mkdir(parents=True, exist_ok=True)
    told = {name: _totals(tally) for name, tally in tallies.items()}
    TOTALS.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if options.write:
        PAGE.write_text(page(knowledge, tallies, courses), encoding="utf-8")
        print(f"written: {PAGE}")
    return 0


def run(
    knowledge: Knowledge, people: int, folder: Path, within_s: float
) -> tuple[dict[str, Tally], int]:
    """Do the chunks that are missing; give the tallies by group, and how many chunks are left."""
    end = time.monotonic() + within_s
    published = sorted(PUBLISHED.glob("*.jsonl"))
    wanted = chunks(knowledge, people, published)
    place = folder / fingerprint(knowledge)
    place.mkdir(parents=True, exist_ok=True)
    files = [place / f"{group}-{number:04}.json" for group, number in wanted]
    if not all(file.exists() for file in files):
        print("laying out every figure at both ends of its range", file=sys.stderr, flush=True)
        moved = [one for one in moved_figures(knowledge) if any(one.patches)]
        tools = Tools(knowledge)
        index = Index(tools, moved)
        for file, (group, number) in zip(files, wanted, strict=True):
            if file.exists() or time.monotonic() > end:
                continue
            start = time.process_time()
            tally = tally_of(tools, index, moved, cases_of(knowledge, group, number, published))
            unfinished = file.with_suffix(".part")
            unfinished.write_text(tally.to_json(), encoding="utf-8")
            unfinished.replace(file)
            spent = time.process_time() - start
            print(f"{file.stem}: {tally.cases} cases, {spent:.0f} s", file=sys.stderr, flush=True)
    tallies: dict[str, Tally] = {}
    for file, (group, _) in zip(files, wanted, strict=True):
        tally = tallies.setdefault(group, Tally())
        if file.exists():
            tally.add(Tally.from_json(file.read_text(encoding="utf-8")))
    return tallies, sum(not file.exists() for file in files)


def tally_of(tools: Tools, index: Index, moved: Sequence[Moved], cases: Sequence[Case]) -> Tally:
    """Move every figure over some cases."""
    tally = Tally()
    for case in cases:
        tally.cases += 1
        moving = Moving(tools, case)
        before = moving.answer
        for place in np.flatnonzero(before.at_work >= _COURSES_FROM).tolist():
            cause = tools.network.causes[place]
            if cause != OTHER:
                tally.shown[cause] = tally.shown.get(cause, 0) + 1
        for place in index.of(moving):
            figure, patches = moved[place]
            ends = [moving.after(patch) for patch in patches]
            if any(end is not before for end in ends):
                tally.of(figure).note(before, ends)
    return tally


def _totals(tally: Tally) -> dict[str, int]:
    """Give how many figures turn some answer."""
    names = ("either", "level", "leading", "lower")
    counts = {name: len(tally.ranked(name)) for name in names}
    return {"cases": tally.cases, "moving": len(tally.effects), **counts}


def fingerprint(knowledge: Knowledge) -> str:
    """Give what tells this knowledge, and how figures are moved, from any other."""
    found = hashlib.sha256(f"{LEAST} {SEED} {CHUNK}".encode())
    for file in sorted((knowledge.folder / "tables").glob("*.csv")):
        found.update(file.read_bytes())
    return found.hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())
