"""The same answers again: noticed within days, by what was told and by nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from fastapi import FastAPI, Request
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from kedut.assess.interview import Question
from kedut.assess.repeat import first_time, same_answers
from kedut.assess.transcript import Transcript, answered, back, pack, unpack
from kedut.knowledge.load import ours
from kedut.web.repeat import COOKIE, forget, note, noted
from kedut.web.settings import Settings

TODAY = date(2027, 3, 9)
NAMES = ("twitch_calf_one_side", "calf_pain", "leg_weakness", "back_pain")
ASKED = tuple(Question("yes_no", name, (name,)) for name in NAMES)
WITHIN = 7


def told(*states: bool | None, age: float | None = 40.0, sex: str | None = "female") -> Transcript:
    """Give an interview with an answer each, in order."""
    transcript = Transcript(whom="myself", age=age, sex=sex)
    for question, state in zip(ASKED, states, strict=False):
        present = question.findings if state else ()
        absent = question.findings if state is False else ()
        transcript = answered(transcript, question, present=present, absent=absent)
    return transcript


STATES = st.lists(st.sampled_from([True, False, None]), max_size=len(ASKED))


@given(states=STATES, seed=st.randoms())
def test_the_order_of_answers_does_not_matter(states, seed) -> None:
    first = told(*states)
    rows = list(first.given)
    seed.shuffle(rows)
    assert same_answers(first, replace(first, given=tuple(rows)))


@given(one=STATES, other=STATES)
def test_answers_are_the_same_only_where_all_that_was_told_is(one, other) -> None:
    def known(states: list[bool | None]) -> list[bool | None]:
        return [*states, *[None] * (len(ASKED) - len(states))]

    assert same_answers(told(*one), told(*other)) == (known(one) == known(other))


def test_unknown_is_not_no_and_age_and_sex_count() -> None:
    assert not same_answers(told(True, None), told(True, False))
    assert not same_answers(told(True), told(True, age=41.0))
    assert not same_answers(told(True), told(True, sex=None))
    assert same_answers(told(True), told(True, age=40))


def test_what_was_taken_back_and_for_whom_does_not_count() -> None:
    assert same_answers(told(True), replace(back(told(True, False)), whom="other"))


def test_the_first_day_within_the_days_is_given() -> None:
    def first(*days_ago: int) -> date | None:
        earlier = [(told(True), TODAY - timedelta(days=days)) for days in days_ago]
        return first_time(told(True), earlier, today=TODAY, within_days=WITHIN)

    assert first() is None
    assert first(2, 5, 1) == TODAY - timedelta(days=5)
    assert first(7) == TODAY - timedelta(days=7)
    assert first(8) is None
    assert first(8, 3) == TODAY - timedelta(days=3)
    assert first(-1) is None  # a clock that was wrong


def test_other_answers_are_no_repetition() -> None:
    earlier = [(told(False), TODAY)]
    assert first_time(told(True), earlier, today=TODAY, within_days=WITHIN) is None


class Browser:
    """A browser that keeps one cookie, and the pages it asks for."""

    def __init__(self, secret: str = "s" * 43, *, secure: bool = False) -> None:
        self.app = FastAPI()
        self.app.state.settings = Settings(secret=secret, secure=secure)
        self.app.state.knowledge = ours()
        self.cookie = ""
        self.header = ""

    def request(self) -> Request:
        name = f"__Host-{COOKIE}" if self.app.state.settings.secure else COOKIE
        headers = [(b"cookie", f"{name}={self.cookie}".encode())] if self.cookie else []
        return Request({"type": "http", "app": self.app, "headers": headers})

    def sees(self, transcript: Transcript, today: date) -> date | None:
        """Show a result: say what is noted, then note it."""
        request, response = self.request(), Response()
        known = noted(request, transcript, today)
        note(response, request, transcript, today)
        self.header = response.headers.get("set-cookie", "")
        if self.header:
            self.cookie = self.header.partition(";")[0].partition("=")[2]
        return known


def test_a_browser_is_told_the_first_day_for_a_week() -> None:
    browser = Browser()
    assert browser.sees(told(True), TODAY) is None
    for days in (0, 1, 3, 7):
        assert browser.sees(told(True), TODAY + timedelta(days=days)) == TODAY
    assert browser.sees(told(True), TODAY + timedelta(days=8)) is None
    assert browser.sees(told(True), TODAY + timedelta(days=9)) == TODAY + timedelta(days=8)


def test_other_answers_are_told_nothing_and_take_the_place() -> None:
    browser = Browser()
    browser.sees(told(True), TODAY)
    assert browser.sees(told(True, True), TODAY) is None
    assert browser.sees(told(True, True), TODAY) == TODAY


def test_the_note_survives_the_form_it_travels_in() -> None:
    browser = Browser()
    browser.sees(told(True, age=40), TODAY)
    again = unpack(pack(told(True, age=40.0)), ours())
    assert browser.sees(again, TODAY) == TODAY


def test_the_cookie_holds_a_day_and_a_digest_and_is_kept_from_scripts() -> None:
    browser = Browser(secure=True)
    browser.sees(told(True), TODAY)
    assert browser.sees(told(True), TODAY) == TODAY
    browser.cookie = ""
    browser.sees(told(True), TODAY)
    assert browser.header.startswith("__Host-kedut_before=")
    assert re.fullmatch(r"2027-03-09\.[0-9a-f]{64}", browser.cookie)
    flags = {part.strip().lower() for part in browser.header.split(";")[1:]}
    assert {"httponly", "samesite=strict", "secure", "path=/", "max-age=604800"} <= flags


def test_the_digest_needs_the_servers_secret() -> None:
    one, other = Browser("a" * 43), Browser("b" * 43)
    one.sees(told(True), TODAY)
    other.sees(told(True), TODAY)
    assert one.cookie != other.cookie
    other.cookie = one.cookie
    assert other.sees(told(True), TODAY) is None


def test_another_day_cannot_be_written_into_it() -> None:
    browser = Browser()
    browser.sees(told(True), TODAY)
    browser.cookie = browser.cookie.replace("2027-03-09", "2027-03-08")
    assert browser.sees(told(True), TODAY) is None


@pytest.mark.parametrize("cookie", ["x", ".", "2027-03-09", "2027-03-09.é", "20270309.x", "9" * 99])
def test_a_cookie_that_is_none_is_nothing(cookie: str) -> None:
    browser = Browser()
    browser.cookie = cookie
    assert browser.sees(told(True), TODAY) is None


def test_an_interview_without_an_answer_leaves_no_note() -> None:
    browser = Browser()
    browser.sees(Transcript(whom="myself", age=3.0), TODAY)
    assert browser.header == ""


def test_the_note_can_be_taken_back() -> None:
    response = Response()
    forget(response, Browser().request())
    assert f'{COOKIE}="";' in response.headers["set-cookie"]
    assert "Max-Age=0" in response.headers["set-cookie"]
