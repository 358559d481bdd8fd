"""The unit and the Containerfile name only what there is."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kedut.cli import serve
from kedut.web.settings import PREFIX, Settings, settings_from

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy/kedut.service"
CONTAINER = ROOT / "deploy/Containerfile"
PAGE = ROOT / "docs/how-to/serve.md"
ANALYZE = shutil.which("systemd-analyze")


def steps(instruction: str) -> list[str]:
    """Give what follows an instruction of the Containerfile, lines joined."""
    text = CONTAINER.read_text().replace("\\\n", " ")
    return re.findall(rf"^\s*{instruction} (.*)$", text, re.MULTILINE)


def options(words: list[str]) -> argparse.Namespace:
    """Read words as `kedut serve` does; fails where it does not know one."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    serve.add(parser)
    known, unknown = parser.parse_known_args(words)
    assert not unknown
    return known


def started() -> list[str]:
    """Give the command line of the unit."""
    (line,) = re.findall(r"^ExecStart=(.*)$", UNIT.read_text(), re.MULTILINE)
    return shlex.split(line)


def test_every_file_that_goes_into_the_container_is_there() -> None:
    own = [step.split()[:-1] for step in steps("COPY") if "--from=" not in step]
    names = {name for sources in own for name in sources}
    assert {"src", "requirements/server.txt", "pyproject.toml"} <= names
    assert not [name for name in names if not (ROOT / name).exists()]


def test_what_the_package_is_built_from_goes_into_the_container() -> None:
    asked = re.search(r"^license-files = \[(.*)\]", (ROOT / "pyproject.toml").read_text(), re.M)
    assert asked
    copied = " ".join(steps("COPY"))
    for name in [*re.findall(r'"([^"]+)"', asked[1]), "README.md"]:
        assert name in copied


def test_the_container_starts_kedut_with_options_it_knows() -> None:
    (entry,), *_ = [steps("ENTRYPOINT")]
    command = json.loads(steps("CMD")[-1])
    program, word, *rest = json.loads(entry)
    assert (program, word) == ("/venv/bin/kedut", "serve")
    known = options([*rest, *command])
    (port,) = steps("EXPOSE")
    assert known.port == int(port)
    (volume,) = steps("VOLUME")
    assert known.database.startswith(f"sqlite:///{volume}/")


def test_the_container_does_not_run_as_its_administrator() -> None:
    (user,) = steps("USER")
    assert int(user) > 0
    assert f"--uid {user}" in " ".join(steps("RUN"))


def test_the_unit_starts_kedut_with_options_it_knows() -> None:
    program, word, *rest = started()
    assert word == "serve"
    assert options(rest).host == "127.0.0.1", "only the proxy reaches it"
    assert program in PAGE.read_text() or str(Path(program).parent) in PAGE.read_text()


def unit_for_each_port() -> str:
    """Give the unit that the page makes of ours by `sed`."""
    (recipe,) = re.findall(r"(?m)^sed '(s/--port.*)' deploy/kedut.service", PAGE.read_text())
    command = ["sed", recipe, str(UNIT)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_unit_for_each_port_starts_one_process_there() -> None:
    (line,) = re.findall(r"^ExecStart=(.*)$", unit_for_each_port(), re.MULTILINE)
    assert line.endswith("serve --host 127.0.0.1 --port %i")
    known = options(shlex.split(line.replace("%i", "8001"))[2:])
    assert (known.port, known.workers, known.database) == (8001, 1, "")


def test_the_server_ends_before_systemd_and_the_container_lose_patience() -> None:
    from kedut.web.leaving import STOP_WITHIN_S

    (patience,) = re.findall(r"^TimeoutStopSec=(\d+)$", UNIT.read_text(), re.MULTILINE)
    (drain,) = re.findall(r"KEDUT_DRAIN=(\d+)", UNIT.read_text())
    assert STOP_WITHIN_S + int(drain) < int(patience)
    (told,) = re.findall(r"podman stop --time (\d+)", PAGE.read_text())
    (drain,) = re.findall(r"KEDUT_DRAIN=(\d+)", CONTAINER.read_text())
    assert STOP_WITHIN_S + int(drain) < int(told)


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not here")
@pytest.mark.parametrize("name", ["kedut.service", "kedut@.service"])
def test_systemd_takes_the_unit_and_finds_little_exposed(name: str, tmp_path: Path) -> None:
    text = unit_for_each_port() if "@" in name else UNIT.read_text()
    here = tmp_path / name.replace("@", "@8001")
    here.write_text(text.replace(started()[0], sys.executable))
    verified = subprocess.run(
        [str(ANALYZE), "verify", str(here)], capture_output=True, text=True, check=False
    )
    assert verified.returncode == 0, verified.stderr
    assert not verified.stderr
    rated = subprocess.run(
        [str(ANALYZE), "security", "--offline=yes", "--threshold=20", str(here)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert rated.returncode == 0, rated.stdout[-200:]


def test_the_page_names_every_setting_and_no_other() -> None:
    class Asked(dict[str, str]):
        """Remembers what it was asked for."""

        def get(self, name: str, default: object = None) -> str:  # type: ignore[override]
            asked.add(name)
            return ""

    asked: set[str] = set()
    settings_from(Asked())
    assert len(asked) == len(Settings.__dataclass_fields__)
    (table,) = re.findall(r"(?m)(^\| name .*(?:\n\|.*)+)", PAGE.read_text())
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", table)) == asked
    parser = argparse.ArgumentParser(add_help=False)
    serve.add(parser)
    assert set(re.findall(r"--[a-z]+", table)) == set(parser._option_string_actions)


def test_the_page_names_every_count_and_its_alarms_use_no_other() -> None:
    from kedut.web.metrics import Metrics

    counted = {
        sample.name
        for family in Metrics().registry.collect()
        for sample in family.samples
        if not sample.name.endswith("_created")
    }
    counted |= {"kedut_faults_total", "kedut_requests_total", "kedut_requests_in_flight"}
    counted |= {"kedut_ready", "kedut_info"}
    text = PAGE.read_text()
    (table,) = re.findall(r"(?m)^\| count \| of what .*(?:\n\|.*)+", text)
    assert set(re.findall(r"`(kedut_\w+)", table)) == counted | {"kedut_request_seconds"}
    (alarms,) = re.findall(r"(?s)```yaml\ngroups:.*?```", text)
    used = set(re.findall(r"kedut_\w+", alarms))
    assert used <= counted | {"kedut_request_seconds_bucket"}
    assert len(used) >= 5


def test_the_limits_on_the_page_are_those_of_the_code() -> None:
    from kedut.web.body import LARGEST_BYTES, LARGEST_FHIR_BYTES, WITHIN_S
    from kedut.web.patience import HEAD_WITHIN_S, LARGEST_HEAD_BYTES

    page = PAGE.read_text()
    for told in (
        f"| body of a page or `/api` | {LARGEST_BYTES // 1024} KiB |",
        f"| body of `/fhir` | {LARGEST_FHIR_BYTES // 1024**2} MiB |",
        f"| a body that does not arrive | {WITHIN_S:.0f} s |",
        f"| request line and headers | {HEAD_WITHIN_S:.0f} s, {LARGEST_HEAD_BYTES // 1024} KiB |",
        f"| {Settings().requests_per_minute} a minute for each worker |",
    ):
        assert told in page


@pytest.mark.slow
def test_the_package_holds_every_file_that_kedut_needs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--disable-pip-version-check", "--wheel-dir", str(tmp_path)]
    subprocess.run([*command, str(ROOT)], check=True, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as package:
        packed = set(package.namelist())
    source = ROOT / "src"
    here = {
        str(path.relative_to(source))
        for path in (source / "kedut").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert here <= packed
    assert any(name.endswith("licenses/LICENSE") for name in packed)
