"""`kedut serve` as people start it: a process, an address, and an end."""

from __future__ import annotations

import re
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kedut.cli.main import main
from tests.web.process import Running, serving

CASE = '{"id": "Siti", "age": 47, "findings_present": ["twitch_calf_one_side"]}'


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Give one server for all that only looks at it."""
    with serving(tmp_path_factory.mktemp("serve"), "--workers", "2") as server:
        yield server


def test_it_answers_with_pages_and_does_not_say_what_it_is_made_of(running: Running) -> None:
    with httpx.Client(base_url=running.address, follow_redirects=True) as client:
        assert client.get("/health").json()["status"] == "ok"
        assert client.get("/ready").status_code == 200
        page = client.get("/")
    assert page.status_code == 200
    assert "<html" in page.text
    assert "server" not in page.headers


def test_a_form_of_one_worker_is_taken_by_the_other(running: Running) -> None:
    for _ in range(6):  # a new connection each time: the two take turns as they like
        with httpx.Client(base_url=running.address) as client:
            page = client.get("/en/interview").text
            cookies = dict(client.cookies)
        token = re.search(r'name="csrf" value="([^"]+)"', page)
        assert token
        with httpx.Client(base_url=running.address, cookies=cookies) as client:
            told = {"csrf": token[1], "action": "about", "whom": "myself", "age": "40"}
            answer = client.post("/en/interview", data=told)
        assert answer.status_code == 200
        assert 'name="age"' not in answer.text, "the interview has gone on"


def test_nothing_of_a_person_stands_in_its_log(running: Running) -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.9", "Content-Type": "application/json"}
    with httpx.Client(base_url=running.address) as client:
        client.post("/api/v1/assess?q=secretly", content=CASE, headers=forwarded)
        client.get("/en/kept/Zm9yZ2V0LW1lLW5vdA")
    time.sleep(0.2)
    log = running.log.read_text()
    assert "/api/v1/assess" in log
    for private in ("Siti", "twitch_calf", "secretly", "203.0.113", "127.0.0.1", "Zm9yZ2V0"):
        assert private not in log


def test_a_head_that_never_ends_is_refused(running: Running) -> None:
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        answer = b""
        for _ in range(200):
            try:
                line.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")
            except OSError:
                break
        try:
            answer = line.recv(200)
        except OSError:
            answer = b"431 and gone"
        assert b"431" in answer


@pytest.mark.parametrize(
    "garbage", [b"\x00\xff" * 50, b"GET /\xff HTTP/1.1\r\n\r\n", b"{}\r\n\r\n"]
)
def test_what_is_no_request_is_refused_and_the_server_goes_on(
    garbage: bytes, running: Running
) -> None:
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as line:
        line.sendall(garbage)
        assert line.recv(200).startswith(b"HTTP/1.1 400")
    assert httpx.get(f"{running.address}/health").status_code == 200


def test_it_ends_when_asked_to(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert httpx.get(f"{server.address}/health").status_code == 200
        assert server.stop() in (0, -signal.SIGTERM)
        assert "Traceback" not in server.log.read_text()
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.address}/health")


def test_a_port_in_use_is_told_with_another_one(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert f"port {port} is in use" in said
    assert "--port" in said


@pytest.mark.parametrize(
    "options, words",
    [
        (["--port", "70000"], "--port 70000"),
        (["--workers", "0"], "--workers 0"),
        (["--host", "192.0.2.55", "--port", "0"], "no address of this machine"),
        (["--database", "nonsense"], "postgresql+psycopg://"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(
    options: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KEDUT_DATABASE", "")  # both are put back as they were
    monkeypatch.setenv("KEDUT_SECRET", "s" * 43)
    assert main(["serve", *options]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_without_the_web_part_the_way_to_install_it_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.setenv("KEDUT_DATABASE", "")  # both are put back as they were
    monkeypatch.setenv("KEDUT_SECRET", "s" * 43)
    assert main(["serve", "--port", "0"]) == 2
    assert "pip install 'kedut[web]'" in capsys.readouterr().err
