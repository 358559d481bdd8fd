"""A diary played in a browser: weeks at a phone's width, with and without JavaScript."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from kedut.knowledge.load import ours
from kedut.knowledge.words import LANGUAGES
from kedut.web import diary, diary_files, diary_show, keep
from tests.web.browser import SCREENS, Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow
BEGAN = datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
PHONE = {"viewport": {"width": 360, "height": 740}, "service_workers": "block"}
SIGNS = ("ten_heel_raises_left", "ten_heel_raises_right", "tripped", "speech_changed")
WELL = {
    "ten_heel_raises_left": "yes",
    "ten_heel_raises_right": "yes",
    "tripped": "no",
    "speech_changed": "no",
}


class Calendar:
    """The day it is, for the server and for the phone."""

    def __init__(self) -> None:
        self.moment = BEGAN

    def now(self) -> datetime:
        """Give the moment it is."""
        return self.moment

    def turn(self, page: Page, day: int) -> None:
        """Go to a day of the story."""
        self.moment = BEGAN + timedelta(days=day)
        page.clock.set_fixed_time(self.moment)


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    """Give a calendar that the server goes by."""
    made = Calendar()
    for module in (diary, diary_files, diary_show):
        monkeypatch.setattr(module, "now", made.now)
    monkeypatch.setattr(keep, "_now", made.now)
    return made


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Give a phone in Jakarta whose pages say nothing on the console."""
    context = browser.new_context(timezone_id="Asia/Jakarta", **PHONE)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda m: wrong.append(m.text) if "Content Security" in m.text else None)
    yield page
    context.close()
    assert not wrong


def screen(page: Page, name: str) -> None:
    """Keep a picture, where pictures are asked for."""
    if os.environ.get("KEDUT_SCREENS"):
        SCREENS.mkdir(parents=True, exist_ok=True)
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.screenshot(path=SCREENS / f"{name}-{width}-{scheme}.png", full_page=True)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 360, "height": 740})


def answer_all(page: Page) -> None:
    """Answer the interview of somebody whose calf has twitched since sport two days ago."""
    for _ in range(40):
        if page.query_selector("[data-level]"):
            return
        before = page.query_selector("#main")
        answer_one(page)
        page.wait_for_function("m => !m.isConnected", arg=before)
    pytest.fail("the interview does not end")


def answer_one(page: Page) -> None:
    """Answer what the page asks."""
    if page.query_selector("#age"):
        page.fill("#age", "34")
        page.check("input[name=since][value=twitch_days]", force=True)
        page.click("main form[data-live] .button >> nth=0")
    elif page.query_selector("input[name=map]"):
        page.click("button[value=some]")
    elif page.query_selector("button[value=none]"):
        names = ("twitch_calf_one_side", "intense_exercise_48h")
        boxes = [page.query_selector(f"input[name=p][value={name}]") for name in names]
        for box in filter(None, boxes):
            box.check()
        page.click(f"button[value={'some' if any(boxes) else 'none'}]")
    elif page.query_selector("button[value=no]"):
        page.click("button[value=no]")
    else:
        page.click("main .answers .button >> nth=0")


def note(page: Page, said: str = "some", **told: str) -> None:
    """Fill in the form of today and save it."""
    for name, value in {**WELL, **told}.items():
        page.check(f"input[name={name}][value={value}]", force=True)
    page.check(f"input[name=said][value={said}]", force=True)
    save(page)


def save(page: Page) -> None:
    """Save, and wait for the page after it."""
    with page.expect_navigation():
        page.click(".diary-save .button")


def level(page: Page) -> str:
    """Give the urgency the page shows."""
    return str(page.get_attribute("[data-level]", "data-level"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_self_care_then_still_there_then_a_new_weakness_raises_the_urgency_and_says_why(
    phone: Page, served: Served, calendar: Calendar, language: str
) -> None:
    words = ours().words(language)
    calendar.turn(phone, 0)
    phone.goto(f"{served.address}/{language}/interview")
    answer_all(phone)
    assert level(phone) == "self-care"
    phone.click(f"text={words.say('diary_page.follow')}")
    phone.wait_for_url(re.compile(r"/diary/[A-Za-z0-9_-]{43}$"))
    assert level(phone) == "self-care"
    assert phone.inner_text("#keep-shown").strip() == phone.url
    screen(phone, f"{language}-diary-0-begun")
    note(phone)
    assert words.say("diary_page.today_noted") in phone.inner_text("main")
    screen(phone, f"{language}-diary-1-noted")
    for day in (2, 4, 6, 9):
        calendar.turn(phone, day)
        phone.reload()
        note(phone)
    assert level(phone) == "self-care"
    assert phone.query_selector(".diary-course svg polyline")
    screen(phone, f"{language}-diary-2-still-there")
    calendar.turn(phone, 12)
    phone.reload()
    note(phone, ten_heel_raises_left="no")
    assert level(phone) == "soon"
    changed = phone.inner_text(".diary-changed")
    rose = words.say(
        "diary_page.level_rises",
        before=words.say("level.self-care"),
        after=words.say("level.soon"),
    )
    assert rose in changed
    assert words.of("findings", "heel_raise_weakness", "name") in changed
    screen(phone, f"{language}-diary-3-weak")


def test_without_javascript_a_day_is_noted_and_shown(
    browser: Browser, served: Served, calendar: Calendar
) -> None:
    context = browser.new_context(java_script_enabled=False, **PHONE)
    page = context.new_page()
    page.goto(f"{served.address}/id/diary")
    note(page, "a_lot")
    assert re.search(r"/id/diary/[A-Za-z0-9_-]{43}$", page.url)
    assert "Hari ini sudah dicatat" in page.inner_text("main")
    context.close()


def test_the_form_of_a_day_fits_on_one_screen_of_a_phone(
    phone: Page, served: Served, calendar: Calendar
) -> None:
    calendar.turn(phone, 0)
    for language in LANGUAGES:
        phone.goto(f"{served.address}/{language}/diary")
        box = phone.locator(".diary-form").bounding_box()
        assert box
        assert box["height"] <= 740
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360
        screen(phone, f"{language}-diary-form")


def test_the_phones_own_day_and_zone_go_into_the_entry(
    browser: Browser, served: Served, calendar: Calendar
) -> None:
    context = browser.new_context(timezone_id="Pacific/Auckland", **PHONE)
    page = context.new_page()
    calendar.turn(page, 0)  # half past one in the morning of the day after, in New Zealand
    page.goto(f"{served.address}/en/diary")
    assert page.input_value("#day") == "2026-11-02"
    assert page.input_value("#zone") == "Pacific/Auckland"
    note(page)
    assert "Today is noted" in page.inner_text("main")
    assert "2 November 2026, at 01:30" in page.inner_text("main")
    context.close()


def test_a_connection_lost_while_saving_loses_nothing_typed(
    phone: Page, served: Served, calendar: Calendar
) -> None:
    calendar.turn(phone, 0)
    phone.goto(f"{served.address}/en/diary")
    phone.context.set_offline(True)
    phone.check("input[name=said][value=a_lot]", force=True)
    phone.click(".diary-save .button")
    phone.wait_for_selector("[data-lost]")
    assert "Not saved: no connection" in phone.inner_text("main")
    assert phone.is_checked("input[name=said][value=a_lot]")
    phone.context.set_offline(False)
    save(phone)
    assert "Today is noted" in phone.inner_text("main")


def test_two_tabs_with_the_same_diary_both_keep_their_entry(
    phone: Page, served: Served, calendar: Calendar
) -> None:
    calendar.turn(phone, 0)
    phone.goto(f"{served.address}/en/diary")
    note(phone)
    calendar.turn(phone, 1)
    phone.reload()
    other = phone.context.new_page()
    calendar.turn(other, 1)
    other.goto(phone.url)
    note(phone, "none")
    note(other, "a_lot", tripped="yes")
    other.click("text=All entries")
    assert other.locator(".diary-list li").count() == 3
    said = other.inner_text(".diary-list")
    assert "The twitch: None" in said
    assert "The twitch: A lot" in said


def test_an_entry_changed_in_another_tab_is_asked_about_and_saved_when_sent_once_more(
    phone: Page, served: Served, calendar: Calendar
) -> None:
    calendar.turn(phone, 0)
    phone.goto(f"{served.address}/en/diary")
    note(phone, **WELL)
    phone.get_by_text("Change", exact=True).click()
    other = phone.context.new_page()
    other.goto(phone.url)
    other.locator("input[name=ten_heel_raises_left][value=no]").check(force=True)
    save(other)
    other.close()
    phone.locator("input[name=said][value=none]").check(force=True)
    phone.locator(".diary-save button").click()
    asked = phone.locator("#notice")
    asked.wait_for()
    assert "left leg: Cannot" in asked.inner_text(), "what the other tab noted"
    save(phone)
    phone.get_by_text("Change", exact=True).click()
    assert phone.locator("input[name=ten_heel_raises_left][value=yes]").is_checked()
    assert phone.locator("input[name=said][value=none]").is_checked()
