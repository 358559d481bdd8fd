"""`kedut assess`: the fixed shapes, and every kind of bad input."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from kedut.cli.main import main

CASE = {"id": "one", "age": 34, "findings_present": ["twitch_calf_one_side"]}
URGENCY_KEYS = {"level", "within_days", "screen_complete", "screen_open", "because"}
KEYS = {
    "id",
    "knowledge_version",
    "software_version",
    "urgency",
    "causes",
    "joint",
    "course",
    "advice",
    "come_back",
    "next",
    "tests",
    "ignored",
}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[Any], str]:
    status = main(["assess", *arguments])
    out, err = capsys.readouterr()
    return status, [json.loads(line) for line in out.splitlines()], err


def written(folder: Path, found: object, name: str = "case.json") -> str:
    path = folder / name
    path.write_text(found if isinstance(found, str) else json.dumps(found), encoding="utf-8")
    return str(path)


def test_an_answer_has_the_fixed_shape(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, (answer,), _ = run(capsys, written(tmp_path, CASE), "--format", "json")
    assert status == 0
    assert set(answer) >= KEYS
    assert set(answer["urgency"]) == URGENCY_KEYS
    cause = answer["causes"][0]
    assert set(cause) >= {
        "id", "name", "probability", "low", "high", "prevalent", "grade", "for", "against",
    }  # fmt: skip
    assert all(c["low"] <= c["probability"] <= c["high"] for c in answer["causes"])
    chances = [c["probability"] for c in answer["causes"]]
    assert chances == sorted(chances, reverse=True)
    assert "other" in {c["id"] for c in answer["causes"]}
    assert all(c["probability"] <= c["prevalent"] + 1e-9 for c in answer["causes"])


def test_brief_gives_urgency_and_probabilities_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (written(tmp_path, CASE), "--format", "json")
    _, (brief,), _ = run(capsys, *arguments, "--detail", "brief")
    _, (full,), _ = run(capsys, *arguments)
    assert set(brief) == {
        "id", "knowledge_version", "software_version", "urgency", "causes", "ignored",
    }  # fmt: skip
    assert brief["urgency"] == full["urgency"]
    assert [(c["id"], c["probability"]) for c in brief["causes"]] == [
        (c["id"], c["probability"]) for c in full["causes"]
    ]


@pytest.mark.parametrize("detail", ["full", "brief"])
def test_the_same_case_gives_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], detail: str
) -> None:
    path = written(tmp_path, CASE)
    outs = []
    for _ in range(2):
        main(["assess", path, "--format", "json", "--detail", detail])
        outs.append(capsys.readouterr().out)
    assert outs[0] == outs[1]


@pytest.mark.parametrize(
    "found, said",
    [
        ({"findings_present": ["twitch_calf_one_sid"]}, "twitch_calf_one_side"),
        ({"findings_present": ["fever"], "findings_absent": ["fever"]}, "present and absent"),
        ({"findings_present": ["fever"], "tests": {"fever": False}}, "present and absent"),
        ({"findings_present": "fever"}, "list of identifiers"),
        ({"findings_present": [3]}, "list of identifiers"),
        ({"findings_present": [], "age": -3}, "0 to 120"),
        ({"findings_present": [], "age": "old"}, "0 to 120"),
        ({"findings_present": [], "age": True}, "0 to 120"),
        ({"findings_present": [], "sex": "m"}, '"male" or "female"'),
        ({"findings_present": [], "tests": {"fever": "yes"}}, "true or false"),
        ({"findings_present": [], "values": {"twitch_duration_days": -1}}, "number from"),
        ({"findings_present": [], "values": {"no_such_value": 1}}, "not known"),
        ({"findings_present": ["twitch_weeks"], "values": {"twitch_duration_days": 2}}, "weeks"),
        ({"age": 3}, "findings_present"),
        ([1, 2], "JSON object"),
        ("{", "not JSON"),
        ("", "empty"),
        ("[" * 100_000, "not JSON"),
        ("nonsense " * 600_000, "not JSON"),
        ('{"findings_present": [], "age": 1' + "0" * 5000 + "}", "not JSON"),
        ('{"findings_present": [], "age": NaN}', "0 to 120"),
    ],
)
def test_a_bad_case_gets_a_sentence_and_no_stack_trace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], found: object, said: str
) -> None:
    status, (answer,), _ = run(capsys, written(tmp_path, found), "--format", "json")
    assert status == 2
    assert set(answer["error"]) == {"where", "what", "try"}
    assert said in json.dumps(answer["error"], ensure_ascii=False).replace("\\", "")


def test_a_broken_line_stands_in_its_place_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = json.dumps(CASE)
    path = written(tmp_path, f"{good}\n{{broken\n\n{good}\n", "cases.jsonl")
    status, answers, _ = run(capsys, path, "--format", "json", "--detail", "brief")
    assert status == 1
    assert ["error" in a for a in answers] == [False, True, False]
    assert answers[1]["line"] == 2


def test_lenient_lists_what_it_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, {**CASE, "findings_absent": ["green_spots"], "title": "extra"})
    status, (answer,), _ = run(capsys, path, "--format", "json", "--lenient")
    assert status == 0
    assert answer["ignored"] == ["green_spots"]


def test_null_means_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = {
        "findings_present": [], "age": None, "sex": None, "tests": {"fever": None},
        "values": None, "findings_absent": None,
    }  # fmt: skip
    status, (answer,), _ = run(capsys, written(tmp_path, case), "--format", "json")
    assert status == 0
    assert all(c["probability"] == 0 for c in answer["causes"])


def test_a_child_gets_no_probabilities(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, (answer,), _ = run(capsys, written(tmp_path, {**CASE, "age": 9}), "--format", "json")
    assert answer["causes"] == answer["joint"] == answer["course"] == []
    assert answer["advice"]


def test_a_missing_file_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    status, (answer,), _ = run(capsys, "no-such-file.json", "--format", "json")
    assert status == 2
    assert "no-such-file.json" in answer["error"]["where"]


def test_standard_input_takes_one_case_or_many(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for text, count in ((json.dumps(CASE), 1), ("\n".join([json.dumps(CASE)] * 3), 3)):
        stdin = io.TextIOWrapper(io.BytesIO(text.encode()))
        monkeypatch.setattr("sys.stdin", stdin)
        _, answers, _ = run(capsys, "-", "--format", "json", "--detail", "brief")
        assert len(answers) == count


def test_measured_findings_join_the_case(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finding = {"id": "measured_rhythm_4_to_7_hz", "present": True, "because": "5 Hz"}
    measured = written(tmp_path, {"findings": [finding]}, "measured.json")
    path = written(tmp_path, CASE)
    _, (with_it,), _ = run(capsys, path, "--with", measured, "--format", "json")
    _, (without,), _ = run(capsys, path, "--format", "json")
    assert with_it["causes"] != without["causes"]
    bad = written(tmp_path, "{", "bad.json")
    assert main(["assess", path, "--with", bad]) == 2


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("format_name", ["text", "html"])
def test_text_and_page_are_told_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], format_name: str, language: str
) -> None:
    status = main(["assess", written(tmp_path, CASE), "--format", format_name, "--lang", language])
    out = capsys.readouterr().out
    assert status == 0
    assert "\x1b[" not in out
    heading = {"id": "Kapan", "en": "When"}[language]
    assert heading in out
    assert "heading." not in out
    assert "level." not in out


def test_out_writes_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "answers.jsonl"
    path = written(tmp_path, CASE)
    assert main(["assess", path, "--format", "json", "--out", str(target)]) == 0
    assert json.loads(target.read_text(encoding="utf-8"))["id"] == "one"
    assert main(["assess", path, "--out", str(tmp_path / "no" / "where")]) == 2
    capsys.readouterr()


def test_a_key_that_stands_twice_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = '{"findings_present": ["convulsion"], "findings_present": []}'
    status, (answer,), _ = run(capsys, written(tmp_path, text), "--format", "json")
    assert status == 2
    assert "stands twice" in answer["error"]["what"]


def test_out_never_overwrites_the_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, CASE)
    assert main(["assess", path, "--format", "json", "--out", path]) == 2
    assert json.loads(Path(path).read_text(encoding="utf-8")) == CASE
    assert "overwrite" in capsys.readouterr().err


def test_half_a_letter_in_a_name_does_not_end_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, '{"id": "\\ud800", "findings_present": ["fever"]}')
    target = tmp_path / "out.jsonl"
    assert main(["assess", path, "--format", "json", "--out", str(target)]) == 0
    assert json.loads(target.read_text(encoding="utf-8"))["causes"]
    capsys.readouterr()


def test_a_child_without_an_age_is_a_child(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = {"findings_present": ["age_under_18", "twitch_calf_one_side"]}
    _, (answer,), _ = run(capsys, written(tmp_path, case), "--format", "json")
    assert answer["causes"] == []


def test_after_an_emergency_nothing_more_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = {"age": 50, "findings_present": ["convulsion", "first_ever_convulsion"]}
    _, (answer,), _ = run(capsys, written(tmp_path, case), "--format", "json")
    assert answer["urgency"]["level"] == "emergency"
    assert answer["next"] == []


@pytest.mark.parametrize(
    "values",
    [
        {"serum_sodium_mmol_per_l": 112},
        {"blood_glucose_mmol_per_l": 1.9},
        {"blood_glucose_mmol_per_l": 45},
        {"body_temperature_c": 29},
        {"systolic_mmhg": 60},
        {"serum_magnesium_mmol_per_l": 6},
    ],
)
def test_a_value_dangerously_far_out_is_an_emergency(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], values: dict[str, float]
) -> None:
    case = {"age": 50, "findings_present": [], "values": values}
    _, (answer,), _ = run(capsys, written(tmp_path, case), "--format", "json")
    assert answer["urgency"]["level"] == "emergency"
