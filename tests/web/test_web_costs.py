"""The unit costs of requests rest on requests that are real, and on the processor's own account."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from kedut.bench.visitor import Page
from kedut.bench.web_costs import cpu_s, saves
from kedut.bench.web_mix import SHARES, Request, write
from kedut.web.app import create_app
from kedut.web.settings import Settings
from tests.web.client import TestClient
from tests.web.keep.person import LINK


class Somebody:
    """A visitor of an application without a network."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    def get(self, path: str) -> Page:
        answer = self._client.get(path)
        return Page(answer.status_code, answer.text)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._client.cookies.items())


def test_each_save_of_the_bench_is_a_press_of_its_own(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path}/kept.sqlite", secret="s" * 43)
    client = TestClient(create_app(settings))
    links = set()
    for one in saves(Somebody(client), 5):  # type: ignore[arg-type] # what is needed of a visitor
        answer = client.request(
            one.method, one.path, content=one.body, headers={"Content-Type": one.kind}
        )
        found = LINK.search(answer.text)
        assert found, answer.text[:200]
        links.add(found[1])
    assert len(links) == 5
    client.app.state.store.close()  # type: ignore[attr-defined]


def test_a_request_goes_over_the_line_whole() -> None:
    raw = Request("POST", "/en/keep", b"a=\xc3\xa9", cookie="c=1").raw
    head, _, body = raw.partition(b"\r\n\r\n")
    assert body == b"a=\xc3\xa9"
    assert b"Content-Length: 4" in head.split(b"\r\n")
    assert b"Cookie: c=1" in head.split(b"\r\n")


def test_a_file_for_wrk_holds_each_kind_in_its_share(tmp_path: Path) -> None:
    asked = {kind: [Request("GET", f"/{kind}")] for kind in SHARES}
    write(asked, tmp_path / "mix")
    text = (tmp_path / "mix").read_text()
    assert {kind: text.count(f"GET /{kind} ") for kind in SHARES} == SHARES


def test_the_processors_time_of_children_counts_also_when_they_have_ended() -> None:
    before = cpu_s(os.getpid())
    code = "import time\nwhile time.process_time() < 0.3: pass"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert cpu_s(os.getpid()) - before >= 0.3 - 0.02
    assert cpu_s(2**30) == 0, "nobody has that number"
