"""A worker that is not as the client is ends the run with a sentence, and mixes nothing in."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import kedut
from kedut.batch import engines, work
from kedut.batch.job import Job, Outcome
from kedut.batch.part import Part
from kedut.batch.parts import write_part
from kedut.bench.cluster import Cluster
from kedut.cli.main import main
from tests.batch.runs import assess, cases, ended, lines, rows, started

UNSEEN = "a worker wrote a part there, but it is not here"


def another_version(monkeypatch: pytest.MonkeyPatch, job: Job) -> Job:
    monkeypatch.setattr(kedut, "__version__", "0.0.1")
    return job


def another_knowledge(monkeypatch: pytest.MonkeyPatch, job: Job) -> Job:
    return replace(job, mark=lambda: "another")


def another_disk(monkeypatch: pytest.MonkeyPatch, job: Job) -> Job:
    monkeypatch.setattr(
        work, "write_part", lambda folder, *those: write_part(f"{folder}-elsewhere", *those)
    )
    return job


OTHERS = pytest.mark.parametrize(
    "change, said",
    [
        (another_version, f"has kedut 0.0.1, not {kedut.__version__}; install the same version"),
        (another_knowledge, "has another knowledge than the client"),
        (another_disk, f"{UNSEEN}; name a folder or an object store that all workers share"),
    ],
)


@OTHERS
@pytest.mark.parametrize("kind", ["cases", "recordings"])
def test_a_worker_that_is_another_ends_the_run_with_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[pytest.MonkeyPatch, Job], Job],
    said: str,
    kind: str,
) -> None:
    out = tmp_path / "out"
    command = ["assess", str(lines(tmp_path / "cases.jsonl", cases(3)))]
    if kind == "recordings":
        shutil.copy("examples/recordings/motion-calf.csv", tmp_path / "a.csv")
        command = ["measure", str(tmp_path / "a.csv")]
    command += ["--out", f"{out}/", "--workers", "1"]
    real = work.do

    def do(job: Job, part: Part) -> Outcome:
        with monkeypatch.context() as there:
            return real(change(there, job), part)

    with monkeypatch.context() as patched:
        patched.setattr(engines, "do", do)
        assert main(command) == 2
    printed = capsys.readouterr().err
    assert said in printed
    assert printed.count("\n") == 1
    assert not (out / "results.parquet").exists()
    assert main(command) == 0


def test_what_the_client_sends_tells_its_own_knowledge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Job] = []
    real = work.do

    def do(job: Job, part: Part) -> Outcome:
        sent.append(job)
        return real(job, part)

    monkeypatch.setattr(engines, "do", do)
    assert assess(lines(tmp_path / "cases.jsonl", cases(1)), "--out", f"{tmp_path}/") == 0
    assert sent[0].mark is not None
    assert sent[0].mark() == sent[0].knowledge_mark


# ------------------------------------------------------------------------- real ones, on a cluster


def other_version(copy: Path) -> None:
    file = copy / "kedut" / "__init__.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(kedut.__version__, "0.0.1"), encoding="utf-8")


def other_figure(copy: Path) -> None:
    file = sorted((copy / "kedut" / "knowledge" / "tables").rglob("background*.csv"))[0]
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(",0.1,", ",0.2,", 1), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != text


@pytest.mark.slow
@pytest.mark.parametrize(
    "change, said",
    [(other_version, "has kedut 0.0.1, not"), (other_figure, "has another knowledge than")],
)
def test_a_worker_of_a_cluster_that_was_installed_otherwise_ends_the_run(
    tmp_path: Path, change: Callable[[Path], None], said: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(
        Path(kedut.__file__).parent, copy / "kedut", ignore=shutil.ignore_patterns("__pycache__")
    )
    change(copy)
    before = ("env", f"PYTHONPATH={copy}")
    on_cluster(tmp_path, before, said)


@pytest.mark.slow
def test_a_worker_of_a_cluster_that_writes_on_a_disk_of_its_own_ends_the_run(
    tmp_path: Path,
) -> None:
    hidden = tmp_path / "out"
    hidden.mkdir()
    mount = 'mount -t tmpfs tmpfs "$0" && exec "$@"'
    before = ("unshare", "--mount", "sh", "-c", mount, str(hidden))
    tried = subprocess.run([*before, "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip("a disk can be mounted by root alone")
    on_cluster(tmp_path, before, UNSEEN)


def on_cluster(folder: Path, before: tuple[str, ...], said: str) -> None:
    path = lines(folder / "cases.jsonl", cases(4))
    arguments = ("assess", path, "--out", f"{folder}/out/")
    with Cluster(folder, workers=1, within={"worker-0": before}) as cluster:
        status, printed = ended(started(*arguments, "--scheduler", cluster.address))
    assert status == 2, printed
    assert said in printed
    assert "Traceback" not in printed
    assert not (folder / "out" / "results.parquet").exists()
    assert assess(*arguments[1:]) == 0
    assert len(rows(folder / "out" / "results.parquet")) == 4
