"""No file names a package index, a path of a machine, or a note that readers cannot see."""

import re
from pathlib import Path

import pytest

from tests.house.files import project_files, text_of

PROSE = {".py", ".md", ".toml", ".in", ".txt", ".json", ".html", ""}
# Put together here, so that this file does not hold what it looks for.
INDEX = re.compile(
    "|".join(
        [
            r"https?://[^\s\"'<>]*/" + "simple" + r"\b",
            r"--(?:extra-)?" + "index" + "-url",
            r"--find" + "-links",
            "files" + r"\.pythonhosted",
            r"\bpypi" + r"\.org",
            '"resolved"' + r":\s*\"https?:",
        ]
    )
)
MACHINE = re.compile(r"(?<![\w./:~-])/(?:" + "root|work|home|opt|Users" + r")/[\w.]")
UNSEEN = re.compile(r"\b(?:" + "issue|session" + r")s? #?\d+\b|\.\./" + "shared/", re.IGNORECASE)

FILES = project_files()


def places(pattern: re.Pattern[str], file: Path) -> list[str]:
    """Give file, line and text of each match."""
    return [
        f"{file}:{number}: {found.group()}"
        for number, line in enumerate(text_of(file).splitlines(), start=1)
        for found in pattern.finditer(line)
    ]


def test_no_file_names_a_package_index() -> None:
    may_forbid_it = {Path("docs/how-to/contribute-code.md")}  # names the option that leaves it out
    found = [place for file in FILES if file not in may_forbid_it for place in places(INDEX, file)]
    assert not found


def test_no_file_names_a_path_of_a_machine() -> None:
    assert not [place for file in FILES for place in places(MACHINE, file)]


def test_no_file_points_to_what_a_reader_cannot_see() -> None:
    prose = [file for file in FILES if file.suffix in PROSE]
    assert not [place for file in prose for place in places(UNSEEN, file)]


def test_no_lock_file_with_addresses_is_kept() -> None:
    locks = {"uv.lock", "poetry.lock", "package-lock.json"}
    assert not [file for file in FILES if file.name in locks or file.name.startswith("pylock")]


@pytest.mark.parametrize(
    "pattern, line",
    [
        (INDEX, "pip install --" + "index-url x"),
        (INDEX, "https://example.org/" + "simple/numpy"),
        (MACHINE, "see /" + "home/ani/kedut"),
        (UNSEEN, "as issue" + " 7 says"),
    ],
)
def test_the_patterns_find_what_they_look_for(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


@pytest.mark.parametrize(
    "line", ["https://example.org/work/1", "sessions of 20 minutes", "a/work/b"]
)
def test_the_patterns_leave_the_rest_alone(line: str) -> None:
    assert not any(pattern.search(line) for pattern in (INDEX, MACHINE, UNSEEN))
