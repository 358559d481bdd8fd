"""The body map in a real browser: figure and list stay in step, by finger and by keys."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kedut.case.bodymap import offered, territories_of_map
from kedut.knowledge.load import ours
from kedut.knowledge.words import LANGUAGES
from kedut.report.pictures.bodymap import bodymap
from kedut.report.pictures.draw import names, picture

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium")

KNOWLEDGE = ours()
STATIC = Path(__file__).parents[2] / "src/kedut/web/static"
STYLE = "".join(
    (STATIC / "css" / name).read_text(encoding="utf-8") for name in ("bodymap.css", "pictures.css")
)
SCRIPT = (STATIC / "js" / "bodymap.js").read_text(encoding="utf-8")
LEAST_TARGET_PX = 24  # WCAG 2.2, 2.5.8


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield opened
        opened.close()


def html(body: str) -> str:
    return (
        "<!doctype html><html lang=en><title>map</title><style>body{margin:16px;"
        f"font:17px sans-serif}}[hidden]{{display:none!important}}{STYLE}</style>"
        f"<form>{body}</form><script type=module>{SCRIPT}</script>"
    )


def opened(browser: Any, chosen: tuple[str, ...] = (), **options: Any) -> Any:
    """Open the map as on a phone; what a test opens is closed with the module's browser."""
    options = {"viewport": {"width": 360, "height": 740}, **options}
    page = browser.new_context(**options).new_page()
    page.set_default_timeout(5000)
    page.set_content(html(bodymap(KNOWLEDGE, KNOWLEDGE.words("en"), chosen)))
    return page


def region(page: Any, name: str, side: str) -> Any:
    return page.locator(f'.bm-region[data-region="{name}"][data-side="{side}"]').first


def ticked(page: Any) -> set[str]:
    return set(page.eval_on_selector_all("input[name=map]:checked", "all => all.map(b => b.value)"))


def test_a_tap_on_the_calf_ticks_its_box_and_a_second_takes_it_back(browser):
    page = opened(browser)
    calf = region(page, "calf", "left")
    calf.click()
    assert ticked(page) == {"calf:left:twitches"}
    assert calf.get_attribute("aria-checked") == "true"
    assert calf.locator("[data-sensation=twitches]").count() == 1
    assert page.locator("[data-status]").inner_text() == "left calf: twitching, marked"
    calf.click()
    assert ticked(page) == set()
    assert calf.locator("[data-sensation]").count() == 0


def test_a_ticked_box_is_seen_on_every_figure_that_shows_the_place(browser):
    page = opened(browser)
    page.locator(".bm-list > summary").click()
    page.locator('input[value="heel:right:numb"]').check()
    assert page.locator('[data-region=heel][data-side=right] [data-sensation="numb"]').count() == 2
    page.locator('input[value="heel:right:numb"]').uncheck()
    assert page.locator('[data-sensation="numb"]').count() == 0


def test_the_brush_says_what_a_tap_means(browser):
    page = opened(browser)
    page.locator(".bm-brush", has_text="Tingling").click()
    region(page, "sole", "right").click()
    assert ticked(page) == {"sole:right:tingles"}
    assert "tingling" in region(page, "sole", "right").get_attribute("aria-label")


def test_a_place_that_does_not_offer_the_sensation_says_so_and_ticks_nothing(browser):
    page = opened(browser)
    knee = region(page, "knee", "left")
    assert knee.get_attribute("aria-disabled") == "true"
    knee.click(force=True)
    assert ticked(page) == set()
    assert "not offered" in page.locator("[data-status]").inner_text()


def test_the_whole_map_works_by_keys_alone(browser):
    page = opened(browser)
    page.locator("input[name=bm-brush]").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("input[name=bm-brush]:checked").get_attribute("value") == "hurts"
    page.keyboard.press("Tab")
    focus = "document.activeElement.dataset.region + ':' + document.activeElement.dataset.side"
    assert page.evaluate(focus) == "thigh_front:left"
    page.keyboard.press("Space")
    assert ticked(page) == {"thigh_front:left:hurts"}
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(focus) == "thigh_front:right"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focus) == "knee:right"
    page.keyboard.press("Enter")
    assert ticked(page) == {"thigh_front:left:hurts", "knee:right:hurts"}
    page.keyboard.press("Tab")
    assert page.evaluate(focus).startswith("low_back")


def test_every_region_can_be_reached_by_arrows_from_the_first(browser):
    page = opened(browser, ("eyelid:left:twitches",))
    for figure in page.locator(".bm-figure").all():
        regions = figure.locator(".bm-region")
        wanted = regions.count()
        seen: set[str] = set()
        waiting = [0]
        while waiting:
            place = waiting.pop()
            for key in ("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"):
                regions.nth(place).focus()
                page.keyboard.press(key)
                now = page.evaluate(
                    "[...document.activeElement.ownerSVGElement.querySelectorAll('.bm-region')]"
                    ".indexOf(document.activeElement)"
                )
                if str(now) not in seen:
                    seen.add(str(now))
                    waiting.append(now)
        assert len(seen | {"0"}) == wanted, figure.get_attribute("class")


def test_the_page_lights_the_same_nerve_areas_as_the_rule_does(browser):
    every = [str(mark) for marks in offered(KNOWLEDGE).values() for mark in marks]
    skin = [mark for mark in every if mark.endswith((":runs", ":tingles", ":numb"))]
    chance = random.Random(7)
    page = opened(browser)
    lit = 0
    for _ in range(60):
        marks = chance.sample(skin, chance.randint(1, 3))
        page.evaluate(
            """marks => {
              const boxes = [...document.querySelectorAll('input[name=map]')];
              for (const box of boxes) box.checked = marks.includes(box.value);
              boxes[0].dispatchEvent(new Event('change', {bubbles: true}));
            }""",
            marks,
        )
        shown = page.evaluate(
            """() => [...document.querySelectorAll('[data-territory]:not([hidden])')].flatMap(
              area => [...area.querySelectorAll('[data-leg]:not([hidden])')].map(
                leg => `${area.dataset.territory}:${leg.dataset.leg}`))"""
        )
        wanted = {f"{fit.territory.id}:{fit.side}" for fit in territories_of_map(KNOWLEDGE, marks)}
        assert set(shown) == wanted, marks
        lit += bool(wanted)
    assert lit > 10


def test_without_script_the_list_is_open_and_no_brush_is_shown(browser):
    page = opened(browser, java_script_enabled=False)
    assert page.locator('input[value="calf:left:twitches"]').is_visible()
    assert not page.locator(".bm-brushes").is_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_every_region_is_large_enough_for_a_finger(browser, width):
    page = opened(browser, ("eyelid:left:twitches",), viewport={"width": width, "height": 800})
    small = page.eval_on_selector_all(
        ".bm-region",
        """(all, least) => all.filter(one => {
          const box = one.getBoundingClientRect();
          return Math.min(box.width, box.height) < least;
        }).map(one => `${one.ownerSVGElement.classList[1]} ${one.dataset.region} `
          + `${one.getBoundingClientRect().width} ${one.getBoundingClientRect().height}`)""",
        LEAST_TARGET_PX,
    )
    assert small == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_label_of_a_picture_is_cut_off_or_lies_on_another_at_320_px(browser, language):
    words = KNOWLEDGE.words(language)
    page = browser.new_page(viewport={"width": 320, "height": 700})
    page.set_content(html("".join(picture(name, words) for name in names())))
    faults = page.evaluate(
        """() => [...document.querySelectorAll('svg.pic')].flatMap(svg => {
          const all = svg.getBoundingClientRect();
          const texts = [...svg.querySelectorAll('text')];
          const boxes = texts.map(one => one.getBoundingClientRect());
          return texts.filter((text, i) => {
            const box = boxes[i];
            const out = box.left < all.left - 1 || box.right > all.right + 1
              || box.top < all.top - 1 || box.bottom > all.bottom + 1;
            const on = boxes.some((other, j) => j > i && box.left < other.right - 1
              && other.left < box.right - 1 && box.top < other.bottom - 4
              && other.top < box.bottom - 4);
            return out || on;
          }).map(text => svg.classList[1] + ': ' + text.textContent);
        })"""
    )
    assert faults == []
