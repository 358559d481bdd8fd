"""The measuring page in a browser: motion, camera, a file, and what happens when they fail."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kedut.knowledge.load import ours
from tests.web.browser import ARGUMENTS, AXE, CHROMIUM, SCREENS, Served
from tests.web.recordings import motion_csv

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
# A phone that lies still and is shaken by a twitch each second; `fast` samples a second.
SHAKE = """() => {
  let n = 0;
  window.shaking = setInterval(() => {
    for (let i = 0; i < 3; i += 1, n += 1) {
      const lag = (n % 60) / 60;
      const twitch = n > 120 && lag < 0.3 ? 0.5 * Math.exp(-lag / 0.06) * Math.cos(50 * lag) : 0;
      const noise = () => 0.02 * (Math.random() - 0.5);
      const event = new DeviceMotionEvent("devicemotion", {
        accelerationIncludingGravity: { x: noise(), y: noise(), z: 9.81 + twitch + noise() },
      });
      Object.defineProperty(event, "timeStamp", { value: (n * 1000) / 60 });
      dispatchEvent(event);
    }
  }, 50);
}"""
WORDS = ours().words("en")


@pytest.fixture(scope="module")
def filming() -> Iterator[Browser]:
    """Give a browser whose camera is a test picture."""
    if CHROMIUM is None:
        pytest.skip("no Chromium; on Debian or Ubuntu: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *CAMERA])
        yield running
        running.close()


@pytest.fixture
def page(filming: Browser, served: Served) -> Iterator[Page]:
    """Give the measuring page, with a clock that can be turned on."""
    context = filming.new_context(viewport={"width": 360, "height": 740})
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda m: wrong.append(m.text) if "Content Security" in m.text else None)
    opened.clock.install()
    opened.goto(f"{served.address}/en/measure")
    yield opened
    context.close()
    assert not wrong


def turn(page: Page, seconds: float) -> None:
    """Let time go by, all timers running."""
    for _ in range(round(seconds / 2)):
        page.clock.run_for(2000)


def test_a_minute_of_motion_becomes_a_count(page: Page) -> None:
    page.evaluate(SHAKE)
    page.click("[data-begin=motion]")
    page.clock.run_for(100)
    page.wait_for_selector("[data-stage]:not([hidden])")
    assert page.inner_text("[data-state]") == WORDS.say("measure_web.ready")
    turn(page, 6)
    assert page.inner_text("[data-state]") == WORDS.say("measure_web.go")
    turn(page, 20)
    left = int(page.evaluate("document.querySelector('[data-clock]').value"))
    assert 30 < left < 45
    inked = """() => {
      const c = document.querySelector('[data-trace]');
      return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v);
    }"""
    assert page.evaluate(inked)
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / "measure-recording.png")
    turn(page, 44)
    page.wait_for_selector(".measure-result", timeout=60_000)
    headline = page.inner_text(".measure-hero h2")
    assert any(f" {n} " in f" {headline} " for n in range(52, 64)), headline
    assert WORDS.say("measure_web.deleted") in page.inner_text("main")
    page.screenshot(path=SCREENS / "measure-result.png", full_page=True)


def test_a_recording_can_be_cancelled_and_nothing_is_sent(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.method) if r.method == "POST" else None)
    page.evaluate(SHAKE)
    page.click("[data-begin=motion]")
    page.clock.run_for(100)
    turn(page, 10)
    page.click("[data-cancel]")
    assert page.inner_text("[data-note]") == WORDS.say("measure_web.cancelled")
    assert page.is_visible("[data-begin=motion]")
    turn(page, 70)
    assert not sent


def test_a_device_without_motion_says_what_else_would_do(page: Page) -> None:
    page.click("[data-begin=motion]")
    page.clock.run_for(2000)
    page.wait_for_selector("[data-note]:not([hidden])")
    assert page.inner_text("[data-note]") == WORDS.say("measure_web.no_sensor")


def test_an_iphone_is_asked_by_the_tap_and_may_refuse(page: Page) -> None:
    page.evaluate(
        "() => { DeviceMotionEvent.requestPermission = async () => "
        "{ window.asked = navigator.userActivation.isActive; return 'denied'; }; }"
    )
    page.click("[data-begin=motion]")
    page.wait_for_selector("[data-note]:not([hidden])")
    assert page.evaluate("window.asked") is True
    assert page.inner_text("[data-note]") == WORDS.say("measure_web.no_sensor")


def test_a_film_is_shown_recorded_and_measured(page: Page) -> None:
    page.click("[data-begin=video]")
    page.wait_for_selector("[data-view]:not([hidden])")
    turn(page, 6)
    page.wait_for_timeout(50)
    assert page.inner_text("[data-state]") == WORDS.say("measure_web.go")
    assert page.evaluate("document.querySelector('[data-view]').videoWidth") > 0
    wall_s = 4  # of film; the minute itself is only told by the clock
    for _ in range(31):
        page.clock.run_for(2000)
        time.sleep(wall_s / 31)
    page.wait_for_selector(".measure-result", timeout=120_000)
    told = page.inner_text(".measure-result")
    assert WORDS.say("measure_web.unreadable") not in told, told
    assert WORDS.say("measure.kind.video") in told
    running = "document.querySelector('[data-view]')?.srcObject ?? null"
    assert page.evaluate(running) is None


def test_a_file_is_sent_and_its_result_is_accessible(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "motion.csv"
    file.write_bytes(motion_csv())
    page.set_input_files("#recording", file)
    page.click("[data-send] button")
    page.wait_for_selector(".measure-hero", timeout=60_000)
    assert page.evaluate("document.querySelectorAll('h1').length") == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert not page.is_visible(".measure-step >> nth=0")
    if AXE.exists():
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run({resultTypes: ['violations']})")
        assert not [v["id"] for v in found["violations"]]


def test_without_javascript_the_same_page_comes_in_parts(
    filming: Browser, served: Served, tmp_path: Path
) -> None:
    file = tmp_path / "motion.csv"
    file.write_bytes(motion_csv())
    context = filming.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{served.address}/id/measure")
    assert not plain.is_visible("[data-begin]  >> nth=0")
    plain.set_input_files("#recording", file)
    plain.click("[data-send] button")
    plain.wait_for_selector(".measure-hero", timeout=60_000)
    assert not plain.is_visible(".measure-step >> nth=0")
    plain.click(".measure-result form button")
    plain.wait_for_selector("#age")
    context.close()


def test_leaving_the_page_ends_the_work(page: Page, served: Served, tmp_path: Path) -> None:
    file = tmp_path / "motion.csv"
    file.write_bytes(motion_csv(seconds=600))
    page.set_input_files("#recording", file)
    page.click("[data-send] button")
    queue = served.app.state.measuring
    for _ in range(100):
        if queue.here:
            break
        page.wait_for_timeout(50)
    assert queue.here == 1
    page.goto("about:blank")
    for _ in range(100):
        if not queue.here:
            break
        page.wait_for_timeout(50)
    assert queue.here == 0
