"""`kedut diary` on invented diaries, and on what is none."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from kedut.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples"
EASING, WEAK = EXAMPLES / "diary-easing.csv", EXAMPLES / "diary-new-weakness.csv"
CASE = str(EXAMPLES / "flicker-since-yesterday.json")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine" / "diary.jsonl"


def diary(file: Path, what: str, *words: object, lang: str = "en") -> int:
    return main(["diary", what, *map(str, words), "--file", str(file), "--lang", lang])


def shown(file: Path, capsys: pytest.CaptureFixture[str], on: str) -> dict:
    capsys.readouterr()
    assert diary(file, "show", "--on", on, "--case", CASE, "--format", "json") == 0
    return json.loads(capsys.readouterr().out)


def test_a_twitch_that_eases_is_told_as_gone(file: Path, capsys) -> None:
    assert diary(file, "import", EASING) == 0
    found = shown(file, capsys, "2026-10-31")
    assert found["direction"] == "resolved"
    assert found["urgency"] == found["urgency_before"] == "self-care"
    assert found["new"] == []


def test_the_day_a_leg_gets_weak_the_urgency_rises_and_it_is_said_why(file: Path, capsys) -> None:
    assert diary(file, "import", WEAK) == 0
    found = shown(file, capsys, "2026-11-12")
    assert (found["urgency_before"], found["urgency"]) == ("self-care", "soon")
    assert found["new"] == ["heel_raise_weakness"]
    assert diary(file, "show", "--on", "2026-11-12", "--case", CASE) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "The advice went from “Care for it yourself” to “Soon”." in told
    assert "One leg cannot rise on tiptoe ten times: noted once, on 12 November 2026." in told
    assert "Try once more tomorrow: ten heel raises on the left leg." in told


@pytest.mark.parametrize(
    "lang, words",
    [
        ("id", ("Yang bisa Anda lakukan", "Lihat lagi pada 15 November 2026")),
        ("en", ("What you can do", "Look again on 15 November 2026")),
    ],
)
def test_the_page_speaks_both_languages_and_shows_each_day(
    file: Path, capsys, lang: str, words: tuple[str, ...]
) -> None:
    diary(file, "import", WEAK)
    capsys.readouterr()
    assert diary(file, "show", "--on", "2026-11-13", "--case", CASE, lang=lang) == 0
    told = capsys.readouterr().out
    assert "_______________▄▄▄_▄▄_▄▄▄▄▄▄\n" in told
    assert all(line in told for line in words)
    assert "diary." not in told
    assert max(map(len, told.splitlines())) <= 80


def test_what_is_noted_stands_at_the_end_of_a_file_of_ones_own(file: Path, capsys) -> None:
    at = "2026-11-01T20:00+07:00"
    assert diary(file, "add", "--said", "some", "--heel-raises-left", "yes", "--at", at) == 0
    before = file.read_text()
    told = diary(file, "add", "--count", 3, "--minutes", 2, "--symptom", "fever", "--at", at)
    assert told == 0
    assert file.read_text().startswith(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first, second = (json.loads(line)["entry"] for line in file.read_text().splitlines())
    assert first["function"] == {"ten_heel_raises_left": True}
    assert second["count"] == {"twitches": 3, "minutes": 2.0}
    assert second["new_symptoms"] == ["fever"]


def test_a_correction_counts_and_what_it_corrects_is_kept(file: Path, capsys) -> None:
    diary(file, "add", "--said", "a_lot", "--at", "2026-11-01T20:00+07:00")
    (line,) = file.read_text().splitlines()
    ours = json.loads(line)["entry_id"]
    at = "2026-11-01T21:00+07:00"
    assert diary(file, "add", "--said", "none", "--at", at, "--correct", ours) == 0
    assert diary(file, "add", "--said", "none", "--correct", "no-such-entry") == 2
    assert len(file.read_text().splitlines()) == 2
    capsys.readouterr()
    assert diary(file, "export") == 0
    _, row = capsys.readouterr().out.splitlines()
    assert row.startswith(f"{ours},2026-11-01T21:00:00+07:00,none,")


@pytest.mark.parametrize(
    "words, said",
    [
        ([], "nothing is said of the day"),
        (["--symptom", "fevver"], "fever"),
        (["--count", "3"], "'minutes' is missing"),
        (["--said", "some", "--at", "yesterday"], "no time"),
    ],
)
def test_what_cannot_be_noted_is_told_and_writes_nothing(
    file: Path, capsys, words: list[str], said: str
) -> None:
    assert diary(file, "add", *words) == 2
    assert said in capsys.readouterr().err
    assert not file.exists()


def test_the_same_table_twice_changes_nothing(file: Path, capsys) -> None:
    diary(file, "import", EASING)
    once = file.read_bytes()
    assert diary(file, "import", EASING) == 0
    assert file.read_bytes() == once
    assert "0 new, 12 here already" in capsys.readouterr().out


def test_a_broken_table_is_told_line_by_line_and_the_rest_is_taken(
    file: Path, tmp_path: Path, capsys
) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_bytes(
        b"at;said;note\n2026-11-01T20:00+07:00;some;caf\xe9\nyesterday;some;\n"
        b"2026-11-02T20:00+07:00;none;\n"
    )
    assert diary(file, "import", broken) == 1
    told = capsys.readouterr()
    assert "2 new, 0 here already, 0 corrected, 1 lines" in told.out
    assert "line 3" in told.err
    assert "café" in file.read_text()


def test_a_line_that_a_crash_left_half_is_told_and_nothing_else_is_lost(file: Path, capsys) -> None:
    diary(file, "import", EASING)
    half = file.read_bytes()[:-20]
    file.write_bytes(half)
    assert diary(file, "add", "--said", "none", "--at", "2026-11-15T20:00+07:00") == 0
    assert file.read_bytes().startswith(half + b"\n")
    capsys.readouterr()
    assert diary(file, "show", "--on", "2026-11-15", "--format", "json") == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["noted_days"] == 12
    assert "line 12" in told.err


def test_all_events_go_out_and_come_in_again(file: Path, tmp_path: Path, capsys) -> None:
    diary(file, "import", WEAK)
    out = tmp_path / "all.jsonl"
    assert diary(file, "export", "--format", "json", "--out", out) == 0
    other = tmp_path / "other.jsonl"
    assert diary(other, "import", out) == 0
    assert sorted(other.read_text().splitlines()) == sorted(file.read_text().splitlines())


def test_the_calendar_holds_the_day_to_look_again_and_nothing_of_health(
    file: Path, tmp_path: Path, capsys
) -> None:
    diary(file, "import", WEAK)
    out = tmp_path / "again.ics"
    words = ["--format", "ics", "--on", "2026-11-13", "--case", CASE, "--out", out]
    assert diary(file, "export", *words) == 0
    lines = out.read_text().splitlines()
    assert "DTSTART:20261115T090000" in lines
    assert "SUMMARY:Diary" in lines
    assert "BEGIN:VEVENT" in lines


def test_looking_later_does_not_put_off_the_day_to_look_again(file: Path, capsys) -> None:
    diary(file, "import", WEAK)
    again = shown(file, capsys, "2026-11-13")["look_again"]
    assert shown(file, capsys, "2026-11-15")["look_again"] == again == "2026-11-15"
    assert shown(file, capsys, "2026-11-20")["look_again"] == "2026-11-20"


def test_an_empty_diary_says_how_to_begin(file: Path, capsys) -> None:
    assert diary(file, "show") == 0
    assert "kedut diary add" in capsys.readouterr().out
    assert main(["diary"]) == 2


def test_without_a_path_the_diary_is_in_the_data_folder_or_it_says_what_to_do(
    tmp_path: Path, capsys, monkeypatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert main(["diary", "add", "--said", "some"]) == 0
    assert (tmp_path / "kedut" / "diary.jsonl").exists()
    monkeypatch.setitem(sys.modules, "platformdirs", None)
    assert main(["diary", "show"]) == 2
    assert "--file PATH" in capsys.readouterr().err
