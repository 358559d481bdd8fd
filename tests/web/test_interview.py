"""The interview through its pages: the same answer as the command, and nothing ever lost."""

from pathlib import Path
from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from kedut.assess.pipeline import assess
from kedut.assess.transcript import Given, Transcript, pack, unpack
from kedut.case.case import Case
from kedut.case.wire import read_case
from kedut.knowledge.load import ours
from tests.web.played import fields_of, level_of, play

KNOWLEDGE = ours()
CASES = Path(__file__).parents[1] / "cases"
MOST_QUESTIONS = 15  # five lists and three they open, what follows twice, look, map, three singles
# The first ten whose findings a person can tell; what only a laboratory knows no page asks for.
TEN = [
    case
    for line in (CASES / "published-1.jsonl").read_text(encoding="utf-8").splitlines()
    if (case := read_case(line.encode(), KNOWLEDGE, where="case", lenient=True))
    and all(KNOWLEDGE.findings[name].asked for name in (*case.present, *case.absent))
][:10]
EVERY_THIRD = [
    case
    for name in ("published-1.jsonl", "published-2.jsonl")
    for line in (CASES / name).read_text(encoding="utf-8").splitlines()[::3]
    if (case := read_case(line.encode(), KNOWLEDGE, where="case", lenient=True))
]
MEDIAN_QUESTIONS = 10
UNLUCKY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("case", TEN, ids=lambda case: case.id)
def test_the_pages_end_with_the_urgency_of_the_command(
    client: TestClient, case: Case, language: str
) -> None:
    went = play(client, KNOWLEDGE, case, language)
    assert went.level == assess(case, KNOWLEDGE, detail="brief").urgency.level.value


def test_nobody_is_asked_more_than_the_promised_questions(client: TestClient) -> None:
    assert max(play(client, KNOWLEDGE, case, "id").questions for case in TEN) <= MOST_QUESTIONS


def test_the_median_interview_has_ten_questions(client: TestClient) -> None:
    asked = [play(client, KNOWLEDGE, case, "id").questions for case in EVERY_THIRD]
    assert median(asked) <= MEDIAN_QUESTIONS


def test_the_end_is_never_later_than_told(client: TestClient) -> None:
    import re

    for case in TEN[:4]:
        pages = play(client, KNOWLEDGE, case, "en").pages
        for place, page in enumerate(pages):
            found = re.search(r"Page (\d+), at most (\d+) more", page)
            if found:
                assert len(pages) - place - 2 <= int(found[2])


def test_an_emergency_stops_the_questions_until_it_was_read(client: TestClient) -> None:
    page = client.get("/id/interview").text
    told = {**fields_of(page), "whom": "myself"}
    page = client.post("/id/interview", data=told).text
    told = {**fields_of(page), "a": "some", "p": "convulsion"}
    page = client.post("/id/interview", data=told).text
    assert "119" in page
    assert 'value="acknowledge"' in page
    assert 'name="p"' not in page
    on = client.post("/id/interview", data={**fields_of(page), "action": "acknowledge"}).text
    assert 'name="p"' in on


def test_none_is_said_only_where_it_is_said(client: TestClient) -> None:
    page = client.get("/en/interview").text
    page = client.post("/en/interview", data={**fields_of(page), "whom": "myself"}).text
    ticks = client.post("/en/interview", data={**fields_of(page), "a": "some"})
    assert ticks.status_code == 422
    assert not unpack(fields_of(ticks.text)["t"], KNOWLEDGE).given
    both = client.post("/en/interview", data={**fields_of(page), "a": "none", "p": "fever"})
    assert both.status_code == 422
    skipped = client.post("/en/interview", data={**fields_of(page), "a": "skip"})
    told = unpack(fields_of(skipped.text)["t"], KNOWLEDGE)
    assert told.given[0].absent == told.given[0].present == ()


def test_back_gives_the_question_with_its_answer(client: TestClient) -> None:
    page = client.get("/en/interview").text
    page = client.post("/en/interview", data={**fields_of(page), "whom": "myself"}).text
    told = {**fields_of(page), "a": "some", "p": "fever"}
    page = client.post("/en/interview", data=told).text
    page = client.post("/en/interview", data={**fields_of(page), "action": "back"}).text
    assert 'value="fever" checked' in page


def test_a_form_from_elsewhere_changes_nothing_and_loses_nothing(client: TestClient) -> None:
    t = pack(Transcript(whom="myself", age=40, given=(Given(kind="group", key="g", findings=()),)))
    data = {"t": t, "action": "again", "csrf": "forged"}
    page = client.post("/en/interview", data=data).text
    assert unpack(fields_of(page)["t"], KNOWLEDGE) == unpack(t, KNOWLEDGE)
    assert "press once more" in page


@UNLUCKY
@given(
    data=st.dictionaries(
        st.sampled_from(["t", "csrf", "action", "a", "key", "p", "u", "map", "age", "whom", "sex"]),
        st.text(max_size=30)
        | st.sampled_from(["answer", "about", "back", "edit:0", "edit:999999", "finish", "yes"]),
    ),
    path=st.sampled_from(["interview", "result", "doctor", "doctor.pdf"]),
    good=st.booleans(),
)
def test_no_form_whatever_breaks_a_page(
    client: TestClient, data: dict[str, str], path: str, good: bool
) -> None:
    if good:
        data |= fields_of(client.get("/id/interview").text)
    if path == "doctor.pdf":
        data.pop("csrf", None)
    assert client.post(f"/id/{path}", data=data).status_code < 500


@UNLUCKY
@given(st.binary(max_size=300), st.sampled_from(["application/x-www-form-urlencoded", "a/b", ""]))
def test_no_bytes_whatever_break_a_page(client: TestClient, body: bytes, kind: str) -> None:
    answer = client.post("/en/interview", content=body, headers={"content-type": kind})
    assert answer.status_code < 500


def test_nothing_of_an_answer_stands_in_an_address(client: TestClient) -> None:
    went = play(client, KNOWLEDGE, TEN[0], "id")
    assert level_of(went.pages[-1])
    assert 'method="get"' not in "".join(went.pages).lower()
    assert not [page for page in went.pages if "/interview?" in page or "/result?" in page]
