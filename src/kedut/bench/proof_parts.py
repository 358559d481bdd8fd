"""The parts of `make proof`: what each runs, and which short form of it `make check` holds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

LAW_EXAMPLES = 100_000
SLICE = 20_000  # examples of each law in one part: minutes, not hours
OF_A_DIARY = 20  # a law of a diary costs as much as so many others: tried on so many fewer
FAULT_RUNS = 20
WITHIN_S = 25 * 60
_PYTEST = ("{python}", "-m", "pytest", "-q", "-p", "no:cacheprovider")
_SIDE_BY_SIDE = ("-n", "auto")
_RUNS = "KEDUT_FAULT_RUNS"
_OFTEN = re.compile(rf"(?m)^(\w+) = .*environ.*{_RUNS}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One run that ends within 25 minutes.

    command : `{python}` stands for the Python that runs the proof
    examples : of each law, where it tries laws
    short : the file in which `make check` holds a short form
    """

    name: str
    says: str
    command: tuple[str, ...]
    short: str
    environment: dict[str, str] = field(default_factory=dict)
    examples: int = 0

    @property
    def tests(self) -> bool:
        """Say whether it runs tests; else it prints figures."""
        return "pytest" in self.command


def parts(root: Path, examples: int = LAW_EXAMPLES) -> list[Part]:
    """Give every part, in the order in which they run."""
    found = [*_benches(), *_peers(), *_laws(root, examples), *_fuzz(root, examples)]
    found += [*_faults(root), *_release(), *_load()]
    return found


def _bench(module: str, *words: str) -> tuple[str, ...]:
    return ("{python}", "-m", f"kedut.bench.{module}", *words)


def _benches() -> Iterator[Part]:
    yield Part(
        name="evaluation",
        says="how often the answer is right, and whether chances and intervals mean what they say",
        command=_bench("evaluate", "--write", "docs/reference/evaluation.md"),
        short="tests/cases/test_vignettes.py",
    )
    yield Part(
        name="course",
        says="how well a diary is read",
        command=_bench("evaluate_course", "--write", "docs/reference/evaluation-course.md"),
        short="tests/diary/test_evaluate.py",
    )
    yield Part(
        name="population",
        says="which figures move the answers most",
        command=_bench("population", "--minutes", "20", "--write"),
        short="tests/bench/test_population.py",
    )
    yield Part(
        name="population.exact",
        says="a moved figure does what the tables written so would do",
        command=(*_PYTEST, "tests/bench/test_case_moved.py"),
        environment={"KEDUT_LAW_EXAMPLES": "1"},
        short="tests/bench/test_case_moved.py",
    )
    yield Part(
        name="speed",
        says="how fast it answers, beside pyAgrum on the same network",
        command=_bench("speed", "--write"),
        short="tests/reasoning/test_exact.py",
    )
    for only in ("emg", "motion", "video", "rates", "speed"):
        yield Part(
            name=f"measure.{only}",
            says=f"how well and how fast recordings are measured: {only}",
            command=_bench("measure", "--only", only, "--write"),
            short="tests/measurement/emg/test_emg_found.py",
        )
    for only in ("cost", "grids", "list", "million", "workers"):
        yield Part(
            name=f"batch.{only}",
            says=f"runs over many cases and recordings: {only}",
            command=_bench("batch", "--only", only),
            short="tests/bench/test_batch.py",
        )
    yield Part(
        name="cluster",
        says="a cluster gives the bytes of the local run",
        command=_bench("cluster"),
        short="tests/batch/test_faults.py",
    )


def _peers() -> Iterator[Part]:
    yield Part(
        name="pyagrum",
        says="the posterior is pyAgrum's, on all its networks",
        command=(*_PYTEST, "tests/reasoning/test_against_pyagrum.py"),
        environment={"KEDUT_LAW_EXAMPLES": "500"},
        short="tests/reasoning/test_against_pyagrum.py",
    )


def _laws(root: Path, examples: int) -> Iterator[Part]:
    """Give laws by file and slice; each slice begins elsewhere."""
    files = [*(root / "tests/laws").glob("test_*.py"), *(root / "tests/diary").glob("test_*.py")]
    for file in sorted(files):
        text = file.read_text(encoding="utf-8")
        if "@given" not in text:
            continue
        path = file.relative_to(root)
        fewer = OF_A_DIARY if path.parts[1] == "diary" else 1
        whole, step = examples // fewer, min(SLICE // min(fewer, 8), examples // fewer)
        for number, start in enumerate(range(0, whole, step), 1):
            count = min(step, whole - start)
            yield Part(
                name=f"{_named('laws', path)}.{number}",
                says=f"laws of {path}, {count:,} examples each, slice {number}",
                command=(*_PYTEST, *_SIDE_BY_SIDE, f"--hypothesis-seed={number}", str(path)),
                environment={"KEDUT_LAW_EXAMPLES": str(count)},
                examples=count,
                short=str(path),
            )


def _named(group: str, path: Path) -> str:
    folders = [part for part in path.parts[1:-1] if part != group]
    return ".".join((group, *folders, path.stem.removeprefix("test_")))


def _fuzz(root: Path, examples: int) -> Iterator[Part]:
    for file in sorted((root / "tests").rglob("test_fuzz*.py")):
        path = file.relative_to(root)
        yield Part(
            name=_named("fuzz", path),
            says=f"{path}: anything in, an answer or a sentence out",
            command=(*_PYTEST, *_SIDE_BY_SIDE, "--hypothesis-seed=1", str(path)),
            environment={"KEDUT_LAW_EXAMPLES": str(examples)},
            short=str(path),
        )


def _faults(root: Path) -> Iterator[Part]:
    """Give what breaks things on purpose: a file at a time, or a test where each is run often."""
    for file in sorted((root / "tests").rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        often = _OFTEN.search(text)
        whole = "fault" in file.stem or file.stem == "test_failures"
        if not often and not whole:
            continue
        path = file.relative_to(root)
        for test in _functions(text, often[1], whole=whole) if often else [""]:
            wanted = f"{path}::{test}" if test else str(path)
            name = ".".join(filter(None, (_named("faults", path), test.removeprefix("test_"))))
            yield Part(
                name=name,
                says=f"{wanted}, {FAULT_RUNS} times" if test else wanted,
                command=(*_PYTEST, wanted),
                environment={_RUNS: str(FAULT_RUNS)},
                short=str(path),
            )


def _functions(text: str, runs: str, *, whole: bool) -> list[str]:
    """Give the tests that are run so often: those that name what holds the number of runs.

    All, where the file is marked so; the file as one, where some of its faults are tried once.
    """
    tests = [
        node
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    often = f"id='{runs}'"
    named = [node.name for node in tests if often in ast.dump(node)]
    if not named:
        return [node.name for node in tests]
    return [""] if whole and len(named) < len(tests) else named


def _release() -> Iterator[Part]:
    yield Part(
        name="release",
        says="built twice the same, installed into an empty place, run without network",
        command=(*_PYTEST, "tests/deploy/test_release.py"),
        short="tests/deploy/test_release.py",
    )


def _load() -> Iterator[Part]:
    """Give what needs the whole machine, last: everything else is done by then."""
    yield Part(
        name="web",
        says="how fast the server answers",
        command=_bench("web", "--write"),
        short="tests/web/test_bench.py",
    )
    yield Part(
        name="web.worst-day",
        says="workers killed, the database restarted, under load",
        command=_bench("web_worst_day", "--write"),
        short="tests/web/test_worst_day.py",
    )
    yield Part(
        name="web.costs",
        says="what one request of each kind costs",
        command=_bench("web_costs"),
        short="tests/bench/test_capacity.py",
    )
    yield Part(
        name="capacity",
        says="how many machines it takes",
        command=_bench("capacity", "--write"),
        short="tests/bench/test_capacity.py",
    )
