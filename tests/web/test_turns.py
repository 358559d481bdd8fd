"""Whole assessments take turns in a worker, and everybody gets theirs."""

from __future__ import annotations

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kedut.case.case import Case
from kedut.knowledge.load import ours
from kedut.web import turns
from kedut.web.turns import AT_ONCE, STEPS_BACK, assess_in_turn


def test_no_more_than_a_few_are_reckoned_at_once_and_a_fault_gives_its_place_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here, most, lock = 0, 0, threading.Lock()

    def reckons(case: Case, *_: object, **__: object) -> str:
        nonlocal here, most
        with lock:
            here += 1
            most = max(most, here)
        time.sleep(0.01)
        with lock:
            here -= 1
        if case.id == "7":
            raise ValueError(case.id)
        return str(case.id)

    def ask(number: int) -> object:
        try:
            return assess_in_turn(Case(id=str(number)), ours(), language="en")
        except ValueError:
            return "fault"

    monkeypatch.setattr(turns, "assess", reckons)
    with ThreadPoolExecutor(12) as people:
        found = list(people.map(ask, range(24)))
    assert found == [str(n) if n != 7 else "fault" for n in range(24)]
    assert most == AT_ONCE


@pytest.mark.skipif(sys.platform != "linux", reason="no niceness of single threads")
def test_it_gives_way_to_short_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def own() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    monkeypatch.setattr(turns, "assess", lambda *_, **__: seen.append(own()))
    before = own()
    assess_in_turn(Case(id="1"), ours(), language="en")
    assert seen == [min(before + STEPS_BACK, 19)]
    assert own() == before
