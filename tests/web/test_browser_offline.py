"""Installed like a program, read without a connection, and an interview that survives one lost."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from kedut.assess.transcript import unpack
from kedut.knowledge.load import ours
from kedut.knowledge.words import LANGUAGES
from tests.web.browser import Served, serving
from tests.web.client import TestClient
from tests.web.test_in_browser import next_page, press_next

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

_PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a server that may be stopped."""
    with serving(tmp_path_factory.mktemp("mortal")) as running:
        yield running


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_manifest_names_what_is_there(client: TestClient, language: str) -> None:
    answer = client.get(f"/{language}/manifest.webmanifest")
    assert answer.headers["content-type"].startswith("application/manifest+json")
    told: dict[str, Any] = answer.json()
    assert told["name"]
    assert told["short_name"]
    assert told["lang"] == language
    assert told["display"] == "standalone"
    assert told["start_url"].startswith(told["scope"])
    assert client.get(told["start_url"]).status_code == 200
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    for icon in told["icons"]:
        got = client.get(icon["src"])
        assert got.headers["content-type"] == icon["type"] == "image/png"
        assert got.content.startswith(_PNG)
        width, height = struct.unpack(">II", got.content[16:24])
        assert icon["sizes"] == f"{width}x{height}"
    sizes = {icon["sizes"] for icon in told["icons"]}
    assert {"192x192", "512x512"} <= sizes


@pytest.mark.slow
def test_a_browser_finds_it_installable(browser: Browser, address: str) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{address}/id/")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    session = page.context.new_cdp_session(page)
    assert not session.send("Page.getAppManifest")["errors"]
    found = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # the browser of a test keeps nothing after it, and no such browser installs anything
    assert {error["errorId"] for error in found} <= {"in-incognito"}
    page.context.close()


def stored(page: Page) -> list[str]:
    """Give the addresses that the service worker keeps."""
    found: list[str] = page.evaluate(
        """async () => {
          const names = await caches.keys();
          const all = await Promise.all(names.map(async n => (await caches.open(n)).keys()));
          return all.flat().map(r => new URL(r.url)).map(u => u.pathname + u.search);
        }"""
    )
    return found


def wait_until_stored(page: Page, path: str) -> None:
    """Wait until the service worker keeps a page."""
    page.wait_for_function("async p => !!(await caches.match(p))", arg=path)


@pytest.mark.slow
def test_what_was_read_stays_readable_without_a_connection(
    browser: Browser, mortal: Served
) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{mortal.address}/id/topics/cramps")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    wait_until_stored(page, "/id/topics/cramps")
    page.goto(f"{mortal.address}/id/search?q=kram")
    page.goto(f"{mortal.address}/id/causes")
    wait_until_stored(page, "/id/causes")
    mortal.stop()
    for path in ("/id/topics/cramps", "/id/causes", "/id/"):
        page.goto(mortal.address + path)
        assert page.url == mortal.address + path
        assert page.evaluate("getComputedStyle(document.querySelector('.top')).display") == "block"
        paper = page.evaluate(
            "getComputedStyle(document.documentElement).getPropertyValue('--ink')"
        )
        assert paper.strip(), "without its style"
    page.goto(f"{mortal.address}/en/glossary")
    assert page.locator("[data-offline]").count() == 1
    assert page.get_attribute("html", "lang") == "en"
    assert not [path for path in stored(page) if path.startswith("/id/search")]
    page.context.close()


@pytest.mark.slow
def test_a_started_interview_survives_a_server_that_goes_and_comes_back(
    browser: Browser, mortal: Served
) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{mortal.address}/id/interview")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    for _ in range(3):
        next_page(page)
    told, asked = page.input_value("main input[name=t]"), page.inner_text("h1")
    mortal.stop()
    for _ in range(2):
        press_next(page)
        page.wait_for_selector("[data-lost][role=alert]")
        assert page.inner_text("[data-lost]").strip()
        assert page.inner_text("h1") == asked
        assert page.input_value("main input[name=t]") == told
    mortal.start()
    next_page(page)
    before, after = (unpack(t, ours()) for t in (told, page.input_value("main input[name=t]")))
    assert set(before.given) < set(after.given)
    assert (after.whom, after.age) == (before.whom, before.age)
    now = page.inner_text("h1")
    page.goto(f"{mortal.address}/id/")
    page.click("form[data-resume] button")
    page.wait_for_function("t => document.querySelector('h1').innerText === t", arg=now)
    page.context.close()


def answering(status: int) -> Callable[[Route], None]:
    """Give a server that answers with a page of a failure."""

    def answer(route: Route) -> None:
        route.fulfill(status=status, body="<main id=main>no</main>", content_type="text/html")

    return answer


@pytest.mark.slow
def test_a_server_that_cannot_now_takes_no_answer_away(browser: Browser, address: str) -> None:
    page = browser.new_context(service_workers="block").new_page()
    page.goto(f"{address}/en/interview")
    next_page(page)
    asked = page.inner_text("h1")
    for status in (429, 500, 502, 503):
        page.route("**/en/interview", answering(status))
        press_next(page)
        page.wait_for_selector("[data-lost]")
        assert page.inner_text("h1") == asked
        page.unroute_all()
    next_page(page)
    assert page.inner_text("h1") != asked
    page.context.close()
