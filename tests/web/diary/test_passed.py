"""What has passed is told on the page, stays a finding, and is not denied by older answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kedut.assess.interview import Question
from kedut.assess.revision import revised
from kedut.assess.transcript import Transcript, answered, interview_of
from kedut.diary.entry import Entry
from kedut.knowledge.knowledge_base import Knowledge
from kedut.simulate.courses import FIRST_DAY
from kedut.web.diary_page import carried
from tests.web.client import TestClient
from tests.web.diary.noting import Clock, begun, level_of, note, text_of

DAY = timedelta(days=1)


@pytest.mark.parametrize("language", ["id", "en"])
def test_speech_that_was_changed_yesterday_is_told_to_have_passed(
    client: TestClient, clock: Clock, knowledge: Knowledge, language: str
) -> None:
    token = begun(client, speech_changed="yes")
    clock.pass_(days=1)
    note(client, token)
    page = client.get(f"/{language}/diary/{token}").text
    words = knowledge.words(language)
    sign = words.say("diary.sign.speech_changed")
    assert level_of(page) == "soon"
    # The first answer was the bad one: so from the start, until more good ones follow.
    assert f"{words.say('diary.function.cannot_from_the_start', signs=sign)}" in text_of(page)
    assert words.say("diary.speech_passed", day="\0").partition("\0")[2] in text_of(page)


def test_a_leg_that_works_again_is_not_told_to_be_as_before(
    client: TestClient, clock: Clock, knowledge: Knowledge
) -> None:
    token = begun(client)
    for answer in ("yes", "yes", "yes", "no", "yes"):
        clock.pass_(days=1)
        note(client, token, ten_heel_raises_left=answer)
    page = text_of(client.get(f"/en/diary/{token}").text)
    words = knowledge.words("en")
    sign = words.say("diary.sign.ten_heel_raises_left")
    assert words.say("diary.function.passed", signs=sign) in page


def test_what_is_open_is_not_handed_on_as_denied_before(knowledge: Knowledge) -> None:
    group = Question("group", "strength", ("facial_weakness", "leg_weakness"))
    told = answered(Transcript(age=30), group, absent=group.findings)
    case = interview_of(told).case
    noted = [
        Entry(id="a", at=FIRST_DAY, new_symptoms=("facial_weakness",)),
        Entry(id="b", at=FIRST_DAY + 20 * DAY, new_symptoms=("fatigue",)),
    ]
    found = revised(case, noted, noted[-1].day, knowledge, asked_on=FIRST_DAY.date())
    handed = interview_of(carried(told, found, knowledge)).case
    assert "facial_weakness" not in {*handed.present, *handed.absent}
    assert "leg_weakness" in handed.absent
