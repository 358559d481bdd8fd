"""Every Python file is short, named after an idea, and introduced."""

import ast
from pathlib import Path

import pytest

from tests.house.files import python_files, text_of

LONGEST = 400
VAGUE = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "misc", "tools"}


@pytest.mark.parametrize("file", python_files("src", "tests"), ids=str)
def test_a_file_is_short_named_and_introduced(file: Path) -> None:
    text = text_of(file)
    assert text.count("\n") <= LONGEST, "split it along the ideas in it"
    assert not VAGUE & set(file.with_suffix("").parts), "name the idea"
    if file.name == "__init__.py" and not text.strip() and file.is_relative_to("tests"):
        return
    assert ast.get_docstring(ast.parse(text)), "say in one line what it holds"


@pytest.mark.parametrize("file", python_files("src"), ids=str)
def test_the_first_line_of_a_file_is_one_whole_sentence(file: Path) -> None:
    first = (ast.get_docstring(ast.parse(text_of(file))) or "").splitlines()[:1]
    assert first, "say in one line what it holds"
    assert first[0].endswith("."), "one line, ending with a period"
