"""`kedut diary`: taking back, comparing, planning, recordings, the other formats, and crashes."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from kedut.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples"
EASING, WEAK = EXAMPLES / "diary-easing.csv", EXAMPLES / "diary-new-weakness.csv"
CASE = str(EXAMPLES / "flicker-since-yesterday.json")
WELL = ["--kidney-disease", "no", "--pregnancy", "no", "--heavy-drinking", "no"]
MEASURED = {
    "file": "calf.edf",
    "modality": "emg",
    "quality": {"usable": True, "reasons": []},
    "rate_per_min": {"value": 6.0, "low": 4.5, "high": 8.0},
    "findings": [],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "diary.jsonl"


def diary(file: Path, what: str, *words: object, lang: str = "en") -> int:
    return main(["diary", what, *map(str, words), "--file", str(file), "--lang", lang])


def shown(file: Path, capsys, on: str, *words: object, case: str = CASE) -> dict:
    capsys.readouterr()
    assert diary(file, "show", "--on", on, "--case", case, "--format", "json", *words) == 0
    return json.loads(capsys.readouterr().out)


def test_the_course_is_told_beside_the_expected_one_and_revises_the_chances(file, capsys) -> None:
    diary(file, "import", WEAK)
    early, late = (shown(file, capsys, day) for day in ("2026-11-02", "2026-11-11"))
    assert early["course"]["still_expected"] > late["course"]["still_expected"]
    assert late["course"]["asked_days"] == {"low": 1.0, "high": 1.0}
    assert late["course"]["seen_days"] == 10
    p = {cause["id"]: cause["probability"] for cause in late["causes"]}
    before = {cause["id"]: cause["probability"] for cause in early["causes"]}
    assert p["benign_fasciculation"] > before["benign_fasciculation"]


def test_an_assessment_answered_later_begins_the_course_later(file, capsys) -> None:
    diary(file, "import", WEAK)
    found = shown(file, capsys, "2026-11-11", "--asked", "2026-11-06")
    assert found["course"]["seen_days"] == 5


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("table", [EASING, WEAK])
def test_the_page_fits_its_width_and_lacks_no_word(
    file, capsys, monkeypatch, lang: str, width: int, table: Path
) -> None:
    diary(file, "import", table)
    capsys.readouterr()
    monkeypatch.setenv("COLUMNS", str(width))
    assert diary(file, "show", "--on", "2026-11-13", "--case", CASE, lang=lang) == 0
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= width
    assert "diary." not in told
    assert "●" in told


def test_an_entry_taken_back_no_longer_counts_and_is_kept(file, capsys) -> None:
    diary(file, "import", WEAK)
    capsys.readouterr()
    diary(file, "export")
    weak = [row.split(",")[0] for row in capsys.readouterr().out.splitlines() if ",no,yes," in row]
    assert len(weak) == 2
    for entry in weak:
        assert diary(file, "retract", entry) == 0
    assert "Taken back" in capsys.readouterr().out
    assert shown(file, capsys, "2026-11-13")["urgency"] == "self-care"
    assert len(file.read_text().splitlines()) == 13
    assert diary(file, "retract", weak[0]) == 2
    assert diary(file, "retract", "no-such") == 2


def test_a_recording_is_attached_and_what_is_none_is_refused(file, tmp_path, capsys) -> None:
    measured = tmp_path / "measured.json"
    measured.write_text(json.dumps(MEASURED))
    assert diary(file, "add", "--measured", measured, "--at", "2026-11-01T20:00+07:00") == 0
    (line,) = file.read_text().splitlines()
    assert json.loads(line)["entry"]["measured"] == {
        "rate_per_min": 6.0,
        "low": 4.5,
        "high": 8.0,
        "modality": "emg",
        "recording": "calf.edf",
    }
    bad = {**MEASURED, "quality": {"usable": False, "reasons": ["too short"]}}
    for content in (json.dumps(bad), "[]", "{", json.dumps(MEASURED) + "\n" + json.dumps(MEASURED)):
        measured.write_text(content)
        assert diary(file, "add", "--measured", measured) == 2
    assert "too short" in capsys.readouterr().err
    assert diary(file, "add", "--measured", tmp_path / "none.json") == 2
    assert len(file.read_text().splitlines()) == 1


def tried(file: Path, tmp_path: Path) -> None:
    rows = ["at,count.twitches,count.minutes,context.remedies,context.no_remedy"]
    for n in range(32):
        on = n % 4 < 2
        day = date(2026, 10, 1) + timedelta(days=n)
        count = (6 if on else 21) + n % 3
        rows.append(
            f"{day}T20:00+07:00,{count},5,{'stretching' if on else ''},{'' if on else 'yes'}"
        )
    table = tmp_path / "tried.csv"
    table.write_text("\n".join(rows))
    assert diary(file, "import", table) == 0


def test_days_with_are_set_against_days_without_and_placebo_is_named(
    file, tmp_path, capsys
) -> None:
    tried(file, tmp_path)
    capsys.readouterr()
    at = ["--on", "2026-11-02", "--case", CASE, *WELL]
    assert diary(file, "compare", "stretching", *at) == 0
    told = capsys.readouterr().out
    assert "Fewer twitches on the 16 days with it" in told
    assert "64 of 100 people" in told
    assert "Garrison" in told
    assert diary(file, "compare", "stretching", "--format", "json", *at) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "fewer"
    assert found["low"] < found["effect"] < found["high"] < 1
    assert found["placebo"] == {"quarter_fewer": 0.644, "sources": ["garrison2020"]}
    assert diary(file, "compare", "coffee", *at) == 0
    assert "Cannot tell" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words, said",
    [
        ([], "First answer"),
        (["--kidney-disease", "yes"], "Not tried alone"),
        ([*WELL[:4], "--heavy-drinking", "yes"], "Not tried alone"),
    ],
)
def test_nothing_is_tried_with_sick_kidneys_drink_or_what_nobody_asked(
    file, capsys, words: list[str], said: str
) -> None:
    diary(file, "import", EASING)
    for part in ("compare", "schedule"):
        assert diary(file, part, "magnesium", "--on", "2026-11-12", "--case", CASE, *words) == 2
        assert said in capsys.readouterr().err


def test_a_prescribed_medicine_is_never_tried(file, capsys) -> None:
    diary(file, "import", EASING)
    for part in ("compare", "schedule"):
        words = ["baclofen", "--on", "2026-11-12", "--case", CASE, *WELL]
        assert diary(file, part, *words) == 2
        assert "prescribed" in capsys.readouterr().err


def test_where_a_doctor_comes_first_nothing_is_tried(file, capsys) -> None:
    diary(file, "import", WEAK)
    words = ["magnesium", "--on", "2026-11-13", "--case", CASE, *WELL]
    assert diary(file, "schedule", *words) == 2
    assert "comes first" in capsys.readouterr().err


def test_a_plan_is_drawn_by_its_number_and_its_calendar_says_nothing_of_health(
    file, tmp_path, capsys
) -> None:
    diary(file, "import", EASING)
    words = ["magnesium", "--on", "2026-11-12", "--case", CASE, *WELL, "--seed", "7"]
    words += ["--first", "2026-12-01"]
    capsys.readouterr()
    assert diary(file, "schedule", *words) == 0
    told = capsys.readouterr().out
    assert told.count("with it:") == told.count("without:") == 7
    assert "64 of 100" in told
    assert diary(file, "schedule", *words, "--format", "json") == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["blocks"][0]["first"] == "2026-12-01"
    out = tmp_path / "plan.ics"
    assert diary(file, "schedule", *words, "--format", "ics", "--out", out) == 0
    calendar = out.read_text()
    assert calendar.count("BEGIN:VEVENT") == 14
    assert "magnesium" not in calendar.casefold()


def test_the_picture_and_the_series_in_fhir_are_written(file, tmp_path, capsys) -> None:
    diary(file, "import", EASING)
    at = ["--on", "2026-10-31", "--case", CASE]
    svg = tmp_path / "course.svg"
    assert diary(file, "show", "--format", "svg", "--out", svg, *at) == 0
    drawn = svg.read_text()
    assert drawn.startswith("<svg")
    assert 'role="img"' in drawn
    assert "style=" not in drawn
    fhir = tmp_path / "series.json"
    assert diary(file, "export", "--format", "fhir", "--out", fhir) == 0
    found = json.loads(fhir.read_text())
    kinds = [entry["resource"]["resourceType"] for entry in found["entry"]]
    assert kinds.count("Observation") == kinds.count("Provenance") == 12


def test_the_doctors_sheet_gains_a_page_of_the_diary(file, tmp_path) -> None:
    pypdf = pytest.importorskip("pypdf")
    diary(file, "import", WEAK)
    out = tmp_path / "sheet.pdf"
    at = ["--on", "2026-11-13", "--case", CASE]
    assert diary(file, "show", "--format", "pdf", "--out", out, *at) == 0
    pages = [page.extract_text() for page in pypdf.PdfReader(out).pages]
    assert len(pages) == 3
    assert "Diary" in pages[2]
    assert "2026-11-12" in pages[2]
    assert "abnormal: ten heel raises on the left leg" in " ".join(pages[2].split())


def test_wherever_a_crash_cuts_the_last_write_the_rest_is_whole_and_comes_again(
    file, tmp_path, capsys
) -> None:
    diary(file, "import", EASING)
    before = file.read_bytes()
    diary(file, "import", WEAK)
    whole = file.read_bytes()
    cut = tmp_path / "cut.jsonl"
    for end in range(len(before), len(whole), 397):
        cut.write_bytes(whole[:end])
        assert diary(cut, "import", WEAK) == 0
        kept = [line for line in cut.read_bytes().splitlines() if line in whole.splitlines()]
        assert sorted(set(kept)) == sorted(set(whole.splitlines()))
        assert cut.read_bytes().startswith(before)


def test_a_table_of_many_encodings_and_no_zone_is_taken_with_what_to_look_at(
    file, tmp_path, capsys
) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_bytes(
        b"\xef\xbb\xbfat;said;note;whre\r\n13/11/2026 20:00;some;caf\xe9;x\r\n"
        b"14/11/2026 20:00;some;caf\xc3\xa9;x\r\n14/11/2026 20:00;some;caf\xc3\xa9;x\r\n"
    )
    assert diary(file, "import", broken) == 1
    assert "--zone" in capsys.readouterr().err
    assert diary(file, "import", broken, "--zone", "Asia/Jakarta") == 0
    told = capsys.readouterr().out
    assert "line 1: the column 'whre' is not known" in told
    assert "line 4: says the same as line 3" in told
    notes = [json.loads(line)["entry"]["note"] for line in file.read_text().splitlines()]
    assert notes == ["café", "café"]
    assert diary(file, "import", tmp_path / "none.csv") == 2
    wide = tmp_path / "wide.txt"
    wide.write_bytes("at\tsaid\n2026-11-15T20:00+07:00\tsome\n".encode("utf-16"))
    assert diary(file, "import", wide) == 0
    assert len(file.read_text().splitlines()) == 3


def test_after_a_long_silence_it_is_read_as_of_the_last_day_noted_and_says_so(file, capsys) -> None:
    diary(file, "import", *(EASING, WEAK))
    capsys.readouterr()
    assert diary(file, "show", "--lang", "en") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "See a doctor within 7 days" in told
    assert "Beside what was expected" in told
    assert "Nothing is noted since 13 November 2026" in told


def test_reminders_every_evening_only_where_they_were_asked_for(file, tmp_path, capsys) -> None:
    diary(file, "import", WEAK)
    out = tmp_path / "again.ics"
    at = ["--format", "ics", "--on", "2026-11-13", "--case", CASE, "--out", out]
    assert diary(file, "export", *at) == 0
    assert "RRULE" not in out.read_text()
    assert diary(file, "export", *at, "--daily", 14) == 0
    assert "RRULE:FREQ=DAILY;COUNT=14" in out.read_text()
    assert "DTSTART:20261114T200000" in out.read_text()
    assert diary(file, "export", *at, "--daily", 400) == 2
