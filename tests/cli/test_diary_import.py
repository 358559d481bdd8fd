"""`kedut diary import`: corrected rows, days not begun, names nobody knows; and what show tells."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from tests.cli.diary_run import NOON, at_the_clock, diary, events, exported

EXAMPLES = Path(__file__).parents[2] / "examples"
CASE = str(EXAMPLES / "flicker-since-yesterday.json")
HEAD = "id,at,function.ten_heel_raises_left"


@pytest.fixture
def file(tmp_path: Path, monkeypatch) -> Path:
    at_the_clock(monkeypatch, NOON)
    return tmp_path / "diary.jsonl"


def table(folder: Path, name: str, *rows: str, head: str = HEAD) -> Path:
    path = folder / name
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def test_a_row_corrected_in_the_table_corrects_the_entry_and_is_told(
    file, tmp_path, capsys
) -> None:
    x = table(tmp_path, "x.csv", "a,2026-11-10T20:00+07:00,yes")
    y = table(tmp_path, "y.csv", "a,2026-11-10T20:00+07:00,no")
    assert diary(file, "import", x) == 0
    assert diary(file, "import", y) == 0
    assert "y.csv: 0 new, 0 here already, 1 corrected, 0 lines" in capsys.readouterr().out
    assert diary(file, "show") == 0
    told = capsys.readouterr().out
    assert "As before" not in told
    assert "ten heel raises on the left leg" in told
    assert [event["event"] for event in events(file)] == ["add", "correct"]


def test_an_entry_of_ones_own_is_corrected_by_its_edited_row(file, tmp_path, capsys) -> None:
    at = "2026-11-10T20:00+07:00"
    diary(file, "add", "--heel-raises-left", "yes", "--at", at, "--note", " as ever ")
    rows = exported(file, capsys)
    same = table(tmp_path, "same.csv", *rows[1:], head=rows[0])
    once = file.read_bytes()
    assert diary(file, "import", same) == 0
    assert file.read_bytes() == once
    assert "1 here already" in capsys.readouterr().out
    edited = table(tmp_path, "edited.csv", rows[1].replace(",yes,", ",no,"), head=rows[0])
    assert diary(file, "import", edited) == 0
    assert events(file)[-1]["entry"]["function"] == {"ten_heel_raises_left": False}
    twice = file.read_bytes()
    for again in (same, edited, same):
        assert diary(file, "import", again) == 0
    assert file.read_bytes() == twice, "the very same rows have no effect, whatever the order"
    told = capsys.readouterr().out
    assert "said so before and changed since; the change stays" in told


@pytest.mark.parametrize("lang", ["en", "id"])
def test_a_table_with_fewer_columns_leaves_danger_signs_and_tells_what_it_takes_back(
    file, tmp_path, capsys, lang: str
) -> None:
    at = "2026-11-20T10:00+00:00"
    head = "id,at,said,function.speech_changed,new_symptoms,note"
    whole = table(tmp_path, "1.csv", f"x1,{at},some,yes,facial_weakness,so", head=head)
    assert diary(file, "import", whole, lang=lang) == 0
    less = table(tmp_path, "2.csv", f"x1,{at},none", head="id,at,said")
    capsys.readouterr()
    assert diary(file, "import", less, lang=lang) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1, "nothing is taken back"
    entry = events(file)[-1]["entry"]
    assert (entry["said"], entry["note"]) == ("none", "so")
    assert entry["function"] == {"speech_changed": True}
    assert entry["new_symptoms"] == ["facial_weakness"]
    capsys.readouterr()
    assert diary(file, "show", "--format", "json", "--case", CASE, lang=lang) == 0
    assert json.loads(capsys.readouterr().out)["urgency"] == "emergency"
    empty = table(tmp_path, "3.csv", f"x1,{at},a_lot,,,", head=head)
    assert diary(file, "import", empty, lang=lang) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[1].endswith(": note")
    assert "new_symptoms, function.speech_changed" in told[2]
    entry.pop("note")
    assert events(file)[-1]["entry"] == entry | {"said": "a_lot"}
    before = file.read_bytes()
    short = table(tmp_path, "4.csv", f"x1,{at},some", head=head)
    assert diary(file, "import", short, lang=lang) == 1
    assert "line 2: cut short" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_two_rows_of_one_id_and_time_are_told_and_the_later_line_counts(
    file, tmp_path, capsys
) -> None:
    rows = ["a,2026-11-10T20:00+07:00,yes", "a,2026-11-10T20:00+07:00,no"]
    assert diary(file, "import", table(tmp_path, "two.csv", *rows)) == 0
    told = capsys.readouterr().out
    assert "line 3: has the id and the time of line 2; this line counts" in told
    row = dict(zip(*(line.split(",") for line in exported(file, capsys)), strict=True))
    assert row["function.ten_heel_raises_left"] == "no"


def test_a_new_row_of_the_same_moment_as_another_entry_is_told(file, tmp_path, capsys) -> None:
    for answer in ("yes", "no"):
        rows = [f"2026-11-10T20:00+07:00,{answer}"]
        head = HEAD.removeprefix("id,")
        assert diary(file, "import", table(tmp_path, "bare.csv", *rows, head=head)) == 0
    assert "another entry of the same moment is here" in capsys.readouterr().out


def test_rows_of_days_not_begun_are_left_out_and_told_and_the_rest_is_taken(
    file, tmp_path, capsys
) -> None:
    rows = ["a,2026-11-10T20:00+07:00,yes", "b,2062-11-11T20:00+07:00,no"]
    assert diary(file, "import", table(tmp_path, "slip.csv", *rows)) == 1
    assert "line 3: 'at' is in the future" in capsys.readouterr().err
    lines = tmp_path / "slip.jsonl"
    slip = {"at": "2062-11-10T20:00+07:00", "function": {"speech_changed": True}}
    lines.write_text(json.dumps(slip) + "\n" + json.dumps(slip | {"at": "2026-11-12T20:00Z"}))
    assert diary(file, "import", lines) == 1
    assert "line 1: 'at' is in the future" in capsys.readouterr().err
    assert [event["entry"]["at"][:10] for event in events(file)] == ["2026-11-10", "2026-11-12"]


@pytest.mark.parametrize("others", [True, False])
def test_days_not_begun_that_are_in_the_file_already_are_told_by_show(
    file, capsys, others: bool
) -> None:
    slip = {"id": "b", "at": "2062-11-10T20:00+07:00", "function": {"speech_changed": True}}
    file.write_text(json.dumps(slip) + "\n")
    if others:
        diary(file, "add", "--said", "some")
    capsys.readouterr()
    assert diary(file, "show") == 0
    told = capsys.readouterr()
    said = " ".join((told.out if others else told.err).split())
    assert "Dated in the future, so not counted: 1, the first of 10 November 2062 (id b)" in said
    assert diary(file, "add", "--correct", "b", "--at", "2026-11-10T20:00+07:00") == 0
    capsys.readouterr()
    assert diary(file, "show", "--format", "json") == 0
    found = capsys.readouterr()
    assert "in the future" not in found.err
    assert json.loads(found.out)["ahead"] == []
    assert "slurred_speech" in [one["id"] for one in json.loads(found.out)["findings"]]


def test_names_nobody_knows_are_told_with_what_was_meant_on_import_and_on_show(
    file, tmp_path, capsys
) -> None:
    rows = ["2026-11-10T20:00+07:00,slured_speech;zzz\x1b[2J,calfs:left"]
    names = table(tmp_path, "names.csv", *rows, head="at,new_symptoms,where")
    assert diary(file, "import", names) == 1
    told = capsys.readouterr()
    assert "1 new" in told.out
    assert "slured_speech (did you mean slurred_speech?)" in told.err
    assert "calfs:left (did you mean calf:left?)" in told.err
    assert diary(file, "show") == 0
    shown = capsys.readouterr().out
    assert "Not understood, and not counted: calfs:left" in shown
    assert "zzz?[2J" in shown
    assert "\x1b" not in told.err + shown
    assert diary(file, "show", "--format", "json") == 0
    assert "slured_speech" in capsys.readouterr().err


def test_half_a_sign_garbles_no_other_sign_of_its_line(file, tmp_path, capsys) -> None:
    told = {"id": "s", "at": "2026-11-10T20:00+07:00", "note": "café \ud83d"}
    lines = tmp_path / "half.jsonl"
    lines.write_text(json.dumps(told) + "\n")
    assert diary(file, "import", lines) == 0
    assert exported(file, capsys)[1].endswith(",café \ufffd")
    once = file.read_bytes()
    assert diary(file, "import", lines) == 0
    assert file.read_bytes() == once
    late = json.dumps(told | {"id": "t", "note": "naïve \ud83d"}, ensure_ascii=False) + "\n"
    file.write_bytes(once + late.encode(errors="surrogatepass"))
    assert exported(file, capsys)[2].endswith(",naïve \ufffd"), "as it was once written"


@pytest.mark.parametrize("asked, days", [("2026-11-01", 13), ("2026-09-01", 74)])
def test_the_picture_in_signs_begins_with_the_day_asked_on(
    file, capsys, monkeypatch, asked: str, days: int
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    diary(file, "import", EXAMPLES / "diary-new-weakness.csv")
    capsys.readouterr()
    assert diary(file, "show", "--on", "2026-11-13", "--case", CASE, "--asked", asked) == 0
    lines = capsys.readouterr().out.splitlines()
    axis = next(after for line, after in pairwise(lines) if "└─" in line)
    assert days <= int(axis.split()[-1]) <= 1.25 * days
