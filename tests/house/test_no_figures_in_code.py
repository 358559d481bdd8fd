"""No medical figure stands in a Python file: it is a row of a table, with its source.

Watched are number literals in the folders that deal with medicine. A fraction between 0 and 1, or a
number that is not whole, might be a figure. An algorithm's constant may stay if its line says
`# constant: why`.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.files import python_files, text_of

MEDICAL = [
    f"src/kedut/{folder}"
    for folder in ("knowledge", "case", "reasoning", "advice", "outlook", "assess")
]
# Halves, the quantiles of a 90 % and of a 95 % interval, and the median: nobody's medical figure.
PLAIN = {0.5, 0.05, 0.95, 0.025, 0.975}
TOLERANCE = 1e-5  # anything smaller is a numerical tolerance, not a frequency we could know
REASON = re.compile(r"#.*\bconstant: \S")


def suspects(text: str) -> Iterator[tuple[int, float]]:
    """Give line and value of each number literal that might be a medical figure."""
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, float)):
            continue
        value = node.value
        if value.is_integer() or value in PLAIN or abs(value) <= TOLERANCE:
            continue
        if not REASON.search(lines[node.lineno - 1]):
            yield node.lineno, value


@pytest.mark.parametrize("file", python_files(*MEDICAL), ids=str)
def test_no_medical_figure_stands_in_code(file: Path) -> None:
    found = [f"{file}:{line}: {value}" for line, value in suspects(text_of(file))]
    assert not found, "move it into a table, or say `# constant: why` on its line"


def test_a_frequency_and_a_threshold_are_suspects() -> None:
    assert list(suspects("p = 0.4\nfever = 38.5")) == [(1, 0.4), (2, 38.5)]


def test_a_constant_with_its_reason_is_none() -> None:
    assert not list(suspects("step = 0.1  # constant: step of the search, in nats"))


def test_a_constant_without_a_reason_is_one() -> None:
    assert list(suspects("step = 0.1  # constant:")) == [(1, 0.1)]


def test_halves_quantiles_tolerances_and_whole_numbers_are_none() -> None:
    assert not list(suspects("a = 0.5 + 0.05 - 1e-12 * 400.0 + 0.95 / 1.0"))
