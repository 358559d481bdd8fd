"""Where the parts of the tests are, and a loud skip where they are not."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "build" / "parts" / "node_modules"
VALIDATOR = Path(__file__).with_name("validate.cjs")
_LONGEST_S = 180


def part(name: str) -> Path:
    """Give the folder of a part; skip the test where it is not installed."""
    folder = MODULES / name
    if not folder.is_dir():
        pytest.skip(f"{name} is not installed; `make parts` does it (it needs Node)")
    return folder


def faults_found(resources: Iterable[dict[str, Any]]) -> list[str]:
    """Give the errors that the R4 validator of npm's `fhir` finds, with the place of each."""
    folder = part("fhir")
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed; `make parts` needs it, and so does this test")
    lines = "\n".join(json.dumps(resource) for resource in resources)
    ended = subprocess.run(
        [node, str(VALIDATOR), str(folder)],
        input=lines,
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
        check=True,
    )
    read, *faults = ended.stdout.splitlines()
    assert int(read) == lines.count("\n") + 1
    return faults
