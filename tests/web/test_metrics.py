"""What `/metrics` tells, of one worker and of several, and what it tells nobody."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from kedut.web.app import create_app
from kedut.web.metrics import FOLDER
from kedut.web.settings import Settings
from tests.web.client import TestClient
from tests.web.process import serving

CASE = {"id": "Siti", "age": 47, "findings_present": ["twitch_calf_one_side"]}
LINK = "Zm9yZ2V0LW1lLW5vdC1mb3JnZXQtbWUtbm90LWZvcmdld"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: str) -> Samples:
    """Read what a scrape gave."""
    families = text_string_to_metric_families(text)
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in families
        for one in family.samples
    }


def requests(told: Samples, route: str) -> float:
    """Count the answers of one address."""
    return sum(
        value
        for (name, labels), value in told.items()
        if name == "kedut_requests_total" and ("route", route) in labels
    )


def counting(tmp_path: Path, **more: object) -> TestClient:
    settings = Settings(
        database=f"sqlite:///{tmp_path}/kept.sqlite",
        secret="s" * 43,
        metrics=True,
        **more,  # type: ignore[arg-type]
    )
    return TestClient(create_app(settings), follow_redirects=False)


def test_it_is_not_there_unless_asked_for(client: TestClient) -> None:
    assert client.get("/metrics").status_code == 404


def test_answers_are_counted_by_the_pattern_of_their_address(tmp_path: Path) -> None:
    client = counting(tmp_path)
    for language in ("en", "id", "en"):
        client.get(f"/{language}/about")
    client.get("/no/such/address")
    told = samples(client.get("/metrics").text)
    assert requests(told, "/{language}/about") == 3
    assert told["kedut_request_seconds_count", (("route", "/{language}/about"),)] == 3
    assert told["kedut_requests_in_flight", (("kind", "other"),)] == 1, "this one"
    assert told["kedut_ready", ()] == 1
    assert requests(told, "-") == 1


def test_a_server_without_its_database_says_that_it_is_not_ready(tmp_path: Path) -> None:
    client = counting(tmp_path)
    (tmp_path / "kept.sqlite").mkdir()
    assert samples(client.get("/metrics").text)["kedut_ready", ()] == 0
    client.app.state.store.close()  # type: ignore[attr-defined]


def test_a_fault_of_ours_is_counted(tmp_path: Path) -> None:
    client = counting(tmp_path)
    client.app.add_api_route("/broken/{name}", lambda name: {}[name])  # type: ignore[attr-defined]
    assert client.get("/broken/Siti").status_code == 500
    text = client.get("/metrics").text
    assert samples(text)["kedut_faults_total", ()] == 1
    assert "Siti" not in text


def test_nothing_of_a_person_is_told(tmp_path: Path) -> None:
    client = counting(tmp_path, proxies=1)
    client.post("/api/v1/assess?q=secretly", json=CASE, headers={"X-Forwarded-For": "203.0.113.9"})
    client.get(f"/en/kept/{LINK}")
    client.request("SITI", "/en/about")
    text = client.get("/metrics").text
    assert requests(samples(text), "/api/v1/assess") == 1
    for private in ("Siti", "SITI", "twitch_calf", "secretly", "203.0.113", "testclient", LINK):
        assert private not in text
    told = {label for _, labels in samples(text) for label, _ in labels}
    assert told == {
        "kind", "knowledge_version", "le", "method", "route", "software_version", "status"
    }  # fmt: skip


def test_its_requests_are_not_limited(tmp_path: Path) -> None:
    client = counting(tmp_path, requests_per_minute=1)
    assert {client.get("/metrics").status_code for _ in range(5)} == {200}


@pytest.mark.slow
def test_of_several_workers_any_tells_of_all_and_of_the_dead_what_they_did(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2", "--metrics", "--log", "faults") as server:
        for _ in range(20):
            httpx.get(f"{server.address}/en/about")
        told = samples(httpx.get(f"{server.address}/metrics").text)
        assert requests(told, "/{language}/about") == 20
        (folder,) = folders_of(server.process.pid)
        workers = {int(re.sub(r"\D", "", file.name)) for file in folder.glob("counter_*.db")}
        assert len(workers) == 2, "both took part"
        os.kill(min(workers), signal.SIGKILL)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                told = samples(httpx.get(f"{server.address}/metrics", timeout=20).text)
                if not list(folder.glob(f"gauge_livesum_{min(workers)}.db")):
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        assert requests(told, "/{language}/about") == 20, "what it did is still told"
        assert told["kedut_requests_in_flight", (("kind", "other"),)] == 1, "what it held is not"
        assert not server.log.read_text(), "of requests nothing was written"
    assert not folder.exists()


def folders_of(process: int) -> set[Path]:
    """Give where a server's workers count, as its children were told."""
    listed = subprocess.run(
        ["pgrep", "-P", str(process)], capture_output=True, text=True, check=True
    )
    found = set()
    for child in listed.stdout.split():
        told = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
        mark = f"{FOLDER}=".encode()
        found |= {Path(os.fsdecode(one.removeprefix(mark))) for one in told if one.startswith(mark)}
    return found


def test_without_prometheus_kedut_starts() -> None:
    """Its library is loaded only where it is asked for."""
    code = (
        "import sys, kedut.web.app as a; a.create_app(); print('prometheus_client' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "False"
