"""The pages in a browser: by keyboard, without JavaScript, small and large, all our own."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from kedut.web.app import create_app
from kedut.web.settings import Settings

CHROMIUM = shutil.which("chromium")
SCREENS = Path(__file__).parents[2] / "build" / "screens"
AXE = Path(__file__).parents[2] / "build" / "parts" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium; on Debian or Ubuntu: apt-get install chromium"
    ),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a running server."""
    folder = tmp_path_factory.mktemp("kept")
    app = create_app(Settings(requests_per_minute=0, database=f"sqlite:///{folder}/kept.db"))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


def next_page(page: Page) -> str:
    """Answer the page as somebody with a plain twitch after sport does; give the key answered."""
    field = page.query_selector("main input[name=key]")
    key = (field.get_attribute("value") or "") if field else "about"
    before = page.evaluate("document.querySelector('main input[name=t]').value")
    if key == "about":
        page.fill("#age", "34")
        page.click("form[data-live] button.button >> nth=0")
    elif key == "bodymap":
        page.eval_on_selector("input[value='calf:left:twitches']", "e => { e.checked = true }")
        page.click("main button[value=some]")
    elif key == "life":
        page.check("input[name=p][value=intense_exercise_48h]")
        page.click("main button[value=some]")
    elif key == "twitch_duration":
        page.click("main .answers button >> nth=1")
    else:
        page.click("main button[value=none], main button[value=no]")
    page.wait_for_function(
        "t => document.querySelector('[data-level]') || "
        "(document.querySelector('main input[name=t]') ?? {value: t}).value !== t",
        arg=before,
    )
    return key


def walk(page: Page, address: str, language: str) -> Iterator[str]:
    """Go from the first page to the answer, giving the name of each page as it stands."""
    page.goto(f"{address}/{language}/")
    yield "start"
    page.click("main a.button")
    page.wait_for_selector("#age")
    while page.query_selector("[data-level]") is None:
        field = page.query_selector("main input[name=key]")
        yield (field.get_attribute("value") or "") if field else "about"
        next_page(page)
    yield "result"


@pytest.mark.parametrize("language, width, scheme", [("id", 320, "dark"), ("en", 1440, "light")])
def test_every_page_on_the_way_is_accessible_and_fits(
    browser: Browser, address: str, language: str, width: int, scheme: str
) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        bypass_csp=True,
        service_workers="block",
    )
    page = context.new_page()
    foreign: list[str] = []
    broken: list[str] = []
    page.on("request", lambda r: None if r.url.startswith(address) else foreign.append(r.url))
    page.on("pageerror", lambda error: broken.append(str(error)))
    faults: dict[str, list[str]] = {}
    for name in walk(page, address, language):
        page.screenshot(path=SCREENS / f"{language}-{width}-{name}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            faults[f"{name} too wide"] = [str(wide)]
        if AXE.exists():  # `make parts` installs it, and `make check` before the tests
            page.evaluate(AXE.read_text(encoding="utf-8"))
            found = page.evaluate(
                "rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES
            )
            if found["violations"]:
                faults[name] = [
                    f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]
                ]
    context.close()
    assert not faults
    assert not broken
    assert not [url for url in foreign if not url.startswith(("data:", "blob:"))]


def test_the_whole_way_works_without_javascript(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/en/interview")
    page.fill("#age", "50")
    page.click("form[data-live] button.button >> nth=0")
    for _ in range(4):
        page.click("main button[value=none]")
    page.check("input[value='calf:left:twitches']")
    page.click("main button[value=some]")
    page.click("main button[value=finish]")
    assert page.locator("[data-level]").count() == 1
    context.close()


def test_the_back_button_of_the_browser_brings_the_last_question(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    page.goto(f"{address}/en/interview")
    next_page(page)
    first = page.inner_text("main h1")
    next_page(page)
    assert page.inner_text("main h1") != first
    page.go_back()
    page.wait_for_function("t => document.querySelector('main h1').innerText === t", arg=first)
    context.close()


def test_a_lost_connection_loses_no_answer(browser: Browser, address: str) -> None:
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    page.goto(f"{address}/en/interview")
    next_page(page)
    context.set_offline(True)
    page.check("input[name=p] >> nth=0")
    page.click("main button[value=some]")
    page.wait_for_selector("[data-lost]")
    assert page.is_checked("input[name=p] >> nth=0")
    context.set_offline(False)
    page.uncheck("input[name=p] >> nth=0")
    page.click("main button[value=none]")
    page.wait_for_selector("input[name=key][value=strength]", state="attached")
    context.close()


def test_the_interview_goes_by_keyboard_alone(browser: Browser, address: str) -> None:
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    page.goto(f"{address}/en/interview")
    page.focus("#age")
    page.keyboard.type("40")
    page.keyboard.press("Enter")
    page.wait_for_selector("input[name=key][value=awareness]", state="attached")
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "none":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("input[name=key][value=strength]", state="attached")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    context.close()


def test_pages_stay_small_on_the_wire(browser: Browser, address: str) -> None:
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    sizes: list[int] = []

    def count(request: object) -> None:
        sizes.append(request.sizes()["responseBodySize"])  # type: ignore[attr-defined]  # Request

    page.on("requestfinished", count)
    page.goto(f"{address}/id/", wait_until="networkidle")
    assert 0 < sum(sizes) <= 100_000
    page.click("main a.button")
    page.wait_for_load_state("networkidle")
    while page.query_selector("[data-level]") is None:
        sizes.clear()
        next_page(page)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(50)
        last = page.query_selector("[data-level]") is not None
        assert sum(sizes) <= (200_000 if last else 30_000)
    context.close()
