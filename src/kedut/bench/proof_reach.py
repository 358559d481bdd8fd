"""Which files a part of the proof can reach: a change elsewhere does not call it into question.

What a file imports, anywhere in it, it reaches, and so on from there. Where one on the way can
start programs or imports by name, the part reaches the whole package, its own folder of tests and
what a server is set up by. Tables, cases, examples and pinned packages are reached by all; the
words a person reads bear no figure, and are reached with the whole package.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from kedut.bench.proof_parts import Part

_BY_ALL = (
    "src/kedut/knowledge/tables",
    "tests/cases",
    "examples",
    "requirements",
    "pyproject.toml",
)
_BY_PROGRAMS = ("src/kedut", "deploy", "Makefile")
_NOT_PROVEN = "proof"  # of kedut.bench: what writes the report is not what is proven
_STARTS_PROGRAMS = ("subprocess", "multiprocessing", "concurrent.futures.Process")
_OURS = {"kedut": "src", "tests": ""}


class Reach:
    """Marks of parts, by the files they reach; every file is read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._digests: dict[Path, bytes] = {}
        self._imports: dict[Path, tuple[tuple[Path, ...], bool]] = {}

    def mark(self, part: Part) -> str:
        """Give what tells the files a part reaches from any others.

        Another commit whose files are the same, one of the report itself, needs no new proof.
        """
        found = hashlib.sha256()
        for file in sorted(self.files(part)):
            found.update(str(file.relative_to(self._root)).encode() + b"\0" + self._digest(file))
        return found.hexdigest()[:16]

    def files(self, part: Part) -> set[Path]:
        """Give the files a part reaches."""
        begin = list(self._begin(part))
        found, whole = self._from(begin)
        if whole:
            folders = {file.parent for file in begin if "tests" in file.parts}
            places = [*folders, *(self._root / name for name in _BY_PROGRAMS)]
            every = {file for place in places for file in _all(place)}
            found |= every | self._from(file for file in every if file.suffix == ".py")[0]
        for package in {file.parent for file in found}:
            found |= {file for file in package.iterdir() if file.suffix != ".py"}
        for name in _BY_ALL:
            found |= {*_all(self._root / name)}
        return {file for file in found if file.is_file() and self._counts(file)}

    def _counts(self, file: Path) -> bool:
        bench = file.parent.name == "bench" and "src" in file.parts
        return "__pycache__" not in file.parts and not (bench and file.stem.startswith(_NOT_PROVEN))

    def _begin(self, part: Part) -> Iterator[Path]:
        for word, after in zip(part.command, (*part.command[1:], ""), strict=True):
            if word == "-m":
                yield from self._places(after)
            file = self._root / word.partition("::")[0]
            if word.startswith("tests/") and file.is_file():
                yield file

    def _from(self, begin: Iterable[Path]) -> tuple[set[Path], bool]:
        found: set[Path] = set()
        left, whole = list(begin), False
        while left:
            file = left.pop()
            if file in found:
                continue
            found.add(file)
            imported, starts = self._read(file)
            whole |= starts and self._counts(file)
            left += imported
        return found, whole

    def _read(self, file: Path) -> tuple[tuple[Path, ...], bool]:
        if file not in self._imports:
            names = list(_imported(ast.parse(file.read_bytes())))
            places = [place for name in names for place in self._places(name)]
            if "tests" in file.parts:
                places += [p for d in file.parents if (p := d / "conftest.py").is_file()]
            starts = "importlib" in names or any(map(_starts_programs, names))
            self._imports[file] = (*places,), starts
        return self._imports[file]

    def _places(self, module: str) -> Iterator[Path]:
        """Give the file of a module of ours and those of the packages it is in."""
        names = module.split(".")
        if names[0] not in _OURS:
            return
        place = self._root / _OURS[names[0]]
        for name in names:
            place /= name
            for file in (place / "__init__.py", place.with_suffix(".py")):
                if file.is_file():
                    yield file

    def _digest(self, file: Path) -> bytes:
        if file not in self._digests:
            self._digests[file] = hashlib.sha256(file.read_bytes()).digest()
        return self._digests[file]


def _all(place: Path) -> list[Path]:
    return [place, *place.rglob("*")]


def _starts_programs(name: str) -> bool:
    return name.startswith(_STARTS_PROGRAMS)


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)
