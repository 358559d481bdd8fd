"""A server on its worst day, in short: killed, updated, its database restarted, while people keep.

nginx, two kedut and PostgreSQL, all real. What must hold: every answer is a page that was asked for
or one that says what to do; nothing kept is lost, and nothing is there twice. `KEDUT_FAULT_RUNS=20`
runs each so often; `make bench-server` is the long form, with times.
"""

from __future__ import annotations

import os
import subprocess
import tarfile
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from kedut.bench.savers import Ledger, audit, saving
from kedut.bench.site import Site, missing, site
from kedut.bench.visitor import Visitor
from kedut.bench.web_mix import Poured
from kedut.bench.web_worst_day_page import PAGE, Day, goals, page
from kedut.storage.tables import SCHEMA

RUNS = int(os.environ.get("KEDUT_FAULT_RUNS", "1"))
ROOT = Path(__file__).parents[2]
TABLES = "src/kedut/storage/tables.py"
ENOUGH = 4  # saves of everybody between two faults
PEOPLE = 3
WITHIN_S = 120

need = pytest.mark.skipif(bool(missing()), reason=missing())


@pytest.fixture(scope="module")
def here() -> Iterator[Site]:
    with site() as started:
        yield started


def some_saves(site: Site) -> None:
    """Wait until people have kept some more."""
    wanted = site.count_kept() + ENOUGH * PEOPLE
    until = time.monotonic() + WITHIN_S
    while site.count_kept() < wanted:
        assert time.monotonic() < until, "nobody keeps any more"
        time.sleep(0.05)


def must_be_right(site: Site, ledger: Ledger, before: int) -> None:
    """Hold what people were told against what is there."""
    assert not ledger.unclear
    assert ledger.kept
    found = audit(site, ledger, before=before)
    assert found.looked_at
    assert (found.lost, found.doubled) == (0, 0)


@need
@pytest.mark.slow
@pytest.mark.parametrize("run", range(RUNS))
def test_workers_killed_one_after_the_other_lose_nothing(here: Site, run: int) -> None:
    before = here.count_kept()
    with saving(here, people=PEOPLE, pause_s=0.02) as ledger:
        for number in (run, run + 1):
            some_saves(here)
            here.kill_and_restart(number % len(here.workers)).join()
        some_saves(here)
    must_be_right(here, ledger, before)


@need
@pytest.mark.slow
@pytest.mark.parametrize("run", range(RUNS))
def test_all_workers_killed_at_once_are_told_and_nothing_is_kept_twice(
    here: Site, run: int
) -> None:
    before = here.count_kept()
    with saving(here, people=PEOPLE, pause_s=0.02) as ledger:
        some_saves(here)
        for again in [here.kill_and_restart(number) for number in range(len(here.workers))]:
            again.join()
        some_saves(here)
    assert ledger.told + ledger.broken, "somebody was in the midst of it"
    must_be_right(here, ledger, before)


@need
@pytest.mark.slow
@pytest.mark.parametrize("run", range(RUNS))
@pytest.mark.parametrize("how", ["immediate", "fast"])
def test_the_database_restarted_in_mid_load_loses_nothing(here: Site, run: int, how: str) -> None:
    before = here.count_kept()
    with saving(here, people=PEOPLE, pause_s=0.02) as ledger:
        some_saves(here)
        here.restart_database(how)
        some_saves(here)
    must_be_right(here, ledger, before)


@need
@pytest.mark.slow
@pytest.mark.parametrize("run", range(RUNS))
def test_workers_asked_to_end_one_after_the_other_are_not_noticed(here: Site, run: int) -> None:
    before = here.count_kept()
    with saving(here, people=PEOPLE, pause_s=0.02) as ledger:
        for worker in here.workers:
            some_saves(here)
            worker.stop()
            worker.start()
            time.sleep(3)  # as docs/how-to/serve.md has it
        some_saves(here)
    assert (ledger.told, ledger.broken) == (0, 0), "an update has no pause"
    must_be_right(here, ledger, before)


def kedut_of_the_schema_before(folder: Path) -> Path:
    """Write out the last kedut of the schema before ours, as it was."""
    asked = ["git", "log", "-1", "--format=%H", "-G", "^SCHEMA = ", "--", TABLES]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    last = f"{found.stdout.strip()}^"
    packed = subprocess.run(
        ["git", "archive", last, "src"], cwd=ROOT, capture_output=True, check=False
    )
    if found.returncode or packed.returncode:
        pytest.skip("the history is not here, so no older kedut can be started beside this one")
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder / "src"


@pytest.mark.slow
@need
def test_an_update_that_changes_the_schema_is_not_noticed(tmp_path: Path) -> None:
    """The kedut of the schema before works beside ours, before, while and after it changes."""
    older = kedut_of_the_schema_before(tmp_path)
    assert f'SCHEMA = "{int(SCHEMA) - 1}"' in (older.parent / TABLES).read_text()
    with site(durable=False, sources=(str(older), str(older))) as here:
        must_be_fast(here)
        with saving(here, people=PEOPLE, pause_s=0.02) as ledger:
            some_saves(here)
            assert schema_of(here) == str(int(SCHEMA) - 1)
            for worker in here.workers:
                worker.stop()
                worker.source = ""
                worker.start()
                assert schema_of(here) == SCHEMA
                time.sleep(3)
                some_saves(here)
            here.workers[0].stop()
            here.workers[0].source = str(older)  # and one goes back
            here.workers[0].start()
            time.sleep(3)
            some_saves(here)
        assert not ledger.unclear
        must_be_right(here, ledger, 0)


def must_be_fast(site: Site) -> None:
    """Wait until an older kedut, new at its place, has compiled what it compiles."""
    for worker in site.workers:
        asked = f"http://127.0.0.1:{worker.port}/api/v1/assess?detail=brief"
        told = {"Content-Type": "application/json"}
        until, quick = time.monotonic() + WITHIN_S, 0
        while quick < 3 and time.monotonic() < until:
            begun = time.monotonic()
            httpx.post(asked, content='{"findings_present": []}', headers=told, timeout=WITHIN_S)
            quick = quick + 1 if time.monotonic() - begun < 0.2 else 0


def schema_of(site: Site) -> str:
    return site.postgres.sql("SELECT version_num FROM kedut_schema", site.database).strip()


@need
@pytest.mark.slow
@pytest.mark.parametrize("run", range(RUNS))
def test_a_loss_and_a_double_would_be_seen(here: Site, run: int) -> None:
    before = here.count_kept()
    with saving(here, people=1, pause_s=0.01) as ledger:
        some_saves(here)
    ledger.kept["A" * 43] = 1
    assert audit(here, ledger, before=before).lost
    del ledger.kept["A" * 43]
    ledger.kept.pop(next(link for link, entries in ledger.kept.items() if entries))
    assert audit(here, ledger, before=before).doubled == 1


@need
def test_a_broken_answer_of_the_proxy_would_be_seen(here: Site) -> None:
    visitor = Visitor(here)
    assert visitor.get("/en/about").status == 200
    assert visitor.get("/metrics").status == 404
    visitor.close()


POURED = Poured(
    rate=100.0, p50_ms=5.0, p99_ms=40.0, most_ms=90.0, whole=1000, told=3, neither=0, broken=0,
    late=0, odd="",
)  # fmt: skip
DAY = Day(
    workers=4, seconds=600, kills=9, top=POURED, short=POURED, long=POURED, restarted=POURED,
    back_s=(0.4, 0.2), saves=500, told=7, broken=0, unclear=(), longest_save_ms=900.0, lost=0,
    doubled=0, looked_at=300, others=0.02,
)  # fmt: skip


def test_each_goal_that_is_missed_is_said() -> None:
    from dataclasses import replace

    assert goals(DAY) == []
    slow, odd = replace(POURED, p99_ms=51.0), replace(POURED, neither=1, odd=" 500")
    for wrong, word in (
        (replace(DAY, short=slow), "p99"),
        (replace(DAY, long=odd), "failed"),
        (replace(DAY, restarted=replace(POURED, broken=1)), "failed"),
        (replace(DAY, short=replace(POURED, late=2)), "more than 10 s"),
        (replace(DAY, lost=1), "lost"),
        (replace(DAY, doubled=1), "doubled"),
        (replace(DAY, unclear=("500: x",)), "failed"),
        (replace(DAY, back_s=(0.4, 5.1)), "5.1 s"),
        (replace(DAY, others=0.3), "others took 30%"),
    ):
        (said,) = goals(wrong)
        assert word in said
        assert said in page(wrong, "2026.11.1")


def test_the_page_that_is_there_came_from_it() -> None:
    def kinds(text: str) -> list[str]:
        return [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| ")]

    assert kinds((ROOT / PAGE).read_text(encoding="utf-8")) == kinds(page(DAY, "2026.11.1"))
