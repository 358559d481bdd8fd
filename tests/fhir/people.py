"""Cases to try: invented ones, the examples, and published ones."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import strategies as st

from kedut.case.case import Case
from kedut.case.errors import BadCase
from kedut.case.wire import case_from
from kedut.fhir.codings import values_of
from kedut.knowledge.load import ours

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.json"))
PUBLISHED = sorted((ROOT / "tests" / "cases").glob("published-*.jsonl"))
_SOME = 12


def read(shape: dict[str, object]) -> Case:
    """Give a case from its JSON shape, what is not known left out."""
    return case_from(shape, ours(), where="a test", lenient=True)


def examples() -> list[Case]:
    """Give the examples that come with the product."""
    return [read(json.loads(path.read_text("utf-8"))) for path in EXAMPLES]


def published() -> list[Case]:
    """Give cases of papers."""
    lines = [line for path in PUBLISHED for line in path.read_text("utf-8").splitlines()]
    return [read(json.loads(line)) for line in lines]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Give any case that can be told: any findings, aliases, values, ages."""
    knowledge = ours()
    names = st.sampled_from([*knowledge.findings, *knowledge.aliases])
    present = draw(st.lists(names, max_size=_SOME, unique_by=knowledge.resolve))
    taken = {knowledge.resolve(name) for name in present}
    absent = draw(
        st.lists(names.filter(lambda n: knowledge.resolve(n) not in taken), max_size=_SOME)
    )
    shape: dict[str, object] = {
        "id": draw(st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=9)),
        "age": draw(st.none() | st.integers(0, 120) | st.floats(0, 120, width=32)),
        "sex": draw(st.sampled_from([None, "male", "female"])),
        "findings_present": present,
        "findings_absent": absent,
    }
    known = values_of(knowledge)
    values = {
        name: draw(st.floats(known[name].low, known[name].high))
        for name in draw(st.lists(st.sampled_from(sorted(known)), max_size=4, unique=True))
    }
    try:
        return read({**shape, "values": values})
    except BadCase:  # a value against a finding; without values it stands
        return read(shape)
