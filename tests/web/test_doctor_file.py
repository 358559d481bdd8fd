"""The file for a clinic's system: what is ticked and no more, with a form of ours only."""

from __future__ import annotations

import pytest

from kedut.assess.interview import Question
from kedut.assess.transcript import Transcript, answered, pack
from tests.web.client import TestClient
from tests.web.keep.person import FIELD

LOW = Question("yes_no", "suicidal_thoughts", ("suicidal_thoughts",))
TWITCH = Question("yes_no", "twitch_calf_one_side", ("twitch_calf_one_side",))
ADDRESS = "/en/doctor.fhir.json"


def told() -> str:
    transcript = answered(Transcript(whom="myself", age=34.0), TWITCH, present=TWITCH.findings)
    return pack(answered(transcript, LOW, present=LOW.findings))


def form(client: TestClient, **more: str) -> dict[str, str]:
    found = FIELD.search(client.get("/en/keep").text)
    assert found
    return {"csrf": found[1], "t": told(), **more}


@pytest.mark.parametrize("private", ["", "mental"])
def test_the_file_holds_what_is_ticked_and_the_urgency_of_all(
    client: TestClient, private: str
) -> None:
    answer = client.post(ADDRESS, data=form(client, private=private))
    assert answer.headers["content-type"] == "application/fhir+json"
    assert "attachment" in answer.headers["content-disposition"]
    shape = answer.json()
    flags = [e["resource"] for e in shape["entry"] if e["resource"]["resourceType"] == "Flag"]
    assert flags[0]["code"]["coding"][0]["code"] == "emergency"
    assert ('"suicidal_thoughts"' in answer.text) is bool(private)
    labels = {code["code"] for code in shape["meta"]["security"]}
    assert labels == ({"R", "PSY"} if private else {"REDACTED"})


def test_the_page_offers_the_file_and_no_other_page_can_ask_for_it(client: TestClient) -> None:
    page = client.post("/en/doctor", data=form(client))
    assert f'formaction="{ADDRESS}"' in page.text
    foreign = client.post(ADDRESS, data={"csrf": "x", "t": told()})
    assert foreign.headers["content-type"].startswith("text/html")
    assert client.get(ADDRESS).status_code == 200
