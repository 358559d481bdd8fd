"""How fast it is (`make bench`): one run, one machine, ratios where they say more than times."""

from __future__ import annotations

import argparse
import datetime
import gc
import importlib.metadata
import io
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from kedut.assess.batch import Brief
from kedut.assess.pipeline import assess, questions, urgency_of
from kedut.bench.speed_posterior import (
    AGRUM_MOST_GB,
    AGRUM_MOST_S,
    Contest,
    best_ms,
    contests,
)
from kedut.case.case import Case
from kedut.case.finding_space import finding_space
from kedut.case.wire import case_from, parse_object, read_case
from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import ours
from kedut.reasoning.inference import infer, reasoner_of

COMMAND = "python -m kedut.bench.speed"
PAGE = Path("docs/reference/speed.md")
EXAMPLES = Path("examples")
_BRIEF_CASES = 20_000
_STARTS = 7
_REPEATS = 7
_SEED = 20_261_101
_GARBAGE_AFTER = 200_000  # new objects between two looks for garbage, as in the command
_PACKAGES = ("numpy", "numba", "pyagrum")

Row = tuple[str, str, str]


def main() -> int:
    """Measure, print, and with `--write` write the page."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    options = parser.parse_args()
    knowledge = ours()
    rows: list[Row] = []

    def tell(row: Row) -> None:
        rows.append(row)
        print(f"{row[0]:<78} {row[1]:>24}  {row[2]}", flush=True)

    print(machine())
    for row in started():
        tell(row)
    for contest in contests(knowledge):
        for row in _told(contest):
            tell(row)
    for measure in (brief, whole, next_question):
        for row in measure(knowledge):
            tell(row)
    if options.write:
        PAGE.write_text(page(rows, knowledge.version), encoding="utf-8")
        print(f"written: {PAGE}")
    return 0


def machine() -> str:
    """Give one line about the machine and what runs on it."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].split(":", 1)[1].strip() if names else cpu
    versions = ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)
    python = platform.python_version()
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()}; Python {python}, {versions}"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def _told(contest: Contest) -> list[Row]:
    rows = [(f"posterior, {contest.label}", _ms(contest.quick.each_ms), "")]
    if contest.clear is not None:
        rows.append(("  the clear version", _ms(contest.clear.each_ms), ""))
    if contest.agrum:
        done = [took for took in contest.agrum if took is not None]
        unfinished = len(contest.agrum) - len(done)
        took = _ms(done) if done else f"not within {AGRUM_MOST_S} s, {AGRUM_MOST_GB} GB"
        ratio = f"{statistics.median(contest.agrum_ratios):.0f} times ours"
        if unfinished:
            ratio = f"more than {ratio}; {unfinished} of {len(contest.agrum)} not finished"
        if done:
            ratio += f"; largest difference {contest.largest_difference:.0e}"
        rows.append(("  pyAgrum, LazyPropagation, negatives absorbed", took, ratio))
    return rows


def _ms(each: list[float] | tuple[float, ...]) -> str:
    return f"{statistics.median(each):.3g} ms (min {min(each):.3g})"


def examples(knowledge: Knowledge) -> list[Case]:
    """Give the example cases."""
    return [
        read_case(path.read_bytes(), knowledge, where=str(path), lenient=True)
        for path in sorted(EXAMPLES.glob("*.json"))
    ]


def synthetic(knowledge: Knowledge, count: int) -> list[bytes]:
    """Give cases like the examples, as lines: some findings dropped, some added, ages spread."""
    draw = np.random.default_rng(_SEED)
    asked = [f.id for f in knowledge.findings.values() if f.asked and not f.replaced_by]
    models = [json.loads(path.read_bytes()) for path in sorted(EXAMPLES.glob("*.json"))]
    lines = []
    for number in range(count):
        model = dict(models[number % len(models)])
        model["id"], model["age"] = f"case-{number}", int(draw.integers(18, 91))
        for key, more in (("findings_present", 1), ("findings_absent", 4)):
            kept = [name for name in model.get(key) or [] if draw.random() > 1 / 4]
            model[key] = list(dict.fromkeys([*kept, *draw.choice(asked, more).tolist()]))
        model["findings_absent"] = [
            name for name in model["findings_absent"] if name not in model["findings_present"]
        ]
        model.pop("values", None)
        model.pop("tests", None)
        lines.append(json.dumps(model).encode() + b"\n")
    return lines


def brief(knowledge: Knowledge) -> list[Row]:
    """Time brief assessments: the loop alone, and the command from start to end."""
    lines = synthetic(knowledge, _BRIEF_CASES)
    writer, out = Brief(knowledge), io.StringIO()
    writer.line(case_from(parse_object(lines[0], where=""), knowledge, where="", lenient=True))
    before_looks = gc.get_threshold()
    gc.set_threshold(_GARBAGE_AFTER)
    start = time.process_time()
    for line in lines:
        case = case_from(parse_object(line, where=""), knowledge, where="", lenient=True)
        out.write(writer.line(case) + "\n")
    loop = len(lines) / (time.process_time() - start)
    gc.set_threshold(*before_looks)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.jsonl"
        path.write_bytes(b"".join(lines))
        out_path = str(Path(folder) / "out.jsonl")
        arguments = ["assess", str(path), "--format", "json", "--detail", "brief", "--lenient"]
        before = os.times()
        _run([*_KEDUT, *arguments, "--out", out_path])
        after = os.times()
    spent = after.children_user + after.children_system
    spent -= before.children_user + before.children_system
    label = f"brief, {len(lines)} cases, JSON in and out"
    return [
        (label, f"{loop:.0f} a CPU second", "reading, reasoning and writing in one process"),
        ("  the whole command, its start included", f"{len(lines) / spent:.0f} a CPU second", ""),
    ]


def whole(knowledge: Knowledge) -> list[Row]:
    """Time full assessments of the examples in a warm process."""
    rows = []
    for quick in (False, True):
        if quick:
            reasoner_of(knowledge).quicken()
        else:
            reasoner_of(knowledge).fast = None
        each = [
            best_ms(partial(assess, case, knowledge, language="en"), _REPEATS)
            for case in examples(knowledge)
        ]
        kind = "compiled" if quick else "clear"
        label = f"full assessment with intervals and next question, {kind}"
        rows.append((label, _ms(each), f"most {max(each):.3g} ms"))
    return rows


def next_question(knowledge: Knowledge) -> list[Row]:
    """Time what follows an answer: posterior, urgency, next question."""
    space = finding_space(knowledge)

    def ask(case: Case) -> None:
        findings = space.close(case)
        inference = infer(knowledge, findings)
        questions(knowledge, findings, inference, urgency_of(knowledge, findings))

    each = [best_ms(partial(ask, case), _REPEATS) for case in examples(knowledge)]
    return [("next question, with posterior and urgency", _ms(each), f"most {max(each):.3g} ms")]


_KEDUT = (sys.executable, "-m", "kedut")


def started() -> list[Row]:
    """Time the start of a process: numpy alone, and one case assessed."""
    case = str(sorted(EXAMPLES.glob("*.json"))[0])
    numpy = _starts([sys.executable, "-c", "import numpy"])
    rows = [("start: python -c 'import numpy'", _ms(numpy), "")]
    for form in ("json", "text"):
        took = _starts([*_KEDUT, "assess", case, "--format", form])
        more = statistics.median(took) - statistics.median(numpy)
        rows.append((f"start: kedut assess one.json, {form}", _ms(took), f"{more:+.0f} ms"))
    return rows


def _starts(command: list[str]) -> list[float]:
    return [best_ms_once(lambda: _run(command)) for _ in range(_STARTS)]


def best_ms_once(work: Callable[[], object]) -> float:
    """Give the milliseconds of one go."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def page(rows: list[Row], version: str) -> str:
    """Give the page."""
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    lines = [
        "# Speed",
        "",
        f"Measured on {today} with knowledge {version} by `{COMMAND} --write`; `make bench` prints",
        "the same.",
        "",
        f"Machine: {machine()}.",
        "",
        "Times are medians over several cases, the best of a few repeats each; in parentheses the",
        "smallest. Times depend on the machine, ratios hardly.",
        "",
        "| what | time or rate | beside it |",
        "| --- | ---: | --- |",
        *(f"| {what.strip()} | {value} | {note} |" for what, value, note in rows),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
