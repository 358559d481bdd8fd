"""Every page in every state: accessible, whole at any size, quiet, and all our own."""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import APIRoute

from kedut.assess.transcript import pack
from kedut.diary.entry import Context, Count, Entry, Function, Said
from kedut.diary.journal import added
from kedut.knowledge.words import LANGUAGES
from kedut.storage.token import Token
from kedut.web.app import create_app
from kedut.web.diary_log import write
from kedut.web.settings import Settings
from tests.web.browser import AXE, SCREENS, Served, Visitor, remembered
from tests.web.browser_pages import (
    FAILING,
    FILES,
    FOR_PROGRAMS,
    LEVELS,
    NO_PAGES,
    Scene,
    endings,
    questions,
    repeated,
    scenes,
)
from tests.web.client import TestClient
from tests.web.keep.person import kept, press

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDE: ViewportSize = {"width": 1280, "height": 1024}
NARROW: ViewportSize = {"width": 320, "height": 256}  # 1280 times 1024 at 400 %
_ALL_SCREENS = os.environ.get("KEDUT_SCREENS")
# What stands out to the side, or holds text that is cut. A table may be scrolled by itself.
_CUT = """wide => {
  const told = [];
  const inside = e => e.closest('[hidden], .hidden, .bm-full, .skip, svg, .wide, .doctor table');
  const page = document.documentElement;
  if (page.scrollWidth > wide) told.push(`the page is ${page.scrollWidth} wide`);
  for (const e of document.body.querySelectorAll('*')) {
    if (inside(e) || !e.checkVisibility({visibilityProperty: true})) continue;
    const box = e.getBoundingClientRect();
    const name = e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 30);
    if (box.width && (box.right > wide + 1 || box.left < -1)) told.push('outside: ' + name);
    const style = getComputedStyle(e);
    if (['hidden', 'clip'].includes(style.overflowX) && e.scrollWidth > e.clientWidth + 1
        && e.textContent.trim()) told.push('cut: ' + name);
  }
  return told.slice(0, 5);
}"""
_MOVING = """() => {
  const told = document.getAnimations().map(a => a.animationName ?? 'transition');
  for (const e of document.querySelectorAll('body, body *')) {
    const s = getComputedStyle(e);
    const all = [...s.animationDuration.split(','), ...s.transitionDuration.split(',')];
    const worst = Math.max(...all.map(t => parseFloat(t) * (t.includes('ms') ? .001 : 1)));
    if (worst > .01) told.push(`${e.tagName}.${e.className} ${worst}`);
  }
  return told.slice(0, 5);
}"""
_ORDER = """() => {
  const told = [];
  const heads = [...document.querySelectorAll('h1')];
  if (heads.length !== 1) told.push(`${heads.length} h1`);
  if (!document.title.trim()) told.push('no title');
  for (const e of document.querySelectorAll('[aria-invalid=true]')) {
    const note = document.getElementById(e.getAttribute('aria-describedby') ?? '');
    if (!note?.textContent.trim()) told.push('an error without words: ' + e.id);
  }
  for (const e of document.querySelectorAll('[id]')) {
    if (document.querySelectorAll('#' + CSS.escape(e.id)).length > 1) told.push('twice: ' + e.id);
  }
  return told;
}"""


def page_routes() -> Iterator[tuple[str, str]]:
    """Give method and address of every page the application has."""
    app = create_app(Settings(secret="s", requests_per_minute=0))
    for route in walk(app.routes):
        if isinstance(route, APIRoute) and not route.path.startswith(FOR_PROGRAMS):
            yield from ((method, route.path) for method in route.methods)


def walk(found: list[Any]) -> Iterator[Any]:
    """Give routes, those of included routers too."""
    for route in found:
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        if inner is not None:
            yield from walk(inner.routes)
        else:
            yield route


def test_every_page_of_the_application_is_looked_at() -> None:
    there = {(s.method, s.route) for s in scenes("token", "lost")}
    routes = set(page_routes())
    opened = {(m, path) for m, path in routes if path not in NO_PAGES}
    sent = {(m, path) for m, path in opened if m == "POST" and path in FILES}
    assert not opened - sent - there, "a page without an example in browser_pages.py"
    ours = {("GET", FAILING), ("GET", "/{language}/{anything}")}
    assert not there - opened - ours, "an example of a page that is no more"


def test_every_kind_of_question_and_answer_is_looked_at() -> None:
    assert set(questions()) == {"safety", "list", "map", "choice", "yes_no", "picture"}
    assert set(endings()) == set(LEVELS)


def axe(page: Page, options: dict[str, Any]) -> list[str]:
    """Give what axe finds wrong."""
    quick = {"resultTypes": ["violations"], "iframes": False}
    found = page.evaluate("options => axe.run(options)", {**options, **quick})
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found["violations"]]


def faults(page: Page, language: str, *, looked_at: bool) -> dict[str, list[str]]:
    """Give what is wrong with the page as it stands, by kind; of a page like another, less."""
    told: dict[str, list[str]] = {}
    if page.get_attribute("html", "lang") != language:
        told["language"] = [str(page.get_attribute("html", "lang"))]
    told["order"] = page.evaluate(_ORDER)
    told["moves"] = page.evaluate(_MOVING)
    told["400 %"] = page.evaluate(_CUT, NARROW["width"])
    if AXE.exists() and not looked_at:
        told["light"] = axe(page, {"runOnly": {"type": "tag", "values": RULES}})
        page.emulate_media(color_scheme="dark")
        colours = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
        told["dark"] = axe(page, colours)
        page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    told["text 200 %"] = page.evaluate(_CUT, WIDE["width"])
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size(NARROW)
    return {kind: found for kind, found in told.items() if found}


def kept_twice(served: Served) -> str:
    """Keep two interviews under one link and give its token."""
    client = TestClient(served.app)
    token = kept(client, t=pack(endings()["soon"]))
    press(client, "/id/keep", t=pack(endings()["self-care"]), kept=token)
    follow(served, Token.parse(token))
    return token


def follow(served: Served, token: Token) -> None:
    """Note three weeks under a link, with all that a page can show of them."""
    today = datetime.now(UTC)
    for ago in range(21, -1, -1):
        at = today - timedelta(days=ago)
        entry = Entry(
            id=f"{ago:032x}",
            at=at,
            said=list(Said)[ago % 3],
            count=Count(twitches=ago, minutes=5) if ago % 2 else None,
            where=("calf:left", "eyelid:right"),
            context=Context(caffeine_cups=ago % 4 // 2 * 2, no_remedy=ago % 2 > 0),
            function=Function(ten_heel_raises_left=True, ten_heel_raises_right=ago > 0),
            note="after work",
        )
        write(served.app.state.store, token, [added(entry, at)])


@pytest.mark.slow
@pytest.mark.filterwarnings("default:axe is not here")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_every_state_is_accessible_whole_quiet_and_our_own(
    browser: Browser, served: Served, language: str
) -> None:
    if not AXE.exists():
        warnings.warn(UserWarning("axe is not here: `make parts` installs it"), stacklevel=1)
    context = browser.new_context(viewport=NARROW, reduced_motion="reduce", service_workers="block")
    if AXE.exists():
        context.add_init_script(path=AXE)
    page = context.new_page()
    strange: list[str] = []
    page.on("request", lambda r: note_foreign(r.url, served.address, strange))
    page.on("pageerror", lambda error: strange.append(f"{page.url}: {error}"))
    page.on("console", lambda said: note_said(said.text, page.url, strange))
    visitor = Visitor(page, served, language)
    visitor.enter()
    found: dict[str, dict[str, list[str]]] = {}
    titles: dict[str, str] = {}
    for scene in scenes(kept_twice(served), Token.fresh().text):
        if scene.again:
            name, value = remembered(served.app, repeated(), days_ago=2)
            context.add_cookies([{"name": name, "value": value, "url": served.address}])
        got = visitor.go(scene)
        if scene.again:
            context.clear_cookies(name=name)
        wrong = faults(page, language, looked_at=scene.like_another)
        if got.status != scene.status or page.query_selector(scene.shows) is None:
            wrong["state"] = [f"{got.status}, without {scene.shows}"]
        if scene.status == 422 and "#notice" in scene.shows:
            wrong |= error_faults(page)
        if wrong:
            found[scene.name] = wrong
        titles[scene.name] = page.title()
        if _ALL_SCREENS:
            keep_screens(page, language, scene)
    context.close()
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)
    assert not strange
    for name, title in titles.items():
        assert title.endswith("kedut") or name == "start", f"{name}: {title}"


_FAULTY = """() => {
  const add = (name, props) => {
    const e = Object.assign(document.createElement(name), {textContent: 'wrong'});
    Object.assign(e.style, props);
    document.querySelector('main').append(e);
  };
  add('h1', {});
  add('p', {width: '2000px'});
  add('p', {overflow: 'hidden', width: '1rem', whiteSpace: 'nowrap'});
  add('p', {transition: 'opacity 1s'});
  add('p', {color: 'light-dark(#bbb, #444)', background: 'light-dark(#ccc, #333)'});
}"""


@pytest.mark.slow
def test_what_is_wrong_with_a_page_is_found(browser: Browser, served: Served) -> None:
    context = browser.new_context(viewport=NARROW, service_workers="block")
    if AXE.exists():
        context.add_init_script(path=AXE)
    page = context.new_page()
    page.goto(f"{served.address}/id/offline")
    page.evaluate(_FAULTY)
    found = faults(page, "en", looked_at=False)
    context.close()
    assert {"language", "order", "moves", "400 %", "text 200 %"} <= set(found)
    assert any(told.startswith("cut") for told in found["400 %"])
    assert not AXE.exists() or {"light", "dark"} <= set(found)


def error_faults(page: Page) -> dict[str, list[str]]:
    """Say what is wrong with the words of an error."""
    if page.get_attribute("#notice", "role") == "alert":
        return {}
    return {"error": ["not said aloud"]}


def note_foreign(url: str, address: str, strange: list[str]) -> None:
    """Note a request that leaves us."""
    if not url.startswith((address, "data:", "blob:")):
        strange.append(url)


def note_said(text: str, url: str, strange: list[str]) -> None:
    """Note what the browser complains about; a page that fails is asked to."""
    if not re.search(r"the server responded with a status of \d+|blocked by Playwright", text):
        strange.append(f"{url}: {text}")


def keep_screens(page: Page, language: str, scene: Scene) -> None:
    """Keep pictures of a page, small and large, light and dark."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            name = f"{language}-{width}-{scheme}-{scene.name.replace('/', '_')}.png"
            page.screenshot(path=SCREENS / name, full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)


def visit(browser: Browser, served: Served, name: str, **told: Any) -> tuple[Visitor, Page]:
    """Open one page by its name."""
    page = browser.new_context(service_workers="block", viewport=WIDE, **told).new_page()
    visitor = Visitor(page, served, "id")
    visitor.enter()
    visitor.go(next(s for s in scenes("token", "lost") if s.name == name))
    return visitor, page


@pytest.mark.slow
@pytest.mark.parametrize("name", ["result-soon", "doctor-urgent"])
def test_on_paper_there_is_no_menu_and_no_dark_ground(
    browser: Browser, served: Served, name: str
) -> None:
    _, page = visit(browser, served, name, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    closed = "main details:not([open], .sources) summary"
    for hidden in ("header.top", "footer.foot", "main button", closed):
        shown = page.locator(hidden).evaluate_all(
            "all => all.filter(e => e.checkVisibility() && e.getClientRects().length).length"
        )
        assert not shown, hidden
    dark = page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll('body, main, main *')]
        .filter(e => e.checkVisibility() && !e.closest('svg')).filter(e => {
          const [r, g, b, a] = getComputedStyle(e).backgroundColor.match(/[\\d.]+/g).map(Number);
          return (a ?? 1) > 0 && (r + g + b) / 3 < 128;
        }).map(e => e.tagName + '.' + e.className)"""
    )
    assert not dark
    faint = page.evaluate(
        """() => [...document.querySelectorAll('main h1, main h2, main p, main li, main td')]
        .filter(e => e.checkVisibility()).filter(e => {
          const [r, g, b] = getComputedStyle(e).color.match(/[\\d.]+/g).map(Number);
          return (r + g + b) / 3 > 140;
        }).map(e => e.textContent.slice(0, 40))"""
    )
    assert not faint, "too faint for paper"
    page.context.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["start", "question-safety", "question-map", "result-emergency"])
def test_in_forced_colours_buttons_boxes_and_the_urgency_keep_a_line(
    browser: Browser, served: Served, name: str
) -> None:
    _, page = visit(browser, served, name, forced_colors="active")
    bare = page.evaluate(
        """() => [...document.querySelectorAll('.button, .choice, .urgency, .bm-brush')]
        .filter(e => e.checkVisibility()).filter(e => {
          const s = getComputedStyle(e);
          const ground = getComputedStyle(document.body).backgroundColor;
          return s.borderTopStyle === 'none' || s.borderTopWidth === '0px' || s.color === ground;
        }).map(e => e.className)"""
    )
    assert not bare
    page.keyboard.press("Tab")
    ring = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(ring) != "none"
    page.context.close()
