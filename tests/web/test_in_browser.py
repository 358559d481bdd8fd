"""The way from the first page to the answer in a browser: without JavaScript, back, and small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.web.browser import SCREENS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow
MOST_PAGES = 60


def kind_of(page: Page) -> str:
    """Say which kind of page stands there."""
    for kind, mark in {
        "about": "#age",
        "map": ".bm",
        "list": "main input[name=p]",
        "yes_no": "main button[value=yes]",
    }.items():
        if page.query_selector(mark):
            return kind
    return "choice"


def press_next(page: Page) -> None:
    """Answer the page as somebody with a plain twitch after sport does."""
    kind = kind_of(page)
    if kind == "about":
        page.fill("#age", "34")
        page.click("form[data-live] button.button >> nth=0")
    elif kind == "map":
        page.eval_on_selector("input[value='calf:left:twitches']", "e => { e.checked = true }")
        page.click("main button[value=some]")
    elif kind == "list" and page.query_selector("input[name=p][value=intense_exercise_48h]"):
        page.check("input[name=p][value=intense_exercise_48h]")
        page.click("main button[value=some]")
    elif kind == "choice":
        page.click("main .answers button >> nth=1")
    else:
        page.click("main button[value=none], main button[value=no]")


def next_page(page: Page) -> None:
    """Answer, and wait for what comes."""
    before = page.input_value("main input[name=t]")
    press_next(page)
    page.wait_for_function(
        "t => document.querySelector('[data-level]') || "
        "(document.querySelector('main input[name=t]') ?? {value: t}).value !== t",
        arg=before,
    )


def walk(page: Page, address: str, language: str) -> Iterator[str]:
    """Go from the first page to the answer, giving the name of each page as it stands."""
    page.goto(f"{address}/{language}/")
    yield "start"
    page.click("main a.button >> nth=0")
    page.wait_for_selector("#age")
    for _ in range(MOST_PAGES):
        if page.query_selector("[data-level]"):
            break
        field = page.query_selector("main input[name=key]")
        yield (field.get_attribute("value") or "") if field else "about"
        next_page(page)
    yield "result"


@pytest.mark.parametrize("language, width, scheme", [("id", 320, "dark"), ("en", 1440, "light")])
def test_every_page_on_the_way_fits_and_is_our_own(
    browser: Browser, address: str, language: str, width: int, scheme: str
) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        service_workers="block",
    )
    page = context.new_page()
    foreign: list[str] = []
    broken: list[str] = []
    page.on("request", lambda r: None if r.url.startswith(address) else foreign.append(r.url))
    page.on("pageerror", lambda error: broken.append(str(error)))
    for name in walk(page, address, language):
        page.screenshot(path=SCREENS / f"{language}-{width}-{name}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.get_attribute("html", "lang") == language
    context.close()
    assert not broken
    assert not [url for url in foreign if not url.startswith(("data:", "blob:"))]


def test_the_whole_way_works_without_javascript(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/en/interview")
    for _ in range(MOST_PAGES):
        if page.query_selector("main [value=finish]"):
            break
        if kind_of(page) == "map":
            page.check("input[value='calf:left:twitches']")
            page.click("main button[value=some]")
        else:
            press_next(page)
    page.click("main [value=finish]")
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


def test_loading_the_page_anew_stays_at_the_question(browser: Browser, address: str) -> None:
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    page.goto(f"{address}/id/interview")
    next_page(page)
    next_page(page)
    told, asked = page.input_value("main input[name=t]"), page.inner_text("main h1")
    page.reload()
    page.wait_for_function("t => document.querySelector('main h1').innerText === t", arg=asked)
    assert page.input_value("main input[name=t]") == told
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
    page.click("main a.button >> nth=0")
    page.wait_for_load_state("networkidle")
    for _ in range(MOST_PAGES):
        sizes.clear()
        next_page(page)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(50)
        last = page.query_selector("[data-level]") is not None
        assert sum(sizes) <= (200_000 if last else 30_000)
        if last:
            break
    context.close()
