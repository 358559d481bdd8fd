"""`kedut assess --format fhir`: one Bundle a line, errors in their place."""

from __future__ import annotations

import json

from fhir.resources.R4B.bundle import Bundle

from kedut.cli.main import main
from kedut.fhir import systems
from tests.fhir.people import EXAMPLES


def told(capsys, *arguments):
    status = main(["assess", *arguments, "--format", "fhir"])
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_case_gives_one_bundle_a_line(capsys):
    status, lines = told(capsys, *map(str, EXAMPLES), "--lang", "en")
    assert status == 0
    assert len(lines) == len(EXAMPLES)
    for line in lines:
        Bundle.model_validate(line)
        assert line["language"] == "en"


def test_the_same_case_gives_the_same_bytes(capsys):
    assert told(capsys, str(EXAMPLES[0])) == told(capsys, str(EXAMPLES[0]))


def test_an_error_stands_in_its_place(capsys, tmp_path):
    lines = tmp_path / "cases.jsonl"
    lines.write_text('{"findings_present": ["twitch_days"]}\n{"findings_present": 7}\n', "utf-8")
    status, (bundle, error) = told(capsys, str(lines))
    assert status == 1
    assert bundle["resourceType"] == "Bundle"
    assert set(error) == {"line", "error"}
    assert set(error["error"]) == {"where", "what", "try"}


def test_a_time_may_be_told(capsys, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795430100")
    _, (told_time,) = told(capsys, str(EXAMPLES[0]))
    assert told_time["timestamp"] == "2026-11-23T10:35:00+00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    _, (not_told,) = told(capsys, str(EXAMPLES[0]))
    assert "timestamp" not in not_told
    assert systems.TIME_NOT_TOLD in json.dumps(not_told)


def test_brief_leaves_out_intervals(capsys):
    _, (bundle,) = told(capsys, str(EXAMPLES[0]), "--detail", "brief")
    Bundle.model_validate(bundle)
    assert systems.INTERVAL not in json.dumps(bundle)
