"""The page about a measurement: self-contained, strict, honest; the terminal says the same."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from rich.cells import cell_len

from kedut.case.measured import concluded
from kedut.knowledge.load import ours
from kedut.report.measure_page import page
from kedut.report.measure_sentences import MeasureTeller
from kedut.report.measure_signal import reach, signal_of
from kedut.report.measure_text import print_measurement
from kedut.report.measure_trace import trace_of
from kedut.report.terminal import console_for
from tests.report.measured import PEAK_UV, emg, film

KNOWLEDGE = ours()
CHROMIUM = Path("/usr/bin/chromium")
TIMES = [12.0, 15.0, 30.0, 30.033, 31.0, 33.0, 60.0, 80.0]


def row(made):
    reopen, measurement = made
    return reopen, measurement, concluded(measurement, KNOWLEDGE)


def told(made, language: str = "en") -> str:
    """Give the page as a reader sees its text, without pictures: they have tests of their own."""
    with patch("kedut.report.measure_page.drawn", return_value=()):
        text = page([row(made)], KNOWLEDGE, language)
    return html.unescape(re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL))


def printed(made, language: str = "en", width: int = 80) -> str:
    out = io.StringIO()
    reopen, measurement, findings = row(made)
    console = console_for(out, width)
    print_measurement(reopen, measurement, findings, KNOWLEDGE, language, console)
    return out.getvalue()


@pytest.fixture(scope="module")
def text() -> str:
    return page([row(emg(TIMES, bursts=1))], KNOWLEDGE, "en")


def test_the_page_allows_its_own_script_and_style_alone(text) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = hashlib.sha256(content.encode()).digest()
        allowed = f"{rule} &#39;sha256-{base64.b64encode(digest).decode()}&#39;"
        assert allowed in policy[1] or html.unescape(allowed) in html.unescape(policy[1])
    assert "unsafe" not in policy[1]


def test_the_page_fetches_nothing(text) -> None:
    assert not re.findall(r'(?:src|href|action)="(?!data:|#)', text)
    assert not re.findall(r"url\((?!\"data:)", text)
    assert not re.findall(r'\sstyle="|\son\w+="', text)


def test_a_channel_cannot_end_the_element_its_name_stands_in(text) -> None:
    assert "GM <left>" not in text
    (data,) = re.findall(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
    assert "<" not in data
    assert json.loads(data)["channels"][0]["name"] == "GM <left>"


def test_the_page_is_the_same_each_time(text) -> None:
    assert page([row(emg(TIMES, bursts=1))], KNOWLEDGE, "en") == text


def test_the_headline_is_the_rate_with_its_range() -> None:
    said = told(emg(TIMES))
    assert "About 4.4 twitches a minute" in said  # 8 in 110 s
    assert "8 twitches were counted in 110 s" in said


def test_none_seen_gives_an_upper_bound_and_no_all_clear() -> None:
    said = told(emg([]))
    assert "No twitch was seen in 110 s" in said
    assert "fewer than 1.6 times a minute" in said  # ln 20 / (110 / 60)
    assert "does not show that there are never any" in said


def test_what_cannot_be_measured_says_why_and_gives_no_rate() -> None:
    said = told(emg(TIMES, usable=False))
    assert "This recording cannot tell how often this muscle twitches" in said
    assert "no rate is stated" in said
    assert "About" not in said.split("What this says")[0].split("Twitch measurement")[-1]


@pytest.mark.parametrize("make", [told, printed])
def test_a_rate_is_never_a_diagnosis_and_says_little(make) -> None:
    said = " ".join(make(emg(TIMES)).split())
    assert "it is not a diagnosis" in said
    assert "1.5 to 5 times" in said
    assert "0.44 to 0.62" in said
    assert "a rate alone says little" in said
    assert "Strength matters more" in said


@pytest.mark.parametrize("make", [told, printed])
@pytest.mark.parametrize("language", ["id", "en"])
def test_no_key_is_left_untold(make, language) -> None:
    for made in (emg(TIMES, bursts=2), emg([]), emg(TIMES, usable=False), film([5.0, 9.0])):
        said = make(made, language)
        assert "measure." not in said
        assert "None" not in said
        assert not re.findall(r"\{\w+\}", said)


def test_findings_are_told_with_figure_limit_and_grade() -> None:
    _, measurement = emg(TIMES)
    lines = MeasureTeller(measurement, concluded(measurement, KNOWLEDGE), KNOWLEDGE, "id")
    by_name = {line.name: line for line in lines.findings()}
    line = by_name["Banyak kedutan per menit"]
    assert line.result == "absent"
    assert line.here.startswith("kedutan per menit: 4,36 (")
    assert (line.limit, line.grade[0]) == ("40 atau lebih", "C")


def test_a_muscle_without_published_rates_is_said_to_have_none() -> None:
    said = told(emg(TIMES, muscle="tibialis anterior"))
    assert "tibialis anterior" in said
    assert "hold no published figure" in said


def test_a_file_that_names_no_muscle_is_compared_with_the_calf_and_says_so() -> None:
    said = told(emg(TIMES, muscle=""))
    assert "does not name the muscle" in said
    assert "1.5 to 5 times" in said


def test_bursts_are_told_apart_from_single_twitches() -> None:
    said = told(emg(TIMES, bursts=2))
    assert "2 quick groups of discharges" in said
    assert "8 twitches were counted" in said


def test_several_recordings_begin_with_a_list() -> None:
    text = page([row(emg(TIMES, name="a.edf")), row(emg([], name="b.edf"))], KNOWLEDGE, "id")
    assert '<a href="#r2">b.edf</a>' in text
    assert text.count("<article") == 2


def test_the_start_of_a_recording_is_shown() -> None:
    reopen, measurement = emg(TIMES)
    about = replace(measurement.about, started=datetime(2026, 3, 1, 9, 30, tzinfo=UTC))
    said = told((reopen, replace(measurement, about=about)))
    assert "2026-03-01 09:30" in said


def test_the_trace_packs_the_signal_so_that_the_script_draws_the_same() -> None:
    reopen, measurement = emg(TIMES)
    signal = signal_of(reopen(), measurement)
    trace = trace_of(measurement, signal, KNOWLEDGE.words("en"))
    assert trace is not None
    packed = trace.data["channels"][0]
    values = np.frombuffer(base64.b64decode(packed["values"]), "<i2").astype(float) / 32767
    size = reach(measurement, signal.whole)
    back = values.reshape(-1, 2) * packed["times"] * size
    np.testing.assert_allclose(back[:, 1], signal.whole[0].high, atol=size / 10_000)
    assert back.max() == pytest.approx(PEAK_UV / 2, rel=0.2)
    assert [mark[0] for mark in trace.data["marks"]] == TIMES


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_terminal_keeps_to_80_columns(language) -> None:
    lines = printed(emg(TIMES, bursts=2), language).splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert any("░" in line and "A" in line for line in lines)


def test_a_share_too_small_to_be_written_is_said_to_be_smaller() -> None:
    _, measurement = emg(TIMES)
    lines = MeasureTeller(measurement, (), KNOWLEDGE, "id")
    told = [lines._percent(share) for share in (0.0, 0.0004, 0.0153, 0.5, 1.0)]
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in told] == [
        "0 %",
        "<0,1 %",
        "1,5 %",
        "50 %",
        "100 %",
    ]


def test_channels_that_are_not_drawn_are_counted() -> None:
    assert "Shown are 4 of 16 channels, those with most twitches" in told(emg(TIMES, columns=4))
    assert "Shown are 4 of 16 channels, the first ones" in told(emg([], columns=4))


def test_the_trace_is_zoomed_by_its_script_and_shown_without(tmp_path) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium: apt-get install chromium")
    file = tmp_path / "calf.html"
    file.write_text(page([row(emg(TIMES))], KNOWLEDGE, "en"), encoding="utf-8")
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        try:
            faults: list[str] = []
            tab = browser.new_page()
            tab.on("console", lambda message: faults.append(message.text))
            tab.on("pageerror", lambda error: faults.append(str(error)))
            tab.goto(file.as_uri())
            ticks = tab.locator(".trace .ticks span")
            assert ticks.all_inner_texts() == ["0:00", "0:30", "1:00", "1:30", "2:00"]
            tab.click("[data-do=next]")
            playwright.expect(ticks.nth(2)).to_have_text("0:12.00")
            tab.focus(".stage")
            tab.keyboard.press("0")
            playwright.expect(ticks.nth(4)).to_have_text("2:00")
            assert not faults
            bare = browser.new_context(java_script_enabled=False).new_page()
            bare.goto(file.as_uri())
            assert bare.locator("svg.plot path").bounding_box()["width"] > 100
            assert not bare.locator(".controls").is_visible()
        finally:
            browser.close()
