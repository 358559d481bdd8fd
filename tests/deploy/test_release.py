"""What is handed on is built the same twice, installs into an empty place, and needs no network."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import kedut

ROOT = Path(__file__).parents[2]
FOLDERS = ["src", "tests", "docs", "examples", "requirements", "deploy"]
FILES = ["pyproject.toml", "README.md", "LICENSE", "LICENSE-DATA", "LICENSES.md", "Makefile"]
IN_IT = [*FOLDERS, *FILES, ".gitignore"]
OFFLINE = Path(__file__).with_name("offline.py")
COMMIT_TIME = "1790000000"


def copied(target: Path, *, mask: int) -> Path:
    """Copy what a release is made of to another folder, as another person's files."""
    before = os.umask(mask)
    try:
        for name in IN_IT:
            source = ROOT / name
            if source.is_dir():
                leave_out = shutil.ignore_patterns("__pycache__", "*.pyc", ".hypothesis")
                copy = shutil.copyfile  # not the times and modes of the files
                shutil.copytree(source, target / name, copy_function=copy, ignore=leave_out)
            else:
                target.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target / name)
    finally:
        os.umask(before)
    return target


def built(folder: Path, *what: str) -> dict[str, Path]:
    """Build in a folder; give wheel and sdist by suffix."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist")]
    done = subprocess.run(
        [*command, *what, str(folder)],
        env={**os.environ, "SOURCE_DATE_EPOCH": COMMIT_TIME},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return {path.suffix: path for path in (folder / "dist").iterdir()}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build the sdist, and the wheel from the sdist."""
    return built(copied(tmp_path_factory.mktemp("one") / "kedut", mask=0o022))


@pytest.mark.slow
def test_two_builds_in_two_folders_are_the_same_to_the_byte(
    release: dict[str, Path], tmp_path: Path
) -> None:
    # the second time the wheel is built from the folder and not from the sdist
    other = built(copied(tmp_path / "elsewhere" / "k", mask=0o077), "--sdist", "--wheel")
    assert {suffix: sha256(path) for suffix, path in other.items()} == {
        suffix: sha256(path) for suffix, path in release.items()
    }


@pytest.mark.slow
def test_the_sdist_holds_what_is_needed_to_test_and_build_it(release: dict[str, Path]) -> None:
    with tarfile.open(release[".gz"]) as package:
        names = {name.partition("/")[2] for name in package.getnames()}
    wanted = ["pyproject.toml", "README.md", "Makefile", "requirements/dev.txt", "docs/conf.py"]
    wanted += ["deploy/Containerfile", "tests/conftest.py", "src/kedut/knowledge/VERSION"]
    assert [name for name in wanted if (ROOT / name).exists() and name not in names] == []
    assert not [name for name in names if name.startswith((".venv", "build/", "dist/"))]


@pytest.fixture(scope="module")
def installed(release: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an empty place; what it depends on lies beside it already."""
    place = tmp_path_factory.mktemp("empty") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(place)]
    command = [*pip, "install", "--quiet", "--no-index", "--no-deps", str(release[".whl"])]
    subprocess.run(command, check=True, cwd=place)
    (packages,) = place.glob("lib/python*/site-packages")
    # a path, whose own .pth files count not: the editable kedut of this place stays out
    (packages / "beside.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return place


def without_network() -> list[str]:
    """Give the words that start a program where there is no network; skips where none do."""
    for words in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if shutil.which(words[0]) and not subprocess.run([*words, "true"], check=False).returncode:
            return words
    pytest.skip("no network namespace can be made here: NOT shown that kedut runs offline")


@pytest.mark.slow
def test_an_installed_wheel_assesses_measures_and_serves_without_network(
    installed: Path, tmp_path: Path
) -> None:
    environment = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("KEDUT_", "PYTHON", "VIRTUAL_ENV"))
    }
    done = subprocess.run(
        [*without_network(), str(installed / "bin/python"), str(OFFLINE), str(ROOT / "examples")],
        env={**environment, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert Path(told["package"]).is_relative_to(installed)
    assert told["version"].startswith(f"kedut {kedut.__version__} (knowledge ")
    assert "schema" in told["version"]
    assert told["network"] == "unreachable"
    assert told["assessed"] == "calf-after-marathon"
    assert told["twitches"] > 0
    assert told["pages"] == {"/health": 200, "/ready": 200, "/id/": 200, "/fhir/metadata": 200}


@pytest.mark.slow
def test_the_bill_of_materials_names_every_package_of_a_server_with_its_hash(
    tmp_path: Path,
) -> None:
    out = tmp_path / "kedut.cdx.json"
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    recipe = re.search(r"-m (cyclonedx_py requirements .*) --output-file", lines)
    assert recipe, "make sbom is gone"
    words = recipe[1].split()
    command = [sys.executable, "-W", "ignore", "-m", *words, "--output-file", str(out)]
    listed = "requirements/server.txt"
    assert f"--output-file dist/kedut-$(VERSION).cdx.json {listed}" in " ".join(lines.split())
    runs = [
        subprocess.run(
            [*command, listed],
            cwd=ROOT,
            env={**os.environ, "SOURCE_DATE_EPOCH": COMMIT_TIME},
            capture_output=True,
            text=True,
            check=True,
        )
        and sha256(out)
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    bill = json.loads(out.read_bytes())
    pinned = re.findall(r"(?m)^([a-z0-9.-]+)==(\S+)", (ROOT / listed).read_text(encoding="utf-8"))
    parts = {(one["name"], one["version"]): one for one in bill["components"]}
    assert set(parts) == set(pinned)
    assert all(one["externalReferences"][0]["hashes"] for one in parts.values())
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    root = bill["metadata"]["component"]
    assert (root["name"], root["version"]) == (about["name"], kedut.__version__)


@pytest.mark.slow
def test_the_wheel_carries_its_licences(release: dict[str, Path]) -> None:
    with zipfile.ZipFile(release[".whl"]) as wheel:
        names = {Path(name).name for name in wheel.namelist() if "/licenses/" in name}
    assert names == {"LICENSE", "LICENSE-DATA", "LICENSES.md"}
