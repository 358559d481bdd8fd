"""The proof runs what is missing, keeps what it said, and tells no number that was not found."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from kedut.bench import proof, proof_plots
from kedut.bench.proof_claims import CLAIMS, Claim, agree, line_of, marked, remarked
from kedut.bench.proof_parts import FAULT_RUNS, LAW_EXAMPLES, Part, parts
from kedut.bench.proof_reach import Reach
from kedut.bench.proof_read import figures_of, number_of
from kedut.bench.proof_report import html, markdown, numbers_on, pictures
from kedut.bench.proof_run import TOO_LONG, Record, record_of, run, stands

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/proof.md"
MARKED = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SAYS = "import sys; print('right cause first: 66.4 % (71/107)'); sys.exit(int(sys.argv[1]))"
PART = Part(
    name="one", says="one thing", command=("{python}", "-c", SAYS, "0"), short="tests/bench"
)


def ended(part: Part, folder: Path, **more: float) -> Record:
    return run(part, folder, ROOT, "these files", **more)


def test_a_part_that_held_on_these_files_is_not_run_again(tmp_path: Path) -> None:
    assert not stands(record_of(tmp_path, PART), PART, "these files")
    ended(PART, tmp_path)
    kept = record_of(tmp_path, PART)
    assert kept is not None
    assert (kept.exit, kept.figures["right cause first"]) == (0, "66.4 % (71/107)")
    assert stands(kept, PART, "these files")
    assert not stands(kept, PART, "other files")
    assert not stands(kept, replace(PART, environment={"KEDUT_FAULT_RUNS": "20"}), "these files")
    assert not stands(kept, replace(PART, command=(*PART.command, "more")), "these files")


def test_a_part_that_failed_is_kept_and_run_again(tmp_path: Path) -> None:
    bad = replace(PART, command=(*PART.command[:-1], "3"))
    assert ended(bad, tmp_path).exit == 3
    assert not stands(record_of(tmp_path, bad), bad, "these files")


def test_a_part_that_takes_too_long_is_ended_with_all_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "still here"
    later = f"import time; time.sleep(3); open({str(mark)!r}, 'w')"
    starts = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {later!r}])"
    slow = replace(PART, command=("{python}", "-c", starts))
    assert ended(slow, tmp_path, within_s=1).exit == TOO_LONG
    time.sleep(3)
    assert not mark.exists()


def test_tests_are_counted_and_what_was_skipped_is_told(tmp_path: Path) -> None:
    file = tmp_path / "test_three.py"
    file.write_text(
        "import pytest\n"
        "def test_a(): pass\n"
        "def test_b(): pytest.skip('no such part')\n"
        "def test_c(): assert False\n"
    )
    command = ("{python}", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null")
    part = replace(PART, command=(*command, str(file)))
    record = ended(part, tmp_path)
    assert record.exit == 1
    assert record.figures == {"passed": "1", "failed": "1", "skipped": "1"}
    assert "test_b" in record.skipped[0]
    assert "no such part" in record.skipped[0]
    only_skipped = replace(part, command=(*command, f"{file}::test_b"))
    assert ended(only_skipped, tmp_path).exit == 1, "where nothing ran nothing is proven"


def test_tests_of_a_part_write_where_no_other_tests_clear_up(tmp_path: Path) -> None:
    file, told = tmp_path / "test_where.py", tmp_path / "told"
    file.write_text(f"def test_a(tmp_path): open({str(told)!r}, 'w').write(str(tmp_path))")
    command = ("{python}", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null")
    assert ended(replace(PART, command=(*command, str(file))), tmp_path).held
    place = Path(told.read_text())
    assert "pytest-of-" not in str(place)
    assert not place.exists()


def test_a_proof_that_is_ended_ends_its_part(tmp_path: Path) -> None:
    begun, mark = tmp_path / "begun", tmp_path / "still here"
    part = f"import time; open({str(begun)!r}, 'w'); time.sleep(4); open({str(mark)!r}, 'w')"
    runs = (
        "from kedut.bench import proof\n"
        f"one = proof.Part(name='one', says='', command=('{{python}}', '-c', {part!r}), short='')\n"
        "proof.parts = lambda *_: [one]\n"
        "proof.main([])\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", runs], cwd=tmp_path, stderr=subprocess.DEVNULL
    )
    for _ in range(600):
        if begun.exists():
            break
        time.sleep(0.1)
    process.terminate()
    process.wait(30)
    time.sleep(5)
    assert begun.exists()
    assert not mark.exists()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Give a project of a bench that imports one of two modules, and of a test."""
    files = {
        "src/kedut/__init__.py": "",
        "src/kedut/bench/__init__.py": "",
        "src/kedut/bench/counted.py": "def main():\n    from kedut.web.page import head\n",
        "src/kedut/web/__init__.py": "",
        "src/kedut/web/page.py": "head = 1",
        "src/kedut/web/page.html": "<p>",
        "src/kedut/motion/__init__.py": "",
        "src/kedut/motion/steps.py": "steps = 1",
        "src/kedut/knowledge/tables/rules.csv": "id",
        "src/kedut/knowledge/words/id/rules.csv": "id",
        "src/kedut/web/templates/page.html": "<p>",
        "deploy/nginx.conf": "",
        "tests/cases/told.jsonl": "",
        "tests/conftest.py": "",
        "tests/one/test_one.py": "from kedut import motion",
        "README.md": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


BENCH = replace(PART, command=("{python}", "-m", "kedut.bench.counted", "--write"))
TEST = replace(PART, command=("{python}", "-m", "pytest", "-q", "tests/one/test_one.py::test_a"))


@pytest.mark.parametrize(
    "changed, bench, test",
    [
        ("README.md", False, False),
        ("src/kedut/bench/counted.py", True, False),
        ("src/kedut/web/page.py", True, False),
        ("src/kedut/web/page.html", True, False),
        ("src/kedut/motion/steps.py", False, False),
        ("src/kedut/motion/__init__.py", False, True),
        ("src/kedut/__init__.py", True, True),
        ("src/kedut/knowledge/tables/rules.csv", True, True),
        ("src/kedut/knowledge/words/id/rules.csv", False, False),
        ("tests/cases/told.jsonl", True, True),
        ("tests/conftest.py", False, True),
        ("deploy/nginx.conf", False, False),
    ],
)
def test_only_what_a_part_reaches_calls_it_into_question(
    changed: str, bench: bool, test: bool, small: Path
) -> None:
    before = [Reach(small).mark(part) for part in (BENCH, TEST)]
    (small / changed).write_text("other = 1")
    after = [Reach(small).mark(part) for part in (BENCH, TEST)]
    assert [one != other for one, other in zip(before, after, strict=True)] == [bench, test]


@pytest.mark.parametrize(
    "starts", ["import subprocess", "import importlib", "from multiprocessing import Process"]
)
def test_what_can_start_programs_reaches_the_whole_package(starts: str, small: Path) -> None:
    (small / "src/kedut/web/page.py").write_text(starts)
    for file in (
        "motion/steps.py",
        "web/templates/page.html",
        "knowledge/words/id/rules.csv",
        "../../deploy/nginx.conf",
    ):
        before = Reach(small).mark(BENCH)
        (small / "src/kedut" / file).write_text("steps = 2")
        assert Reach(small).mark(BENCH) != before


def test_what_a_bench_prints_is_read_by_label() -> None:
    told = figures_of(
        "## Published cases\n"
        "- urgency too low: 1.4 % (2/138)\n"
        "predicted 0.07, true 0.06 (1595)\n"
        "brief, 20000 cases, JSON in and out           4785 a CPU second  in one process\n"
        "## EMG, shared recordings\n"
        "| recording | F1 | NeuroKit2 |\n| --- | ---: | ---: |\n| pooled | 0.986 | 0.669 |\n"
        "## EMG, drawn recordings\n"
        "| recording | F1 |\n| --- | ---: |\n| pooled | 0.9 |\n"
    )
    assert told["urgency too low"] == "1.4 % (2/138)"
    assert told["predicted 0.07"] == "true 0.06 (1595)"
    assert number_of(told["brief, 20000 cases, JSON in and out"]) == 4785
    assert told["EMG, shared recordings / pooled / NeuroKit2"] == "0.669"
    assert told["EMG, drawn recordings / pooled / F1"] == "0.9"
    assert proof_plots.calibration(told) == [(0.07, 0.06, 1595)]


def test_laws_are_cut_into_slices_that_add_up_and_begin_elsewhere() -> None:
    laws = [part for part in parts(ROOT) if part.name.startswith("laws.posterior.")]
    assert sum(part.examples for part in laws) == LAW_EXAMPLES
    assert len({part.command for part in laws}) == len(laws)
    assert all(part.environment["KEDUT_LAW_EXAMPLES"] == str(part.examples) for part in laws)


def test_every_fault_is_tried_so_often_in_a_part_of_its_own() -> None:
    faults = [part for part in parts(ROOT) if part.name.startswith("faults.")]
    often = [part for part in faults if "::" in part.command[-1]]
    assert often
    assert all(part.environment == {"KEDUT_FAULT_RUNS": str(FAULT_RUNS)} for part in faults)
    assert not any("test_proof" in part.command[-1] for part in faults), "these are of the proof"
    killed = "tests/web/test_faults.py"
    assert [part.command[-1] for part in faults if killed in part.command[-1]] == [killed]


def test_each_part_has_a_name_of_its_own_and_a_short_form_that_is_there() -> None:
    every = parts(ROOT)
    assert len({part.name for part in every}) == len(every)
    assert [part.name for part in every if not (ROOT / part.short).exists()] == []
    for part in every:
        for word in part.command:
            file = word.partition("::")[0]
            assert not file.startswith("tests/") or (ROOT / file).exists()


def record(part: str, figures: dict[str, str], status: int = 0) -> Record:
    return Record(
        part=part,
        command=[],
        environment={},
        started="2026-11-23T10:00:00+00:00",
        seconds=60,
        exit=status,
        commit="abc",
        fingerprint="these",
        machine="one",
        knowledge="2026.11.1",
        figures=figures,
    )


def test_a_claim_holds_only_where_all_its_parts_do() -> None:
    two = [replace(PART, name="laws.a.1", examples=5), replace(PART, name="laws.a.2", examples=7)]
    claim = Claim(id="P99", says="laws", part="laws.*", figure="examples", least=13)
    first = {"laws.a.1": record("laws.a.1", {"passed": "1", "skipped": "0"})}
    assert line_of(claim, two, first).why == "not run yet: laws.a.2"
    bad = {**first, "laws.a.2": record("laws.a.2", {}, status=1)}
    assert line_of(claim, two, bad).why == "did not hold: laws.a.2"
    good = {**first, "laws.a.2": record("laws.a.2", {"passed": "1", "skipped": "2"})}
    found = line_of(claim, two, good)
    assert (found.text, found.short_of_aim) == ("12", True)
    counted = line_of(replace(claim, figure="passed", least=None), two, good)
    assert counted.text == "2 (2 skipped)"


def test_a_marked_number_is_compared_to_the_digits_it_shows() -> None:
    text = "right in 66 % [P01](docs/reference/proof.md#p01), 4,785 a second [P19](x)"
    assert marked(text) == [("66", "P01"), ("4,785", "P19")]
    assert marked("([P01](proof.md#p01), [P02](proof.md#p02))") == [], "no number is told"
    assert agree("66", 66.4)
    assert not agree("67", 66.4)
    assert agree("4,785", 4785.0)
    assert not agree("66", None)
    again = remarked(text, {"P01": 70.2, "P19": 5012.0})
    assert again == "right in 70 % [P01](docs/reference/proof.md#p01), 5,012 a second [P19](x)"


def test_the_report_names_every_claim_and_reads_back_its_numbers() -> None:
    part = replace(PART, name="evaluation")
    records = {
        "evaluation": record(
            "evaluation",
            {
                "right cause first, examined": "66.4 % (71/107)",
                "predicted 0.07": "true 0.06 (10)",
            },
        )
    }
    plots = pictures(records)
    assert set(plots) == {"proof-evaluation.svg", "proof-minutes.svg"}
    text = markdown([part], records, {part.name: "these"}, list(plots))
    numbers = numbers_on(text)
    assert list(numbers) == [claim.id for claim in CLAIMS]
    assert numbers["P01"] == 66.4
    assert numbers["P18"] is None
    assert "aim at least 75: missed" in text
    whole = html(text, plots)
    assert "<svg " in whole
    assert 'id="P01"' in whole
    assert "src=" not in whole, "one file that needs no other"


def test_the_command_runs_the_part_asked_for_and_writes_the_report(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = [PART, replace(PART, name="other", command=(sys.executable, "-c", "raise SystemExit(1)"))]
    monkeypatch.setattr(proof, "parts", lambda *_: two)
    monkeypatch.chdir(tmp_path)
    for name in ("docs/reference", "docs/images", "src"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "README.md").write_text("right in 50 % [P01](docs/reference/proof.md#p01)")
    assert proof.main(["one"]) == 0
    assert "[1 of 1] one" in capsys.readouterr().out
    assert proof.main([]) == 1
    printed = capsys.readouterr().out
    assert "1 parts stand, 1 to run" in printed
    assert "other: one thing" in printed
    assert "DID NOT HOLD (1)" in printed
    assert proof.main(["--list"]) == 0
    assert "did not hold (1)" in capsys.readouterr().out
    assert "| `one` |" in (tmp_path / "docs/reference/proof.md").read_text(encoding="utf-8")
    assert proof.main(["nothing"]) == 2


# ---------------------------------------------------------------- what we say of ourselves


def test_the_report_that_is_there_has_a_line_for_every_claim() -> None:
    assert list(numbers_on(PAGE.read_text(encoding="utf-8"))) == [claim.id for claim in CLAIMS]


@pytest.mark.parametrize("file", MARKED, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_number_that_names_its_line_is_the_one_found(file: Path) -> None:
    numbers = numbers_on(PAGE.read_text(encoding="utf-8"))
    text = file.read_text(encoding="utf-8")
    named = set(re.findall(r"\[(P\d\d)\]\(", text))
    assert named <= set(numbers), "there is no such line"
    for told, claim in marked(text):
        assert agree(told, numbers[claim]), (
            f"{claim}: {told} is told, {numbers[claim]} was found; "
            "python -m kedut.bench.proof --mark puts them right"
        )


def test_the_readme_names_lines_of_the_report() -> None:
    assert re.search(r"\[P\d\d\]\(docs/reference/proof\.md#p\d\d\)", MARKED[0].read_text())
