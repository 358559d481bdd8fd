"""The server as people meet it when things break: killed, out of room, without its database."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.storage.postgres import HOW, PostgresServer, binaries
from tests.web.keep.person import FIELD, HIDDEN, LINK, told

READY_WITHIN_S = 60.0
KILLS = int(os.environ.get("KEDUT_FAULT_RUNS", "4"))
SECRET = "only for tests, the same in each life of the server"
ENOUGH_SAVES = 3


class Served:
    """A server on one port and one database, which may be killed and started again."""

    def __init__(self, database: str, folder: Path, *more: str, limit_bytes: int = 0) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log"
        serve = [sys.executable, "-m", "kedut", "serve", "--port", str(self.port)]
        self._command = [*serve, "--database", database, *more]
        if limit_bytes:  # no file of it may grow beyond: a full disk without one
            limited = f'ulimit -f {limit_bytes // 1024}; exec "$@"'
            self._command = ["bash", "-c", limited, "served", *self._command]
        self._environment = {
            **os.environ,
            "KEDUT_SECRET": SECRET,
            "KEDUT_REQUESTS_PER_MINUTE": "0",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
            )
        until = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.address}/health", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
            assert self._process.poll() is None, self.log.read_text()
        pytest.fail(f"it did not answer: {self.log.read_text()}")

    def kill(self) -> None:
        """Kill it with all its workers: no goodbye, nothing tidied."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


@contextmanager
def served(database: str, folder: Path, *more: str, limit_bytes: int = 0) -> Iterator[Served]:
    """Give a running server, and end it."""
    server = Served(database, folder, *more, limit_bytes=limit_bytes)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def form_of(client: httpx.Client) -> str:
    """Give the token of this browser's forms."""
    found = FIELD.search(client.get("/en/keep").text)
    assert found
    return found[1]


def save(client: httpx.Client, csrf: str, **more: str) -> httpx.Response:
    """Press the button that keeps."""
    return client.post("/en/keep", data={"csrf": csrf, "t": told(), **more})


def link_in(page: httpx.Response) -> str:
    assert page.status_code == 200, page.text[:500]
    found = LINK.search(page.text)
    assert found
    return found[1]


def opens(client: httpx.Client, token: str, *, entries: int = 1) -> None:
    """Check that a link opens whole: as many entries as were answered for, each readable."""
    page = client.get(f"/en/kept/{token}")
    assert page.status_code == 200, page.text[:500]
    assert sum(name == "t" and text != "" for name, text in HIDDEN.findall(page.text)) >= entries


def saving(address: str, answered: list[str], stop: threading.Event) -> None:
    """Save without end and note each link that was answered, until nobody answers."""
    try:
        with httpx.Client(base_url=address, timeout=10) as client:
            while not stop.is_set():
                page = save(client, form_of(client))  # a form sent again keeps nothing new
                if page.status_code == 200:
                    answered.append(link_in(page))
    except httpx.TransportError:
        return  # it was killed


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    programs = binaries()
    if programs is None:
        pytest.skip(HOW)
    server = PostgresServer(programs)
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database, one kind after the other."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/kept.sqlite"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.url(server.database())


def killed_in_the_midst(server: Served, chance: random.Random, answered: list[str]) -> None:
    """Let two people save, and kill the server while they do."""
    stop = threading.Event()
    told_now: list[str] = []
    people = [
        threading.Thread(target=saving, args=(server.address, told_now, stop)) for _ in range(2)
    ]
    for person in people:
        person.start()
    until = time.monotonic() + READY_WITHIN_S
    while len(told_now) < ENOUGH_SAVES and time.monotonic() < until:
        time.sleep(0.005)
    time.sleep(chance.uniform(0, 0.05))
    server.kill()
    stop.set()
    for person in people:
        person.join()
    answered += told_now


@pytest.mark.slow
def test_a_server_killed_in_the_midst_of_saves_has_kept_all_it_answered_for(
    database: str, tmp_path: Path
) -> None:
    chance, answered = random.Random(20), list[str]()
    kills = KILLS if database.startswith("sqlite") else max(2, KILLS // 4)
    with served(database, tmp_path, "--workers", "2") as server:
        for turn in range(kills):
            before = len(answered)
            killed_in_the_midst(server, chance, answered)
            server.start()
            with httpx.Client(base_url=server.address, timeout=30) as client:
                for token in answered[before:][-10:]:
                    opens(client, token)
            assert len(answered) - before >= ENOUGH_SAVES, f"turn {turn}"
        with httpx.Client(base_url=server.address, timeout=30) as client:
            for token in answered[:: max(1, len(answered) // 100)]:
                opens(client, token)
            opens(client, link_in(save(client, form_of(client))))
    if database.startswith("sqlite"):
        with closing(sqlite3.connect(tmp_path / "kept.sqlite")) as file:
            assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_one_visitor_between_two_workers_is_one_visitor(database: str, tmp_path: Path) -> None:
    """Every press on a connection of its own, so that either worker may get it."""
    cookies = httpx.Cookies()

    def alone(act: Callable[[httpx.Client], httpx.Response]) -> httpx.Response:
        with httpx.Client(base_url=server.address, cookies=cookies, timeout=30) as client:
            page = act(client)
            cookies.update(client.cookies)
        return page

    with served(database, tmp_path, "--workers", "2") as server:
        found = FIELD.search(alone(lambda c: c.get("/en/keep")).text)
        assert found
        csrf = found[1]
        token = link_in(alone(lambda c: save(c, csrf)))
        for turn in range(10):
            page = alone(lambda c: c.get(f"/en/kept/{token}"))
            assert page.status_code == 200
            again = told(pain=turn % 2 == 0)
            page = alone(lambda c, t=again: c.post("/en/keep", data=form(csrf, t, token)))
            assert token in page.text
            page = alone(lambda c, t=again: c.post("/en/result", data={"csrf": csrf, "t": t}))
            assert page.status_code == 200
            assert again in page.text, "the answers went through the other worker whole"
        gone = {"csrf": csrf, "token": token, "sure": "yes"}
        assert alone(lambda c: c.post("/en/erase", data=gone)).status_code == 200
        for _ in range(4):
            assert alone(lambda c: c.get(f"/en/kept/{token}")).status_code == 404


def form(csrf: str, t: str, token: str) -> dict[str, str]:
    return {"csrf": csrf, "t": t, "kept": token}


def is_clear(page: httpx.Response, carried: str) -> None:
    """Check a page that says what is wrong and still holds the answers and the way on."""
    assert page.status_code == 503, page.text[:300]
    assert int(page.headers["retry-after"]) > 0
    assert ("t", carried) in HIDDEN.findall(page.text)
    assert re.search(r'<form[^>]*method="post"[^>]*action="/en/keep', page.text)
    assert "Traceback" not in page.text
    assert "postgresql" not in page.text


def test_a_database_gone_and_back_costs_nobody_an_answer(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    database = postgres.url(postgres.database())
    with (
        served(database, tmp_path, "--workers", "2") as server,
        httpx.Client(base_url=server.address, timeout=30) as client,
    ):
        csrf = form_of(client)
        token = link_in(save(client, csrf))
        postgres.stop()
        try:
            is_clear(save(client, csrf), told())
            is_clear(save(client, csrf, t=told(pain=True), kept=token), told(pain=True))
            assert client.get(f"/en/kept/{token}").status_code == 503
            page = client.post("/en/result", data={"csrf": csrf, "t": told()})
            assert page.status_code == 200, "who keeps nothing needs no database"
            assert client.get("/ready").status_code == 503
            assert client.get("/health").status_code == 200
        finally:
            postgres.start()
        assert client.get("/ready").status_code == 200
        opens(client, token)
        assert token in save(client, csrf, t=told(pain=True), kept=token).text
        opens(client, token, entries=2)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk with little room."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk can only be mounted as root; the test by a limit still runs")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def filled(client: httpx.Client) -> tuple[list[str], httpx.Response]:
    """Save until there is no room, and give the links with the page that says so."""
    links: list[str] = []
    for _ in range(2000):
        page = save(client, form_of(client))
        if page.status_code != 200:
            return links, page
        links.append(link_in(page))
    raise AssertionError("the disk never got full")


def test_on_a_full_disk_nothing_is_lost_and_room_lets_it_go_on(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(500_000))
        with (
            served(f"sqlite:///{disk}/kept.sqlite", tmp_path, "--workers", "2") as server,
            httpx.Client(base_url=server.address, timeout=30) as client,
        ):
            csrf = form_of(client)
            links, page = filled(client)
            is_clear(page, told())
            for token in (links[0], links[-1]):
                opens(client, token)
            ballast.unlink()
            fields = {**dict(HIDDEN.findall(page.text)), "csrf": csrf}
            opens(client, link_in(client.post("/en/keep", data=fields)))


def test_where_no_file_may_grow_the_page_says_so_and_room_lets_it_go_on(tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite"
    with (
        served(f"sqlite:///{file}", tmp_path, limit_bytes=600_000) as server,
        httpx.Client(base_url=server.address, timeout=30) as client,
    ):
        links, page = filled(client)
        is_clear(page, told())
        opens(client, links[0])
    with (
        served(f"sqlite:///{file}", tmp_path) as server,
        httpx.Client(base_url=server.address, timeout=30) as client,
    ):
        for token in links[:20]:
            opens(client, token)
        opens(client, link_in(save(client, form_of(client))))
    with closing(sqlite3.connect(file)) as kept:
        assert kept.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
