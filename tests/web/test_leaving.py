"""A server that is asked to end: says so, finishes, deletes what it holds, is gone in time."""

from __future__ import annotations

import json
import os
import re
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from kedut.web import measure
from kedut.web.app import create_app
from kedut.web.leaving import STOP_WITHIN_S, Leaving
from kedut.web.measure_folder import folder_for_one, sweep
from kedut.web.settings import Settings
from tests.web.client import TestClient
from tests.web.process import WITHIN_S, Running, serving
from tests.web.recordings import motion_csv

FIELD = re.compile(r'name="csrf" value="([^"]+)"')


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    settings = Settings(database=f"sqlite:///{tmp_path}/kept.sqlite", secret="s" * 43)
    return TestClient(create_app(settings))


def test_it_says_so_where_a_balancer_asks_and_answers_on(client: TestClient) -> None:
    assert client.get("/ready").json()["status"] == "ready"
    assert "connection" not in client.get("/en/about").headers
    client.app.state.leaving.begin()  # type: ignore[attr-defined]
    told = client.get("/ready")
    assert (told.status_code, told.json()["status"]) == (503, "leaving")
    assert int(told.headers["retry-after"]) > 0
    assert client.get("/health").status_code == 200
    page = client.get("/en/about")
    assert page.status_code == 200
    assert page.headers["connection"] == "close", "the next request goes to another server"


def test_what_is_under_way_has_a_time_that_a_second_signal_does_not_make_longer() -> None:
    leaving = Leaving(drain_s=3)
    assert not leaving.now
    assert leaving.left_s > 1e9
    leaving.begin()
    first = leaving.left_s
    assert STOP_WITHIN_S < first <= STOP_WITHIN_S + 3
    time.sleep(0.01)
    leaving.begin()
    assert leaving.left_s < first


def wait_for(what: Callable[[], object]) -> None:
    until = time.monotonic() + WITHIN_S
    while not what():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.02)


def slow(server: Running, answers: list[httpx.Response]) -> threading.Thread:
    """Begin a request whose body comes only when the server is already leaving."""
    leaving = threading.Event()

    def body() -> object:
        yield b'{"id": "x", '
        leaving.wait(WITHIN_S)
        yield b'"findings_present": ["twitch_calf_one_side"]}'

    def send() -> None:
        told = {"Content-Type": "application/json"}
        answers.append(
            httpx.post(f"{server.address}/api/v1/assess", content=body(), headers=told, timeout=60)  # type: ignore[arg-type]
        )

    thread = threading.Thread(target=send)
    thread.leaving = leaving  # type: ignore[attr-defined]
    thread.start()
    return thread


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_drains_then_finishes_what_is_under_way_and_ends(workers: str, tmp_path: Path) -> None:
    answers: list[httpx.Response] = []
    told = {"KEDUT_DRAIN": "2"}
    with serving(tmp_path, "--workers", workers, told=told) as server:
        begun = slow(server, answers)
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: httpx.get(f"{server.address}/ready").status_code == 503)
        page = httpx.get(f"{server.address}/en/about")
        assert page.status_code == 200, "what still comes is still answered"
        assert page.headers["connection"] == "close"
        begun.leaving.set()  # type: ignore[attr-defined]
        begun.join()
        assert server.process.wait(WITHIN_S) in (0, -signal.SIGTERM)
        assert answers[0].status_code == 200, "it was under way"
        assert answers[0].json()["id"] == "x"
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{server.address}/health")
        assert "Traceback" not in server.log.read_text()


def send_recording(server: Running, told: list[str]) -> None:
    """Send a recording and read its page as it comes, until it ends or breaks off."""
    with httpx.Client(base_url=server.address, timeout=60) as client:
        found = FIELD.search(client.get("/en/measure").text)
        assert found
        files = {"recording": ("motion.csv", motion_csv(), "text/csv")}
        try:
            with client.stream("POST", "/en/measure", data={"csrf": found[1]}, files=files) as page:
                told.extend(page.iter_text())
        except httpx.TransportError:
            told.append("broken off")


def lying_in(place: Path) -> list[Path]:
    return list(place.glob("kedut-recording-*/recording*"))


def measuring(place: Path) -> list[int]:
    """Give the processes that measure what lies there."""
    found = []
    for told in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            text = told.read_bytes().decode(errors="replace")
            if "kedut.web.measure_worker" in text and str(place) in text:
                found.append(int(told.parent.name))
    return found


@pytest.mark.slow
def test_a_recording_that_is_not_measured_in_time_is_deleted_and_its_page_says_so(
    tmp_path: Path,
) -> None:
    place = tmp_path / "tmp"
    place.mkdir()
    told: list[str] = []
    with serving(tmp_path, told={"TMPDIR": str(place), "KEDUT_DRAIN": "1"}) as server:
        sender = threading.Thread(target=send_recording, args=(server, told))
        sender.start()
        wait_for(lambda: measuring(place))
        for process in measuring(place):
            os.kill(process, signal.SIGSTOP)  # as one with a very long recording
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(WITHIN_S) in (0, -signal.SIGTERM)
        sender.join()
        assert "could not finish measuring" in "".join(told)
        assert "</html>" in "".join(told), "the page is whole"
        assert not lying_in(place), "what was sent is gone"
        assert not measuring(place)
        assert "Traceback" not in server.log.read_text()


@pytest.mark.slow
def test_what_a_killed_server_leaves_is_deleted_by_the_next(tmp_path: Path) -> None:
    place = tmp_path / "tmp"
    place.mkdir()
    (tmp_path / "next").mkdir()
    told: list[str] = []
    with serving(tmp_path, told={"TMPDIR": str(place)}) as server:
        sender = threading.Thread(target=send_recording, args=(server, told))
        sender.start()
        wait_for(lambda: measuring(place))
        server.process.kill()
        server.process.wait()
        sender.join()
    wait_for(lambda: not measuring(place))
    assert lying_in(place), "nobody was left to delete it"
    time.sleep(2)
    with serving(tmp_path / "next", told={"TMPDIR": str(place)}):
        wait_for(lambda: not list(place.glob("kedut-recording-*")))


def test_what_is_measured_now_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with folder_for_one() as folder:
        os.utime(folder, (1, 1))
        sweep()
        assert folder.exists()
        (folder / "recording.csv").write_text("1")
    assert not list(tmp_path.iterdir())
    left = tmp_path / "kedut-recording-left"
    left.mkdir()
    (left / "held").touch()
    sweep()
    assert left.exists(), "it is so young that it may be about to be locked"
    os.utime(left, (1, 1))
    sweep()
    assert not left.exists()


def test_who_waits_for_a_measurement_is_told_at_once(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    state = client.app.state  # type: ignore[attr-defined]
    monkeypatch.setattr(state.measuring, "_slots", Taken())
    found = FIELD.search(client.get("/en/measure").text)
    assert found
    state.leaving.begin()
    page = client.post(
        "/en/measure",
        data={"csrf": found[1]},
        files={"recording": ("motion.csv", motion_csv(), "text/csv")},
    )
    words = state.knowledge.words("en").say(measure._ENDED["wrong"])
    assert words in page.text
    assert not lying_in(tmp_path)


class Taken:
    """A place that never gets free."""

    def locked(self) -> bool:
        return True


def test_logs_are_json_text_or_faults_only(tmp_path: Path) -> None:
    written = {}
    for kind in ("json", "text", "faults"):
        (tmp_path / kind).mkdir()
        with serving(tmp_path / kind, "--log", kind) as server:
            number = httpx.get(f"{server.address}/id/about").headers["x-request-id"]
            server.stop()
            written[kind] = (number, server.log.read_text())
    number, text = written["json"]
    (line,) = [one for one in map(json.loads, text.splitlines()) if one["request"] == number]
    assert line["route"] == "/{language}/about"
    number, text = written["text"]
    assert re.search(
        rf"^\d\d:\d\d:\d\d GET /{{language}}/about request={number} status=200", text, re.M
    )
    assert written["faults"][1] == ""
