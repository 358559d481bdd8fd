"""From the answer on: more questions where some tell, sources one tap away, one date."""

from __future__ import annotations

import re

import pytest

from kedut.assess.interview import Question
from kedut.assess.transcript import Given, Transcript, answered, pack
from kedut.knowledge.load import ours
from kedut.web.answers import MAP, MAP_KEY, stand_of, with_questions
from tests.web.client import TestClient
from tests.web.played import fields_of, level_of

KNOWLEDGE = ours()
COMPLAINTS = ("muscle_cramp", "fatigue", "diarrhoea")


def to_the_end(transcript: Transcript) -> Transcript:
    """Tell some complaints, and don't know to the rest."""
    while (stand := stand_of(KNOWLEDGE, transcript)).question is not None:
        question = stand.question
        told = [f for f in question.findings if f in COMPLAINTS]
        none = question.findings if question.kind == "group" else ()
        transcript = answered(transcript, question, present=told, absent=none)
    assert stand.page == "result"
    return transcript


ENDED = to_the_end(Transcript(whom="myself", age=45, sex="male"))
BITTEN = answered(
    Transcript(whom="myself", age=45),
    Question("group", "circumstances", ("snake_bite",)),
    present=("snake_bite",),
)


def result(client: TestClient, transcript: Transcript, language: str = "en") -> str:
    page = client.get(f"/{language}/interview").text
    fields = {**fields_of(page), "t": pack(transcript), "action": "finish"}
    return client.post(f"/{language}/interview", data=fields).text


def press_more(client: TestClient, page: str) -> str:
    return client.post("/en/interview", data={**fields_of(page), "action": "more"}).text


def test_an_answer_after_unknowns_offers_more_questions_and_asks_them(client: TestClient) -> None:
    page = result(client, ENDED)
    assert level_of(page)
    assert 'value="more"' in page
    question = press_more(client, page)
    assert not level_of(question)
    assert 'name="key"' in question


def test_an_answer_cut_short_goes_on_where_it_stopped(client: TestClient) -> None:
    early = Transcript(whom="myself", age=45, given=ENDED.given[:2])
    assert with_questions(KNOWLEDGE, early) == early
    page = press_more(client, result(client, early))
    assert f'name="key" value="{ENDED.given[2].key}"' in page


def test_nothing_is_offered_where_no_question_tells_more(client: TestClient) -> None:
    told = ENDED
    while (further := with_questions(KNOWLEDGE, told)) is not None:
        told = to_the_end(further)
    assert 'value="more"' not in result(client, told)


def test_after_an_emergency_nothing_is_offered_until_it_was_read(client: TestClient) -> None:
    assert with_questions(KNOWLEDGE, BITTEN) is None
    assert 'value="more"' not in result(client, BITTEN)
    assert press_more(client, result(client, BITTEN)).count('value="acknowledge"') == 1


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_mark_of_a_source_on_the_answer_leads_to_its_page(
    client: TestClient, language: str
) -> None:
    marks = (
        Given(
            kind=MAP,
            key=MAP_KEY,
            findings=("twitch_calf_one_side",),
            present=("twitch_calf_one_side",),
        ),
    )
    page = result(client, Transcript(whom="myself", age=45, given=marks), language)
    assert not re.search(r"(?<!>)\[\d+", page.partition("<main")[2])
    cited = set(re.findall(rf'href="(/{language}/sources/[^"]+)"', page))
    assert cited
    for address in cited:
        assert client.get(address).status_code == 200


def test_the_answer_names_one_date_to_look_again(client: TestClient) -> None:
    page = result(client, ENDED, "id")
    assert len(re.findall(r"paling lambat \d+ [A-Z][a-z]+ \d{4}|besok, \d+ ", page)) == 1
