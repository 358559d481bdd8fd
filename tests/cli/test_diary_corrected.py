"""`kedut diary add --correct`, and what must not be noted at all."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.diary_run import NOON, at_the_clock, diary, events

AT = "2026-11-10T20:00+07:00"


@pytest.fixture
def file(tmp_path: Path, monkeypatch) -> Path:
    at_the_clock(monkeypatch, NOON)
    return tmp_path / "diary.jsonl"


def noted(file: Path, *words: object) -> str:
    assert diary(file, "add", "--at", AT, *words) == 0
    return events(file)[-1]["entry_id"]


def test_a_correction_keeps_the_day_and_every_answer_not_given_anew(file) -> None:
    words = ["--said", "some", "--heel-raises-left", "no", "--count", 9, "--minutes", 3]
    words += ["--where", "calf:left", "--remedy", "warmth", "--sleep-hours", 6, "--note", "so"]
    ours = noted(file, *words)
    before = events(file)[0]["entry"]
    assert diary(file, "add", "--correct", ours, "--said", "none", "--minutes", 4) == 0
    count = {"twitches": 9, "minutes": 4.0}
    assert events(file)[-1]["entry"] == before | {"said": "none", "count": count}


def test_unknown_takes_back_one_answer_and_leaves_the_others(file) -> None:
    words = ["--heel-raises-left", "no", "--tripped", "yes", "--stress", "much", "--count", 9]
    words += ["--minutes", 3, "--where", "calf:left", "--symptom", "fever", "--remedy", "warmth"]
    ours = noted(file, *words, "--sleep-hours", 6, "--note", "so", "--said", "some")
    back = ["--heel-raises-left", "unknown", "--stress", "unknown", "--count", "unknown"]
    back += ["--where", "unknown", "--symptom", "unknown", "--sleep-hours", "unknown"]
    assert diary(file, "add", "--correct", ours, *back, "--note", "", "--said", "unknown") == 0
    found = events(file)[-1]["entry"]
    assert found.pop("at") == "2026-11-10T20:00:00+07:00"
    assert found == {
        "id": ours,
        "function": {"tripped": True},
        "context": {"remedies": ["warmth"]},
    }
    assert diary(file, "add", "--correct", ours, "--no-remedy") == 0
    assert events(file)[-1]["entry"]["context"] == {"no_remedy": True}
    assert diary(file, "add", "--correct", ours, "--remedy", "unknown") == 0
    assert "context" not in events(file)[-1]["entry"]


def test_what_a_correction_adds_to_a_list_leaves_what_was_in_it_and_unknown_clears_it(
    file,
) -> None:
    words = ["--symptom", "slurred_speech", "--where", "calf:left", "--remedy", "warmth"]
    ours = noted(file, *words)
    more = ["--symptom", "fever", "--where", "thigh_back:left", "--remedy", "massage", *words]
    assert diary(file, "add", "--correct", ours, *more) == 0
    found = events(file)[-1]["entry"]
    assert found["new_symptoms"] == ["slurred_speech", "fever"]
    assert found["where"] == ["calf:left", "thigh_back:left"]
    assert found["context"] == {"remedies": ["warmth", "massage"]}
    words = ["--symptom", "unknown", "--symptom", "fever", "--where", "unknown"]
    assert diary(file, "add", "--correct", ours, *words) == 0
    found = events(file)[-1]["entry"]
    assert found["new_symptoms"] == ["fever"]
    assert "where" not in found
    assert diary(file, "add", "--correct", ours, "--no-remedy") == 0
    assert events(file)[-1]["entry"]["context"] == {"no_remedy": True}
    assert diary(file, "add", "--correct", ours, "--remedy", "massage") == 0
    assert events(file)[-1]["entry"]["context"] == {"remedies": ["massage"]}


def test_the_last_answer_is_not_taken_back_but_the_entry(file, capsys) -> None:
    ours = noted(file, "--said", "some")
    assert diary(file, "add", "--correct", ours, "--said", "unknown") == 2
    assert f"kedut diary retract {ours}" in capsys.readouterr().err
    assert diary(file, "add", "--said", "unknown") == 2


def test_a_correction_that_says_the_same_writes_nothing_and_says_so(file, capsys) -> None:
    ours = noted(file, "--said", "some")
    assert diary(file, "add", "--correct", ours, "--said", "some") == 0
    assert "Nothing is different" in capsys.readouterr().out
    assert len(events(file)) == 1
    assert diary(file, "retract", ours) == 0
    assert diary(file, "add", "--correct", ours, "--said", "some") == 0
    assert events(file)[-1]["entry"] == events(file)[0]["entry"], "it is put right again"


def test_another_day_is_said_in_a_correction_as_in_an_entry(file) -> None:
    ours = noted(file, "--said", "some")
    assert diary(file, "add", "--correct", ours, "--at", "2026-11-09T08:00+07:00") == 0
    assert events(file)[-1]["entry"]["at"] == "2026-11-09T08:00:00+07:00"


@pytest.mark.parametrize("what", ["correct", "retract"])
def test_what_is_done_after_the_clock_was_set_back_counts_all_the_same(
    file, capsys, monkeypatch, what: str
) -> None:
    ours = noted(file, "--said", "some")
    diary(file, "add", "--correct", ours, "--said", "a_lot")
    at_the_clock(monkeypatch, NOON - timedelta(days=1))
    done = [ours] if what == "retract" else ["--correct", ours, "--said", "none"]
    assert diary(file, "retract" if what == "retract" else "add", *done) == 0
    capsys.readouterr()
    diary(file, "export")
    rows = capsys.readouterr().out.splitlines()[1:]
    assert [row.split(",")[2] for row in rows] == ([] if what == "retract" else ["none"])


@pytest.mark.parametrize("at", ["2062-11-10T20:00+07:00", "2026-11-21T20:00+07:00"])
def test_a_day_that_has_not_begun_is_refused_with_the_day_it_is(file, capsys, at: str) -> None:
    assert diary(file, "add", "--speech-changed", "yes", "--at", at) == 2
    assert "there it is 2026-11-20 now" in capsys.readouterr().err
    ours = noted(file, "--said", "some")
    assert diary(file, "add", "--correct", ours, "--at", at) == 2
    assert len(events(file)) == 1


def test_a_day_that_has_begun_further_east_is_taken_and_counts_today(
    file, capsys, monkeypatch
) -> None:
    at_the_clock(monkeypatch, NOON.replace(hour=22))
    words = ["--speech-changed", "yes", "--at", "2026-11-21T07:00+12:00"]
    assert diary(file, "add", *words) == 0
    capsys.readouterr()
    assert diary(file, "show") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "1 days noted, 21 November 2026" in told
    assert "in the future" not in told


def test_a_place_nobody_knows_is_refused_with_the_nearest(file, capsys) -> None:
    assert diary(file, "add", "--where", "calfs:left") == 2
    assert "'calf:left'" in capsys.readouterr().err
    assert diary(file, "add", "--where", "zzz") == 2
    assert not file.exists()


@pytest.mark.parametrize("lang, heading", [("en", "once a day"), ("id", "sekali sehari")])
def test_who_notes_more_than_once_a_day_is_offered_a_pause_and_help(
    file, capsys, lang: str, heading: str
) -> None:
    for hour in range(8):
        at = f"2026-11-{13 + hour}T0{hour}:00+07:00"
        assert diary(file, "add", "--said", "some", "--at", at, lang=lang) == 0
    assert heading not in capsys.readouterr().out, "eight days, one entry each"
    at = "2026-11-20T08:00+07:00"
    assert diary(file, "add", "--said", "some", "--at", at, lang=lang) == 0
    assert heading in capsys.readouterr().out
    assert diary(file, "add", "--tripped", "yes", "--at", at, lang=lang) == 0
    assert heading not in capsys.readouterr().out, "no pause beside what should be told"
    assert diary(file, "show", lang=lang) == 0
    told = capsys.readouterr().out
    assert heading in told
    assert "CBT" in told
