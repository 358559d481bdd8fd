"""The files of the project, for the house tests."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def project_files() -> tuple[Path, ...]:
    """Give the files that are, or are about to be, part of the project, relative to its root."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = listing.stdout.decode().split("\0")
    return tuple(sorted(Path(name) for name in names if name and (ROOT / name).is_file()))


def python_files(*folders: str) -> list[Path]:
    """Give the Python files under the folders, relative to the root."""
    return [
        file
        for file in project_files()
        if file.suffix == ".py" and any(file.is_relative_to(folder) for folder in folders)
    ]


def text_of(file: Path) -> str:
    """Give a file's text; nothing for a file that is not text."""
    try:
        return (ROOT / file).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
