"""What is started is ended; faults that are tried many times leave a line each."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.batch.runs import STARTED

LOG = Path("build/proof/faults.log")


@pytest.fixture(autouse=True)
def ended_with_the_test() -> Iterator[None]:
    yield
    while STARTED:
        process = STARTED.pop()
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    often = int(os.environ.get("KEDUT_FAULT_RUNS", "1")) > 1
    if often and call.when == "call" and "test_faults" in item.nodeid:
        LOG.parent.mkdir(parents=True, exist_ok=True)
        with LOG.open("a", encoding="utf-8") as file:
            when = time.strftime("%F %T", time.gmtime())
            file.write(f"{when} {item.name} {report.outcome} {report.duration:.1f} s\n")
    return report
