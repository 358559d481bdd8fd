"""What is installed is pinned with hashes, holds together, and is what the package asks for."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.house.files import ROOT, text_of

LISTS = [Path(f"requirements/{name}.txt") for name in ("run", "server", "dev", "peers")]
PIN = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>\S+)(?P<marker> ;[^\\]*)?", re.MULTILINE
)


def pins(file: Path) -> set[tuple[str, str, str]]:
    """Give name, version and marker of each pinned package."""
    return {
        (found["name"], found["version"], (found["marker"] or "").strip(" ;"))
        for found in PIN.finditer(text_of(file))
    }


def asked(requirements: list[str]) -> set[str]:
    """Give the names of the packages asked for, our own extras left out."""
    names = {re.split(r"[\[<>=!~; ]", line.strip(), maxsplit=1)[0].lower() for line in requirements}
    return {re.sub(r"[-_.]+", "-", name) for name in names} - {"kedut"}


@pytest.mark.parametrize("file", LISTS, ids=str)
def test_every_package_is_pinned_with_a_hash(file: Path) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", text_of(file).strip())
    assert blocks
    assert not [block.split()[0] for block in blocks if "--hash=sha256:" not in block]
    assert not [block.split()[0] for block in blocks if not PIN.match(block)]


@pytest.mark.parametrize("file", LISTS, ids=str)
def test_no_requirement_names_an_address_or_a_path(file: Path) -> None:
    lines = text_of(file).splitlines()
    assert not [line for line in lines if "://" in line or re.search(r"(^|\s)/\w", line)]


def test_everything_that_runs_is_among_what_develops_at_the_same_version() -> None:
    run, server, dev, _ = map(pins, LISTS)
    assert run <= dev
    assert run <= server
    assert {pin[:2] for pin in server} <= {
        pin[:2] for pin in dev
    }  # more need the same here and there


def test_what_the_package_asks_for_is_pinned() -> None:
    project = tomllib.loads(text_of(Path("pyproject.toml")))
    run = {name for name, *_ in pins(LISTS[0])}
    server = {name for name, *_ in pins(LISTS[1])}
    dev = {name for name, *_ in pins(LISTS[2])}
    peers = {name for name, *_ in pins(LISTS[3])}
    needed = asked(project["project"]["dependencies"] + project["build-system"]["requires"])
    extras = project["project"]["optional-dependencies"]
    assert not (needed | asked(extras["web"]) | asked(extras["measure"])) - run
    assert not asked(extras.pop("peers")) - peers
    assert (
        not {name for extra in ("server", "web", "fast") for name in asked(extras[extra])} - server
    )
    assert not {name for extra in extras.values() for name in asked(extra)} - dev


def test_the_version_is_the_same_wherever_it_stands() -> None:
    from kedut import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == __version__
    assert f"\n## {__version__}" in text_of(Path("CHANGELOG.md"))
