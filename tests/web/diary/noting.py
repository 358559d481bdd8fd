"""One person who notes days, reads what they say, and takes them along."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kedut.diary.journal import Journal
from kedut.knowledge.load import ours
from kedut.storage.token import Token
from kedut.web.diary_log import opened
from tests.web.client import TestClient
from tests.web.keep.person import csrf, press

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
PLACE = re.compile(r"^/(id|en)/diary/([A-Za-z0-9_-]{43})")
WELL = {
    "ten_heel_raises_left": "yes",
    "ten_heel_raises_right": "yes",
    "tripped": "no",
    "speech_changed": "no",
}
ZONE = "Asia/Jakarta"
NOTHING_AGAINST = {
    "chronic_kidney_disease_known": "no",
    "pregnancy": "no",
    "heavy_alcohol_use": "no",
}


@dataclass
class Clock:
    """The moment it is."""

    moment: datetime

    def now(self) -> datetime:
        """Give it."""
        return self.moment

    def pass_(self, **time: float) -> None:
        """Let time go by."""
        self.moment += timedelta(**time)


def form_of(page: str) -> dict[str, str]:
    """Give the hidden fields of the form of a day."""
    form = page.partition('class="diary-form"')[2].partition("</form>")[0]
    return {name: html.unescape(value) for name, value in HIDDEN.findall(form)}


def day_of(page: str) -> str:
    """Give the day that the form says."""
    found = re.search(r'name="day" value="([^"]*)"', page)
    assert found
    return found[1]


def filled(page: str, **told: Any) -> dict[str, Any]:
    """Give the form of a page, filled in."""
    usual = {"day": day_of(page), "zone": ZONE, "said": "some", "where": ["calf:left"]}
    return {**form_of(page), **usual, **WELL, **told}


def begun(client: TestClient, language: str = "en", **told: Any) -> str:
    """Begin a diary with a first entry, and give the token."""
    page = client.get(f"/{language}/diary").text
    answer = client.post(f"/{language}/diary", data=filled(page, **told), follow_redirects=False)
    assert answer.status_code == 303, answer.text
    found = PLACE.match(answer.headers["location"])
    assert found
    return found[2]


def note(client: TestClient, token: str, **told: Any) -> Any:
    """Note a day; give the answer, a redirect where it went well."""
    page = client.get(f"/en/diary/{token}").text
    return client.post(f"/en/diary/{token}", data=filled(page, **told), follow_redirects=False)


def tell(client: TestClient, token: str, **answers: str) -> Any:
    """Answer what has to be known before anything is tried: no to all, but for what is given."""
    said = {**NOTHING_AGAINST, **answers}
    given = {name: answer for name, answer in said.items() if answer}
    return press(client, f"/en/diary/{token}", action="tell", **given)


def bring(
    client: TestClient,
    token: str,
    content: bytes,
    name: str = "diary.csv",
    zone: str = "",
    language: str = "en",
) -> Any:
    """Bring in a file."""
    return client.post(
        f"/{language}/diary/{token}/import",
        data={"csrf": csrf(client), "zone": zone},
        files={"file": (name, content, "text/csv")},
    )


def journal(client: TestClient, token: str) -> Journal:
    """Give what is kept."""
    store = client.app.state.store  # type: ignore[attr-defined]
    return opened(store, Token.parse(token), ours()).journal


def text_of(page: str) -> str:
    """Give what a page says in its main part."""
    main = page.partition("<main")[2].partition("</main>")[0]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", main).split()))


def level_of(page: str) -> str:
    """Give the urgency a page shows."""
    found = re.search(r'data-level="([a-z-]+)"', page)
    return found[1] if found else ""
