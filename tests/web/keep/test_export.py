"""Answers as files to take along."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime

import pytest

from kedut.case.wire import read_case
from kedut.knowledge.knowledge_base import Knowledge
from tests.web.client import TestClient
from tests.web.keep.person import PAIN, TWITCH, kept, press, told


@pytest.mark.parametrize("kind", ["json", "csv", "fhir", "case"])
def test_every_export_is_a_file_to_take_along(client: TestClient, kind: str) -> None:
    answer = press(client, f"/en/export/{kind}", t=told())
    assert answer.status_code == 200
    assert re.fullmatch(
        rf'attachment; filename="kedut-{kind}-\d{{4}}-\d\d-\d\d\.(json|csv)"',
        answer.headers["content-disposition"],
    )
    assert "calf_pain" in answer.text


def test_the_exported_answers_are_a_case_that_can_be_read_again(
    client: TestClient, knowledge: Knowledge
) -> None:
    case = read_case(press(client, "/id/export/case", t=told()).text, knowledge, where="the export")
    assert (case.age, case.sex) == (34.0, "male")
    assert (case.present, case.absent) == (TWITCH.findings, PAIN.findings)


def test_the_exported_result_has_the_fixed_shape(client: TestClient) -> None:
    shape = press(client, "/id/export/json", t=told()).json()
    assert shape["case"]["findings_absent"] == ["calf_pain"]
    assert shape["assessment"]["urgency"]["level"] == "routine"
    assert {"causes", "advice", "come_back", "tests"} <= shape["assessment"].keys()


def test_the_exported_table_has_every_answer_and_cause(client: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(press(client, "/en/export/csv", t=told()).text)))
    assert {(row["id"], row["answer"]) for row in rows if row["part"] == "finding"} == {
        ("twitch_calf_one_side", "present"),
        ("calf_pain", "absent"),
    }
    causes = [row for row in rows if row["part"] == "cause"]
    assert len(causes) > 50
    assert all(float(row["low"]) <= float(row["value"]) <= float(row["high"]) for row in causes)


def test_everything_kept_is_exported_in_one_file(client: TestClient) -> None:
    token = kept(client)
    kept(client, kept=token, t=told(pain=True))
    shape = press(client, "/id/export/kept", token=token).json()
    assert [entry["t"] for entry in shape["entries"]] == [told(), told(pain=True)]
    for entry in shape["entries"]:
        assert datetime.fromisoformat(entry["answered_at"]).tzinfo is not None
        assert entry["level"] in ("routine", "soon")
        assert entry["knowledge_version"]
