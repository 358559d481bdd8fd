"""One person at a browser who keeps, opens and erases."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from kedut.assess.interview import Question
from kedut.assess.transcript import Transcript, answered, pack
from kedut.knowledge.knowledge_base import Knowledge
from kedut.web.app import create_app
from kedut.web.settings import Settings
from tests.web.client import TestClient

TWITCH = Question("yes_no", "twitch_calf_one_side", ("twitch_calf_one_side",))
PAIN = Question("yes_no", "calf_pain", ("calf_pain",))
FIELD = re.compile(r'name="csrf" value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
LINK = re.compile(r"/(?:id|en)/kept/([A-Za-z0-9_-]{43})")


def person(knowledge: Knowledge, file: Path, told: Settings | None = None) -> TestClient:
    """Give the browser of one person, on a server of its own that shares the database."""
    plain = Settings(database=f"sqlite:///{file}", requests_per_minute=0, secret="s" * 43)
    app = create_app(told or plain, knowledge)
    return TestClient(app, base_url="http://kedut.example", raise_server_exceptions=True)


def leave(client: TestClient) -> None:
    """Let go of the database."""
    store = getattr(client.app.state, "store", None)  # type: ignore[attr-defined]
    if store is not None:
        store.close()
    client.close()


def told(*, pain: bool = False) -> str:
    """Give a packed interview."""
    transcript = Transcript(whom="myself", age=34.0, sex="male")
    transcript = answered(transcript, TWITCH, present=TWITCH.findings)
    transcript = answered(transcript, PAIN, **{"present" if pain else "absent": PAIN.findings})
    return pack(transcript)


def csrf(client: TestClient) -> str:
    """Give the token of this browser's forms."""
    found = FIELD.search(client.get("/id/keep").text)
    assert found
    return found[1]


def press(client: TestClient, path: str, **fields: str) -> Any:
    """Send a form of ours."""
    return client.post(path, data={"csrf": csrf(client), **fields})


def kept(client: TestClient, **fields: str) -> str:
    """Keep an interview and give its token."""
    page = press(client, "/id/keep", **{"t": told(), **fields})
    assert page.status_code == 200
    found = LINK.search(page.text)
    assert found
    return found[1]


def count(client: TestClient) -> int:
    return sum(client.app.state.store.keys_in_use().values())  # type: ignore[attr-defined]
