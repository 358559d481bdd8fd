"""Brief assessments by the compiled way are, to the byte, those of the plain way."""

from __future__ import annotations

from pathlib import Path

import pytest

from kedut.assess.batch import Brief
from kedut.assess.pipeline import assess
from kedut.assess.wire import to_json
from kedut.case.case import Case
from kedut.case.wire import read_case
from kedut.knowledge.load import ours
from kedut.reasoning.inference import reasoner_of

KNOWLEDGE = ours()


def told() -> list[Case]:
    files = sorted(Path("examples").glob("*.json"))
    texts = [(str(file), file.read_bytes()) for file in files]
    for file in sorted(Path("tests/cases").glob("*.jsonl")):
        lines = file.read_bytes().splitlines()
        texts += [(f"{file.name}:{n}", line) for n, line in enumerate(lines, 1) if line.strip()]
    cases = [read_case(text, KNOWLEDGE, where=where, lenient=True) for where, text in texts]
    return [
        *cases,
        Case(id="nothing told"),
        Case(id='a "quote" and 100 %', age=40),
        Case(id="a child", age=9, present=("twitch_calf_one_side",)),
        Case(id="nothing present", age=40, absent=("leg_weakness",)),
    ]


@pytest.mark.slow
def test_both_ways_write_the_same_bytes() -> None:
    reasoner = reasoner_of(KNOWLEDGE)
    cases = told()
    reasoner.fast = None
    plain = []
    for case in cases:
        plain.append(to_json(assess(case, KNOWLEDGE, detail="brief"), KNOWLEDGE, "id"))
        reasoner.fast = None  # a case with many findings loads the compiled version
    brief = Brief(KNOWLEDGE)
    assert reasoner.fast is not None
    assert [brief.line(case) for case in cases] == plain
