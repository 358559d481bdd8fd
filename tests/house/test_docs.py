"""What README and the documentation tell a reader to type exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.files import ROOT, project_files, text_of

PAGES = [
    file
    for file in project_files()
    if file.suffix == ".md"
    and (file.parent == Path() or file.is_relative_to("docs"))
    and not file.is_relative_to("docs/reference/generated")
]
BLOCK = re.compile(r"^ *```(?:sh|text)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
ADR_LONGEST = 30


def typed(page: Path) -> list[list[str]]:
    """Give the commands a page tells one to type, as words, comments and prompts taken off."""
    lines = "\n".join(BLOCK.findall(text_of(page))).splitlines()
    return [line.split("#")[0].split() for line in lines if line.split("#")[0].strip()]


def commands(program: str) -> list[tuple[Path, list[str]]]:
    """Give each page's commands that call the program."""
    return [(page, words) for page in PAGES for words in typed(page) if words[0] == program]


def recipes() -> set[str]:
    """Give the recipes of the Makefile."""
    return set(re.findall(r"^([a-z-]+):", text_of(Path("Makefile")), re.MULTILINE))


def test_every_make_recipe_named_exists() -> None:
    named = {(page, words[1]) for page, words in commands("make") if len(words) > 1}
    assert named, "README names at least `make run`"
    assert not {(page, name) for page, name in named if name not in recipes()}


def test_every_recipe_is_listed_with_one_line() -> None:
    listed = set(re.findall(r"^([a-z-]+):.*## \S", text_of(Path("Makefile")), re.MULTILINE))
    assert recipes() == listed


def test_every_example_named_exists() -> None:
    named = {
        (page, word)
        for page in PAGES
        for word in re.findall(r"\bexamples/[\w.-]+\w", text_of(page))
        if not (ROOT / word).exists()
    }
    assert not named


def test_every_kedut_command_named_exists() -> None:
    if not (ROOT / "src/kedut/cli/main.py").exists():
        pytest.skip("there is no command line yet")
    heads = {tuple(words[1:3]) for _, words in commands("kedut")}
    subcommands = {
        head if head[0] == "knowledge" else head[:1] for head in heads if head[0].isalpha()
    }
    assert subcommands
    for words in sorted(subcommands):
        call = [sys.executable, "-c", "from kedut.cli.main import main; raise SystemExit(main())"]
        ended = subprocess.run([*call, *words, "--help"], capture_output=True, check=False)
        assert ended.returncode == 0, f"`kedut {' '.join(words)}` does not exist: {ended.stderr!r}"


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = [
        f"{page}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text_of(page))
        if not (ROOT / page.parent / target).exists()
    ]
    assert not broken


@pytest.mark.parametrize(
    "page", [page for page in PAGES if re.match(r"\d{4}-", page.name)], ids=str
)
def test_a_decision_is_short_numbered_and_says_what_was_given_up(page: Path) -> None:
    text = text_of(page)
    assert text.count("\n") <= ADR_LONGEST
    assert text.startswith(f"# {int(page.name[:4])}. ")
    for part in ("Context", "Decision", "Consequences", "What we gave up"):
        assert part in text, part


def test_no_two_decisions_share_a_number() -> None:
    numbers = [page.name[:4] for page in PAGES if page.parent == Path("docs/adr")]
    assert len(numbers) == len(set(numbers))
