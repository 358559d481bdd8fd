"""The way to the answer with the keys alone, and what is heard on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.test_in_browser import MOST_PAGES, kind_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow
_MOST_TABS = 200
# A ring of at least 2 px, on the control, its label, or the drawn region.
_RING = """() => {
  const e = document.activeElement;
  const seen = [e, e.closest('label'), e.querySelector('.bm-shape')].filter(Boolean);
  return seen.some(one => {
    const s = getComputedStyle(one);
    const outline = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;
    return outline || (one.matches('.bm-shape') && parseFloat(s.strokeWidth) >= 2);
  });
}"""
_HERE = """() => {
  const e = document.activeElement;
  const box = e.getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight;
}"""


def tab_to(page: Page, mark: str) -> None:
    """Press Tab until the first of some controls has the focus; each stop on the way is seen."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue  # past the last control, to the browser's own
        assert page.evaluate(_RING), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if page.evaluate("m => document.activeElement.matches(m)", mark):
            assert page.evaluate(_HERE), mark
            return
    raise AssertionError(f"the Tab key does not reach {mark}")


def answer(page: Page) -> str:
    """Answer the page by keys; give its kind."""
    kind = kind_of(page)
    if kind == "about":
        tab_to(page, "[name=whom]")
        page.keyboard.press("ArrowDown")
        assert page.is_checked("[name=whom][value=other]")
        tab_to(page, "#age")
        page.keyboard.type("40")
        page.keyboard.press("Enter")
    elif kind == "map":
        page.wait_for_selector("[role=checkbox][tabindex='0']", state="attached")
        tab_to(page, "[role=checkbox]")
        page.keyboard.press("Space")
        assert page.evaluate("document.activeElement.getAttribute('aria-checked')") == "true"
        assert page.inner_text("[data-status]").strip()
        for _ in range(6):  # past places where this cannot be felt
            page.keyboard.press("ArrowDown")
            if page.evaluate("document.activeElement.ariaDisabled") == "false":
                break
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.getAttribute('aria-checked')") == "true"
        assert page.locator("input[name=map]:checked").count() == 2
        tab_to(page, "button[value=some]")
        page.keyboard.press("Enter")
    elif kind == "list" and page.query_selector("[name=p][value=calf_pain]"):
        tab_to(page, "[name=p][value=calf_pain]")
        page.keyboard.press("Space")
        tab_to(page, "button[value=some]")
        page.keyboard.press("Enter")
    elif kind == "list":
        tab_to(page, "button[value=none]")
        page.keyboard.press("Enter")
    else:
        tab_to(page, "main .answers button + button")
        page.keyboard.press("Space")
    return kind


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_whole_interview_goes_by_keys_alone(
    browser: Browser, address: str, language: str
) -> None:
    context = browser.new_context(
        service_workers="block", reduced_motion="reduce", viewport={"width": 1280, "height": 800}
    )
    page = context.new_page()
    page.goto(f"{address}/{language}/")
    tab_to(page, "main a.button[href$=interview]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#age")
    titles, kinds = [page.title()], set()
    for _ in range(MOST_PAGES):
        before = page.input_value("main input[name=t]")
        kinds.add(answer(page))
        page.wait_for_function(
            "t => document.querySelector('[data-level]') || "
            "(document.querySelector('main input[name=t]') ?? {value: t}).value !== t",
            arg=before,
        )
        page.wait_for_function("() => document.activeElement.tagName === 'H1'")
        assert page.locator("h1").count() == 1
        assert page.get_attribute("html", "lang") == language
        assert page.title().startswith(page.inner_text("h1").strip())
        assert page.title() != titles[-1], "the same title twice tells nothing"
        titles.append(page.title())
        if page.query_selector("[data-level]"):
            break
    assert page.query_selector("[data-level]")
    assert {"about", "list", "map"} <= kinds
    context.close()


def test_the_first_tab_leads_past_the_menu(browser: Browser, address: str) -> None:
    page = browser.new_context(service_workers="block").new_page()
    page.goto(f"{address}/id/topics")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'main'")
    page.context.close()


def test_an_error_is_said_first_and_tied_to_what_it_is_about(
    browser: Browser, address: str
) -> None:
    page = browser.new_context(service_workers="block").new_page()
    page.goto(f"{address}/id/interview")
    page.fill("#age", "enam")
    page.keyboard.press("Enter")
    page.wait_for_selector("#notice[role=alert]")
    assert page.get_attribute("#age", "aria-describedby") == "notice"
    assert page.input_value("#age") == "enam"
    page.fill("#age", "52")
    page.keyboard.press("Enter")
    page.wait_for_selector("main input[name=p]")
    page.click("main button[value=some]")
    page.wait_for_selector("#notice[role=alert]")
    assert page.evaluate("document.activeElement.id") == "notice"
    group = page.locator("main [role=group]").first
    assert group.get_attribute("aria-describedby") == "notice"
    assert group.get_attribute("aria-labelledby") == "question"
    assert page.inner_text("#question").strip()
    page.context.close()


@pytest.mark.slow
def test_the_map_works_again_when_one_comes_back_to_it(browser: Browser, address: str) -> None:
    context = browser.new_context(service_workers="block", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{address}/en/interview")
    for _ in range(MOST_PAGES):
        before = page.input_value("main input[name=t]")
        kind = answer(page)
        page.wait_for_function(
            "t => document.querySelector('main input[name=t]')?.value !== t", arg=before
        )
        if kind == "map":
            break
    page.click("button[value=back]")
    page.wait_for_selector("[role=checkbox][tabindex='0']", state="attached")
    marked = page.locator("input[name=map]:checked").count()
    tab_to(page, "[role=checkbox]")
    page.keyboard.press("Space")
    assert page.locator("input[name=map]:checked").count() != marked
    context.close()
