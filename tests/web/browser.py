"""A server on a real port, and a browser before it."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from starlette.responses import Response

from kedut.assess.transcript import Transcript
from kedut.web.app import create_app
from kedut.web.repeat import note
from kedut.web.settings import Settings
from tests.web.browser_pages import FAILING, Scene

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from playwright.sync_api import Response as Got

ROOT = Path(__file__).parents[2]
SCREENS = ROOT / "build" / "screens"
AXE = ROOT / "build" / "parts" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
_SEND = """([action, fields]) => {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  for (const [name, values] of Object.entries(fields)) for (const value of [values].flat()) {
    form.append(Object.assign(document.createElement("input"), {type: "hidden", name, value}));
  }
  document.body.append(form);
  form.submit();
}"""


@dataclass
class Served:
    """A server that can be stopped and started again at the same address."""

    app: FastAPI
    port: int
    server: uvicorn.Server | None = None
    thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """Give where it is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        config = uvicorn.Config(self.app, port=self.port, log_level="error")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop, and close what is open."""
        if self.server is not None and self.thread is not None:
            self.server.should_exit = True
            self.thread.join(10)


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Give a running server that keeps in a folder, with one page more: it fails as asked."""
    settings = Settings(
        secret="only for tests", requests_per_minute=0, database=f"sqlite:///{folder}/kept.db"
    )
    app = create_app(settings)

    @app.get(FAILING)
    def failing(language: str, status: int) -> None:
        raise HTTPException(status)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = Served(app, port)
    served.start()
    yield served
    served.stop()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


class Broken:
    """A store in which everything fails in one way."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        """Give something that fails."""

        def fail(*_: object, **__: object) -> None:
            raise self._error

        return fail


@dataclass
class Visitor:
    """A page of a browser that goes to scenes, in one language."""

    page: Page
    served: Served
    language: str
    token: str = ""

    def enter(self) -> None:
        """Come to the first page, and take what forms need."""
        self.page.goto(f"{self.served.address}/{self.language}/")
        self.token = self.page.input_value("main input[name=csrf] >> nth=0")

    def go(self, scene: Scene) -> Got:
        """Go to a page in its state; give what the server answered."""
        state = self.served.app.state
        store = getattr(state, "store", None)
        if scene.store is not None:
            state.store = Broken(scene.store)
        try:
            return self._open(scene)
        finally:
            if scene.store is not None:
                state.store = store

    def _open(self, scene: Scene) -> Got:
        path = f"/{self.language}/{scene.path}"
        if scene.fields is None:
            got = self.page.goto(self.served.address + path)
        else:
            fields = {"csrf": self.token, **scene.fields}
            with self.page.expect_navigation() as going:
                self.page.evaluate(_SEND, [path, fields])
            got = going.value
        assert got is not None
        return got


def remembered(app: FastAPI, told: Transcript, *, days_ago: int) -> tuple[str, str]:
    """Give the cookie of somebody who gave these answers some days ago."""
    scope = {"type": "http", "app": app, "headers": [], "path": "/", "method": "GET"}
    answer = Response()
    day = datetime.now(UTC).astimezone().date() - timedelta(days=days_ago)
    note(answer, Request(scope), told, day)
    name, _, rest = answer.headers["set-cookie"].partition("=")
    return name, rest.partition(";")[0]
