"""Where many come at once, each is answered: with what was asked for, or told when to come back."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from kedut.knowledge.load import ours
from kedut.knowledge.words import LANGUAGES
from kedut.web.failures import add_failures
from kedut.web.metrics import Metrics
from kedut.web.patience import MOST_CONNECTIONS
from kedut.web.security import add_security
from kedut.web.settings import Settings
from tests.web.process import Running, serving

MOST = 2
PATHS = ("/en/wait", "/id/wait", "/api/v1/wait", "/fhir/wait")


def crowded(go_on: asyncio.Event) -> FastAPI:
    """Give an application whose pages wait, behind our guards, with room for two requests."""
    app = FastAPI()
    app.state.settings = Settings(secret="s", requests_per_minute=0)
    app.state.knowledge = ours()
    app.state.metrics = Metrics()

    @app.api_route("/{door:path}", methods=["GET", "POST"])
    async def wait(door: str) -> str:
        if "wait" in door:
            await go_on.wait()
        return "done"

    add_failures(app)
    add_security(app, most_under_way=MOST)
    return app


def counted(app: FastAPI, status: str) -> float:
    samples = [s for m in app.state.metrics.registry.collect() for s in m.samples]
    ours = [s for s in samples if s.name == "kedut_requests_total"]
    return sum(float(s.value) for s in ours if s.labels["status"] == status)


async def all_at_once(path: str, method: str, written: list[str]) -> None:
    go_on = asyncio.Event()
    app = crowded(go_on)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        first = [asyncio.create_task(client.get("/en/wait")) for _ in range(MOST)]
        while app.state.metrics.registry.get_sample_value(
            "kedut_requests_in_flight", {"kind": "other"}
        ) != len(first):
            await asyncio.sleep(0.001)
        refused = await client.request(method, path)
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert refused.headers["connection"] == "close"
        assert counted(app, "503") == 1
        assert [json.loads(line)["status"] for line in written] == [503]
        told(path, refused)
        assert (await client.get("/health")).status_code == 200, "it lives"
        go_on.set()
        assert {(await one).status_code for one in first} == {200}
        assert (await client.request(method, path)).status_code == 200, "there is room again"


def told(path: str, refused: httpx.Response) -> None:
    """Look that it is said in the language of the page, or in the shape of the interface."""
    language = path.split("/")[1]
    if language in LANGUAGES:
        say = ours().words(language).say
        assert say("failure.busy.title") in refused.text
        assert say("failure.busy.text") in refused.text
    elif path.startswith("/fhir"):
        assert refused.json()["issue"][0]["code"] == "transient"
    else:
        assert "under way" in refused.json()["error"]["what"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", PATHS)
def test_more_than_can_be_worked_at_are_told_in_our_words_and_counted(
    path: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr("kedut.web.logs.REQUESTS.isEnabledFor", lambda level: True)
    monkeypatch.setattr("kedut.web.logs.REQUESTS.info", lambda text, line: written.append(line))
    asyncio.run(all_at_once(path, method, written))


def test_a_fault_gives_its_place_back() -> None:
    async def faults() -> list[int]:
        app = FastAPI()
        app.state.settings = Settings(secret="s", requests_per_minute=0)
        app.state.knowledge = ours()

        @app.get("/en/fault")
        async def fault() -> None:
            raise RuntimeError

        add_failures(app)
        add_security(app, most_under_way=MOST)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return [(await client.get("/en/fault")).status_code for _ in range(MOST + 2)]

    assert set(asyncio.run(faults())) == {500}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("crowded"), "--metrics") as server:
        yield server


@contextmanager
def connections(port: int, count: int) -> Iterator[list[socket.socket]]:
    """Open so many connections that say nothing."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count + 100:
        pytest.skip("this system allows too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count + 100), hard))
    try:
        with ExitStack() as stack:
            yield [
                stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
                for _ in range(count)
            ]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_idle_connections_keep_nobody_out(running: Running) -> None:
    with connections(running.port, MOST_CONNECTIONS + 150) as held:
        time.sleep(0.3)
        for path in ("/id/interview", "/en/", "/api/v1/openapi.json"):
            assert httpx.get(running.address + path, timeout=20).status_code == 200
        assert is_closed(held[0]), "the one that was idle longest has given way"
        assert not is_closed(held[-1])
    counts = httpx.get(f"{running.address}/metrics", timeout=20).text
    assert 'status="503"' not in counts


def is_closed(line: socket.socket) -> bool:
    line.setblocking(False)
    try:
        return line.recv(1) == b""
    except BlockingIOError:
        return False


def test_a_request_under_way_is_not_cut_off_by_those_who_come(running: Running) -> None:
    body = b'{"age": 40, "findings_present": ["twitch_calf_one_side"]}'
    head = f"POST /api/v1/assess HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
Content-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as slow:
        slow.sendall(head.encode() + body[:10])
        with connections(running.port, MOST_CONNECTIONS + 50):
            time.sleep(0.3)
            slow.sendall(body[10:])
            answer: Any = slow.recv(100)
    assert answer.startswith(b"HTTP/1.1 200")
